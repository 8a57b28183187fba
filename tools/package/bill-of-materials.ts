import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { PackageURL } from 'packageurl-js'
import type { BundledPackage } from './bundled-packages.ts'
import type { Runtime } from './platforms.ts'

const licences = new Contrib.License.Factories.LicenseFactory(() => undefined)

/** What is in an archive, as CycloneDX JSON, without time or serial number: the same content gives the same text. */
export function billOfMaterials(version: string, packages: readonly BundledPackage[], runtime: Runtime): string {
  const waybill = new Models.Component(Enums.ComponentType.Application, 'waybill', { version, bomRef: 'waybill' })
  waybill.licenses.add(licences.makeFromString('Apache-2.0'))
  const parts = [nodeComponent(runtime), ...packages.map(packageComponent)]
  for (const { bomRef } of parts) waybill.dependencies.add(bomRef)
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: waybill }),
    components: new Models.ComponentRepository(parts),
  })
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

function packageComponent({ name, version, licence }: BundledPackage): Models.Component {
  return component(Enums.ComponentType.Library, name, version, licence)
}

/** Scanners find what is known about Node by its CPE; the hash is of the package that the program came in. */
function nodeComponent({ package: name, version, integrity }: Runtime): Models.Component {
  const node = component(Enums.ComponentType.Platform, name, version, 'MIT')
  node.description = 'Node.js'
  node.cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`
  const digest = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
  node.hashes.set(Enums.HashAlgorithm['SHA-512'], digest)
  return node
}

function component(type: Enums.ComponentType, name: string, version: string, licence: string): Models.Component {
  const slash = name.indexOf('/')
  const [group, own] = slash < 0 ? [undefined, name] : [name.slice(0, slash), name.slice(slash + 1)]
  const purl = new PackageURL('npm', group, own, version).toString()
  const made = new Models.Component(type, own, { version, purl, bomRef: purl, ...(group !== undefined && { group }) })
  made.licenses.add(licences.makeFromString(licence))
  return made
}
