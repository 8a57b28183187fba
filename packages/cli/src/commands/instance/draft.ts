import {
  type Catalog,
  type Edit,
  type InstanceDefinition,
  type Json,
  type Path,
  type ProductDefinition,
  editInstance,
  instanceSchemaVersion,
} from '@waybill/model'

/** An instance that is being made: what was said so far, by path. */
export type Draft = ReadonlyMap<string, { readonly path: Path; readonly value: Json }>

export const withAnswer = (draft: Draft, path: Path, value: Json): Draft =>
  new Map([...draft, [path.join('/'), { path, value }]])

export function without(draft: Draft, path: Path): Draft {
  const copy = new Map(draft)
  copy.delete(path.join('/'))
  return copy
}

/** The draft as an instance; what is still missing is found when it is resolved. */
export function instanceOf(draft: Draft, product: ProductDefinition): InstanceDefinition {
  const data: { [key: string]: unknown } = { schema: instanceSchemaVersion, id: product.id, product: product.id }
  for (const { path, value } of draft.values()) put(data, path, value)
  return data as InstanceDefinition
}

function put(container: { [key: string]: unknown }, [key, ...rest]: Path, value: Json): void {
  if (rest.length === 0) {
    container[key!] = value
    return
  }
  const inner = container[key!]
  const next = typeof inner === 'object' && inner !== null ? (inner as { [key: string]: unknown }) : {}
  container[key!] = next
  put(next, rest, value)
}

const sections = ['load', 'settings', 'features', 'dependencies', 'site'] as const

/** The text of the new file: what was said, in the order of the product, with a word on how to go on. */
export function textOf(draft: Draft, { product }: Catalog, productPath: string, schema: string | undefined): string {
  const id = draft.get('id')?.value ?? product.id
  const head = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `# One installation of ${product.title}: what this site chose.`,
    `# \`waybill settings ${productPath} --instance <this file>\` lists all that can be chosen.`,
    '',
  ].join('\n')
  const said = [...draft.values()]
  const single = said.filter(({ path }) => path.length === 1 && path[0] !== 'id')
  const first: Edit[] = [
    { edit: 'set', path: ['schema'], value: instanceSchemaVersion },
    { edit: 'set', path: ['id'], value: id },
    { edit: 'set', path: ['product'], value: product.id },
    { edit: 'set', path: ['version'], value: product.version },
    ...single.map(({ path, value }): Edit => ({ edit: 'set', path, value })),
  ]
  const parts = sections.map((section) =>
    said
      .filter(({ path }) => path[0] === section && path.length > 1)
      .map(({ path, value }): Edit => ({ edit: 'set', path, value })),
  )
  return [first, ...parts]
    .filter((edits) => edits.length > 0)
    .map(yamlOf)
    .reduce((text, part, i) => (i === 0 ? head + part : `${text}\n${part}`), '')
}

function yamlOf(edits: readonly Edit[]): string {
  const made = editInstance('', edits)
  if (!made.ok) throw new Error(`an instance cannot be written: ${made.problems.map(({ code }) => code).join(', ')}`)
  return made.value
}
