import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colour where the stream is a terminal; NO_COLOR and FORCE_COLOR decide before that. */
export const onOutput = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout })
export const onError = (format: Format, text: string): string => styleText(format, text, { stream: process.stderr })
