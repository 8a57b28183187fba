import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve as absolute } from 'node:path'
import { type Problem, problem } from '@waybill/model'
import { print, printError, printJson } from '../display/print.ts'
import { fail, shellPath, shownPath } from '../display/problems.ts'
import { fileProblem } from '../io/text-file.ts'
import { version } from '../version.ts'
import { startFiles } from './init/files.ts'

export interface InitOptions {
  readonly id?: string
  readonly json?: boolean
}

const idPattern = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/

/** Writes a small product to start from; never over a file that exists. Asks for its id on a terminal only. */
export async function init(dir: string, { id: given, json = false }: InitOptions): Promise<number> {
  const folder = absolute(dir)
  const id = given ?? (await idFor(folder, json))
  if (id === undefined) return 1
  if (!idPattern.test(id)) {
    printError(
      `error: '${id}' cannot be the id of a product: use small letters, digits and hyphens, starting with a letter`,
    )
    return 2
  }
  const files = startFiles(id, version())
  if (files.some(({ name }) => existsSync(join(folder, name)))) return fail([inTheWay(folder)], json)
  try {
    mkdirSync(folder, { recursive: true })
    for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: 'wx' })
  } catch (error) {
    return fail([fileProblem(error, folder)], json)
  }
  const names = files.map(({ name }) => join(folder, name))
  if (json) printJson({ ok: true, problems: [], files: names })
  else print([...names.map(shownPath), '', 'Next:', ...nextCommands(folder)].join('\n'))
  return 0
}

const inTheWay = (folder: string): Problem => ({ ...problem('WB4005', [], { folder }), at: { file: folder } })

function nextCommands(folder: string): string[] {
  const place = shellPath(folder)
  return [
    ...(place === '.' ? [] : [`  cd ${place}`]),
    '  npm install',
    '  npx waybill check product.ts --instance instance.yaml',
    '  npx waybill render product.ts --instance instance.yaml --out out',
  ]
}

/** The name of the folder, or what somebody at a terminal says. */
async function idFor(folder: string, json: boolean): Promise<string | undefined> {
  const proposal =
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 40) || 'my-product'
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return proposal
  const { isCancel, text } = await import('@clack/prompts')
  const answer = await text({
    message: 'Id of the product',
    initialValue: proposal,
    validate: (value = '') =>
      idPattern.test(value) ? undefined : 'Small letters, digits and hyphens, starting with a letter.',
  })
  return isCancel(answer) ? undefined : answer
}
