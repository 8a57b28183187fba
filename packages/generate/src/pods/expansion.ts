/**
 * Kubernetes replaces `$(NAME)` in env values, `command` and `args` of containers, reads `$$` as `$`, and damages a `$`
 * before a character that is not ASCII (it copies the character's first byte alone). Doubling every `$` avoids all three,
 * so that the container sees the text byte for byte. Commands of probes are not expanded and must not be escaped.
 */
export const escapeExpansion = (text: string): string => text.replaceAll('$', '$$$$')

/** Text that Kubernetes replaces by a variable that is declared earlier in the same container. */
export const expansionOf = (variable: string): string => `$(${variable})`

/** What a container sees of an escaped text, with each expansion written by `variable`. */
export const unescapeExpansion = (text: string, variable: (name: string) => string): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (_, name: string | undefined) => (name === undefined ? '$' : variable(name)))

/** The variables that an escaped text refers to. */
export function expansionsIn(text: string): string[] {
  const names: string[] = []
  unescapeExpansion(text, (name) => {
    names.push(name)
    return ''
  })
  return names
}
