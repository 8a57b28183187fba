/**
 * From a deployment to files: targets, printing, losses, agreement between targets and differences. No I/O.
 *
 * @module
 */
export { targets } from './targets/index.ts'
export { renderTarget, targetOf } from './render.ts'
export type { Customization, Loss, OutputFile, Rendered, Target } from './target.ts'
export { isAccepted, strictProblems } from './losses/strict.ts'
export { type PrintedFile, type Provenance, printCustomFiles, printOutput } from './output/print.ts'
export { type Manifest, manifestPath, readManifest } from './output/manifest.ts'
export { staleFiles } from './output/kept.ts'
export { type Change, compareObjects, compareValues } from './diff/compare.ts'
export { objectsOfDeployment, objectsOfOutput } from './diff/objects.ts'
export { type Witness, checkAgreement } from './agreement/agreement.ts'
