import type { Context } from './context.ts'
import type { Manifest } from './manifest.ts'
import { publishedOf } from './ports.ts'

/** The objects in front of the published ports. */
export const edgeObjects = ({ pods, site }: Context): readonly Manifest[] => site.front(pods.flatMap(publishedOf))
