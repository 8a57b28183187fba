import type { Json } from '@waybill/model'
import { partOf } from '../../../late/guards.ts'
import { type Open, type Pipe, piecesOf } from '../../../late/open.ts'
import { Uncompilable, anyOf, conditionOf, joined, jsonOf, numberOf, textOf, typeOf } from './expressions.ts'
import { type Scope, goString, valuePath } from './scope.ts'

/** Code that gives a text with marks in it. */
export const codeOf = (text: string, scope: Scope): string =>
  joined(piecesOf(text).map((piece) => (typeof piece === 'string' ? piece : { code: openText(piece, scope) })))

/** Code that gives the text of something open. */
export function openText(open: Open, scope: Scope): string {
  switch (open.open) {
    case 'text':
      return piped(textOf(open.value, scope), open.pipes)
    case 'json':
      return piped(jsonOf(open.value, scope), open.pipes)
    case 'value':
      return textOf(open.value, scope)
    case 'choice':
      return `(ternary ${codeOf(open.then, scope)} ${codeOf(open.else, scope)} ${conditionOf(open.if, scope)})`
    case 'piped':
      return piped(codeOf(open.text, scope), open.pipes)
    case 'shards': {
      const around = `(list ${open.around.map(goString).join(' ')})`
      const count = numberOf({ op: 'replicas', service: open.service }, scope)
      return `(include ${goString(`${scope.prefix}.shards`)} (dict "count" ${count} "around" ${around} "separator" ${goString(open.separator)}))`
    }
    case 'shard':
      return '(toString $shard)'
    case 'secretVersion':
      return `(toString (int64 (dig "versions" ${goString(open.secret)} 1 ${valuePath(['secrets'], scope)})))`
    case 'secretPlace':
      return `(include ${goString(`${scope.prefix}.secretPlace`)} (list ${scope.root} ${goString(open.at)} ${goString(open.give)} ${codeOf(open.made, scope)}))`
    case 'composedName':
      return `(include ${goString(`${scope.prefix}.composedName`)} (dict "texts" ${anyCode(open.texts, scope)} "secrets" ${anyCode(open.secrets, scope)}))`
    case 'release':
      return `${scope.root === '.' ? '.' : '$.'}Release.${open.part === 'name' ? 'Name' : 'Namespace'}`
    case 'size': {
      const { of, id, what, side } = open.size
      if (what === 'replicas') return `(toString ${numberOf({ op: 'replicas', service: id }, scope)})`
      const path = of === 'volume' ? ['volumes', id, 'size'] : ['sizes', id, what, ...(side ? [side] : [])]
      const most = open.most === undefined ? '' : ` "most" ${open.most}`
      const unit = what === 'cpu' ? 'cores' : 'bytes'
      return `(include ${goString(`${scope.prefix}.${unit}`)} (dict "value" ${valuePath(path, scope)}${most}))`
    }
    case 'name':
      return `(${anyCode(open.of, scope)} | toRawJson | sha256sum | trunc 8)`
    case 'image':
      return `(include ${goString(`${scope.prefix}.image`)} (list ${scope.root} ${goString(open.reference)} ${goString(open.mirrored)} ${goString(open.service)}))`
    case 'urlHost':
    case 'urlPort':
      return `(include ${goString(`${scope.prefix}.${open.open}`)} ${textOf({ op: 'setting', id: open.setting }, scope)})`
  }
}

const pipes: Readonly<Record<Pipe, (code: string) => string>> = {
  container: (code) => `(replace "$" "$$" ${code})`,
  percent: (code) => `(urlquery ${code} | replace "+" "%20")`,
  json: (code) => `(${code} | toRawJson | trimPrefix "\\"" | trimSuffix "\\"")`,
}

const piped = (code: string, list: readonly Pipe[]): string => list.reduce((done, pipe) => pipes[pipe](done), code)

/** Code that gives a whole value; undefined when its text has to be quoted. */
export function typedCode(open: Open, scope: Scope): string | undefined {
  if (open.open === 'size' && open.size.what === 'replicas')
    return numberOf({ op: 'replicas', service: open.size.id }, scope)
  if (open.open === 'urlPort') return openText(open, scope)
  if (open.open !== 'value') return undefined
  const type = typeOf(open.value, scope)
  if (type === 'text') return undefined
  return type === 'data' ? jsonOf(open.value, scope) : anyOf(open.value, scope)
}

/** Code that gives a tree as a value. */
export function anyCode(value: Json, scope: Scope): string {
  if (typeof value === 'string') return codeOf(value, scope)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `(list ${value.map((item: Json) => anyCode(item, scope)).join(' ')})`
  const entries = Object.entries(value).map(([key, member]) => partOf(key, member))
  const [only] = entries
  if (entries.length === 1 && only?.part === 'shared') {
    scope.share(only.name, only.body)
    return `(include ${goString(`${scope.prefix}.${only.name}`)} ${scope.root} | fromYaml)`
  }
  const members = entries.map((entry) => {
    if (entry.part !== 'member') throw new Uncompilable('a name over open members')
    return `${goString(entry.key)} ${anyCode(entry.value, scope)}`
  })
  return `(dict ${members.join(' ')})`
}
