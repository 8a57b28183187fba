import type { Deployment } from '@waybill/model'

/** Where the edge says that this is a demo. */
export const demoPath = '/waybill-demo'

/** What everybody has to know, in lines of plain text. */
export function notice({ product, instance }: Deployment): string[] {
  return [
    `${oneLine(product.title)} ${oneLine(product.version)}, instance ${instance.id}: for demos only.`,
    'Everything runs in one container: what fails takes the rest along, and nothing is limited or kept apart.',
    'Move to Compose before anybody depends on it; the data and secrets come along:',
    ...moveSteps.map((step, i) => `  ${i + 1}. ${step}`),
  ]
}

const moveSteps = [
  'sh base/down.sh   # in this folder; volumes and secrets stay',
  'waybill render product.json --instance instance.yaml --target compose --out .   # the same instance.yaml',
  'sh base/secrets.sh && docker compose up --detach --wait   # in the folder of Compose',
]

export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

export function demoPage(deployment: Deployment): string {
  const [title = '', ...lines] = notice(deployment).map(escapeHtml)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>For demos only</title>
<h1>${title}</h1>
<pre>
${lines.join('\n')}
</pre>
</html>
`
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The output's own readme. */
export function outputReadme(deployment: Deployment, volumes: readonly string[]): string {
  const sharded = deployment.services.filter(({ kind }) => kind === 'sharded').map(({ id }) => id)
  return `# ${oneLine(deployment.product.title)} in one container, for demos only

\`\`\`
${notice(deployment).join('\n')}
\`\`\`

## Every day

\`\`\`sh
sh base/secrets.sh           # make the secrets that are missing
sh base/up.sh                # build the image, start it, wait until everything is ready; run it again after a change
docker logs ${containerName(deployment)}   # what all services say, each line with its name
sh base/down.sh              # stop and remove the container; volumes stay
sh base/down.sh --volumes    # the same, and remove all data and the image
\`\`\`

\`docker exec ${containerName(deployment)} /waybill/services/SERVICE COMMAND\` runs a command as a service would.
Options of \`docker run\`, such as \`--memory\`, belong into \`custom/options.sh\`.

## How to move to Compose

${moveSteps.map((step, i) => `${i + 1}. \`${step}\``).join('\n')}

What moves: every volume, because Compose gives it the same name (${volumes.length === 0 ? 'there are none here' : volumes.map((name) => `\`${name}\``).join(', ')}), and every
secret, because both read the same folder.${sharded.length === 0 ? '' : ` Shards keep their numbers (${sharded.join(', ')}), so keep their count the same.`}
What does not: what processes keep outside of volumes, and the log. Nothing moves while the demo runs: two programs must never
use one volume.
`
}

export const containerName = ({ instance }: Deployment): string => `${instance.id}-single`
