import type { BundledPackage } from './bundled-packages.ts'

/** The licences of everything in an archive that others made, whole, as most of them ask for. */
export function thirdPartyText(packages: readonly BundledPackage[], node: { version: string; text: string }): string {
  const parts = [
    { title: `Node.js ${node.version} and what it is made of`, texts: [node.text] },
    ...packages.map(({ name, version, licence, texts }) => ({ title: `${name} ${version} (${licence})`, texts })),
  ]
  const preface = 'Waybill contains the work of others under these licences.'
  const line = '='.repeat(100)
  const shown = parts.map(({ title, texts }) => [line, title, line, ...texts.map((text) => text.trim())].join('\n\n'))
  return `${[preface, ...shown].join('\n\n')}\n`.replaceAll('\r\n', '\n')
}
