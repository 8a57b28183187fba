import type { JsonWith, PublicValue } from '../terms.ts'
import type { OperatorForm } from './dependency.ts'

/** What a product says of a Postgres cluster that CloudNativePG runs. */
export interface CloudNativePgMeta {
  /** Servers, one of which takes writes. */
  readonly instances?: number
  /** Disk of each, such as `20Gi`. */
  readonly storage: string
  /** Further fields of the resource's `spec`. */
  readonly spec?: { readonly [key: string]: JsonWith<PublicValue> }
}

/**
 * Postgres by CloudNativePG: names, Secret and labels as its documentation says (https://cloudnative-pg.io/docs, "Service
 * management", "Connecting from an application", "Labels and annotations").
 *
 * @param name name of the Cluster; its Service for writes is `<name>-rw`, its Secret `<name>-app`
 * @example
 * const db = postgres('db', { holds: 'Orders', version: '>=15', area: core, operator: cloudNativePg('db', { storage: '20Gi' }) })
 */
export function cloudNativePg(name: string, { instances = 2, storage, spec = {} }: CloudNativePgMeta): OperatorForm {
  return {
    title: 'CloudNativePG',
    object: {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name },
      spec: {
        instances,
        storage: { size: storage },
        bootstrap: { initdb: { database: 'app', owner: 'app' } },
        ...spec,
      },
    },
    readyWhen: { jsonPath: '{.status.phase}', equals: 'Cluster in healthy state' },
    inputs: { host: `${name}-rw`, port: 5432, user: 'app', database: 'app', sslMode: 'require' },
    secrets: { password: { name: `${name}-app`, key: 'password' } },
    pods: { 'cnpg.io/cluster': name },
  }
}
