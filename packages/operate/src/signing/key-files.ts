import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { WaybillError, problem, readWith } from '@waybill/model'
import { KeyError, PasswordError, type SecretKey, readPublicKey, readSecretKey } from './minisign.ts'
import { TrustFile, type TrustedKey } from './trust.ts'

/** A key that is named on a command line: a public key file of minisign, or the key itself. */
export async function trustedKey(given: string): Promise<TrustedKey> {
  const isText = /^RW[A-Za-z0-9+/]{54}$/.test(given)
  const text = isText ? given : await readKeyFile(given)
  return { name: isText ? 'given' : basename(given), key: keyIn(text, given) }
}

/** The keys of a trust file. */
export async function trustFileKeys(file: string): Promise<TrustedKey[]> {
  const read = readWith(TrustFile, parse(await readKeyFile(file), file))
  if ('problems' in read) throw new WaybillError(read.problems.map((each) => ({ ...each, at: { file } })))
  return read.value.keys.map(({ id, key, ...rest }) => ({ name: id, key: keyIn(key, `${file}: key "${id}"`), ...rest }))
}

/**
 * The secret key to sign with.
 *
 * @param askPassword is called when the key is encrypted; undefined when nobody can be asked
 */
export async function secretKey(file: string, askPassword: () => Promise<string | undefined>): Promise<SecretKey> {
  const text = await readKeyFile(file)
  try {
    try {
      return await readSecretKey(text)
    } catch (error) {
      const password = error instanceof PasswordError ? await askPassword() : undefined
      if (password === undefined) throw error
      return await readSecretKey(text, password)
    }
  } catch (error) {
    throw keyProblem(file, error)
  }
}

function keyIn(text: string, where: string) {
  try {
    return readPublicKey(text)
  } catch (error) {
    throw keyProblem(where, error)
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WaybillError([problem('WB6009', [], { file, message: (error as Error).message })])
  }
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new WaybillError([
      problem('WB6111', [], { file, why: `cannot be read (${String((error as NodeJS.ErrnoException).code)})` }),
    ])
  }
}

function keyProblem(file: string, error: unknown): unknown {
  return error instanceof KeyError ? new WaybillError([problem('WB6111', [], { file, why: error.message })]) : error
}
