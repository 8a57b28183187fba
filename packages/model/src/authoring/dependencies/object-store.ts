import { get } from '../health.ts'
import { GiB, MiB, cores, seconds } from '../quantities.ts'
import { http } from '../services.ts'
import { constant, estimated } from '../sizes.ts'
import { scratch, volume } from '../storage.ts'
import { type SecretText, type Text, portRef, probe, text } from '../terms.ts'
import {
  type BundledMeta,
  type Dependency,
  addressInputs,
  byMode,
  dependency,
  input,
  passwordOf,
} from './dependency.ts'

export interface ObjectStore extends Dependency {
  /** `http://host:port`, without bucket. */
  endpoint(): Text
  /** `http://host:port/bucket`. */
  url(): Text
  /** Its name. Nobody makes it: the product creates it when it is not there. */
  bucket(): Text
  region(): Text
  accessKey(): Text
  secretKey(): SecretText
}

/** The official image keeps its data folder for root; a step before the first start gives it to this user. */
const owner = { uid: 10001, gid: 10001 }
const evidence = estimated('default of the bundled object store')

/** An object store that speaks S3. */
export function objectStore(id: string, meta: BundledMeta): ObjectStore {
  const port = portRef(id, 's3')
  const secretKey = passwordOf(id, `Secret key of the object store "${id}"`)
  const host = byMode(id, input(id, 'host'), port.host())
  const number = byMode(id, input(id, 'port'), port.number())
  const scheme = byMode<string | Text>(id, input(id, 'scheme'), 'http')
  const bucket = byMode<string | Text>(id, input(id, 'bucket'), id)
  return dependency(id, meta, {
    kind: 'objectStore',
    inputs: [
      ...addressInputs(443),
      { id: 'scheme', title: 'Protocol', type: 'choice', choices: [{ id: 'https' }, { id: 'http' }], default: 'https' },
      { id: 'bucket', title: 'Bucket', type: 'text', required: true },
      { id: 'region', title: 'Region', type: 'text', default: 'us-east-1' },
      {
        id: 'accessKey',
        title: 'Access key',
        help: 'Its name, not its secret.',
        type: 'text',
        required: true,
        public: true,
      },
    ],
    outputs: {
      endpoint: text`${scheme}://${host}:${number}`,
      url: text`${scheme}://${host}:${number}/${bucket}`,
      bucket,
      region: byMode<string | Text>(id, input(id, 'region'), 'us-east-1'),
      accessKey: byMode<string | Text>(id, input(id, 'accessKey'), 'app'),
      secretKey,
    },
    surface: { does: `Keeps ${meta.holds}`, area: meta.area, ports: { s3: http(9000) } } as never,
    bundled: {
      image: meta.image ?? 'minio/minio:RELEASE.2025-04-22T22-12-26Z',
      args: ['server', '/data', '--address', ':9000'],
      env: { MINIO_ROOT_USER: 'app', MINIO_ROOT_PASSWORD_FILE: '/run/minio-password', HOME: '/tmp' },
      secretFiles: { '/run/minio-password': secretKey },
      mounts: {
        '/data': volume(`${id}-data`, {
          holds: meta.holds,
          data: 'must-back-up',
          size: meta.disk ?? constant(GiB(50), evidence),
          owner,
        }),
      },
      scratch: { '/tmp': scratch(MiB(64)) },
      user: owner,
      health: get(port, '/minio/health/ready', { every: seconds(5) }),
      prober: { http: ['curl', '-fsS', '-o', '/dev/null', probe.url] },
      update: { strategy: 'recreate' },
      singleton: true,
      size: {
        cpu: meta.cpu ?? { request: constant(cores(0.1), evidence), limit: constant(cores(1), evidence) },
        memory: meta.memory ?? { request: constant(MiB(256), evidence), limit: constant(MiB(512), evidence) },
      },
    },
  })
}
