import { type Expression, type Json, type When, opposite } from '@waybill/model'
import { type Part, itemPart, partOf } from '../../../late/guards.ts'
import { isLate, openOf } from '../../../late/open.ts'
import { printYaml } from '../../../print/yaml.ts'
import { conditionOf, placeOf } from './expressions.ts'
import { type Scope, goString } from './scope.ts'
import { anyCode, codeOf, openText, typedCode } from './text.ts'

type Members = { readonly [key: string]: Json }

/** Prints trees as text of Helm's templates; named parts are collected in `defines`. */
export class TemplatePrinter {
  readonly defines = new Map<string, string>()
  /** The variables of each service, by the content that containers have. */
  readonly #environments = new Map<string, string[]>()
  readonly #scope: Scope
  /** Code of texts that were printed, by root and text: names and labels return in every object. */
  readonly #scalars = new Map<string, string>()

  constructor(scope: Omit<Scope, 'share'>) {
    this.#scope = { ...scope, share: (name, body) => this.#define(name, body) }
  }

  /** The text of one file of documents, all of them under one condition. */
  file(documents: readonly Json[], when: When, about: string | undefined): string {
    const body = this.#documents(documents, this.#scope)
    const guarded = when === undefined ? body : `{{- if ${bare(conditionOf(when, this.#scope))} }}\n${body}{{- end }}\n`
    return about === undefined
      ? guarded
      : `{{- /* ${about.replaceAll('*/', '* /').replaceAll('{{', '{ {')} */}}\n${guarded}`
  }

