import { mustRun } from './program.ts'

const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ')

interface ImageManifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

/** Makes `<registry>/<path>/<image>` of `<registry>/<image>`, as a site's mirror has it; nothing is copied twice. */
export async function mirrorImage(registry: string, path: string, image: string): Promise<void> {
  const [repository = '', tag = ''] = image.split(':')
  const ask = async (route: string, options: RequestInit = {}) => {
    const answer = await fetch(`http://${registry}/v2/${route}`, options)
    if (!answer.ok) throw new Error(`${options.method ?? 'GET'} ${route} answered ${answer.status}`)
    return answer
  }
  const answer = await ask(`${repository}/manifests/${tag}`, { headers: { accept: manifestTypes } })
  const body = await answer.text()
  const { config, layers } = JSON.parse(body) as ImageManifest
  for (const { digest } of [config, ...layers]) {
    await ask(`${path}/${repository}/blobs/uploads/?mount=${digest}&from=${repository}`, { method: 'POST' })
  }
  const headers = { 'content-type': answer.headers.get('content-type') ?? '' }
  await ask(`${path}/${repository}/manifests/${tag}`, { method: 'PUT', headers, body })
}

/** The images that a rendered folder names, without their registry. */
export async function imagesIn(folder: string, registry: string): Promise<string[]> {
  const found = await mustRun('grep', ['-rhoE', '^ *image: *.*$', folder])
  const names = found.split('\n').map((line) => line.replace(/^ *image: *"?([^"]*)"?$/, '$1'))
  return [...new Set(names.filter(Boolean).map((name) => name.slice(registry.length + 1)))]
}
