import * as generate from '@waybill/generate'
import * as targets from '@waybill/generate/targets'
import * as model from '@waybill/model'
import * as operate from '@waybill/operate'
import { expect, it } from 'vitest'

/** Every change to what the packages offer shows up in this file's snapshot. */
it.each([
  ['@waybill/model', model],
  ['@waybill/generate', generate],
  ['@waybill/generate/targets', targets],
  ['@waybill/operate', operate],
])('%s offers what its report says', async (name, module) => {
  const report = Object.keys(module).sort().join('\n')
  await expect(`${report}\n`).toMatchFileSnapshot(`./surface/${name.replace('@waybill/', '').replace('/', '-')}.txt`)
})
