import { readFile } from 'node:fs/promises'
import { type Outcome, type Problem, problem } from '@waybill/model'

/** Reads a file that has to be UTF-8 text. */
export async function readText(file: string): Promise<Outcome<string>> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    return { ok: false, problems: [{ ...fileProblem(error, file), at: { file } }] }
  }
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(bytes), warnings: [] }
  } catch {
    return { ok: false, problems: [{ ...problem('WB2003', [], {}), at: { file } }] }
  }
}

/** What the operating system refused, in the words of the catalogue. */
export function fileProblem(error: unknown, file: string): Problem {
  if (!isSystemError(error)) throw error
  if (error.code === 'ENOENT') return problem('WB4001', [], { file })
  if (error.code === 'EISDIR') return problem('WB4002', [], { file })
  return problem('WB4003', [], { file, message: messages[error.code] ?? error.code })
}

export const isSystemError = (error: unknown): error is Error & { code: string; path?: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

const messages: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the path is too long',
  EEXIST: 'it exists already',
  EMFILE: 'too many open files',
}
