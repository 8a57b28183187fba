const binarySuffixes = [
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const

/** Bytes as a Kubernetes quantity: with the largest suffix that keeps the number whole. */
export function byteQuantity(bytes: number): string {
  const suffix = bytes === 0 ? undefined : binarySuffixes.find(([, factor]) => bytes % factor === 0)
  return suffix === undefined ? String(bytes) : `${bytes / suffix[1]}${suffix[0]}`
}

/** Millicores as a Kubernetes quantity: whole cores without suffix. */
export const cpuQuantity = (millicores: number): string =>
  millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`

/** Reads what {@link byteQuantity} writes. */
export function readBytes(quantity: string): number {
  const suffix = binarySuffixes.find(([name]) => quantity.endsWith(name))
  return suffix === undefined ? Number(quantity) : Number(quantity.slice(0, -2)) * suffix[1]
}

/** Reads what {@link cpuQuantity} writes. */
export const readCpu = (quantity: string): number =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000

/** Milliseconds in whole seconds, rounded up, never below `least`. */
export const wholeSeconds = (milliseconds: number, least = 1): number => Math.max(least, Math.ceil(milliseconds / 1000))
