import type { Deployment } from '@waybill/model'
import { numberOf, proxied } from '../../containers/exposures.ts'
import { portHolder } from '../../containers/port-holder.ts'
import { publishedOnce } from './exposures.ts'
import { ownershipLabels } from '../../containers/labels.ts'
import { volumeName } from '../../containers/storage.ts'
import { certificateFile, certificatesOf } from '../../containers/caddyfile.ts'
import { authoritiesFile } from '../../site/authorities.ts'
import { envFileName } from '../../secrets/names.ts'
import { quote } from '../../secrets/shell/quote.ts'
import { containerName } from './page.ts'
import type { Plan, SpelledUnit } from './plan.ts'
import { rootsOf } from './image.ts'
import { machineHost } from './texts.ts'
import { authoritiesOfSite } from './site.ts'
import { rootOf } from './units.ts'

/** A volume of Docker, by the name that Compose gives it: so Compose finds it when the customer moves. */
export interface NamedVolume {
  readonly name: string
  readonly key: string
  readonly volume: string
  readonly data: string
}

export function namedVolumes({ deployment, units, volumes }: Plan): NamedVolume[] {
  const found = new Map<string, NamedVolume>()
  for (const { service, shard } of units) {
    for (const { volume } of service.mounts) {
      const key = volumeName(volume, shard, volumes)
      const name = `${deployment.instance.id}_${key}`
      found.set(name, { name, key, volume, data: volumes.get(volume)?.data ?? '' })
    }
  }
  return [...found.values()]
}

const imageName = ({ product, instance }: Deployment): string =>
  `${instance.id}-single:${product.version.replace(/[^A-Za-z0-9._-]/g, '-')}`

/** `build.sh`: the words and variables of every image, then the image itself. */
export function buildScript(plan: Plan): string {
  return `#!/bin/sh
# Builds the image ${imageName(plan.deployment)}; nothing but the images of the product is fetched.
set -eu
cd "$(dirname "$0")"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
trap 'exit 130' INT TERM
cp -R . "$context" && (cd "$context" && mkdir -p edge files health images) && chmod -R u+w,a+rX "$context"
quoted="'{{join (split . \\"'\\") \\"'\\\\\\\\''\\"}}'"

# image NAME IMAGE: writes images/NAME.words (entry point and command) and images/NAME.env
image() {
  docker image inspect "$2" >/dev/null 2>&1 || docker pull --quiet "$2" >/dev/null
  docker image inspect --format "[ -n \\"\\$folder\\" ] || folder={{with .Config.WorkingDir}}$quoted{{else}}/{{end}}
if [ \\"\\$replaced\\" = no ]; then
  [ \\$# -gt 0 ] || set --{{range .Config.Cmd}} $quoted{{end}}
  set --{{range .Config.Entrypoint}} $quoted{{end}} \\"\\$@\\"
fi" "$2" >"$context/images/$1.words"
  docker image inspect --format "set --{{range .Config.Env}} $quoted{{end}} \\"\\$@\\"" "$2" >"$context/images/$1.env"
}
${rootsOf(plan)
  .map(({ name, image }) => `image ${name} ${quote(image)}`)
  .join('\n')}
docker build --quiet --network none --tag ${imageName(plan.deployment)} "$context" >/dev/null
`
}

