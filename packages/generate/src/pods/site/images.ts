import type { Block } from '../manifest.ts'
import type { SiteInput } from './input.ts'

export const pullSecrets = ({ wishes }: SiteInput): Block =>
  wishes.pullSecrets ? { imagePullSecrets: wishes.pullSecrets.map((name) => ({ name })) } : {}
