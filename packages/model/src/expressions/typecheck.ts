import { type Path, type Problem, problem } from '../errors/problem.ts'
import { nearest } from '../nearest.ts'
import type { Unit } from '../units/unit.ts'
import type { Expression, Operation, TextUnit } from './expression.ts'
import { childrenOf, mapTemplate } from './walk.ts'

/** What an expression gives. `data` is a map or a keyed list, which only JSON can hold. */
export type Type = 'text' | 'boolean' | 'list' | 'data' | Unit

/** What expressions may refer to: names and their types. */
export interface Scope {
  readonly load: ReadonlyMap<string, Unit>
  readonly settings: ReadonlyMap<string, Type>
  readonly features: ReadonlySet<string>
  readonly secrets: ReadonlyMap<string, readonly string[]>
  readonly services: ReadonlyMap<string, { readonly sharded: boolean; readonly ports: ReadonlySet<string> }>
  readonly dependencies: ReadonlyMap<
    string,
    { readonly inputs: ReadonlyMap<string, Type>; readonly outputs: ReadonlyMap<string, Expression> }
  >
}

/** What a place takes. */
export interface Place {
  /** Name for messages, such as `a file`. */
  readonly name: string
  readonly type: 'text' | 'boolean' | 'number' | Unit
  readonly secrets?: boolean
  readonly runtimeFacts?: boolean
  readonly probe?: boolean
}

const textLike: ReadonlySet<Type> = new Set(['text', 'count', 'boolean'])

/** Checks one expression for the place it stands in: references exist, types fit, secrets stay where they may be. */
export function typecheck(expression: Expression, place: Place, scope: Scope, path: Path): Problem[] {
  const checker = new Checker(scope, place, path)
  const type = checker.typeOf(expression)
  if (type !== undefined && checker.problems.length === 0) checker.expect(type, place.type)
  return checker.problems
}

class Checker {
  readonly problems: Problem[] = []
  readonly #scope: Scope
  readonly #place: Place
  readonly #path: Path

  constructor(scope: Scope, place: Place, path: Path) {
    this.#scope = scope
    this.#place = place
    this.#path = path
  }

