// The small shapes that settings are made of.

import { z } from 'zod'
import { isOrigin, isSecureEnough } from '#core/origin'
import { Duration, parseDuration } from '#core/units'

/** A connection, a pipeline, a channel: named by the user, shown everywhere, part of file names. */
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be lower-case letters, digits and hyphens, 63 at most' })

/** `03:15`, in the configured zone. */
export const TimeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time of day in quotation marks: "03:15"' })

/** `06:00-22:00`; it may pass midnight. */
export const TimeWindow = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/, {
  error: 'must be two times of day in quotation marks: "06:00-22:00"',
})

export const TimeZone = z.string().refine(isTimeZone, { error: 'must be the name of a time zone: Europe/Berlin' })

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Ends in a slash or not; carries no user, query or fragment. */
export const WebUrl = z.string().refine(
  (text) => {
    const url = URL.parse(text)
    return (
      url !== null && isOrigin(url.origin) && isSecureEnough(url) && url.username === '' && url.search + url.hash === ''
    )
  },
  { error: 'must be an https address; plain http is for this computer only' },
)

/** `127.0.0.1:8787`, `[::1]:8787`, `0.0.0.0:80`. */
export const ListenAddress = z
  .string()
  .regex(/^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/i, {
    error: 'must be an address and a port: 127.0.0.1:8787',
    abort: true,
  })
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, { error: 'must have a port up to 65535' })

/** A duration within bounds: a slip in the unit must not poll a vendor without a pause, or never. */
export const durationWithin = (least: string, most: string) => {
  const [min = 0, max = 0] = [parseDuration(least), parseDuration(most)]
  return Duration.refine((ms) => ms >= min && ms <= max, { error: `must be between ${least} and ${most}` })
}

export const Count = z.int({ error: 'must be a whole number' }).min(1, { error: 'must be at least 1' })
