/** What generators and tools read: formats, expressions, problems, checks, `resolve`. */
export { canonicalJson, compact, type Json } from './json.ts'
export { type Sha256, contentName, digestOf, sha256Hex } from './digest.ts'
export { nearest } from './nearest.ts'
export { type Unit, units } from './units/unit.ts'
export { formatQuantity, parseQuantity } from './units/quantity.ts'
export { type Code, catalogue } from './errors/catalogue.ts'
export { wordingTemplate } from './errors/template.ts'
export {
  type Location,
  type Outcome,
  type Path,
  type Problem,
  type Wording,
  WaybillError,
  outcome,
  problem,
  wordingOf,
} from './errors/problem.ts'
export {
  type Address,
  type AddressForm,
  type Expression,
  type JsonTemplate,
  type Operation,
  type RuntimeFact,
  isOperation,
} from './expressions/expression.ts'
export { describe } from './expressions/print.ts'
export { percentEncode, printTemplate, reduce } from './expressions/reduce.ts'
export { find, mapTemplate, walk } from './expressions/walk.ts'
export {
  type DataClass,
  type Dependency as DependencyDefinition,
  type Family,
  type Law as SizingLaw,
  type PortProtocol,
  ProductDefinition,
  type SecretKind,
  type Service as ServiceDefinition,
  type ServiceKind,
  type Setting as SettingDefinition,
  productSchemaVersion,
} from './product/schema.ts'
export { type SchemaName, jsonSchemaOf, schemaNames } from './json-schema.ts'
export { type Catalog, catalogOf } from './product/catalog.ts'
export { InstanceDefinition, type Site, instanceSchemaVersion } from './instance/schema.ts'
export { readInstance } from './instance/read.ts'
export { type Edit, editInstance } from './instance/edit.ts'
export { type Rename, presentNames } from './instance/moves.ts'
export { instanceSchemaOf } from './instance/product-schema.ts'
export { type JsonSchema, type PatternReader, rangeOf, settingSchema } from './instance/setting-schema.ts'
export { type EffectiveValue, effectiveValues } from './instance/values.ts'
export { presetOf, writtenDefault } from './resolve/setting-defaults.ts'
export { readSettingValue, valuesOf } from './resolve/setting-values.ts'
export { looksSecret } from './secret-name.ts'
export { readWith } from './documents/schema-problems.ts'
export { locateInJson, readProduct } from './product/locate.ts'
export { parseProduct, readProductData } from './product/read.ts'
export { checkProduct } from './check/check.ts'
export { checkImmutable } from './resolve/immutable.ts'
export { type OverlayState, overlayStates } from './resolve/overlays.ts'
export { resolve } from './resolve/resolve.ts'
export { type LateDeployment, type OpenValues, inputKey, resolveLate } from './resolve/late.ts'
export { readChoices, lookupIn } from './resolve/choices.ts'
export { type When, both, either, opposite } from './resolve/conditional.ts'
export type * from './resolve/deployment.ts'
export { mirrored, parseImage } from './resolve/images.ts'
export {
  type ImagesLock,
  type LockedImage,
  fullReference,
  printImagesLock,
  pinned,
  readImagesLock,
} from './images/lock.ts'
export { checkLocked, imagesOfProduct } from './images/product.ts'
