import { z } from 'zod'

/** What a vendor may say about the demo image in the definition. */
export const SingleOptions = z.strictObject({
  /**
   * The image that the demo starts from: process-compose in its PATH, and a shell, coreutils, mount, setpriv and unshare as
   * Debian has them.
   */
  supervisor: z.string().min(1),
})
export type SingleOptions = z.infer<typeof SingleOptions>
