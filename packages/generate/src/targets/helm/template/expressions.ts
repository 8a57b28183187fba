import { type Expression, type Operation, type SettingDefinition, isOperation } from '@waybill/model'
import { mappedName } from '../existing-secrets.ts'
import { replacedVariable } from '../service-values.ts'
import { type Scope, goString, inputAt, settingAt, valuePath } from './scope.ts'

/** Something that Go templates cannot compute the way the product says it. */
export class Uncompilable extends Error {}

type Type = 'text' | 'number' | 'boolean' | 'data'

/** A site's value: its path has slashes, which ids of settings do not have. */
const isPlace = (id: string): boolean => id.includes('/')
const isDependencyPlace = (id: string, { catalog }: Scope): boolean => catalog.dependencies.has(id.split('/')[0]!)

/** Text of an expression; an absent value gives the empty text. */
export function textOf(value: Expression, scope: Scope): string {
  if (typeof value !== 'object') return goString(String(value))
  switch (value.op) {
    case 'setting':
    case 'input':
      return leafText(leafAt(value, scope), scope)
    case 'format':
      return absentable(
        value.value,
        `(toString (div ${numberOf(value.value, scope)} ${factors[value.as]}))`,
        '""',
        scope,
      )
    case 'when':
      return `(ternary ${textOf(value.then, scope)} ${value.else === undefined ? '""' : textOf(value.else, scope)} ${conditionOf(value.if, scope)})`
    case 'concat':
      return joined(
        value.parts.map((part) => (typeof part === 'object' ? { code: textOf(part, scope) } : String(part))),
      )
    case 'percentEncode':
      return `(urlquery ${textOf(value.value, scope)} | replace "+" "%20")`
    default:
      return typeOf(value, scope) === 'boolean'
        ? `(toString ${conditionOf(value, scope)})`
        : `(toString ${numberOf(value, scope)})`
  }
}

const factors = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  cores: 1000,
  millicores: 1,
  s: 1000,
  ms: 1,
  '%': 100,
} as const satisfies Readonly<Record<string, number>>

/** Literals and code put together to one text. */
export function joined(pieces: readonly (string | { readonly code: string })[]): string {
  if (pieces.length === 0) return '""'
  const [first] = pieces
  if (pieces.length === 1) return typeof first === 'string' ? goString(first) : first!.code
  const format = pieces.map((piece) => (typeof piece === 'string' ? piece.replaceAll('%', '%%') : '%s')).join('')
  const code = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.code]))
  return `(printf ${[goString(format), ...code].join(' ')})`
}

interface LeafAt {
  readonly path: readonly string[]
  readonly setting: SettingDefinition
}

type LeafNode =
  { readonly op: 'setting' | 'feature' | 'load'; readonly id: string } | Extract<Operation, { op: 'input' }>

function leafAt(leaf: LeafNode, scope: Scope): LeafAt {
  if (leaf.op === 'input') return inputAt(leaf.dependency, leaf.key, scope)
  if (isPlace(leaf.id)) return { path: leaf.id.split('/'), setting: { id: leaf.id, title: leaf.id, type: 'text' } }
  return settingAt(leaf.id, scope)
}

/** Whether a value may be missing in the values of a chart: those with a default are always there. */
const isOptional = ({ type, default: preset, required }: SettingDefinition): boolean =>
  !required && preset === undefined && type !== 'map' && type !== 'keyedList'

/** A missing value is tested for where its own place may be missing altogether, such as inputs of an unused dependency. */
function leafText({ path, setting }: LeafAt, scope: Scope): string {
  const at = placeOf(path, scope)
  const optional = isOptional(setting) || (path[0] !== 'settings' && setting.default === undefined)
  switch (setting.type) {
    case 'count':
      return optional ? `(ternary "" (toString (int64 ${at})) (kindIs "invalid" ${at}))` : `(toString (int64 ${at}))`
    case 'boolean':
      return optional ? `(ternary "" (toString ${at}) (kindIs "invalid" ${at}))` : `(toString ${at})`
    case 'map':
    case 'keyedList':
    case 'bytes':
    case 'cores':
    case 'duration':
    case 'percent':
      throw new Uncompilable(`${path.join('.')} has no text`)
    default:
      return optional ? `(default "" ${at})` : at
  }
}

