import { type Deployment, type Sha256, sha256Hex } from '@waybill/model'
import { printYamlDocuments } from '../print/yaml.ts'
import type { OutputFile, Rendered } from '../target.ts'
import { type Manifest, manifestPath, printManifest } from './manifest.ts'

/** What an output was made from; recorded in it. */
export interface Provenance {
  /** Version of the generator. */
  readonly generator: string
  readonly product: Deployment['product']
  readonly instance: { readonly id: string; readonly digest: string }
  readonly target: string
}

/** A file of the output as it is written, relative to the target's folder. */
export interface PrintedFile {
  readonly path: string
  readonly text: string
  readonly executable: boolean
  /** Written once, then the customer's. */
  readonly custom: boolean
}

/**
 * A whole target as text, sorted by path, with the manifest that tells our files from edited ones. The same input gives
 * the same bytes: no times, no history.
 *
 * @param sha256 the machine's own, where it has one
 */
export function printOutput(rendered: Rendered, provenance: Provenance, sha256: Sha256 = sha256Hex): PrintedFile[] {
  const files = rendered.files.map((file) => printFile(file, provenance))
  const ours = files.filter(({ custom }) => !custom).sort(byPath)
  const manifest: Manifest = {
    schema: 1,
    generator: provenance.generator,
    product: provenance.product,
    instance: provenance.instance,
    target: provenance.target,
    files: Object.fromEntries(ours.map(({ path, text }) => [path, sha256(text)])),
  }
  return [...files, { path: manifestPath, text: printManifest(manifest), executable: false, custom: false }].sort(
    byPath,
  )
}

const byPath = (a: PrintedFile, b: PrintedFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

/** The files among these that are the customer's, as they are written once. */
export const printCustomFiles = (files: readonly OutputFile[]): PrintedFile[] =>
  files.filter(({ custom }) => custom).map((file) => printFile(file))

function printFile(
  { path, content, executable = false, custom = false }: OutputFile,
  provenance?: Provenance,
): PrintedFile {
  if ('text' in content) return { path, text: content.text, executable, custom }
  const { documents, comment } = content
  const text = printDocuments(path, documents)
  const isYaml = /\.ya?ml$/.test(path)
  const header = custom || !isYaml || !provenance ? '' : headerOf(provenance)
  return { path, text: `${header}${isYaml ? commentOf(comment) : ''}${text}`, executable, custom }
}

const printDocuments = (path: string, documents: Parameters<typeof printYamlDocuments>[0]): string =>
  path.endsWith('.json') ? `${JSON.stringify(documents[0], null, 2)}\n` : printYamlDocuments(documents)

const headerOf = ({ generator, product }: Provenance): string =>
  `# Rendered by waybill ${generator} from ${product.id} ${product.version}. Do not edit: see custom/.\n`

const commentOf = (comment: string | undefined): string =>
  comment === undefined
    ? ''
    : comment
        .trimEnd()
        .split('\n')
        .map((line) => (line.startsWith('#') ? `${line}\n` : `# ${line}`.trimEnd() + '\n'))
        .join('')
