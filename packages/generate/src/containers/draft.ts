/** Text that the target itself completes when it starts containers, such as the folder of the secrets. */
export class Interpolated {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A part of a container's description before a target writes it; members that are `undefined` are left out. */
export type Draft = null | boolean | number | string | Interpolated | readonly Draft[] | Members
export interface Members {
  readonly [key: string]: Draft | undefined
}