export function upScript(plan: Plan): string {
  const { deployment } = plan
  const { id } = deployment.instance
  const container = containerName(deployment)
  const network = networkName(deployment)
  const labels = Object.entries({ ...deployment.site.labels, ...ownershipLabels(deployment) })
  const labelWords = labels.map(([name, value]) => `--label ${quote(`${name}=${value}`)}`).join(' ')
  return `#!/bin/sh
# Builds the image and starts it, or changes what is new; ends when everything is ready. Run it as often as you like.
set -eu
cd "$(dirname "$0")"
${secretsFolder(deployment)}
missing=
${secretFiles(plan)
  .map((file) => `[ -f "$folder"/${quote(file)} ] || missing="$missing ${file}"\n`)
  .join(
    '',
  )}[ -z "$missing" ] || { echo "up.sh: these secrets are missing:$missing. Run: sh base/secrets.sh" >&2; exit 1; }

others=$(docker ps --all --filter label=com.docker.compose.project=${id} --format '{{.Names}}' &&
  docker ps --all --filter label=waybill.dev/instance=${id} --filter label=waybill.dev/target=docker --format '{{.Names}}')
[ -z "$others" ] || {
  echo 'up.sh: ${id} runs in containers of its own, and two programs must not use one volume. Stop it first, with docker compose down or sh down.sh in the folder that it was started from: the volumes stay.' >&2
  exit 1
}

${machineChecks(plan)}cat notice
sh build.sh

# volume NAME KEY ID DATA
volume() {
  docker volume inspect "$1" >/dev/null 2>&1 || docker volume create ${labelWords} \\
    --label com.docker.compose.project=${deployment.instance.id} --label "com.docker.compose.volume=$2" \\
    --label "waybill.dev/volume=$3" --label "waybill.dev/data=$4" "$1" >/dev/null
}
${namedVolumes(plan)
  .map(({ name, key, volume, data }) => `volume ${name} ${key} ${volume} ${data}\n`)
  .join(
    '',
  )}docker network inspect ${network} >/dev/null 2>&1 || docker network create ${labelWords} ${network} >/dev/null

set --${options(plan, labelWords)
    .map((option) => ` \\\n  ${option}`)
    .join('')}
# shellcheck source=/dev/null
. ../custom/options.sh
wanted="$(docker image inspect --format '{{.Id}}' ${imageName(deployment)}) $(printf '%s\\n' "$@" | cksum)"
if [ "$(docker container inspect --format '{{.State.Running}} {{index .Config.Labels "waybill.dev/run"}}' ${container} 2>/dev/null)" != "true $wanted" ]; then
  # what is wrong with the new one shows before the old one stops; both must not use the volumes at once
  docker rm --force ${container}-next >/dev/null 2>&1 || true
  docker create --name ${container}-next --label "waybill.dev/run=$wanted" "$@" ${imageName(deployment)} >/dev/null
  docker stop ${container} >/dev/null 2>&1 || true
  if ! docker start ${container}-next >/dev/null; then
    docker rm --force ${container}-next >/dev/null
    docker start ${container} >/dev/null 2>&1 && echo 'up.sh: what ran before runs again' >&2
    exit 1
  fi
  docker rm --force ${container} >/dev/null 2>&1 || true
  docker rename ${container}-next ${container}
  # what an earlier build left
  docker image prune --force --filter label=waybill.dev/instance=${deployment.instance.id} >/dev/null
fi

tries=0
while state=$(docker container inspect --format '{{.State.Status}} {{.State.Health.Status}} {{.State.ExitCode}}' ${container}); do
  tries=$((tries + 1))
  case $state in
    'running healthy '*) break ;;
    exited*' 0') echo '${container} has done everything and ended.'; exit ;;
    exited* | dead*) reason='it ended' ;;
    *) [ "$tries" -gt 300 ] && reason='it was not ready in 10 minutes' || reason= ;;
  esac
  if [ -n "$reason" ]; then
    docker logs --tail 50 ${container} >&2
    echo "up.sh: ${container} did not start: $reason" >&2
    exit 1
  fi
  sleep 2
done
echo "${container} is ready."
`
}

/** What would stop the new container is found while the old one still runs. */
function machineChecks(plan: Plan): string {
  const { site, instance } = plan.deployment
  const authority = authoritiesOfSite(site)
  const files = [
    ...(authority === undefined ? [] : [authority]),
    ...plan.units.flatMap(foldersOf).map(([from]) => from),
  ]
  const address = site.publish?.address ?? ''
  const ports = published(plan).map(({ number, protocol }) => `check_port ${number} ${protocol}\n`)
  return `absent=
${[...new Set(files)].map((file) => `[ -e ${quote(file)} ] || absent="$absent "${quote(file)}\n`).join('')}[ -z "$absent" ] || { echo "up.sh: this machine does not have:$absent" >&2; exit 1; }

${portHolder}check_port() { # PORT PROTOCOL
  holder=$(port_holder ${quote(address)} "$1" "$2" ${instance.id})
  [ -z "$holder" ] || {
    echo "up.sh: port $1 of this machine belongs to the container $holder. Stop that, or set another port with site.publish in instance.yaml and render again." >&2
    exit 1
  }
}
${ports.join('')}
`
}

