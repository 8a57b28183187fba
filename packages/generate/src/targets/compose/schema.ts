import { z } from 'zod'

/** What a vendor may say about Compose in the definition: nothing yet. */
export const ComposeOptions = z.strictObject({})
export type ComposeOptions = z.infer<typeof ComposeOptions>
