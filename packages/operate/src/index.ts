/**
 * One installation: registries and the bundles that travel without a network.
 *
 * @module
 */
export { Registries, type RegistryOptions } from './registry/registry.ts'
export { type ImageContent, type ImageSource } from './images/content.ts'
export { lockImages, readImages } from './images/collect.ts'
export { type Bundle, type Trust, openBundle } from './bundle/bundle.ts'
export { type BundleFile, type CreateEvent, type CreatedBundle, createBundle, textFile } from './bundle/create.ts'
export { type VerifyEvent, verifyBundle } from './bundle/verify.ts'
export { type LoadEvent, type Loaded, loadBundle } from './bundle/load.ts'
export { extractBundle } from './bundle/extract.ts'
export { secretKey, trustFileKeys, trustedKey } from './signing/key-files.ts'
export type { TrustedKey } from './signing/trust.ts'