  #documents(documents: readonly Json[], scope: Scope): string {
    return documents
      .map((document) => {
        const part = itemPart(document)
        if (part?.part === 'guard') {
          const body = this.#documents(part.body as readonly Json[], scope)
          return `{{- if ${bare(conditionOf(part.when, scope))} }}\n${body}{{- end }}\n`
        }
        if (part?.part === 'include') return this.#include(part, '', scope)
        return `---\n${this.#members(document as Members, '', scope)}`
      })
      .join('')
  }

  /** A part under its own name, printed once. */
  #define(name: string, body: Json): void {
    const full = `${this.#scope.prefix}.${name}`
    if (this.defines.has(full)) return
    this.defines.set(full, '')
    const scope: Scope = { ...this.#scope, root: '.' }
    this.defines.set(full, `{{- define ${goString(full)} }}\n${this.#members(body as Members, '', scope)}{{- end }}\n`)
  }

  /** Variables under a name of their service: containers that have the same ones share it. */
  #environment({ service, body }: Extract<Part, { part: 'environment' }>, pad: string, scope: Scope): string {
    const items = body as readonly Json[]
    const content = JSON.stringify(items)
    const names = this.#environments.get(service) ?? []
    this.#environments.set(service, names)
    if (!names.includes(content)) names.push(content)
    const at = names.indexOf(content)
    const full = goString(`${scope.prefix}.${service}.env${at === 0 ? '' : at + 1}`)
    if (items.length > 0 && !this.defines.has(full)) {
      this.defines.set(full, '')
      const text = this.#items(items, '', { ...this.#scope, root: '.' })
      this.defines.set(full, `{{- define ${full} }}\n${text}{{- end }}\n`)
    }
    const variables = items.length === 0 ? '""' : `(include ${full} ${scope.root})`
    const data = `(dict "root" ${scope.root} "service" ${goString(service)} "variables" ${variables})`
    const call = `include ${goString(`${scope.prefix}.environment`)} ${data} | trim`
    return `${pad}{{- with ${call} }}\n${pad}env:\n${pad}  {{- . | nindent ${pad.length + 2} }}\n${pad}{{- end }}\n`
  }

  #include({ name, data }: Extract<Part, { part: 'include' }>, pad: string, scope: Scope): string {
    const { prefix, root } = scope
    const given = Object.entries(data as Members).map(([key, value]) => ` ${goString(key)} ${anyCode(value, scope)}`)
    const call = `include ${goString(`${prefix}.${name}`)} (dict "root" ${root}${given.join('')}) | trim`
    return `${pad}{{- with ${call} }}\n${pad}{{- . | nindent ${pad.length} }}\n${pad}{{- end }}\n`
  }

  #members(members: Members, pad: string, scope: Scope): string {
    const parts = Object.entries(members).map(([key, value]) => partOf(key, value))
    return inTurns(withRuns(parts, (run) => Object.fromEntries(run.map(({ key, value }) => [key, value]))))
      .map((turn) => this.#turn(turn, (part) => this.#part(part, pad, scope), pad, scope))
      .join('')
  }

  #part(part: Printed, pad: string, scope: Scope): string {
    switch (part.part) {
      case 'run':
        return indented(printYaml(part.body), pad)
      case 'member':
        return this.#member(part.key, part.value, pad, scope)
      case 'shared':
        this.#define(part.name, part.body)
        return `${pad}{{- include ${goString(`${scope.prefix}.${part.name}`)} ${scope.root} | trim | nindent ${pad.length} }}\n`
      case 'include':
        return this.#include(part, pad, scope)
      case 'values':
        return valuesOf(part.path, pad, scope)
      case 'guard':
        return this.#members(part.body as Members, pad, scope)
      case 'environment':
        return this.#environment(part, pad, scope)
      case 'each':
        throw new TypeError('members cannot be repeated')
    }
  }

  /** A guard with the opposite one after it becomes one choice. */
  #turn(turn: readonly Printed[], print: (part: Printed) => string, pad: string, scope: Scope): string {
    const [first, second] = turn
    if (first?.part !== 'guard') return print(first!)
    const otherwise = second === undefined ? '' : `${pad}{{- else }}\n${print(second)}`
    return `${pad}{{- if ${bare(conditionOf(first.when, scope))} }}\n${print(first)}${otherwise}${pad}{{- end }}\n`
  }

  #member(key: string, value: Json, pad: string, scope: Scope): string {
    const name = printYaml({ [key]: '' }).replace(/: ""\n$/, '')
    if (typeof value === 'string') return `${pad}${escaped(name)}: ${this.#scalar(value, scope)}\n`
    const inner = `${pad}  `
    if (Array.isArray(value)) return `${pad}${escaped(name)}:\n${this.#items(value, inner, scope)}`
    return `${pad}${escaped(name)}:\n${this.#members(value as Members, inner, scope)}`
  }

  #items(items: readonly Json[], pad: string, scope: Scope): string {
    const parts = items.map((item): Part => itemPart(item) ?? { part: 'member', key: '', value: item })
    return inTurns(withRuns(parts, (run) => run.map(({ value }) => value)))
      .map((turn) => this.#turn(turn, (part) => this.#item(part, pad, scope), pad, scope))
      .join('')
  }

  #item(part: Printed, pad: string, scope: Scope): string {
    switch (part.part) {
      case 'run':
        return indented(printYaml(part.body), pad)
      case 'guard':
        return this.#items(part.body as readonly Json[], pad, scope)
      case 'each': {
        const inner: Scope = { ...scope, root: '$' }
        const count = copiesOf(part.service, scope)
        return `${pad}{{- range $shard := until (int ${count}) }}\n${this.#items(part.body as readonly Json[], pad, inner)}${pad}{{- end }}\n`
      }
      case 'include':
        return this.#include(part, pad, scope)
      case 'environment':
      case 'values':
      case 'shared':
        throw new TypeError('a part of members is no item')
      case 'member':
        return this.#openItem(part.value, pad, scope)
    }
  }

  #openItem(item: Json, pad: string, scope: Scope): string {
    if (typeof item === 'string') return `${pad}- ${this.#scalar(item, scope)}\n`
    const inner = `${pad}  `
    if (Array.isArray(item)) return `${pad}-\n${this.#items(item, inner, scope)}`
    const text = this.#members(item as Members, inner, scope)
    const [first] = Object.entries(item as Members).map(([key, value]) => partOf(key, value))
    return first?.part === 'member' ? `${pad}- ${text.slice(inner.length)}` : `${pad}-\n${text}`
  }

  /** A text with marks in it. */
  #scalar(text: string, scope: Scope): string {
    const key = `${scope.root}${text}`
    const before = this.#scalars.get(key)
    if (before !== undefined) return before
    const printed = this.#printScalar(text, scope)
    this.#scalars.set(key, printed)
    return printed
  }

  #printScalar(text: string, scope: Scope): string {
    const open = openOf(text)
    const typed = open && typedCode(open, scope)
    if (typed !== undefined) return `{{ ${bare(typed)} }}`
    const code = open ? openText(open, scope) : codeOf(text, scope)
    return `{{ ${bare(code)} | quote }}`
  }
}

