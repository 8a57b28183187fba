import type { OutputFile } from '../../target.ts'
import { ownershipLabels } from '../../containers/labels.ts'
import { contentName } from '@waybill/model'
import { quote } from '../../secrets/shell/quote.ts'
import { edgeFiles } from './edge.ts'
import { notice } from './page.ts'
import type { Plan } from './plan.ts'
import { rootOf } from './units.ts'

/** The program whose name and image an entry of the demo image has. */
interface Root {
  readonly name: string
  readonly image: string
}

export const rootsOf = ({ units, deployment: { edgeProxy } }: Plan): Root[] => [
  ...units.map(({ name, service: { image } }) => ({ name, image })),
  ...(edgeProxy ? [{ name: edgeProxy.id, image: edgeProxy.image }] : []),
]

/** A configuration file with its place in the file system of a unit. */
interface Configuration {
  readonly unit: string
  readonly path: string
  readonly output: OutputFile
}

export function configurations(plan: Plan): Configuration[] {
  const { edgeProxy } = plan.deployment
  const own = plan.units.flatMap(({ name, service, texts }) =>
    texts.files.map(({ path, content }) => ({
      unit: name,
      path,
      output: {
        path: `base/files/${service.id}/${contentName(content)}-${baseName(path)}`,
        content: { text: content },
      },
    })),
  )
  const edge = edgeProxy ? edgeFiles(plan).map((file) => ({ unit: edgeProxy.id, ...file })) : []
  return [...own, ...edge]
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]/g, '_')

/**
 * The image: the file system of every product image in a folder of its own, and what starts them. Its build context is a
 * copy of `base` with what `build.sh` finds out about each image.
 */
export function dockerfile(plan: Plan): string {
  const { deployment, supervisor } = plan
  const labels = { ...deployment.site.labels, ...ownershipLabels(deployment) }
  return `# Built by build.sh: it reads the words and variables of each image, which no COPY brings.
FROM ${supervisor}
${rootsOf(plan)
  .map(({ name, image }) => `COPY --from=${image} / ${rootOf(name)}/`)
  .join('\n')}
COPY prepare.sh /waybill/
RUN sh /waybill/prepare.sh
COPY files/ /waybill/files/
COPY edge/ /waybill/edge/
COPY place.sh /waybill/
RUN sh /waybill/place.sh
COPY health/ /waybill/health/
COPY services/ /waybill/services/
COPY images/ /waybill/images/
COPY notice processes.yaml ready.sh start.sh /waybill/
LABEL ${Object.entries(labels)
    .map(([name, value]) => `${word(name)}=${word(value)}`)
    .join(' \\\n      ')}
HEALTHCHECK --interval=5s --timeout=10s --retries=3 --start-period=10m CMD ["/waybill/ready.sh"]
ENTRYPOINT ["/waybill/start.sh"]
`
}

/** A word in which the builder puts no variable. */
const word = (text: string): string => JSON.stringify(text).replaceAll('$', String.raw`\$`)

/** Runs while the image is built: folders that are mounted over later, and links that stay inside of their own folder. */
export function prepareScript(plan: Plan): string {
  const folders = plan.units.flatMap(({ name, service }) => service.scratch.map(({ path }) => `${rootOf(name)}${path}`))
  const { edgeProxy } = plan.deployment
  if (edgeProxy) folders.push(...edgeScratch.map((path) => `${rootOf(edgeProxy.id)}${path}`))
  return `#!/bin/sh
set -eu
# an absolute link would lead out of the folder for everybody but the service
find /services -type l -lname '/*' | while IFS= read -r link; do
  root=/services/$(printf '%s' "$link" | cut -d/ -f3)
  ln -sfnT "$(realpath -sm --relative-to="\${link%/*}" "$root$(readlink "$link")")" "$link"
done
for root in /services/*; do
  mkdir -p "$root/proc" "$root/dev" "$root/etc"
  for file in hosts resolv.conf; do
    [ -e "$root/etc/$file" ] || { rm -f "$root/etc/$file" && : >"$root/etc/$file"; }
  done
done
mkdir -p /waybill /run/waybill /run/secrets
${folders.map((folder) => `mkdir -p ${quote(folder)}\n`).join('')}`
}

