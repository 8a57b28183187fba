import { contentName } from '@waybill/model'
import type { OutputFile } from '../target.ts'
import type { Mount } from './specification.ts'
import { readOnlyFile } from './storage.ts'
import type { Texts } from './texts.ts'

/** A configuration file of a service: mounted from the output, so that every byte arrives, and named by its content. */
interface ConfigFile {
  readonly output: OutputFile
  readonly mount: Mount
}

export function configFiles(service: string, { files }: Texts): ConfigFile[] {
  return files.map(({ path, content }) => {
    const place = `files/${service}/${contentName(content)}-${baseName(path)}`
    return { output: { path: `base/${place}`, content: { text: content } }, mount: readOnlyFile(`./${place}`, path) }
  })
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]/g, '_')
