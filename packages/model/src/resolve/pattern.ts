import { RE2JS } from 're2js'

/** A vendor's pattern that a customer's text has to match as a whole. In time linear in the text, whatever the pattern is. */
export type Pattern = { readonly matches: (text: string) => boolean } | { readonly flaw: string }

/**
 * Compiles a pattern in the syntax of RE2: no look-around and no back-references.
 *
 * @example
 * 'matches' in compilePattern('[a-z]+') // true
 */
export function compilePattern(pattern: string): Pattern {
  try {
    const compiled = RE2JS.compile(pattern)
    return { matches: (text) => compiled.matches(text) }
  } catch (error) {
    return { flaw: (error as Error).message }
  }
}
