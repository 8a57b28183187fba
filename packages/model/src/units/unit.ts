/** The units that a number may have. g, G and Gi are different things, so a number without its unit is refused. */
export const units = ['count', 'bytes', 'cores', 'duration', 'percent'] as const

/** One of {@link units}. Base units: one, byte, millicore, millisecond, hundredth of a percent. */
export type Unit = (typeof units)[number]
