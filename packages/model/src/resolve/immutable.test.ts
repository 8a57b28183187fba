import { expect, it } from 'vitest'
import { GiB, product, setting, settings } from '../authoring/index.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import { wordingOf } from '../errors/problem.ts'
import { checkImmutable } from './immutable.ts'

const definition = product('p', {
  version: '1',
  title: 'P',
  settings: [
    settings('data', 'Data', {
      layout: setting.choice(['flat', 'deep'], { title: 'Layout', default: 'flat', immutable: true }),
      block: setting.bytes({ title: 'Block', default: GiB(1), immutable: true }),
      level: setting.text({ title: 'Level', default: 'info' }),
    }),
  ],
  services: [],
  targets: [{ id: 'compose' }],
})
const instance = (data: Record<string, string>): InstanceDefinition => ({
  schema: 1,
  id: 'i',
  product: 'p',
  settings: { data },
})
const whatOf = (before: Record<string, string>, after: Record<string, string>) =>
  checkImmutable(definition, instance(before), instance(after)).map(
    (each) => `${each.code} ${each.path.join('/')}: ${wordingOf(each).what}`,
  )

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['nothing', { layout: 'deep' }, { layout: 'deep' }],
  ['only what may change', { level: 'info' }, { level: 'debug' }],
  ['a default that is written out', {}, { layout: 'flat' }],
  ['the spelling of a quantity', { block: '1 GiB' }, { block: '1024 MiB' }],
])('%s changed', (_, before, after) => {
  expect(whatOf(before, after)).toEqual([])
})

it('each immutable setting that changed is reported with both values', () => {
  expect(whatOf({}, { layout: 'deep', block: '2 GiB', level: 'debug' })).toEqual([
    'WB2012 settings/data/layout: The setting data.layout was "flat" and is now "deep", but cannot change after the installation.',
    'WB2012 settings/data/block: The setting data.block was 1 GiB and is now 2 GiB, but cannot change after the installation.',
  ])
})
