/**
 * The little of the tar format (POSIX ustar) that a bundle needs. It is read by position and not as a stream: a load goes
 * over what a registry has already, and sends a part again after a failure.
 */
const block = 512

export interface TarEntry {
  readonly path: string
  readonly size: number
  /** Where its content begins. */
  readonly offset: number
}

export class TarError extends Error {}

/** The header of a file: no times, no owner, so that the same content gives the same bytes. */
export function tarHeader(path: string, size: number, executable: boolean): Buffer {
  const parts = splitPath(path)
  if (!parts) throw new TarError(`the path ${path} is too long for a bundle`)
  const [prefix, name] = parts
  const header = Buffer.alloc(block)
  header.write(name, 0, 100)
  header.write(octal(executable ? 0o755 : 0o644, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  writeSize(header, size)
  header.write(octal(0, 11), 136)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(prefix, 345, 155)
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** Zeros up to the next block. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block)

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * block)

/** How many bytes a file takes in an archive. */
export const tarLength = (size: number): number => block + Math.ceil(size / block) * block

/** A header; undefined at the end of the archive. */
export function readTarHeader(header: Buffer, offset: number): TarEntry | undefined {
  if (header.every((byte) => byte === 0)) return undefined
  const said = Number.parseInt(header.toString('latin1', 148, 156), 8)
  if (header.toString('latin1', 257, 262) !== 'ustar' || said !== checksum(header)) throw new TarError()
  const type = String.fromCharCode(header[156]!)
  if (type !== '0' && type !== '\0') throw new TarError()
  const [name, prefix] = [text(header.subarray(0, 100)), text(header.subarray(345, 500))]
  return { path: prefix === '' ? name : `${prefix}/${name}`, size: readSize(header), offset: offset + block }
}

export const tarBlock = block

/** Whether a header has room for a path. */
export const fitsTar = (path: string): boolean => splitPath(path) !== undefined

function splitPath(path: string): readonly [prefix: string, name: string] | undefined {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name]
  }
  return undefined
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width, '0')}\0`

/** From 8 GiB on, sizes are binary, as all current programs write and read them. */
function writeSize(header: Buffer, size: number): void {
  if (size < 8 ** 11) return void header.write(octal(size, 11), 124)
  header[124] = 0x80
  header.writeBigUInt64BE(BigInt(size), 128)
}

const octalIn = (said: string): number => (/^[0-7]+$/.test(said) ? Number.parseInt(said, 8) : Number.NaN)

function readSize(header: Buffer): number {
  const said = text(header.subarray(124, 136)).trim()
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : octalIn(said)
  if (!Number.isSafeInteger(size)) throw new TarError()
  return size
}

function checksum(header: Buffer): number {
  let sum = 8 * 0x20
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i]!
  return sum
}

function text(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}
