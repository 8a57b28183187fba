import type { Target } from '../target.ts'
import { compose } from './compose/index.ts'
import { docker } from './docker/index.ts'
import { helm } from './helm/index.ts'
import { kubernetes } from './kubernetes/index.ts'
import { single } from './single/index.ts'

/** Every target, in the order in which people see them: one line for each folder beside this file. */
export const targets: readonly Target[] = [kubernetes, helm, compose, docker, single]
