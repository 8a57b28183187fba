import { exits0 } from '../health.ts'
import { GiB, MiB, cores, seconds } from '../quantities.ts'
import { tcp } from '../services.ts'
import { constant, estimated } from '../sizes.ts'
import { scratch, volume } from '../storage.ts'
import { type SecretText, type Text, percentEncoded, portRef, probe, text } from '../terms.ts'
import {
  type BundledMeta,
  type Dependency,
  addressInputs,
  byMode,
  dependency,
  input,
  passwordOf,
} from './dependency.ts'

export interface Redis extends Dependency {
  /** `redis://:password@host:port/0`, the password percent-encoded; `rediss` when external with TLS. */
  url(): SecretText
  host(): Text
  port(): Text
  password(): SecretText
}

const evidence = estimated('default of the bundled Redis')

/** A Redis store, kept on disk. */
export function redis(id: string, meta: BundledMeta): Redis {
  const port = portRef(id, 'redis')
  const password = passwordOf(id, `Password of the Redis "${id}"`)
  const host = byMode(id, input(id, 'host'), port.host())
  const number = byMode(id, input(id, 'port'), port.number())
  const scheme = byMode<string | Text>(id, input(id, 'scheme'), 'redis')
  return dependency(id, meta, {
    kind: 'redis',
    inputs: [
      ...addressInputs(6379),
      {
        id: 'scheme',
        title: 'Protocol',
        help: 'rediss for TLS',
        type: 'choice',
        choices: [{ id: 'redis' }, { id: 'rediss' }],
        default: 'redis',
      },
    ],
    outputs: { host, port: number, password, url: text`${scheme}://:${percentEncoded(password)}@${host}:${number}/0` },
    surface: { does: `Keeps ${meta.holds}`, area: meta.area, ports: { redis: tcp(6379) } } as never,
    bundled: {
      image: meta.image ?? 'redis:7',
      command: ['redis-server', '/run/redis.conf'],
      secretFiles: {
        '/run/redis.conf': text`dir /data\nappendonly yes\nport 6379\nbind * -::*\nrequirepass ${password}\nuser probe on nopass -@all +ping\n`,
      },
      mounts: {
        '/data': volume(`${id}-data`, {
          holds: meta.holds,
          data: 'slow-to-rebuild',
          size: meta.disk ?? constant(GiB(5), evidence),
        }),
      },
      scratch: { '/tmp': scratch(MiB(64)) },
      user: { uid: 999, gid: 999 },
      // a user that may only ping: while the data are loaded or with any other error, the answer is not PONG
      health: exits0(
        [
          'redis-cli',
          '-e',
          '-h',
          probe.host,
          '-p',
          probe.port,
          '--user',
          'probe',
          '--pass',
          'probe',
          '--no-auth-warning',
          'ping',
        ],
        { port, every: seconds(5) },
      ),
      shutdown: { grace: seconds(60) },
      update: { strategy: 'recreate' },
      singleton: true,
      size: {
        cpu: meta.cpu ?? { request: constant(cores(0.1), evidence), limit: constant(cores(1), evidence) },
        memory: meta.memory ?? { request: constant(MiB(256), evidence), limit: constant(MiB(512), evidence) },
      },
    },
  })
}
