/**
 * The statements of a script of ours, each as its words without quotes: `'…'` and `\'` give literal text, and what stands
 * in `"…"` is not expanded. Comments are left out.
 */
export function statementsOf(script: string): string[][] {
  const statements: string[][] = []
  let words: string[] = []
  for (const [token, blank, comment, end] of script.matchAll(tokens)) {
    if (comment !== undefined || blank !== undefined) continue
    if (end === undefined) {
      words.push(unquoted(token))
    } else {
      if (words.length > 0) statements.push(words)
      words = []
    }
  }
  if (words.length > 0) statements.push(words)
  return statements
}

const tokens = /([ \t]+|\\\n)|(#[^\n]*)|(\n)|(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^\n]|[^\s'"\\])+/g

const unquoted = (token: string): string =>
  token.replace(
    /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g,
    (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
  )