const copiesOf = (service: string, scope: Scope): string =>
  typedCode({ open: 'size', size: { of: 'service', id: service, what: 'replicas' } }, scope)!

/** Members that stand in the values as they are. */
const valuesOf = (path: readonly string[], pad: string, scope: Scope): string =>
  `${pad}{{- with ${bare(placeOf(path, scope))} }}\n${pad}{{- toYaml . | nindent ${pad.length} }}\n${pad}{{- end }}\n`

type Member = Extract<Part, { part: 'member' }>

/** A part, or neighbouring members or items without anything open. */
type Printed = Part | { readonly part: 'run'; readonly body: Json }

function withRuns(parts: readonly Part[], bodyOf: (run: readonly Member[]) => Json): Printed[] {
  const list: Printed[] = []
  let run: Member[] = []
  const endRun = () => {
    if (run.length > 0) list.push({ part: 'run', body: bodyOf(run) })
    run = []
  }
  for (const part of parts) {
    if (part.part === 'member' && !isLate(part.value)) run.push(part)
    else {
      endRun()
      list.push(part)
    }
  }
  endRun()
  return list
}

/** Neighbours under one condition together. */
function joined(parts: readonly Printed[]): Printed[] {
  const list: Printed[] = []
  for (const part of parts) {
    const last = list.at(-1)
    if (last?.part !== 'guard' || part.part !== 'guard' || !isSame(last.when, part.when)) list.push(part)
    else {
      const body = Array.isArray(last.body)
        ? [...(last.body as readonly Json[]), ...(part.body as readonly Json[])]
        : { ...(last.body as Members), ...(part.body as Members) }
      list[list.length - 1] = { ...last, body }
    }
  }
  return list
}

const isSame = (a: Expression, b: Expression): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Parts one by one, a guard together with the opposite one that follows it. */
function inTurns(parts: readonly Printed[]): (readonly Printed[])[] {
  if (!parts.some(({ part }) => part === 'guard')) return parts.map((part) => [part])
  const turns: Printed[][] = []
  for (const part of joined(parts)) {
    const last = turns.at(-1)
    const [before] = last ?? []
    if (last?.length === 1 && before?.part === 'guard' && part.part === 'guard' && areOpposite(before.when, part.when))
      last.push(part)
    else turns.push([part])
  }
  return turns
}

const areOpposite = (a: Expression, b: Expression): boolean => JSON.stringify(opposite(a)) === JSON.stringify(b)

/** Code without the brackets around all of it. */
function bare(code: string): string {
  if (!code.startsWith('(') || !code.endsWith(')')) return code
  let [depth, quoted] = [0, false]
  for (let i = 0; i < code.length - 1; i++) {
    const char = code[i]
    if (char === '"' && code[i - 1] !== '\\') quoted = !quoted
    if (quoted) continue
    if (char === '(') depth++
    if (char === ')' && --depth === 0) return code
  }
  return code.slice(1, -1)
}

/** Braces of our own text must not be read as code. */
const escaped = (text: string): string => text.replaceAll('{{', '{{ "{{" }}')

const indented = (text: string, pad: string): string =>
  pad === '' ? escaped(text) : escaped(text.replace(/^(?=.)/gm, pad))
