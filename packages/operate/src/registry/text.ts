import type { IncomingMessage } from 'node:http'

/** More than any answer has that is no blob. */
const limit = 16 * 1024 * 1024

/** A whole answer as bytes. */
export async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new RangeError(`an answer of more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export const textOf = async (answer: IncomingMessage): Promise<string> => (await bytesOf(answer)).toString('utf8')
