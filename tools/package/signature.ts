import { readFile } from 'node:fs/promises'
import { secretKey } from '../../packages/operate/src/signing/key-files.ts'
import { signText } from '../../packages/operate/src/signing/minisign.ts'

/** The password of an encrypted key comes from here, never from an argument that other users can see. */
const password = 'WAYBILL_SIGNING_PASSWORD'

/**
 * Gives the signature of a file as minisign writes it.
 *
 * @param comment is signed too, and shown to whoever checks the file
 */
export async function signatureOf(file: string, name: string, keyFile: string, comment: string): Promise<string> {
  const key = await secretKey(keyFile, () => Promise.resolve(process.env[password]))
  const [, ...signed] = signText(await readFile(file), key, comment).split('\n')
  return [`untrusted comment: signature of ${name}`, ...signed].join('\n')
}
