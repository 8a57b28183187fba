import { authorityVariables } from './authorities.ts'
import { proxyVariables } from './proxy.ts'

const proxies = proxyVariables({ http: 'http://proxy', https: 'http://proxy' }, [])

/** The names of all variables that a site may add. */
export const siteVariableNames: readonly string[] = [...proxies, ...authorityVariables].map(({ name }) => name)
