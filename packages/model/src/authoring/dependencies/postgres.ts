import { exits0 } from '../health.ts'
import { GiB, MiB, cores, minutes, seconds } from '../quantities.ts'
import { tcp } from '../services.ts'
import { constant, estimated } from '../sizes.ts'
import { scratch, scratchInMemory, volume } from '../storage.ts'
import { type SecretText, type Text, percentEncoded, portRef, probe, text, when } from '../terms.ts'
import {
  type BundledMeta,
  type Dependency,
  addressInputs,
  byMode,
  dependency,
  input,
  passwordOf,
} from './dependency.ts'

export interface Postgres extends Dependency {
  /** `postgres://user:password@host:port/database`, the password percent-encoded; `sslmode` when external. */
  url(): SecretText
  host(): Text
  port(): Text
  user(): Text
  database(): Text
  /** `disable` when bundled; else what the customer says: `require`, `verify-ca`, `verify-full` or `disable`. */
  sslMode(): Text
  password(): SecretText
}

const evidence = estimated('default of the bundled Postgres')

/**
 * A PostgreSQL database.
 *
 * @example
 * const db = postgres('db', { holds: 'Orders', version: '>=15', area: core })
 */
export function postgres(id: string, meta: BundledMeta): Postgres {
  const port = portRef(id, 'postgres')
  const password = passwordOf(id, `Password of the database "${id}"`)
  const host = byMode(id, input(id, 'host'), port.host())
  const number = byMode(id, input(id, 'port'), port.number())
  const user = byMode<string | Text>(id, input(id, 'user'), 'app')
  const database = byMode<string | Text>(id, input(id, 'database'), 'app')
  const query = when(isOutside(id), text`?sslmode=${input(id, 'sslMode')}`)
  const answers = ['pg_isready', '-q', '-h', probe.host, '-p', probe.port, '-U', 'app', '-d', 'app']
  return dependency(id, meta, {
    kind: 'postgres',
    inputs: [
      ...addressInputs(5432),
      { id: 'user', title: 'User', type: 'text', default: 'app' },
      { id: 'database', title: 'Database', type: 'text', default: 'app' },
      {
        id: 'sslMode',
        title: 'TLS',
        type: 'choice',
        choices: [{ id: 'disable' }, { id: 'require' }, { id: 'verify-ca' }, { id: 'verify-full' }],
        default: 'require',
      },
    ],
    outputs: {
      host,
      port: number,
      user,
      database,
      sslMode: byMode<string | Text>(id, input(id, 'sslMode'), 'disable'),
      password,
      url: text`postgres://${percentEncoded(user as Text)}:${percentEncoded(password)}@${host}:${number}/${percentEncoded(database as Text)}${query}`,
    },
    surface: { does: `Keeps ${meta.holds}`, area: meta.area, ports: { postgres: tcp(5432) } } as never,
    bundled: {
      image: meta.image ?? 'postgres:16',
      env: {
        POSTGRES_USER: 'app',
        POSTGRES_DB: 'app',
        POSTGRES_PASSWORD_FILE: '/run/postgres-password',
        PGDATA: '/var/lib/postgresql/data/pgdata',
      },
      secretFiles: { '/run/postgres-password': password },
      mounts: {
        '/var/lib/postgresql/data': volume(`${id}-data`, {
          holds: meta.holds,
          data: 'must-back-up',
          size: meta.disk ?? constant(GiB(10), evidence),
        }),
      },
      scratch: {
        '/var/run/postgresql': scratch(MiB(1)),
        '/tmp': scratch(MiB(256)),
        '/dev/shm': scratchInMemory(MiB(256)),
      },
      user: { uid: 999, gid: 999 },
      health: {
        startup: exits0(answers, { port, within: minutes(10), every: seconds(2) }),
        ready: exits0(answers, { port, every: seconds(5) }),
      },
      // "fast shutdown": Postgres waits for every client to leave on SIGTERM
      shutdown: { signal: 'SIGINT', grace: minutes(2) },
      update: { strategy: 'recreate' },
      singleton: true,
      size: {
        cpu: meta.cpu ?? { request: constant(cores(0.25), evidence), limit: constant(cores(2), evidence) },
        memory: meta.memory ?? { request: constant(MiB(512), evidence), limit: constant(GiB(1), evidence) },
      },
    },
  })
}

const isOutside = (id: string) => ({ op: 'not', of: { op: 'mode', dependency: id, is: 'bundled' } }) as never
