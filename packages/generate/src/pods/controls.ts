import type { Context } from './context.ts'
import { base64, characterObject, keyOf } from './control-text.ts'
import { manifest } from './labels.ts'
import type { Manifest } from './manifest.ts'

/** The object that {@link characterSource} refers to: the same for every deployment. */
export function controlCharacters(context: Context): Manifest {
  const codes = [...Array.from({ length: 0x9f - 0x7f + 1 }, (_, i) => 0x7f + i), 0x2028, 0x2029]
  return manifest(
    context,
    { apiVersion: 'v1', kind: 'Secret', name: characterObject },
    {
      immutable: true,
      type: 'Opaque',
      data: Object.fromEntries(codes.map((code) => [keyOf(code), base64(String.fromCharCode(code))])),
    },
  )
}
