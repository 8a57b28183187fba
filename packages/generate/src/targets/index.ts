import type { Target } from '../target.ts'
import { compose } from './compose/index.ts'
import { kubernetes } from './kubernetes/index.ts'

/** Every target, in the order in which people see them: one line for each folder beside this file. */
export const targets: readonly Target[] = [kubernetes, compose]
