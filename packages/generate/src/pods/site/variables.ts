import type { DeployedService } from '@waybill/model'
import { withoutOwn } from '../../site/proxy.ts'
import { containerText } from '../control-text.ts'
import type { Block } from '../manifest.ts'
import { authorityVariablesOf } from './authorities.ts'
import type { SiteInput } from './input.ts'
import { proxyVariablesOf } from './proxy.ts'

/** Before those of the service, whose own word wins. */
export function variablesOf(service: DeployedService, input: SiteInput): Block[] {
  const variables = [...proxyVariablesOf(service, input), ...authorityVariablesOf(input)]
  return withoutOwn(variables, service.env).map(({ name, value }) => ({ name, value: containerText(value) }))
}
