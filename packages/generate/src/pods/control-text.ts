import { escapeExpansion, expansionOf } from './expansion.ts'
import type { Block } from './manifest.ts'

/**
 * The characters that the kustomize inside of kubectl cannot carry in a text, however it is quoted: it reads U+0085 back
 * as a space, drops spaces beside U+2028 and U+2029, and stops with an error at the others. Base64 carries them.
 */
const controls = /[\u007f-\u009f\u2028\u2029]/g

export const holdsControls = (text: string): boolean => text.search(controls) !== -1

/** The Secret that holds each of these characters: no secret, but the only base64 that variables can be read from. */
export const characterObject = 'control-characters'
const prefix = 'WAYBILL_CHARACTER_'

/** Text of a container where Kubernetes expands variables, escaped so that it arrives as it is. */
export const containerText = (text: string): string =>
  escapeExpansion(text).replace(controls, (character) => expansionOf(`${prefix}${keyOf(character.charCodeAt(0))}`))

export const keyOf = (code: number): string => code.toString(16).toUpperCase()

/** Where the variable of a character comes from; undefined for other variables. */
export const characterSource = (variable: string): Block | undefined =>
  variable.startsWith(prefix)
    ? { secretKeyRef: { name: characterObject, key: variable.slice(prefix.length), optional: false } }
    : undefined

/** The character of a variable; undefined for other variables. */
export const characterOf = (variable: string): string | undefined =>
  variable.startsWith(prefix) ? String.fromCharCode(Number.parseInt(variable.slice(prefix.length), 16)) : undefined

/** The UTF-8 bytes of a text in base64. */
export const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))

/** Reads what {@link base64} writes. */
export const fromBase64 = (encoded: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(encoded), (byte) => byte.charCodeAt(0)))
