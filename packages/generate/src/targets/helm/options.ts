import type { z } from 'zod'
import { KubernetesOptions } from '../../pods/options.ts'

/** What a vendor may say about this target in the definition: the same as for Kubernetes, whose objects it makes. */
export const HelmOptions = KubernetesOptions
export type HelmOptions = z.infer<typeof HelmOptions>
