import { setFlagsFromString } from 'node:v8'

/** Text from which on memory counts for more than the few milliseconds that saving it costs. */
const large = 500_000

/** Much of what a render makes lives for a moment: where the input is large, V8's young generation must not grow with it. */
export function saveMemory(text: string): void {
  if (text.length > large) setFlagsFromString('--semi-space-growth-factor=1')
}

/** What comes from a network arrives in pieces that live for a moment, too: a small young generation lets go of them soon. */
export const saveMemoryOfStreams = (): void => setFlagsFromString('--scavenger-max-new-space-capacity-mb=1')
