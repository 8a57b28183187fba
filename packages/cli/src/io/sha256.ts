import { hash } from 'node:crypto'

/** SHA-256 in hex by Node's own library: what the model's gives, many times faster. */
export const sha256 = (text: string): string => hash('sha256', text)
