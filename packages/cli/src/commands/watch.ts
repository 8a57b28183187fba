import { type FSWatcher, readdirSync, watch as watchFolder } from 'node:fs'
import { basename, dirname, resolve as absolute } from 'node:path'
import type { Outcome, Problem } from '@waybill/model'
import { print, printJsonLine } from '../display/print.ts'
import { failInOneLine, printProblems, problemJson, shownPath, sorted } from '../display/problems.ts'
import { type Inputs, resolveInputs, standIn } from '../inputs/inputs.ts'
import { readInstanceFile } from '../inputs/instance-file.ts'
import { type ProductFile, readProductFile } from '../inputs/product-file.ts'
import { hasErrors, renderAll } from '../inputs/rendering.ts'
import { chosenTargets, noTarget } from '../inputs/targets.ts'
import { fileProblem } from '../io/text-file.ts'
import { writeTargets } from '../io/write-targets.ts'
import type { RenderOptions } from './render.ts'

/** How long the files have to be quiet before one edit counts as done: editors write a file in several steps. */
const quiet = 30

/** Renders, then renders again at each change of a file that the result depends on, until it is interrupted. */
export async function watch(productPath: string, options: RenderOptions): Promise<number> {
  const session = new Session(productPath, options)
  const changes = new Changes()
  const unwatched = [...session.files].flatMap((file) => problemOfFolder(file))
  if (unwatched.length > 0) return failInOneLine(unwatched, options.json)
  process.once('SIGINT', () => changes.end())
  process.once('SIGTERM', () => changes.end())
  // watched before they are read, so that no edit falls between
  changes.follow(session.files)
  for (let changed: ReadonlySet<string> | undefined = session.start; changed; changed = await changes.next()) {
    const isUsable = await session.render(changed, (files) => changes.follow(files))
    if (!isUsable && changed === session.start) {
      changes.end()
      return 2
    }
  }
  return 0
}

/** Only a folder that exists can be watched. */
function problemOfFolder(file: string): Problem[] {
  try {
    readdirSync(dirname(file))
    return []
  } catch (error) {
    return [{ ...fileProblem(error, file), at: { file } }]
  }
}

/** What stays in memory between two renders. */
class Session {
  readonly #productPath: string
  readonly #options: RenderOptions
  #product: Outcome<ProductFile> | undefined
  /** Files that the result depends on; those of the last good definition stay watched while it is broken. */
  files: ReadonlySet<string>
  /** The files that were named. */
  readonly start: ReadonlySet<string>

  constructor(productPath: string, options: RenderOptions) {
    this.#productPath = productPath
    this.#options = options
    this.start = new Set(
      [productPath, ...(options.instance === undefined ? [] : [options.instance])].map((file) => absolute(file)),
    )
    this.files = this.start
  }

  /** Gives false when the product offers no such target as was asked for. */
  async render(changed: ReadonlySet<string>, follow: (files: ReadonlySet<string>) => void): Promise<boolean> {
    const start = performance.now()
    const inputs = await this.#read(changed)
    follow(this.files)
    const result: Result = inputs.ok ? this.#write(inputs.value, inputs.warnings) : { problems: inputs.problems }
    this.#report(result, performance.now() - start)
    return result.isWrongUsage !== true
  }

  /** An instance that was edited does not need the product again. */
  async #read(changed: ReadonlySet<string>): Promise<Outcome<Inputs>> {
    const { instance: instancePath } = this.#options
    const onlyInstance = instancePath !== undefined && changed.size === 1 && changed.has(absolute(instancePath))
    if (!this.#product || !onlyInstance) this.#product = await readProductFile(this.#productPath)
    const product = this.#product
    if (product.ok) this.files = new Set([...this.files, ...product.value.files])
    const instance = instancePath === undefined ? undefined : await readInstanceFile(instancePath)
    const problems = [product, instance].flatMap((read) =>
      read === undefined ? [] : read.ok ? read.warnings : read.problems,
    )
    if (!product.ok || instance?.ok === false) return { ok: false, problems }
    return resolveInputs(product.value, instance?.value ?? (await standIn(product.value, 'bare')), problems)
  }

  #write(inputs: Inputs, warnings: readonly Problem[]): Result {
    const { strict = false, overwrite = false, out } = this.#options
    const targets = chosenTargets(inputs, this.#options)
    if (!targets) return { problems: warnings, isWrongUsage: true }
    if (targets.length === 0) return { problems: [noTarget()] }
    const { renderings, problems } = renderAll(inputs, targets, strict)
    const found = [...warnings, ...problems]
    if (hasErrors(found)) return { problems: found }
    const output = writeTargets(inputs, renderings, out, overwrite)
    if (output.problems.length > 0) return { problems: [...found, ...output.problems] }
    const files = output.written.flatMap(({ plan }) =>
      [...plan.changed, ...plan.removed].map((path) => `${plan.folder}/${path}`),
    )
    return { problems: found, written: files, targets }
  }

  #report({ problems, written, targets = [] }: Result, milliseconds: number): void {
    const took = Math.round(milliseconds * 10) / 10
    if (this.#options.json) {
      printJsonLine({
        ok: written !== undefined,
        problems: sorted(problems).map(problemJson),
        written: written ?? [],
        milliseconds: took,
      })
      return
    }
    printProblems(problems)
    if (!written) print('Nothing written; the last good output stays.')
    else
      print(
        `Rendered ${targets.join(' and ')} into ${shownPath(absolute(this.#options.out))}/ in ${took} ms, ${written.length} files changed.`,
      )
  }
}

interface Result {
  readonly problems: readonly Problem[]
  /** Missing when nothing could be written. */
  readonly written?: readonly string[]
  readonly targets?: readonly string[]
  /** A target was asked for that the product does not offer; that has been said. */
  readonly isWrongUsage?: boolean
}

/** Edits of files, gathered while they come close to one another. Folders are watched, because editors replace files. */
class Changes {
  readonly #watchers = new Map<string, FSWatcher>()
  #files: ReadonlySet<string> = new Set()
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #ended = false
  #wake: (() => void) | undefined

  follow(files: ReadonlySet<string>): void {
    this.#files = files
    for (const folder of new Set([...files].map((file) => dirname(file)))) {
      if (this.#watchers.has(folder)) continue
      this.#watchers.set(
        folder,
        watchFolder(folder, (_, name) => this.#note(folder, name)),
      )
    }
  }

  /** The files of the next edit, or undefined at the end. */
  async next(): Promise<ReadonlySet<string> | undefined> {
    while (!this.#ended && (this.#changed.size === 0 || this.#timer)) await this.#woken()
    const changed = this.#changed
    this.#changed = new Set()
    return this.#ended ? undefined : changed
  }

  #woken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#wake?.()
  }

  #note(folder: string, name: string | null): void {
    const files = [...this.#files].filter(
      (file) => dirname(file) === folder && (name === null || basename(file) === name),
    )
    if (files.length === 0) return
    for (const file of files) this.#changed.add(file)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#wake?.()
    }, quiet)
  }
}
