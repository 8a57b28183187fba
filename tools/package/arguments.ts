import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Platform, platforms } from './platforms.ts'

/** What to package, and where to. */
export interface Arguments {
  readonly out: string
  readonly platforms: readonly Platform[]
  /** A secret key of minisign. */
  readonly sign?: string
  readonly image?: { readonly name: string; readonly base: string | undefined }
}

const usage = `Usage: npm run package -- [--out <folder>] [--platform <name>]... [--sign <key file>]
       [--image <name:tag> [--base <image>]]

  --out <folder>        where the archives go (default: out/package)
  --platform <name>     ${platforms.map(({ id }) => id).join(', ')} (default: all)
  --sign <key file>     sign the checksums with this secret key of minisign; WAYBILL_SIGNING_PASSWORD opens it
  --image <name:tag>    build and save the container image for the Linux platforms too; needs Docker
  --base <image>        build it on this one`

/** Ends the process if they make no sense. */
export function readArguments(): Arguments {
  const text = { type: 'string' } as const
  const options = { out: text, platform: { ...text, multiple: true }, sign: text, image: text, base: text } as const
  try {
    const { values } = parseArgs({ options })
    return {
      out: values.out ?? join(import.meta.dirname, '../../out/package'),
      platforms: values.platform?.map(platformOf) ?? platforms,
      ...(values.sign !== undefined && { sign: values.sign }),
      ...(values.image !== undefined && { image: { name: values.image, base: values.base } }),
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exit(2)
  }
}

function platformOf(name: string): Platform {
  const found = platforms.find(({ id }) => id === name)
  if (!found) throw new Error(`There is no platform ${name}.`)
  return found
}