/** A place below `site` may end early; all others are there. */
export function placeOf(path: readonly string[], scope: Scope): string {
  const [first, ...rest] = path
  if (first !== 'site' || rest.length < 2) return valuePath(path, scope)
  return `(dig ${rest.map(goString).join(' ')} nil ${valuePath(['site'], scope)})`
}

/** A number in base units. */
export function numberOf(value: Expression, scope: Scope): string {
  if (typeof value === 'number') return String(value)
  if (!isOperation(value)) throw new Uncompilable('a text is no number')
  const each = (list: readonly Expression[]) => list.map((item) => numberOf(item, scope)).join(' ')
  switch (value.op) {
    case 'quantity':
      return String(value.value)
    case 'setting':
    case 'input': {
      const { path, setting } = leafAt(value, scope)
      const at = placeOf(path, scope)
      if (setting.type === 'count') return `(int64 ${at})`
      const amount = `(include ${goString(`${scope.prefix}.amount`)} (dict "unit" ${goString(setting.type)} "value" ${at}) | int64)`
      return isOptional(setting) ? `(ternary 0 ${amount} (kindIs "invalid" ${at}))` : amount
    }
    case 'replicas':
      return `(int64 ${valuePath(['sizes', value.service, 'replicas'], scope)})`
    case 'when':
      return `(ternary ${numberOf(value.then, scope)} ${value.else === undefined ? '0' : numberOf(value.else, scope)} ${conditionOf(value.if, scope)})`
    case 'sum':
      return `(add ${each(value.of)})`
    case 'least':
      return `(min ${each(value.of)})`
    case 'greatest':
      return `(max ${each(value.of)})`
    case 'difference':
      return `(max 0 (sub ${each([value.left, value.right])}))`
    case 'times':
      return `(max 0 (int64 (ceil (subf (mulf (float64 ${numberOf(value.value, scope)}) ${decimal(value.by)}) 0.000000001))))`
    default:
      throw new Uncompilable(`"${value.op}" is no number`)
  }
}

function decimal(number: number): string {
  const text = String(number)
  if (text.includes('e')) throw new Uncompilable(`the factor ${text}`)
  return text.includes('.') ? text : `${text}.0`
}

/** Something that is true or false. */
export function conditionOf(condition: Expression, scope: Scope): string {
  if (typeof condition === 'boolean') return String(condition)
  if (!isOperation(condition)) throw new Uncompilable('a text is no condition')
  const each = (list: readonly Expression[]) => list.map((item) => conditionOf(item, scope)).join(' ')
  switch (condition.op) {
    case 'feature':
      return valuePath(['features', condition.id], scope)
    case 'mode':
      return `(eq ${valuePath(['dependencies', condition.dependency, 'mode'], scope)} ${goString(condition.is)})`
    case 'isSet': {
      const replaced = replacedVariable(condition.setting)
      if (replaced) return isReplacedCode(replaced, scope)
      const mapped = mappedName(condition.setting)
      if (mapped !== undefined)
        return `(hasKey (default dict ${valuePath(['secrets'], scope)}.existing) ${goString(mapped)})`
      return `(not (kindIs "invalid" ${placeOf(isSetPath(condition.setting, scope), scope)}))`
    }
    case 'setting': {
      const { path, setting } = leafAt(condition, scope)
      return isOptional(setting) ? `(default false ${placeOf(path, scope)})` : placeOf(path, scope)
    }
    case 'input':
      return `(default false ${placeOf(leafAt(condition, scope).path, scope)})`
    case 'when':
      return `(ternary ${conditionOf(condition.then, scope)} ${condition.else === undefined ? 'false' : conditionOf(condition.else, scope)} ${conditionOf(condition.if, scope)})`
    case 'all':
      return condition.of.length === 0
        ? 'true'
        : condition.of.length === 1
          ? each(condition.of)
          : `(and ${each(condition.of)})`
    case 'any':
      return condition.of.length === 0
        ? 'false'
        : condition.of.length === 1
          ? each(condition.of)
          : `(or ${each(condition.of)})`
    case 'not':
      return isOperation(condition.of) && condition.of.op === 'isSet' && !hasOwnQuestion(condition.of.setting)
        ? `(kindIs "invalid" ${placeOf(isSetPath(condition.of.setting, scope), scope)})`
        : `(not ${conditionOf(condition.of, scope)})`
    case 'equals':
      return equality(condition.left, condition.right, scope)
    case 'compare': {
      const name = { below: 'lt', atMost: 'le', above: 'gt', atLeast: 'ge' }[condition.is]
      const asked = `(${name} ${numberOf(condition.left, scope)} ${numberOf(condition.right, scope)})`
      return whenPresent([condition.left, condition.right], asked, scope)
    }
    default:
      throw new Uncompilable(`"${condition.op}" is no condition`)
  }
}

