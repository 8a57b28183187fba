import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type ImagesLock, type Problem, WaybillError, canonicalJson } from '@waybill/model'
import { type BundleFile, textFile } from '@waybill/operate'
import { type Inputs, resolveInputs } from '../../inputs/inputs.ts'
import type { ProductFile } from '../../inputs/product-file.ts'
import { targetReadme } from '../../inputs/readme.ts'
import { hasErrors, renderAll } from '../../inputs/rendering.ts'
import { fileProblem, readText } from '../../io/text-file.ts'
import { printTarget } from '../../io/write-targets.ts'

/** The product as it travels, and the pages that belong to it. */
export function productFiles({ definition }: ProductFile): BundleFile[] {
  const pages = definition.targets.map(({ id }) => textFile(`docs/targets/${id}.md`, `${targetReadme(id)}\n`))
  return [
    textFile('product.json', `${canonicalJson(definition)}\n`),
    textFile('README.md', readme(definition)),
    ...pages,
  ]
}

/**
 * The rendered targets of an instance, with its images pinned to what the bundle holds.
 *
 * @throws WaybillError when they cannot be rendered so
 */
export async function targetFiles(
  { product, instance }: Inputs,
  targets: readonly string[],
  lock: ImagesLock,
): Promise<BundleFile[]> {
  const inputs = resolveInputs({ ...product, lock }, instance)
  if (!inputs.ok) throw new WaybillError(inputs.problems)
  const { renderings, problems } = renderAll(inputs.value, targets, false)
  if (hasErrors(problems)) throw new WaybillError(problems)
  const files = renderings.flatMap((each) =>
    printTarget(inputs.value, each).map(({ path, text, executable }) =>
      textFile(`targets/${each.target}/${path}`, text, executable),
    ),
  )
  const text = instance.file === undefined ? undefined : await readText(instance.file)
  if (text && !text.ok) throw new WaybillError(text.problems)
  return [...files, ...(text ? [textFile('instance.yaml', text.value)] : [])]
}

/**
 * A file of any size that goes along under `cli/`.
 *
 * @throws WaybillError when it cannot be read
 */
export async function archiveFile(file: string): Promise<BundleFile> {
  const seen = createHash('sha256')
  try {
    const { size } = await stat(file)
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) seen.update(chunk)
    return {
      path: `cli/${basename(file)}`,
      executable: false,
      size,
      sha256: seen.digest('hex'),
      open: () => createReadStream(file) as AsyncIterable<Buffer>,
    }
  } catch (error) {
    const found: Problem = { ...fileProblem(error, file), at: { file } }
    throw new WaybillError([found])
  }
}

const readme = ({
  id,
  title,
  version,
}: {
  id: string
  title: string
  version: string
}): string => `# ${title} ${version}

This is an air-gap bundle: the images of ${id} ${version} in OCI layout, the product and what was rendered from it.
\`bundle.json\` lists all of it with checksums; \`bundle.json.minisig\` is its signature, which
\`minisign -V -m bundle.json -p vendor.pub\` checks, too.

1. If you have no program yet, take it out: \`tar -xf <bundle> bundle.json bundle.json.minisig cli\`. Before it runs, check the
   list with minisign, and the archive for your machine with \`sha256sum\` against the list; then unpack it.
2. \`waybill bundle verify <bundle> --key vendor.pub\`
3. \`waybill bundle load <bundle> --registry registry.example/path --key vendor.pub\`
4. \`waybill bundle extract <bundle> --out ${id} --key vendor.pub\`
5. Write \`site: { registry: registry.example/path }\` into your instance file, render, and follow the page of your target
   in \`docs/targets/\`.
`
