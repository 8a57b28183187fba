import { setFlagsFromString } from 'node:v8'

/** Text from which on memory counts for more than the few milliseconds that saving it costs. */
const large = 500_000

/** Much of what a render makes lives for a moment: where the input is large, V8's young generation must not grow with it. */
export function saveMemory(text: string): void {
  if (text.length > large) setFlagsFromString('--semi-space-growth-factor=1')
}
