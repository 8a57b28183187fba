import { linkSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

/** Writes a file so that a reader sees the old text or the new one. A link stays one, and who may read it stays the same. */
export function replaceFile(file: string, text: string): void {
  const there = statSync(file, { throwIfNoEntry: false })
  const place = there ? realpathSync(file) : file
  stage(place, text, there?.mode, (staged) => renameSync(staged, place))
}

/** Writes a file that must not be there yet; it appears with its whole text. */
export function createFile(file: string, text: string): void {
  stage(file, text, undefined, (staged) => linkSync(staged, file))
}

function stage(file: string, text: string, mode: number | undefined, place: (staged: string) => void): void {
  const staged = `${file}.new-${process.pid}`
  try {
    writeFileSync(staged, text, mode === undefined ? {} : { mode })
    place(staged)
  } finally {
    rmSync(staged, { force: true })
  }
}
