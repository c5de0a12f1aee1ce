// Partner Center's time stamps: seven decimals, compared as text of one width, so that nothing is lost to rounding.
// Only the server's own stamps decide what is new. Our clock has no say in it.

import { type Instant, instantFromMs, msOf, parseInstant } from '#spi'

declare const brand: unique symbol
export type Stamp = string & { readonly [brand]: 'Stamp' }

/** `2026-11-20T14:00:00.1234567Z`; undefined when it is no instant. */
export function parseStamp(text: string): Stamp | undefined {
  const instant = parseInstant(text)
  if (!instant) return undefined
  const fraction = /[.,](\d{1,9})/.exec(text)?.[1] ?? ''
  return stamp(instant, fraction.slice(3, 7))
}

/** The earlier stamp, by so many milliseconds. */
export const before = (from: Stamp, ms: number): Stamp =>
  stamp(instantFromMs(msOf(instantOf(from)) - ms), from.slice(23, 27))

export const instantOf = (from: Stamp): Instant => instantFromMs(Date.parse(`${from.slice(0, 23)}Z`))
export const stampAt = (instant: Instant): Stamp => stamp(instant, '')

export const laterOf = (a: Stamp | null, b: Stamp | null): Stamp | null =>
  a === null ? b : b === null || a > b ? a : b

function stamp(instant: Instant, rest: string): Stamp {
  // The one place where such text is made.
  return `${instant.slice(0, 23)}${rest.padEnd(4, '0')}Z` as Stamp
}