const hasOwnQuestion = (setting: string): boolean =>
  replacedVariable(setting) !== undefined || mappedName(setting) !== undefined

/** A variable that the values set to null is one of which they say something, too. */
const isReplacedCode = (
  { service, variable }: { readonly service: string; readonly variable: string },
  scope: Scope,
): string => `(hasKey (dig ${goString(service)} "env" (dict) ${valuePath(['services'], scope)}) ${goString(variable)})`

function isSetPath(id: string, scope: Scope): readonly string[] {
  if (!isPlace(id)) return settingAt(id, scope).path
  return isDependencyPlace(id, scope) ? ['dependencies', ...id.split('/')] : id.split('/')
}

function equality(left: Expression, right: Expression, scope: Scope): string {
  const types = [typeOf(left, scope), typeOf(right, scope)]
  if (presenceOf(left, scope).length > 0 && presenceOf(right, scope).length > 0)
    throw new Uncompilable('the comparison of two values that may both be missing')
  // nothing that is missing equals a text that is not empty
  const isText = types.includes('text') && [left, right].some((each) => typeof each === 'string' && each !== '')
  if (isText) return `(eq ${textOf(left, scope)} ${textOf(right, scope)})`
  const write = types.includes('number') ? numberOf : types.includes('boolean') ? conditionOf : textOf
  return whenPresent([left, right], `(eq ${write(left, scope)} ${write(right, scope)})`, scope)
}

/** What has to be there for a value to be there. */
function presenceOf(value: Expression, scope: Scope): readonly string[] {
  if (!isOperation(value)) return []
  if (value.op === 'format') return presenceOf(value.value, scope)
  if (value.op === 'when' && value.else === undefined) return [conditionOf(value.if, scope)]
  if (value.op !== 'setting' && value.op !== 'input') return []
  const { path, setting } = leafAt(value, scope)
  return isOptional(setting) ? [`(not (kindIs "invalid" ${placeOf(path, scope)}))`] : []
}

function whenPresent(values: readonly Expression[], asked: string, scope: Scope): string {
  const present = values.flatMap((value) => presenceOf(value, scope))
  return present.length === 0 ? asked : `(and ${[...present, asked].join(' ')})`
}

function absentable(value: Expression, code: string, otherwise: string, scope: Scope): string {
  const [present] = presenceOf(value, scope)
  return present === undefined ? code : `(ternary ${code} ${otherwise} ${present})`
}

/** The type that an expression has in a template. */
export function typeOf(value: Expression, scope: Scope): Type {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  switch (value.op) {
    case 'setting':
    case 'input': {
      const { type } = leafAt(value, scope).setting
      if (type === 'boolean') return 'boolean'
      if (type === 'map' || type === 'keyedList') return 'data'
      return ['count', 'bytes', 'cores', 'duration', 'percent'].includes(type) ? 'number' : 'text'
    }
    case 'when':
      return typeOf(value.then, scope)
    case 'feature':
    case 'mode':
    case 'isSet':
    case 'all':
    case 'any':
    case 'not':
    case 'equals':
    case 'compare':
      return 'boolean'
    case 'quantity':
    case 'replicas':
    case 'load':
    case 'sum':
    case 'least':
    case 'greatest':
    case 'difference':
    case 'times':
      return 'number'
    case 'data':
      return 'data'
    default:
      return 'text'
  }
}

/** A value of its own type, for functions that take any. */
export function anyOf(value: Expression, scope: Scope): string {
  switch (typeOf(value, scope)) {
    case 'number':
      return numberOf(value, scope)
    case 'boolean':
      return conditionOf(value, scope)
    case 'text':
      return textOf(value, scope)
    case 'data':
      throw new Uncompilable('data stands in JSON only')
  }
}

/** JSON of a value of its own type; an absent value gives the empty text. */
export function jsonOf(value: Expression, scope: Scope): string {
  if (typeOf(value, scope) !== 'data')
    return absentable(value, `(toRawJson ${anyOf(value, scope)})`, goString('""'), scope)
  if (!isOperation(value) || value.op !== 'setting') throw new Uncompilable('data that is no setting')
  return `(include ${goString(`${scope.prefix}.data.${value.id}`)} ${scope.root})`
}
