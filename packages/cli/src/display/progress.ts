import { printError, printJsonLine } from './print.ts'

/** Shows how far long work is: one line that changes on a terminal, a line for each tenth elsewhere, events for machines. */
export interface Progress {
  readonly show: (done: number, total: number) => void
  readonly note: (text: string, event: object) => void
  readonly end: () => void
}

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

export function makeProgress(what: string, json: boolean): Progress {
  if (json)
    return {
      ...inTenths((event) => printJsonLine({ event: 'progress', ...event })),
      note: (_, event) => printJsonLine(event),
      end: () => undefined,
    }
  const { isTTY } = process.stderr
  if (!isTTY) {
    const lines = inTenths(({ bytes, total }) => printError(`${what}: ${size(bytes)} of ${size(total)}`))
    return { ...lines, note: (text) => printError(text), end: () => undefined }
  }
  let last = ''
  const draw = (line: string) => {
    if (line !== last) process.stderr.write(`\r\u001B[K${line}`)
    last = line
  }
  return {
    show: (done, total) => draw(`${what}: ${size(done)} of ${size(total)}`),
    note: (text) => {
      draw('')
      printError(text)
    },
    end: () => draw(''),
  }
}

function inTenths(print: (event: { readonly bytes: number; readonly total: number }) => void): Pick<Progress, 'show'> {
  let shown = 0
  return {
    show: (bytes, total) => {
      const tenth = total === 0 ? 10 : Math.floor((10 * bytes) / total)
      if (tenth > shown) print({ bytes, total })
      shown = Math.max(shown, tenth)
    },
  }
}
