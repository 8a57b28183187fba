import type { Deployment } from '@waybill/model'
import type { Labels } from '../manifest.ts'

/** Labels of the site are never part of a selector: those cannot change. */
export const siteLabels = ({ labels = {} }: Deployment['site']): Labels => labels
