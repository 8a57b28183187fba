import { type Path, type Problem, problem } from '../errors/problem.ts'
import { combinationLimit, combinations, describeChoice, openNode, satisfy } from '../expressions/conditions.ts'
import { type Expression, type Operation, isOperation } from '../expressions/expression.ts'
import { describe } from '../expressions/print.ts'
import { typecheck, walkExpanded } from '../expressions/typecheck.ts'
import { childrenOf, find } from '../expressions/walk.ts'
import { type Catalog, isOptional } from '../product/catalog.ts'
import { type Site, sitesOf } from './places.ts'

/** Types, references and secrets of every expression, and whether what is referred to is there when it is used. */
export function checkExpressions(catalog: Catalog): Problem[] {
  const chains = checkOutputs(catalog)
  if (chains.length > 0) return chains // following them could go on for ever
  const problems: Problem[] = []
  for (const site of sitesOf(catalog)) {
    const found = typecheck(site.expression, site.place, catalog.scope, site.path)
    problems.push(...found)
    if (found.length > 0) continue
    problems.push(...checkPresence(site, catalog), ...checkMixture(site, catalog))
  }
  return problems
}

/** A secret is put together before the replica exists, so what only the replica knows cannot stand beside it. */
function checkMixture({ expression, place, path }: Site, catalog: Catalog): Problem[] {
  if (!place.secrets || !place.runtimeFacts) return []
  let [fact, secret, lines] = ['', false, '']
  walkExpanded(expression, catalog.outputs, (node) => {
    if (node.op === 'secret') secret = true
    if (node.op === 'secret') lines = ofSeveralLines(node, catalog) ?? lines
    if (node.op === 'runtime') fact = node.fact
  })
  if (lines !== '') return [problem('WB1317', path, { secret: lines })]
  return secret && fact !== ''
    ? [problem('WB1211', path, { fact: `"${fact}"`, place: 'a value that holds a secret' })]
    : []
}

/** The secret with several lines of which a value takes a part, itself or by templates. */
function ofSeveralLines(
  { id, part = 'value' }: { readonly id: string; readonly part?: string },
  catalog: Catalog,
  seen: ReadonlySet<string> = new Set(),
): string | undefined {
  if (part !== 'value') return id
  const template = catalog.secrets.get(id)?.template
  if (template === undefined || seen.has(id)) return undefined
  let found: string | undefined
  walkExpanded(template, catalog.outputs, (node) => {
    if (node.op === 'secret') found ??= ofSeveralLines(node, catalog, new Set([...seen, id]))
  })
  return found
}

function checkOutputs({ dependencies }: Catalog): Problem[] {
  return [...dependencies.values()].flatMap(({ id, outputs }) =>
    outputs.flatMap(({ name, value }) => {
      const other = find(value, (node) => node.op === 'output')
      if (!other) return []
      const names = { output: `${id}.${name}`, other: `${other.dependency}.${other.name}` }
      return [problem('WB1215', ['dependencies', id, 'outputs', name], names)]
    }),
  )
}

function checkPresence({ expression, place, path, guards }: Site, catalog: Catalog): Problem[] {
  if (typeof expression !== 'object') return []
  const problems: Problem[] = []
  if (place.name === 'a condition') problems.push(...checkCondition(expression, [], catalog, path))
  if (isPossible(guards, catalog)) descend(expression, guards, { catalog, path, problems, own: true, inside: false })
  return problems
}

/** Whether a place exists in some instance; when not, that is reported where its condition stands. */
function isPossible(guards: readonly Expression[], { domain }: Catalog): boolean {
  if (guards.length === 0) return true
  if (guards.some((each) => openNode(each, domain))) return false
  return combinations(guards, domain) > combinationLimit || satisfy(guards, domain) !== undefined
}

interface Descent {
  readonly catalog: Catalog
  readonly path: Path
  readonly problems: Problem[]
  /** False inside of a dependency's output: its branches serve every mode, so some of them are impossible at one place. */
  readonly own: boolean
  /** Inside of a larger text, where a setting without a value would leave a hole. */
  readonly inside: boolean
}

