import type { DeployedProbe, DeployedService, Value } from '@waybill/model'
import type { Pipe } from '../late/open.ts'
import type { Spelling } from '../spelling.ts'
import type { Context } from './context.ts'
import { holdsControls } from './control-text.ts'
import type { Block } from './manifest.ts'
import { wholeSeconds } from './quantities.ts'

type Check = Exclude<DeployedProbe, { probe: 'none' }>

/** The probes of a service's container. */
export function probesOf(service: DeployedService, context: Context): Block {
  const { health } = service
  if (!health) return {}
  const ready = checkOf(health.ready)
  const live = checkOf(health.live)
  const startup = checkOf(health.startup)
  return {
    ...startupProbe(service, startup, live, ready, context),
    ...(ready && {
      readinessProbe: { ...handler(service, ready, context), ...timings(ready), failureThreshold: ready.failures },
    }),
    ...(live && {
      livenessProbe: { ...handler(service, live, context), ...timings(live), failureThreshold: live.failures },
    }),
  }
}

/** Liveness without a startup probe would kill a slow start, so it is asked patiently first. */
function startupProbe(
  service: DeployedService,
  startup: Check | undefined,
  live: Check | undefined,
  ready: Check | undefined,
  context: Context,
): Block {
  const check = startup ?? live
  if (!check) return {}
  const within = startup ? startup.within : Math.max(check.within, ready?.within ?? 0)
  const period = wholeSeconds(check.every) * 1000
  return {
    startupProbe: {
      ...handler(service, check, context),
      ...timings(check),
      failureThreshold: Math.max(1, Math.ceil(within / period)),
    },
  }
}

export const checkOf = (probe: DeployedProbe | undefined): Check | undefined =>
  probe === undefined || probe.probe === 'none' ? undefined : probe

/** The longest that a start may take, in milliseconds. */
export const startsWithin = ({ health }: DeployedService): number =>
  Math.max(0, ...[health?.startup, health?.ready, health?.live].map((probe) => checkOf(probe)?.within ?? 0))

const timings = ({ every, timeout }: Check): Block => ({
  periodSeconds: wholeSeconds(every),
  timeoutSeconds: wholeSeconds(timeout),
})

function handler(service: DeployedService, check: Check, context: Context): Block {
  switch (check.probe) {
    case 'http': {
      const { number, protocol } = portOf(service, check.port)
      return { httpGet: { path: check.path, port: number, scheme: protocol === 'https' ? 'HTTPS' : 'HTTP' } }
    }
    case 'tcp':
      return { tcpSocket: { port: portOf(service, check.port).number } }
    case 'grpc':
      return {
        grpc: {
          port: portOf(service, check.port).number,
          ...(check.service !== undefined && { service: check.service }),
        },
      }
    case 'exec':
      return { exec: { command: execCommand(service, check, context) } }
  }
}

/** Kubernetes expands nothing in commands of probes, so nothing but the text itself can be written there. */
function execCommand(service: DeployedService, check: Check, context: Context): string[] {
  const command = probeCommand(service, check, '127.0.0.1', check.command ?? [], context)
  if (command.some(holdsControls)) {
    context.lose({
      loss: 'text.controlCharacters',
      at: `services/${service.id}/health`,
      severity: 'unsupported',
      reason: 'kubectl cannot carry the characters U+007F to U+009F, U+2028 and U+2029 in the command of a probe.',
      workaround: 'Put the command into a script of the image.',
    })
  }
  return command
}

const portOf = ({ ports }: DeployedService, id: string) => ports.find((port) => port.id === id)!

/** A command that asks whether an address answers, word by word, without escapes: Kubernetes does not expand probes. */
export function probeCommand(
  service: DeployedService,
  check: Check,
  host: string,
  command: readonly Value[],
  { addresses, stage }: Context,
  { literal, pipes = [] }: { readonly literal?: Spelling['literal']; readonly pipes?: readonly Pipe[] } = {},
): string[] {
  const port = check.port === undefined ? undefined : portOf(service, check.port)
  const path = check.probe === 'http' ? check.path : ''
  const number = port === undefined ? '' : String(port.number)
  const url = `${port?.protocol ?? 'tcp'}://${host}:${number}${path}`
  const spelling: Spelling = {
    ...(literal && { literal }),
    address: addresses.spell,
    probe: { url, host, port: number },
  }
  return command.map((word) => stage.text(word, spelling, pipes))
}
