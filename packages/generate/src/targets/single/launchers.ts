import type { OutputFile } from '../../target.ts'
import { envFileName } from '../../secrets/names.ts'
import { quote } from '../../secrets/shell/quote.ts'
import { edgeCheck, edgeConfiguration } from './edge.ts'
import type { Plan, SpelledUnit } from './plan.ts'
import { siteVariables } from './site.ts'
import { rootOf } from './units.ts'

/** What is needed to start one process in the file system of its image. */
interface Launch {
  readonly name: string
  readonly user: { readonly uid: number; readonly gid: number }
  readonly workingDir?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  /** File with the variables that hold secrets. */
  readonly secrets?: string
  /** Comment: the ports that it listens on. */
  readonly listens: readonly string[]
  readonly ready?: readonly string[]
}

/** One script for each process, and one for each check. */
export function launchers(plan: Plan): OutputFile[] {
  return launchesOf(plan).flatMap((launch) => [
    script(`base/services/${launch.name}`, launcher(launch)),
    ...(launch.ready ? [script(`base/health/${launch.name}`, check(launch.name, launch.ready))] : []),
  ])
}

const script = (path: string, text: string): OutputFile => ({ path, content: { text }, executable: true })

function launchesOf(plan: Plan): Launch[] {
  const { edgeProxy } = plan.deployment
  const launches = plan.units.map((unit) => launchOf(unit, plan))
  if (!edgeProxy) return launches
  const { http, https } = plan.ports.edge
  return [
    ...launches,
    {
      name: edgeProxy.id,
      user: edgeProxy.user,
      command: ['caddy', 'run', '--config', edgeConfiguration, '--adapter', 'caddyfile'],
      env: [
        { name: 'XDG_CONFIG_HOME', value: '/config' },
        { name: 'XDG_DATA_HOME', value: '/data' },
      ],
      listens: [`http=${http}`, `https=${https}`],
      ready: edgeCheck(plan),
    },
  ]
}

function launchOf({ name, service, texts }: SpelledUnit, { deployment, secrets, ports }: Plan): Launch {
  const keys = secrets.env.get(service.id)
  return {
    name,
    user: service.user,
    ...(service.workingDir !== undefined && { workingDir: service.workingDir }),
    ...(texts.command && { command: texts.command }),
    ...(texts.args && { args: texts.args }),
    env: [...siteVariables(service, deployment), ...texts.env],
    ...(keys && keys.size > 0 && { secrets: envFileName(service.id, keys) }),
    listens: service.ports.map(({ id }) => `${id}=${ports.number(name, id)}`),
    ...(texts.ready && { ready: texts.ready }),
  }
}

/**
 * The words are put together from the last to the first: command and arguments, then the program that enters the image,
 * then variables; of two with one name the later one holds, so those of the image come first.
 */
function launcher(launch: Launch): string {
  const { name, user, workingDir, command, args = [], env, secrets, listens } = launch
  const own = [...(command ?? []), ...args]
  return `#!/bin/sh
# shellcheck disable=SC1091,SC2016,SC2034  # the files of the image are made by build.sh; a "$" in a literal is meant
# Runs ${name}, or what is given, as its image would${listens.length > 0 ? `; ports: ${listens.join(' ')}` : ''}
set -eu
folder=${quote(workingDir ?? '')} replaced=${command ? 'yes' : 'no'}
if [ $# -gt 0 ]; then
  replaced=yes
else
  ${['set --', ...own.map(quote)].join(' ')}
fi
. /waybill/images/${name}.words
set -- /usr/bin/unshare --root=${rootOf(name)} "--wd=$folder" --setgid=${user.gid} --setuid=${user.uid} -- "$@"
${secrets === undefined ? '' : secretVariables(secrets)}${env.length === 0 ? '' : `set -- \\\n${env.map(({ name: variable, value }) => `  ${quote(`${variable}=${value}`)} \\\n`).join('')}  "$@"\n`}. /waybill/images/${name}.env
exec env -i HOME=/ PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
`
}

const secretVariables = (file: string): string => `secrets=/run/secrets/${file}
while IFS= read -r line; do set -- "$line" "$@"; done <"$secrets"
`

const check = (name: string, words: readonly string[]): string =>
  `#!/bin/sh\n# shellcheck disable=SC2016  # a "$" in a literal is meant\nexec /waybill/services/${name} ${words.map(quote).join(' ')}\n`
