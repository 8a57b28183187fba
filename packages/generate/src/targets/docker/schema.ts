import { z } from 'zod'

/** What a vendor may say about plain Docker in the definition: nothing yet. */
export const DockerOptions = z.strictObject({})
export type DockerOptions = z.infer<typeof DockerOptions>
