import { join } from 'node:path'
import { mustRun } from '../program.ts'
import { parcelsDefinition, render } from '../rendering.ts'
import { type Installation, type Wish, broughtSecrets, instanceText, lines, strictSite } from './installation.ts'

const hostSeenByContainers = '172.17.0.1'

/** What tells the targets of one machine apart: commands typed in the folder of the output. */
interface Commands {
  readonly up: string
  /** Makes every container anew. */
  readonly restart: string
  readonly down: string
  readonly destroy: string
}

const commands: Readonly<Record<'compose' | 'docker' | 'single', Commands>> = {
  compose: {
    up: 'docker compose up --detach --wait --quiet-pull',
    restart: 'docker compose up --detach --wait --force-recreate',
    down: 'docker compose down',
    destroy: 'docker compose down --volumes --timeout 10',
  },
  docker: {
    up: 'sh up.sh',
    restart: 'sh up.sh --recreate',
    down: 'sh down.sh',
    destroy: 'sh down.sh --volumes --yes',
  },
  single: {
    up: 'sh base/up.sh',
    restart: 'sh base/down.sh && sh base/up.sh',
    down: 'sh base/down.sh',
    destroy: 'sh base/down.sh --volumes',
  },
}

/** An installation on this machine's Docker. */
export const onDockerHost =
  (target: keyof typeof commands) =>
  async (wish: Wish): Promise<Installation> => {
    const { id, port, folder } = wish
    const strict = wish.site === 'strict' ? await strictSite(folder) : undefined
    const site = [
      `publish: { address: 127.0.0.1, http: 0, https: ${port} }`,
      ...(strict ? [`certificateAuthority: { file: ${strict.authorities} }`] : []),
    ]
    const text = instanceText(wish, hostSeenByContainers, site)
    const cwd = await render(parcelsDefinition, text, target, join(folder, id))
    const env = { ...process.env, WAYBILL_SECRETS: join(folder, id, 'secrets') }
    const type = (command: string) => mustRun('sh', ['-c', command], { cwd, env })
    const certificate = strict
      ? ['--from', `edge-tls/tls.crt=${strict.certificate}`, '--from', `edge-tls/tls.key=${strict.key}`]
      : []
    const docker = async (...args: string[]) =>
      lines(await mustRun('docker', [...args, '--filter', `label=waybill.dev/instance=${id}`]))
    return {
      id,
      shop: { address: '127.0.0.1', port },
      async up() {
        await mustRun('sh', ['base/secrets.sh', ...(await broughtSecrets(wish)), ...certificate], { cwd, env })
        await type(commands[target].up)
      },
      restart: async () => void (await type(commands[target].restart)),
      down: async () => void (await type(commands[target].down)),
      destroy: async () => void (await type(commands[target].destroy)),
      things: async () => [
        ...(await docker('ps', '--all', '--no-trunc', '--quiet')),
        ...(await docker('network', 'ls', '--no-trunc', '--quiet')),
      ],
      data: () => docker('volume', 'ls', '--quiet'),
    }
  }