  expect(found: Type, expected: Place['type']): void {
    const fits =
      expected === 'text'
        ? textLike.has(found)
        : expected === 'number'
          ? found !== 'text' && found !== 'boolean' && found !== 'list' && found !== 'data'
          : found === expected
    if (!fits) this.problems.push(problem('WB1205', this.#path, { expected: article(expected), found: article(found) }))
  }

  typeOf(expression: Expression): Type | undefined {
    if (typeof expression === 'string') {
      const flaw = unprintable(expression)
      if (flaw !== undefined) this.problems.push(problem('WB1009', this.#path, { what: flaw }))
      return 'text'
    }
    if (typeof expression === 'number') return 'count'
    if (typeof expression === 'boolean') return 'boolean'
    return this.#operation(expression)
  }

  #operation(node: Operation): Type | undefined {
    const { load, settings, features, services, dependencies } = this.#scope
    switch (node.op) {
      case 'quantity':
        return node.unit
      case 'load':
        return load.get(node.id) ?? this.#dangling('load factor', node.id, load.keys())
      case 'setting':
        return settings.get(node.id) ?? this.#dangling('setting', node.id, settings.keys())
      case 'feature':
        return features.has(node.id) ? 'boolean' : this.#dangling('feature', node.id, features)
      case 'isSet':
        return settings.has(node.setting) ? 'boolean' : this.#dangling('setting', node.setting, settings.keys())
      case 'mode':
        return dependencies.has(node.dependency)
          ? 'boolean'
          : this.#dangling('dependency', node.dependency, dependencies.keys())
      case 'input': {
        const inputs = dependencies.get(node.dependency)?.inputs
        return inputs?.get(node.key) ?? this.#dangling('input', `${node.dependency}.${node.key}`, inputs?.keys() ?? [])
      }
      case 'output': {
        const outputs = dependencies.get(node.dependency)?.outputs
        const value = outputs?.get(node.name)
        if (value !== undefined) return this.typeOf(value)
        return this.#dangling('output', `${node.dependency}.${node.name}`, outputs?.keys() ?? [])
      }
      case 'replicas':
        return services.has(node.service) ? 'count' : this.#dangling('service', node.service, services.keys())
      case 'series':
        return services.has(node.service) ? 'text' : this.#dangling('service', node.service, services.keys())
      case 'address':
      case 'addresses':
        return this.#address(node)
      case 'runtime':
        if (!this.#place.runtimeFacts) {
          this.problems.push(problem('WB1211', this.#path, { fact: `"${node.fact}"`, place: this.#place.name }))
        }
        return 'text'
      case 'probe':
        if (!this.#place.probe) this.problems.push(problem('WB1212', this.#path, { op: `The probed ${node.part}` }))
        return 'text'
      case 'data':
        return 'data'
      case 'secret':
        return this.#secret(node)
      case 'concat':
        for (const part of node.parts) this.#want(part, 'text')
        return 'text'
      case 'list':
        for (const item of node.items) this.#want(item, 'text')
        return 'list'
      case 'join':
        this.#wantExactly(node.list, 'list')
        return 'text'
      case 'json':
        mapTemplate(node.value, (child) => {
          this.typeOf(child)
          return ''
        })
        return 'text'
      case 'percentEncode':
        this.#want(node.value, 'text')
        return 'text'
      case 'format':
        this.#want(node.value, unitOfText[node.as])
        return 'text'
      case 'when': {
        this.#want(node.if, 'boolean')
        const then = this.typeOf(node.then)
        const otherwise = node.else === undefined ? then : this.typeOf(node.else)
        if (then === undefined || otherwise === undefined || then === otherwise) return then
        if (textLike.has(then) && textLike.has(otherwise)) return 'text'
        this.problems.push(problem('WB1205', this.#path, { expected: article(then), found: article(otherwise) }))
        return then
      }
      case 'all':
      case 'any':
        for (const child of node.of) this.#want(child, 'boolean')
        return 'boolean'
      case 'not':
        this.#want(node.of, 'boolean')
        return 'boolean'
      case 'equals': {
        const left = this.typeOf(node.left)
        const right = this.typeOf(node.right)
        if (left !== undefined && right !== undefined && left !== right) {
          this.problems.push(problem('WB1205', this.#path, { expected: article(left), found: article(right) }))
        } else if (left === 'list' || left === 'data') {
          this.problems.push(problem('WB1205', this.#path, { expected: article('text'), found: article(left) }))
        }
        return 'boolean'
      }
      case 'compare':
        this.#sameUnit([node.left, node.right])
        return 'boolean'
      case 'sum':
      case 'least':
      case 'greatest':
        return this.#sameUnit(node.of)
      case 'difference':
        return this.#sameUnit([node.left, node.right])
      case 'times':
        return this.#sameUnit([node.value])
    }
  }

  #address(node: Extract<Operation, { op: 'address' | 'addresses' }>): Type | undefined {
    const service = this.#scope.services.get(node.service)
    if (!service) return this.#dangling('service', node.service, this.#scope.services.keys())
    if (!service.ports.has(node.port)) return this.#dangling('port', `${node.service}.${node.port}`, service.ports)
    if (node.op === 'address') return 'text'
    if (!service.sharded) this.problems.push(problem('WB1208', this.#path, { service: node.service }))
    return 'list'
  }

  #secret(node: Extract<Operation, { op: 'secret' }>): Type | undefined {
    const parts = this.#scope.secrets.get(node.id)
    if (!parts) return this.#dangling('secret', node.id, this.#scope.secrets.keys())
    const part = node.part ?? 'value'
    if (!parts.includes(part)) return this.#dangling('part of a secret', `${node.id}/${part}`, parts)
    if (!this.#place.secrets)
      this.problems.push(problem('WB1206', this.#path, { secret: node.id, place: this.#place.name }))
    return 'text'
  }

  #dangling(kind: string, id: string, known: Iterable<string>): undefined {
    const names = [...known]
    const near = nearest(id.split('.').at(-1)!, names) ?? nearest(id, names)
    this.problems.push(problem('WB1201', this.#path, { kind, id, ...(near === undefined ? {} : { near }) }))
    return undefined
  }

  #want(expression: Expression, expected: 'text' | 'boolean' | Unit): void {
    const type = this.typeOf(expression)
    if (type !== undefined) this.expect(type, expected)
  }

  #wantExactly(expression: Expression, expected: Type): void {
    const type = this.typeOf(expression)
    if (type === undefined || type === expected) return
    this.problems.push(problem('WB1205', this.#path, { expected: article(expected), found: article(type) }))
  }

  #sameUnit(operands: readonly Expression[]): Type | undefined {
    const types = operands.map((operand) => this.typeOf(operand))
    const [first] = types
    for (const type of types) {
      if (type === undefined || first === undefined) continue
      this.expect(type, 'number')
      if (type !== first) {
        this.problems.push(problem('WB1205', this.#path, { expected: article(first), found: article(type) }))
      }
    }
    return first
  }
}

const unitOfText: Readonly<Record<TextUnit, Unit>> = {
  B: 'bytes',
  KiB: 'bytes',
  MiB: 'bytes',
  GiB: 'bytes',
  kB: 'bytes',
  MB: 'bytes',
  GB: 'bytes',
  cores: 'cores',
  millicores: 'cores',
  s: 'duration',
  ms: 'duration',
  '%': 'percent',
}

/** What an engine could not carry in a text, or undefined. */
export function unprintable(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character'
  return text.isWellFormed() ? undefined : 'half of a surrogate pair'
}

const article = (type: Place['type'] | Type): string =>
  ({
    text: 'a text',
    boolean: 'a condition',
    list: 'a list',
    data: 'a map or list of a setting',
    number: 'a number',
    count: 'a count',
    bytes: 'a size in bytes',
    cores: 'a number of cores',
    duration: 'a duration',
    percent: 'a percentage',
  })[type]

/** Every node below an expression with the outputs of dependencies followed; parents first. */
export function walkExpanded(
  expression: Expression,
  outputs: (dependency: string, name: string) => Expression | undefined,
  visit: (node: Operation) => void,
): void {
  if (typeof expression !== 'object') return
  visit(expression)
  if (expression.op === 'output') {
    const value = outputs(expression.dependency, expression.name)
    if (value !== undefined) walkExpanded(value, outputs, visit)
  }
  for (const child of childrenOf(expression)) walkExpanded(child, outputs, visit)
}