/**
 * The network that the other targets begin with. They stop where it is there and not theirs, before anything starts: two
 * programs must not use one volume.
 */
const networkName = ({ instance }: Deployment): string => `${instance.id}_edge`

/** As \`secrets.sh\` finds it: by the same variable first. */
function secretsFolder({ site, instance }: Deployment): string {
  const usual =
    site.secretsFolder === undefined
      ? `"\${HOME:?is not set: say where the secrets are with WAYBILL_SECRETS=FOLDER}"/${quote(`.waybill/${instance.id}/secrets`)}`
      : quote(site.secretsFolder)
  return `folder=\${WAYBILL_SECRETS:-}\n[ -n "$folder" ] || folder=${usual}`
}

interface SecretMount {
  /** In the folder of the secrets. */
  readonly file: string
  readonly target: string
}

function secretMounts(plan: Plan): SecretMount[] {
  const { deployment, units, secrets } = plan
  const { edgeProxy } = deployment
  const own = units.flatMap(({ name, service }) => {
    const keys = secrets.env.get(service.id)
    const variables = keys && keys.size > 0 ? envFileName(service.id, keys) : undefined
    return [
      ...(variables === undefined ? [] : [{ file: `env/${variables}`, target: `/run/secrets/${variables}` }]),
      ...[...(secrets.files.get(service.id) ?? [])].map(([path, { object, key }]) => ({
        file: `${object}/${key}`,
        target: `${rootOf(name)}${path}`,
      })),
    ]
  })
  const certificates = edgeProxy
    ? certificatesOf(deployment).flatMap((object) =>
        ['tls.crt', 'tls.key'].map((key) => ({
          file: `${object}/${key}`,
          target: `${rootOf(edgeProxy.id)}${certificateFile(object, key)}`,
        })),
      )
    : []
  return [...new Map([...own, ...certificates].map((mount) => [mount.target, mount])).values()]
}

const secretFiles = (plan: Plan): string[] => [...new Set(secretMounts(plan).map(({ file }) => file))].toSorted()

function options(plan: Plan, labels: string): string[] {
  const { deployment, units, writableRoot } = plan
  return [
    // init takes in processes that lose their parent
    `--init --network ${networkName(deployment)} --restart on-failure:3 --stop-timeout ${stopTimeout(plan)}`,
    ...(writableRoot ? [] : ['--read-only']),
    // SYS_ADMIN, to show each service /proc and /dev, is given up before anything of the product starts
    `--cap-drop ALL ${rights.map((right) => `--cap-add ${right}`).join(' ')}`,
    '--security-opt no-new-privileges:true --security-opt apparmor=unconfined',
    '--log-opt max-size=10m --log-opt max-file=5',
    labels,
    ...publishOptions(plan),
    ...(units.some(({ texts }) => texts.namesMachine) ? [`--add-host ${machineHost}:host-gateway`] : []),
    '--tmpfs /run/waybill:size=64m,mode=0700',
    ...units.flatMap((unit) => volumeMounts(unit, plan)),
    ...units.flatMap(hostFolders),
    ...authorityMounts(plan),
    ...secretMounts(plan).map(
      ({ file, target }) => `--mount "type=bind,src=$folder"/${quote(`${file},dst=${target},readonly`)}`,
    ),
  ]
}

const rights = [
  'CHOWN',
  'DAC_OVERRIDE',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_CHROOT',
]

const volumeMounts = ({ name, service, shard }: SpelledUnit, { deployment, volumes }: Plan): string[] =>
  service.mounts.map(({ path, volume, readOnly }) => {
    const source = `${deployment.instance.id}_${volumeName(volume, shard, volumes)}`
    const more = `${readOnly ? ',readonly' : ''}${volumes.get(volume)?.owner ? ',volume-nocopy' : ''}`
    return `--mount ${quote(`type=volume,src=${source},dst=${rootOf(name)}${path}${more}`)}`
  })

