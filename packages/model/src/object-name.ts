/** A DNS label with room for the suffixes that targets add: replica numbers, hashes. */
export const objectName = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/

/** The same in words. */
export const objectNameRule =
  'at most 40 small letters, digits and hyphens, starting with a letter and not ending in a hyphen'
