import { type InstanceDefinition, type Problem, type ProductDefinition, instanceSchemaVersion } from '@waybill/model'

/** An instance as the commands work with it. */
export interface InstanceFile {
  /** Missing where no file was given. */
  readonly file?: string
  readonly instance: InstanceDefinition
  readonly locate: (problems: readonly Problem[]) => Problem[]
}

/** The instance of somebody who chose nothing. */
export function bareInstance({ id }: ProductDefinition): InstanceFile {
  return { instance: { schema: instanceSchemaVersion, id, product: id }, locate: (problems) => [...problems] }
}
