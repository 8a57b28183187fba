import { randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, readFile, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Scan } from './scan.ts'
import { FolderError, ScanFile } from './scan-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
})

const parcel = 'P0123456789AB'
const scan = (place: string): Scan => ({ id: randomUUID(), parcel, place, at: '2026-01-02T03:04:05.678Z' })
const places = (file: ScanFile) => file.of(parcel).map(({ place }) => place)
const path = () => join(folder, 'scans.jsonl')

test('what was added is there after a new start, in order', async () => {
  const first = await ScanFile.open(folder, 'store-0')
  await first.add(scan('Depot'))
  await first.add(scan('Harbour'))
  await first.close()
  const again = await ScanFile.open(folder, 'store-0')
  expect(places(again)).toEqual(['Depot', 'Harbour'])
  expect(again.bytes).toBe((await readFile(path())).length)
  expect(again.of('PZZZZZZZZZZZZ')).toEqual([])
  await again.close()
})

test('it is on disk when add returns', async () => {
  const file = await ScanFile.open(folder, 'store-0')
  const one = scan('Depot')
  await file.add(one)
  expect(await readFile(path(), 'utf8')).toBe(`${JSON.stringify(one)}\n`)
  await file.close()
})

test('the same scan twice is kept once, also at the same time', async () => {
  const file = await ScanFile.open(folder, 'store-0')
  const one = scan('Depot')
  await Promise.all([file.add(one), file.add(one)])
  expect(await file.add(one)).toBe(false)
  expect(file.count).toBe(1)
  expect((await readFile(path(), 'utf8')).split('\n')).toHaveLength(2)
  await file.close()
})

test('scans that come together share syncs', async () => {
  let syncs = 0
  const file = await ScanFile.open(folder, 'store-0', () => (syncs += 1))
  await Promise.all(Array.from({ length: 100 }, (_, index) => file.add(scan(`place ${index}`))))
  expect(file.count).toBe(100)
  expect(syncs).toBeLessThan(10)
  await file.close()
})

test('a last line that a crash left half written is cut off, and writing goes on', async () => {
  const first = await ScanFile.open(folder, 'store-0')
  await first.add(scan('Depot'))
  await first.close()
  await appendFile(path(), '{"id":"half a sc')
  const again = await ScanFile.open(folder, 'store-0')
  await again.add(scan('Harbour'))
  await again.close()
  const last = await ScanFile.open(folder, 'store-0')
  expect(places(last)).toEqual(['Depot', 'Harbour'])
  await last.close()
})

test('damage before the end stops the start and names the line', async () => {
  const first = await ScanFile.open(folder, 'store-0')
  await first.add(scan('Depot'))
  await first.close()
  await writeFile(path(), `garbage\n${await readFile(path(), 'utf8')}`)
  await expect(ScanFile.open(folder, 'store-0')).rejects.toThrow(/scans\.jsonl, line 1 is damaged/)
})

test('the folder of another shard is refused and left as it is', async () => {
  await (await ScanFile.open(folder, 'store-0')).close()
  const refusal = ScanFile.open(folder, 'store-1')
  await expect(refusal).rejects.toThrow(FolderError)
  await expect(refusal).rejects.toThrow(/holds the data of shard "store-0", this is shard "store-1"/)
  await (await ScanFile.open(folder, 'store-0')).close()
})

test('scans of an unknown shard are refused', async () => {
  await (await ScanFile.open(folder, 'store-0')).close()
  await unlink(join(folder, 'SHARD'))
  await expect(ScanFile.open(folder, 'store-0')).rejects.toThrow(/does not say of which shard/)
})
