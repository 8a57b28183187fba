import { type Document, LineCounter, type ParsedNode, isAlias, isScalar, parseDocument, visit } from 'yaml'
import { depthLimit, tooDeepInYaml } from '../documents/depth.ts'
import { locateIn } from '../documents/positions.ts'
import { readWith } from '../documents/schema-problems.ts'
import { checkSchemaVersion } from '../documents/schema-version.ts'
import { type Outcome, type Problem, problem } from '../errors/problem.ts'
import { InstanceDefinition, instanceSchemaVersion } from './schema.ts'

/** Adds the line of the instance file to problems that name a path in it. */
export type Locate = (problems: readonly Problem[]) => Problem[]

/** An instance file as read, with the means to say where in it something stands. */
export interface InstanceFile {
  readonly instance: InstanceDefinition
  readonly locate: Locate
}

const limit = 1_000_000

/** Reads the text of an `instance.yaml`: plain data only, and only values that all YAML readers take for the same. */
export function readInstance(text: string, file: string): Outcome<InstanceFile> {
  if (text.includes('�')) return { ok: false, problems: [{ ...problem('WB2003', [], {}), at: { file } }] }
  if (text.length > limit)
    return { ok: false, problems: [{ ...problem('WB4007', [], { file, limit: '1 MB' }), at: { file } }] }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false, stringKeys: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const tooDeep =
    document.errors.find(({ message }) => /call stack/i.test(message))?.pos[0] ?? tooDeepInYaml(document.contents)
  if (tooDeep !== undefined) {
    return { ok: false, problems: [{ ...problem('WB4008', [], { file, limit: depthLimit }), at: at(tooDeep) }] }
  }
  const problems = [...syntaxProblems(document, at), ...trapsIn(document, at)]
  const locate: Locate = (found) =>
    found.map((each) => (each.at ? each : { ...each, at: locateIn(document.contents, each.path, lines, file) }))
  if (problems.length > 0) return { ok: false, problems }
  const data: unknown = document.toJS()
  const version = checkSchemaVersion(data, instanceSchemaVersion, file)
  if (version) return { ok: false, problems: locate([version]) }
  const read = readWith(InstanceDefinition, data)
  if ('problems' in read) return { ok: false, problems: locate(read.problems) }
  return { ok: true, value: { instance: read.value, locate }, warnings: [] }
}

type At = (offset: number) => { file: string; line: number; column: number }

function syntaxProblems(document: Document, at: At): Problem[] {
  // tags are refused as such, see trapsIn
  const found = [...document.errors, ...document.warnings].filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
  return found.map(({ code, message, pos }) => {
    const [first] = message.split(' at line ')
    if (code === 'DUPLICATE_KEY') {
      return { ...problem('WB2002', [], { key: keyAt(document, pos[0]) }), at: at(pos[0]) }
    }
    return { ...problem('WB2001', [], { message: first! }), at: at(pos[0]) }
  })
}

function keyAt(document: Document, offset: number): string {
  let found = ''
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.range?.[0] === offset) found = String(key.value)
    },
  })
  return found
}

const booleanWords = /^(?:y|n|yes|no|on|off)$/i
const sexagesimal = /^[+-]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/
const leadingZero = /^[+-]?0\d[\d_]*$/
const grouped = /^[+-]?\d[\d_]*_[\d_]*(?:\.\d*)?$/

/** Aliases, tags, merge keys, and plain scalars that YAML 1.1 and 1.2 read differently. */
function trapsIn(document: Document, at: At): Problem[] {
  const problems: Problem[] = []
  const report = (node: ParsedNode, found: Problem) => problems.push({ ...found, at: at(node.range[0]) })
  visit(document, {
    Node(_, node) {
      const parsed = node as ParsedNode
      if (isAlias(parsed)) report(parsed, problem('WB2004', [], { what: `the alias *${parsed.source}` }))
      else if (parsed.tag !== undefined)
        report(parsed, problem('WB2004', [], { what: `the tag ${parsed.tag.replace(/^tag:yaml\.org,2002:/, '!!')}` }))
      if (!isScalar(parsed) || parsed.type !== 'PLAIN') return
      const trap = trapOf(parsed.source)
      if (trap) report(parsed, problem('WB2005', [], { text: parsed.source, ...trap }))
    },
    Pair(_, { key }) {
      if (!isScalar(key)) return
      if (key.value === '<<') report(key as never, problem('WB2004', [], { what: 'a merge key' }))
      if (key.value === '__proto__') report(key as never, problem('WB2004', [], { what: 'the key __proto__' }))
    },
  })
  return problems
}

function trapOf(source: string): { reading: string; fix: string } | undefined {
  const quoted = `'${source}'`
  if (booleanWords.test(source)) return { reading: 'a boolean', fix: `Write true or false, or ${quoted} for the text.` }
  if (sexagesimal.test(source)) return { reading: 'a number to the base of 60', fix: `Write ${quoted}.` }
  if (leadingZero.test(source))
    return { reading: 'an octal number', fix: `Write ${quoted} for the text, or the number without leading zeros.` }
  if (grouped.test(source))
    return { reading: 'a number', fix: `Write the digits without "_", or ${quoted} for the text.` }
  return undefined
}
