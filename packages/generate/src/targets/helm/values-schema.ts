import { type Json, type ProductDefinition, instanceSchemaOf, settingSchema } from '@waybill/model'

type Members = { readonly [key: string]: Json }

const closed = (properties: Members, required: readonly string[] = []): Members => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
})

const quantity = { type: 'string', pattern: '^\\s*\\d{1,16}(\\.\\d{1,9})?\\s{0,4}[A-Za-z%]{1,12}\\s*$' }
/** What values say of one service; nothing that a target cannot carry is a text of a variable. */
const singleFields = closed({
  image: { type: 'string', pattern: '^[!-~]{1,512}$' },
  env: {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
    additionalProperties: { type: ['string', 'null'] },
  },
})
const secretName = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,253}$' }
const amounts = closed({ request: quantity, limit: quantity }, ['request', 'limit'])

/**
 * The schema of a chart's values: for each setting the one that `instance.yaml` has. Values with a default are required,
 * because they are only missing where somebody has set them to null.
 */
export function valuesSchema(product: ProductDefinition): Json {
  const instance = instanceSchemaOf(product)
  const { site } = instance['properties'] as Members
  const scalable = new Set(
    product.services
      .filter(({ kind, singleton }) => (kind === 'stateless' || kind === 'sharded') && !singleton)
      .map(({ id }) => id),
  )
  const services = [...product.dependencies.flatMap(({ bundled }) => bundled ?? []), ...product.services]
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Values of ${product.title} ${product.version}`,
    ...(instance['$defs'] !== undefined && { $defs: instance['$defs'] }),
    ...closed(
      {
        settings: closed(
          Object.fromEntries(
            product.settings.map(({ id, settings }) => [
              id,
              closed(
                Object.fromEntries(settings.map((each) => [each.id, settingSchema(each, 're2') as Json])),
                settings.filter(isThere).map((each) => each.id),
              ),
            ]),
          ),
          product.settings.map(({ id }) => id),
        ),
        features: closed(
          Object.fromEntries(product.features.map(({ id, title }) => [id, { title, type: 'boolean' }])),
          product.features.map(({ id }) => id),
        ),
        dependencies: closed(
          Object.fromEntries(
            product.dependencies.map(({ id, modes, inputs }) => [
              id,
              closed(
                {
                  mode: { enum: modes },
                  ...Object.fromEntries(inputs.map((each) => [each.id, settingSchema(each, 're2') as Json])),
                },
                ['mode'],
              ),
            ]),
          ),
          product.dependencies.map(({ id }) => id),
        ),
        secrets: closed({
          versions: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } },
          existing: {
            type: 'object',
            propertyNames: { pattern: '^[^/]+/.+$' },
            additionalProperties: closed({ name: secretName, key: secretName }, ['name', 'key']),
          },
        }),
        site: site ?? {},
        sizes: closed(
          Object.fromEntries(
            services.map(({ id }) => [
              id,
              closed(
                {
                  ...(scalable.has(id) && { replicas: { type: 'integer', minimum: 0, maximum: 10_000 } }),
                  cpu: amounts,
                  memory: amounts,
                },
                [...(scalable.has(id) ? ['replicas'] : []), 'cpu', 'memory'],
              ),
            ]),
          ),
          services.map(({ id }) => id),
        ),
        volumes: closed(
          Object.fromEntries(product.volumes.map(({ id }) => [id, closed({ size: quantity }, ['size'])])),
        ),
        services: closed(Object.fromEntries(services.map(({ id }) => [id, singleFields]))),
        global: { type: 'object' },
      },
      ['settings', 'features', 'dependencies', 'secrets', 'site', 'sizes', 'volumes', 'services'],
    ),
  }
}

type Setting = Parameters<typeof settingSchema>[0] & { readonly required?: boolean; readonly when?: unknown }

/** Whether a value has to be in the values: it has a default, or nobody may leave it out. */
const isThere = ({ type, default: preset, required, when }: Setting): boolean =>
  preset !== undefined || type === 'map' || type === 'keyedList' || (required === true && when === undefined)
