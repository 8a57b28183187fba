import { readFileSync } from 'node:fs'
import { jsonSchemaOf } from '@waybill/model'
import { describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../docs/site.md', import.meta.url), 'utf8')

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly $defs?: Readonly<Record<string, Schema>>
}

const instance: Schema = jsonSchemaOf('instance')

/** The dotted names of everything that a site may say; names that customers choose are not among them. */
function namesIn(schema: Schema, path: readonly string[] = []): string[] {
  if (schema.$ref !== undefined) return namesIn(instance.$defs![schema.$ref.replace('#/$defs/', '')]!, path)
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const members = Object.entries(schema.properties ?? {})
  if (members.length > 0) return members.flatMap(([name, member]) => namesIn(member, [...path, name]))
  if (choices.some((choice) => namesIn(choice, path).some((name) => name !== path.join('.'))))
    return choices.flatMap((choice) => namesIn(choice, path))
  return [path.join('.')]
}

const names = [...new Set(namesIn(instance.properties!['site']!))]

describe('the page of the site', () => {
  it('is checked against the names of the format', () => {
    expect(names).toEqual(expect.arrayContaining(['registry', 'ingress.tls.issuer', 'storageClass.must-back-up']))
  })

  it.each(names)('tells %s', (name) => expect(page).toContain(`\`${name}\``))

  it('tells nothing that there is not', () => {
    const rows = [...page.matchAll(/^\| `([\w.-]+)` +\|/gm)].map(([, name]) => name)
    const kinds = ['ingress', 'gateway', 'service', 'none']
    const groups = ['placement.services']
    expect(rows.filter((name) => !names.includes(name!) && !kinds.includes(name!) && !groups.includes(name!))).toEqual(
      [],
    )
  })
})
