/** A text as one word of a POSIX shell, byte for byte. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
