import type { Json } from '@waybill/model'
import { mergePatch } from '../../overlays/merge-patch.ts'
import { printYamlDocuments } from '../../print/yaml.ts'
import type { Customization, Rendered } from '../../target.ts'

/** Stands for what Compose only says with a tag, until the text is printed. */
const gone = '(goes away)'

/** The overlays of an instance as an override file. */
export function customize(plain: Rendered, patched: Rendered): Customization {
  const removal = { member: gone, item: () => gone }
  const patch = mergePatch(servicesOf(plain), servicesOf(patched), removal) ?? {}
  const add = printYamlDocuments([{ services: patch }]).replaceAll(/: ["']?\(goes away\)["']?$/gm, ': !reset null')
  const text = `# Yours. The overlays of instance.yaml, laid over base/compose.yaml; paths start in base/.\n${add}`
  return { files: [], entry: { path: 'custom/compose.override.yaml', text, add } }
}

function servicesOf({ files }: Rendered): Json {
  const file = files.find(({ path }) => path === 'base/compose.yaml')
  const [document] = file && 'documents' in file.content ? file.content.documents : []
  return typeof document === 'object' && document !== null && 'services' in document ? document['services']! : {}
}
