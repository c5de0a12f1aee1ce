// What a Retry-After header asks for. Total: whatever a server writes there, the answer is a sane wait or nothing.

import { type Instant, msOf } from './model/instant.ts'

/** Nobody is asked again within a second, whatever the header says. */
export const retryAfterMinMs = 1_000
/** A longer wait is not believed: by then somebody should have looked. */
export const retryAfterMaxMs = 24 * 60 * 60 * 1_000

const seconds = /^[+-]?\d{1,30}(?:\.\d{0,30})?$/
/** The three forms HTTP has had: today's, and two that old servers still send. */
const datesWithZone = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
]
const dateWithoutZone = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/** Milliseconds to wait from now on, between one second and a day; undefined when the header says nothing readable. */
export function retryAfterMs(header: string | null | undefined, now: Instant): number | undefined {
  const text = header?.trim() ?? ''
  const asked = seconds.test(text) ? Number(text) * 1_000 : dateMs(text) - msOf(now)
  if (Number.isNaN(asked)) return undefined
  return Math.min(Math.max(Math.ceil(asked), retryAfterMinMs), retryAfterMaxMs)
}

function dateMs(text: string): number {
  if (datesWithZone.some((shape) => shape.test(text))) return Date.parse(text)
  return dateWithoutZone.test(text) ? Date.parse(`${text} GMT`) : Number.NaN
}
