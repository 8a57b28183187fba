import type { Expression } from '@waybill/model'
import { mark } from '../../late/open.ts'

/** A value of the site, as text of a template. */
export const siteText = (path: string): string =>
  mark({ open: 'text', value: { op: 'setting', id: `site/${path}` }, pipes: [] })

/** Whether the site says something. */
export const siteHas = (path: string): Expression => ({ op: 'isSet', setting: `site/${path}` })

/** Whether the site says this. */
export const siteIs = (path: string, value: string): Expression => ({
  op: 'equals',
  left: { op: 'setting', id: `site/${path}` },
  right: value,
})