/** Runs while the image is built: a layer for each file would be more than an image can have. */
export function placeScript(plan: Plan): string {
  const lines = configurations(plan).map(
    ({ unit, path, output }) =>
      `place ${quote(output.path.replace(/^base\//, ''))} ${quote(`${rootOf(unit)}${path}`)}\n`,
  )
  return `#!/bin/sh
set -eu
cd /waybill
place() { mkdir -p "\${2%/*}" && cp "$1" "$2" && chmod 0444 "$2"; } # FILE PATH
${lines.join('')}`
}

export const edgeScratch = ['/config', '/data', '/tmp'] as const

/**
 * Asks the supervisor whether every process runs and passes its check, or has done its work. Its own `is-ready` holds it
 * against a process that it ended badly once, even if it runs again.
 */
export const readyScript = `#!/bin/sh
set -eu
processes=$(process-compose --use-uds --unix-socket /run/waybill/supervisor.sock --log-file /dev/null list --output json |
  tr -d ' \\n\\t' | tr '{' '\\n' | grep '"name"')
! printf '%s\\n' "$processes" | grep -v \\
  -e '"status":"Running".*"is_ready":"Ready"' \\
  -e '"status":"Running".*"has_ready_probe":false' \\
  -e '"status":"Completed".*"exit_code":0,' \\
  -e '"status":"Disabled"'
`

/** Runs as root when the container starts; gives its one special right up before anything of the product runs. */
export function startScript(plan: Plan): string {
  const { edgeProxy } = plan.deployment
  const scratch = plan.units.flatMap(({ name, service: { scratch: folders, user } }) =>
    folders.map(({ path, size }) => memory(`${rootOf(name)}${path}`, size, user)),
  )
  if (edgeProxy) {
    scratch.push(
      ...edgeScratch.map((path) => memory(`${rootOf(edgeProxy.id)}${path}`, 16 * 1024 * 1024, edgeProxy.user)),
    )
  }
  return `#!/bin/sh
set -eu
cat /waybill/notice
for root in /services/*; do
  mount --rbind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
  for file in hosts resolv.conf; do mount --bind "/etc/$file" "$root/etc/$file"; done
done
# PATH SIZE UID:GID
memory() { mount -t tmpfs -o "nosuid,nodev,mode=1777,size=$2,uid=\${3%:*},gid=\${3#*:}" tmpfs "$1"; }
${[...scratch, ...owners(plan)].map((line) => `${line}\n`).join('')}exec setpriv --bounding-set=-sys_admin,-chown -- process-compose up --tui=false --disable-dotenv --ordered-shutdown \\
  --use-uds --unix-socket /run/waybill/supervisor.sock --log-file /run/waybill/supervisor.log \\
  --config /waybill/processes.yaml
`
}

const memory = (path: string, size: number, { uid, gid }: { uid: number; gid: number }): string =>
  `memory ${quote(path)} ${size} ${uid}:${gid}`

/** A folder of a volume whose owner in the image is somebody else, and which the definition gives to this one. */
const owners = ({ units, volumes }: Plan): string[] =>
  units.flatMap(({ name, service }) =>
    service.mounts.flatMap(({ path, volume, readOnly }) => {
      const owner = volumes.get(volume)?.owner
      return owner && !readOnly ? [`chown ${owner.uid}:${owner.gid} ${quote(`${rootOf(name)}${path}`)}`] : []
    }),
  )

export const noticeText = (plan: Plan): string => {
  const line = '-'.repeat(80)
  return `${[line, ...notice(plan.deployment), line].join('\n')}\n`
}
