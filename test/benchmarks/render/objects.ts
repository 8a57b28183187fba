import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareValues } from '@waybill/generate'
import { type Json, canonicalJson } from '@waybill/model'
import { parseAllDocuments } from 'yaml'
import type { LeftOut } from './peers/peer.ts'

/** Kubernetes objects as canonical JSON, by kind and name. */
export type Objects = ReadonlyMap<string, Json>

/** The objects of a stream of YAML (or JSON) documents. */
export function objectsIn(text: string): Objects {
  const objects = new Map<string, Json>()
  for (const document of parseAllDocuments(text)) {
    if (document.errors[0]) throw document.errors[0]
    const object = document.toJS() as ({ kind: string; metadata: { name: string } } & { [key: string]: Json }) | null
    if (object === null) continue
    const key = `${object.kind} ${object.metadata.name}`
    if (objects.has(key)) throw new Error(`${key} is there twice`)
    objects.set(key, object)
  }
  return new Map([...objects].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The objects of a folder that we rendered: those of the files that its kustomization names. */
export function objectsInFolder(folder: string): Objects {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  return objectsIn(files.map((name) => readFileSync(join(folder, name), 'utf8')).join('---\n'))
}

/** The first things that differ; empty when the objects are equal. */
export function differences(ours: Objects, theirs: Objects, leftOut: LeftOut | undefined): string[] {
  const only = (a: Objects, b: Objects, whose: string) =>
    [...a.keys()].filter((key) => !b.has(key)).map((key) => `${key}: only in ${whose}`)
  const changed = [...ours].flatMap(([key, object]) => {
    const other = theirs.get(key)
    if (other === undefined) return []
    const plain = leftOut ? without(other, leftOut) : other
    if (canonicalJson(object) === canonicalJson(plain)) return []
    return compareValues(object, plain).map(
      ({ field, before, after }) =>
        `${key}: ${field} is ${JSON.stringify(before)} here, ${JSON.stringify(after)} there`,
    )
  })
  return [...only(ours, theirs, 'ours'), ...only(theirs, ours, 'theirs'), ...changed].slice(0, 10)
}

function without(value: Json, leftOut: LeftOut): Json {
  if (Array.isArray(value)) return value.map((item: Json) => without(item, leftOut))
  if (typeof value !== 'object' || value === null) return value
  const isLeftOut = (key: string, member: Json) =>
    leftOut.fields.some(
      (field) =>
        field.key === key &&
        (field.value === undefined || field.value === member) &&
        (field.beside === undefined || field.beside in value),
    )
  const kept = Object.entries(value as { readonly [key: string]: Json }).filter((entry) => !isLeftOut(...entry))
  return Object.fromEntries(kept.map(([key, member]) => [key, without(member, leftOut)]))
}
