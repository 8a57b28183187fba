import { resolve as absolute } from 'node:path'
import { type Outcome, readInstance } from '@waybill/model'
import { readText } from '../io/text-file.ts'
import type { InstanceFile } from './instance.ts'

/** Reads an `instance.yaml`. */
export async function readInstanceFile(path: string): Promise<Outcome<InstanceFile>> {
  const file = absolute(path)
  const text = await readText(file)
  if (!text.ok) return text
  const read = readInstance(text.value, file)
  return read.ok ? { ...read, value: { file, ...read.value } } : read
}
