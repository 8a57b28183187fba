import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExternalPostgres } from '../external-postgres.ts'
import type { Shop } from '../parcels.ts'
import { mustRun } from '../program.ts'
import { registry } from '../rendering.ts'

/** One installation of Parcels on an engine, as an admin without Waybill handles what was rendered. */
export interface Installation {
  readonly id: string
  readonly shop: Shop
  /** Makes the secrets and brings everything up, with the engine's own program. */
  up(): Promise<void>
  /** Makes every container or pod anew. */
  restart(): Promise<void>
  /** Takes it down; the data stays. */
  down(): Promise<void>
  /** Removes the data, too. */
  destroy(): Promise<void>
  /** What the engine has of it, data apart: one thing a line, with an id that a new thing does not share. */
  things(): Promise<readonly string[]>
  /** The volumes that hold its data. */
  data(): Promise<readonly string[]>
}

/** The plain site of a laptop, or one with a mirror, a proxy, authorities, a certificate and users of its own. */
export type SiteKind = 'plain' | 'strict'

export interface Wish {
  readonly id: string
  /** Where the edge listens on this machine. */
  readonly port: number
  readonly folder: string
  readonly site: SiteKind
  readonly database?: ExternalPostgres
  readonly photos: boolean
}

/** Under this path of the registry lie the images of the strict site. */
export const mirrorPath = 'strict-mirror'

/** What the strict site has on every engine: a proxy that answers nobody, and certificates. */
export interface StrictSite {
  readonly certificate: string
  readonly key: string
  readonly authorities: string
}

/** Makes a certificate for the shop, which is its own authority. */
export async function strictSite(folder: string): Promise<StrictSite> {
  const file = (name: string) => join(folder, name)
  const [certificate, key] = [file('site.crt'), file('site.key')]
  await selfSigned({ subject: 'parcels.test', name: 'DNS:parcels.test', certificate, key })
  return { certificate, key, authorities: certificate }
}

/** Makes a key and a certificate that is its own authority. */
export async function selfSigned(wish: {
  readonly subject: string
  readonly name: string
  readonly certificate: string
  readonly key: string
}): Promise<void> {
  const { subject, name, certificate, key } = wish
  const made = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${subject} -addext subjectAltName=${name}`
  await mustRun('openssl', [...made.split(' '), '-keyout', key, '-out', certificate])
}

/** The instance file: choices that all engines share, then the lines of the engine's own site. */
export function instanceText(wish: Wish, host: string, site: readonly string[]): string {
  const { id, database, photos } = wish
  const strict = wish.site === 'strict'
  const proxy = `http://${host}:9`
  return [
    'schema: 1',
    `id: ${id}`,
    'product: parcels',
    'load: { users: 100 }',
    'settings: { site: { host: parcels.test } }',
    `features: { photos: ${photos} }`,
    ...(database
      ? [`dependencies: { db: { mode: external, host: ${host}, port: ${database.port}, sslMode: disable } }`]
      : []),
    'site:',
    `  registry: ${strict ? `${registry}/${mirrorPath}` : registry}`,
    ...(strict
      ? [`  proxy: { http: '${proxy}', https: '${proxy}', except: [${host}] }`, '  labels: { team: a1 }']
      : []),
    ...site.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** The words by which `secrets.sh` gets what the customer brings. */
export async function broughtSecrets({ database, folder, id }: Wish): Promise<string[]> {
  if (!database) return []
  const file = join(folder, `${id}-brought`)
  await writeFile(file, database.password)
  return ['--from', `db-password=${file}`]
}

export const lines = (text: string): string[] => text.split('\n').filter(Boolean).sort()

/** Closes a server and what is connected to it. */
export async function close(server: { close(): unknown; closeAllConnections(): void } | undefined): Promise<void> {
  if (!server) return
  const closed = once(server as never, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