function authorityMounts({ units, deployment }: Plan): string[] {
  const file = authoritiesOfSite(deployment.site)
  if (file === undefined) return []
  return units.map(
    ({ name }) => `--mount ${quote(`type=bind,src=${file},dst=${rootOf(name)}${authoritiesFile},readonly`)}`,
  )
}

/** `/host/path:/path/inside`, or one path for both. */
const foldersOf = ({ service }: SpelledUnit): (readonly [from: string, to: string])[] =>
  service.relax.flatMap(({ what, value }) => {
    if (what !== 'host-path' || value === undefined) return []
    const [source = '', target = source] = value.split(':')
    return [[source, target] as const]
  })

const hostFolders = (unit: SpelledUnit): string[] =>
  foldersOf(unit).map(
    ([source, target]) => `--mount ${quote(`type=bind,src=${source},dst=${rootOf(unit.name)}${target},readonly`)}`,
  )

interface Published {
  /** Of the machine. */
  readonly number: number
  readonly inside: number
  readonly protocol: 'tcp' | 'udp'
}

const publishOptions = (plan: Plan): string[] => {
  const address = plan.deployment.site.publish?.address
  const at = address === undefined ? '' : `${address.includes(':') ? `[${address}]` : address}:`
  return published(plan).map(
    ({ number, inside, protocol }) =>
      `--publish ${quote(`${at}${number}:${inside}${protocol === 'udp' ? '/udp' : ''}`)}`,
  )
}

function published({ deployment, running, units, ports }: Plan): Published[] {
  const { site, edgeProxy } = deployment
  const secure = proxied(running).some(({ exposure }) => exposure.certificate !== undefined)
  const http = site.publish?.http ?? 80
  const https = site.publish?.https ?? 443
  const direct = units.flatMap(({ name, service }) =>
    publishedOnce(service).map((each): Published => ({
      number: numberOf(each, site),
      inside: ports.number(name, each.port.id),
      protocol: each.port.protocol === 'udp' ? 'udp' : 'tcp',
    })),
  )
  return [
    ...(edgeProxy && http !== 0 ? [{ number: http, inside: ports.edge.http, protocol: 'tcp' } as const] : []),
    ...(edgeProxy && secure ? [{ number: https, inside: ports.edge.https, protocol: 'tcp' } as const] : []),
    ...direct,
  ]
}

/** In seconds: services end one after the other where one needs another. */
const stopTimeout = ({ running }: Plan): number =>
  Math.ceil(running.reduce((sum, { shutdown }) => sum + shutdown.grace, 40_000) / 1000)

export function downScript(plan: Plan): string {
  const { deployment } = plan
  const container = containerName(deployment)
  const network = networkName(deployment)
  const volumes = namedVolumes(plan).map(({ name }) => name)
  return `#!/bin/sh
# Stops and removes the container; volumes stay, unless it is told: down.sh --volumes
set -eu
case \${1:-} in
  '' | --volumes) ;;
  *) echo 'usage: down.sh [--volumes]' >&2; exit 2 ;;
esac
for name in ${container} ${container}-next; do # the second where up.sh was killed
  if docker container inspect "$name" >/dev/null 2>&1; then
    docker stop "$name" >/dev/null
    docker rm "$name" >/dev/null
  fi
done
# that of another target has its marks
marks=$(docker network inspect --format '{{.Labels}}' ${network} 2>/dev/null) || marks=none
case $marks in
  none | *com.docker.compose.* | *waybill.dev/target:*) ;;
  *) docker network rm ${network} >/dev/null ;;
esac
if [ "\${1:-}" = --volumes ]; then
  for volume in${volumes.map((name) => ` ${name}`).join('')}; do
    if docker volume inspect "$volume" >/dev/null 2>&1; then docker volume rm "$volume" >/dev/null; fi
  done
  if docker image inspect ${imageName(deployment)} >/dev/null 2>&1; then docker rmi ${imageName(deployment)} >/dev/null; fi
else
  echo 'The volumes stay.${volumes.length === 0 ? '' : ' To remove them, too: sh base/down.sh --volumes'}'
fi
`
}
