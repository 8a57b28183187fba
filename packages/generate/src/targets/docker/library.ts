import { checks } from './library/checks.ts'
import { common } from './library/common.ts'
import { lock } from './library/lock.ts'
import { networks } from './library/networks.ts'
import { scripts } from './library/scripts.ts'
import { services } from './library/services.ts'
import { starting } from './library/starting.ts'
import { waiting } from './library/waiting.ts'

/**
 * The functions of all scripts of the target: POSIX, with nothing but the docker program and what every Unix has. Each file
 * of a service calls them, once in every pass: to list, to check, to start.
 */
export const library = [common, services, checks, lock, networks, starting, waiting, scripts].join('')
