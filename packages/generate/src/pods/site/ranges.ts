/** The range of addresses that a literal address or range stands for; undefined for a name. */
export function addressBlock(host: string): string | undefined {
  const [address = '', bits] = host.replace(/^\[(.*)\]$/, '$1').split('/')
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return `${address}/${bits ?? 32}`
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address) ? `${address}/${bits ?? 128}` : undefined
}
