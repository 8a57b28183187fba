const secretWords = /pass(?:word|phrase)?|secret|token|api-?key|private-?key|credential/i

/** Whether something with this name most likely holds a secret. */
export const looksSecret = (name: string): boolean => secretWords.test(name)