function descend(expression: Expression, guards: readonly Expression[], descent: Descent): void {
  if (!isOperation(expression)) return
  const { catalog, path, problems, own } = descent
  if (expression.op === 'when') {
    const impossible = checkCondition(expression.if, guards, catalog, path)
    if (own) problems.push(...impossible)
    if (impossible.length === 0) descend(expression.then, [...guards, expression.if], descent)
    const otherwise: Expression = { op: 'not', of: expression.if }
    const reached = own ? impossible.length === 0 : checkCondition(otherwise, guards, catalog, path).length === 0
    if (expression.else !== undefined && reached) descend(expression.else, [...guards, otherwise], descent)
    return
  }
  const presence = presenceOf(expression, descent)
  if (presence !== undefined && presence.when !== undefined) {
    problems.push(...checkImplied(presence.what, presence.when, guards, catalog, path))
  }
  if (expression.op === 'output') {
    const dependency = catalog.dependencies.get(expression.dependency)
    const value = catalog.outputs(expression.dependency, expression.name)
    const more = dependency?.when === undefined ? guards : [...guards, dependency.when]
    if (value !== undefined) descend(value, more, { ...descent, own: false })
  }
  const inside = descent.inside || partsOfText.has(expression.op)
  for (const child of childrenOf(expression)) descend(child, guards, { ...descent, inside })
}

const partsOfText: ReadonlySet<Operation['op']> = new Set(['concat', 'list', 'join', 'json', 'percentEncode'])

/** What a node refers to and when that exists. */
function presenceOf(
  node: Operation,
  { catalog, inside }: Descent,
): { what: string; when: Expression | undefined } | undefined {
  switch (node.op) {
    case 'setting': {
      const setting = catalog.settings.get(node.id)
      const hole = inside && setting !== undefined && isOptional(setting)
      return hole ? { what: `The setting "${node.id}"`, when: { op: 'isSet', setting: node.id } } : undefined
    }
    case 'address':
    case 'addresses':
    case 'replicas':
      return { what: `The service "${node.service}"`, when: catalog.services.get(node.service)?.when }
    case 'output':
      return { what: `The dependency "${node.dependency}"`, when: catalog.dependencies.get(node.dependency)?.when }
    case 'input': {
      const outside: Expression = { op: 'not', of: { op: 'mode', dependency: node.dependency, is: 'bundled' } }
      const when = catalog.dependencies.get(node.dependency)?.when
      return {
        what: `"${node.dependency}.${node.key}"`,
        when: when === undefined ? outside : { op: 'all', of: [when, outside] },
      }
    }
    case 'secret':
      return { what: `The secret "${node.id}"`, when: catalog.secrets.get(node.id)?.when }
    default:
      return undefined
  }
}

function checkImplied(
  what: string,
  when: Expression,
  guards: readonly Expression[],
  catalog: Catalog,
  path: Path,
): Problem[] {
  const conditions = [...guards, ...featureRules(catalog), { op: 'not', of: when } as const]
  const open = conditions.map((each) => openNode(each, catalog.domain)).find((node) => node !== undefined)
  if (open) return [] // reported where the condition stands
  const count = combinations(conditions, catalog.domain)
  if (count > combinationLimit) return [problem('WB1213', path, { count, limit: combinationLimit })]
  const example = satisfy(conditions, catalog.domain)
  return example ? [problem('WB1203', path, { what, example: describeChoice(example) })] : []
}

function checkCondition(condition: Expression, guards: readonly Expression[], catalog: Catalog, path: Path): Problem[] {
  const open = openNode(condition, catalog.domain)
  if (open) return [problem('WB1207', path, { found: describe(open) })]
  const conditions = [...guards, ...featureRules(catalog), condition]
  const count = combinations(conditions, catalog.domain)
  if (count > combinationLimit) return [problem('WB1213', path, { count, limit: combinationLimit })]
  if (satisfy(conditions, catalog.domain)) return []
  return [problem('WB1204', path, { condition: [condition, ...guards].map(describe).join(', given ') })]
}

/** A feature that is on fulfils its own condition. */
const featureRules = ({ product, domain }: Catalog): Expression[] =>
  product.features.flatMap(({ id, when }) =>
    when === undefined || openNode(when, domain)
      ? []
      : [{ op: 'any', of: [{ op: 'not', of: { op: 'feature', id } }, when] } satisfies Expression],
  )
