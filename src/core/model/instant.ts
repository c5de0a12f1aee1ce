// Points in time and calendar dates. An instant is UTC text with milliseconds, so that instants compare as text.
// A calendar date has no zone and is never turned into an instant without one being named.

declare const brand: unique symbol
export type Instant = string & { readonly [brand]: 'Instant' }
export type CalendarDate = string & { readonly [brand]: 'CalendarDate' }

const instantShape = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/
const dateShape = /^(\d{4})-(\d{2})-(\d{2})$/

/** Reads RFC 3339 and the vendors' variations of it (`+0000`, seven decimals); undefined without a zone. */
export function parseInstant(text: string): Instant | undefined {
  const match = instantShape.exec(text)
  if (!match) return undefined
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const ms = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  if (Number.isNaN(ms)) return undefined
  const made = instantFromMs(ms)
  // In UTC a day that exists comes back as it went in; elsewhere it has to be looked at by itself.
  return (zone === 'Z' ? made.startsWith(date) : parseDate(date)) ? made : undefined
}

/** Years outside 0001-9999 have no four-digit form; they are clamped rather than written in another shape. */
export function instantFromMs(ms: number): Instant {
  const clamped = Math.min(Math.max(ms, -62_135_596_800_000), 253_402_300_799_999)
  return new Date(clamped).toISOString() as Instant
}

export const msOf = (instant: Instant): number => Date.parse(instant)
export const later = (instant: Instant, ms: number): Instant => instantFromMs(msOf(instant) + ms)

/** Reads `2026-12-18`; undefined for a day that does not exist. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = dateShape.exec(text)
  if (!match || Number(match[1]) < 1) return undefined
  const made = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(made.getTime()) && made.toISOString().startsWith(text) ? (text as CalendarDate) : undefined
}

/** The calendar date that people in a zone were reading at this instant. */
export function dateIn(instant: Instant, zone: string): CalendarDate {
  return wallText(msOf(instant), zone).slice(0, 10) as CalendarDate
}

/** The time of day (`HH:mm:ss.SSS`) that people in a zone were reading at this instant. */
export function timeIn(instant: Instant, zone: string): string {
  return wallText(msOf(instant), zone).slice(11, 23)
}

/**
 * The instant at which clocks in a zone read this date and time. A time that the spring change skips becomes the
 * first one after it; a time that the autumn change repeats means its first occurrence.
 */
export function instantAt(date: CalendarDate, time: string, zone: string): Instant {
  const wanted = Date.parse(`${date}T${time}Z`)
  const before = wanted - offsetMs(wanted - 86_400_000, zone)
  const after = wanted - offsetMs(wanted + 86_400_000, zone)
  const fits = [before, after].filter((ms) => ms + offsetMs(ms, zone) === wanted)
  return instantFromMs(fits.length > 0 ? Math.min(...fits) : Math.max(before, after))
}

export function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: zone }))
  } catch {
    return false
  }
}

/** What clocks in a zone read, in the form of an instant but without being one. */
function wallText(ms: number, zone: string): string {
  return instantFromMs(ms + offsetMs(ms, zone))
}

const dayMs = 86_400_000
/** More days of one zone than any run looks at; beyond it we begin anew. */
const daysMax = 10_000

// The offsets of whole days (UTC) on which a zone's clocks do not change. Asking the locale data is dear.
const offsets = new Map<string, Map<number, number>>()

function offsetMs(ms: number, zone: string): number {
  if (zone === 'UTC') return 0
  const day = Math.floor(ms / dayMs)
  const days = offsets.get(zone) ?? new Map<number, number>()
  const known = days.get(day)
  if (known !== undefined) return Number.isNaN(known) ? exactOffsetMs(ms, zone) : known
  if (days.size >= daysMax) days.clear()
  offsets.set(zone, days)
  const first = exactOffsetMs(day * dayMs, zone)
  const last = exactOffsetMs(day * dayMs + dayMs - 1000, zone)
  days.set(day, first === last ? first : Number.NaN)
  return first === last ? first : exactOffsetMs(ms, zone)
}

function exactOffsetMs(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(ms, zone)
  const wall = new Date(0)
  wall.setUTCFullYear(year, month - 1, day)
  wall.setUTCHours(hour, minute, second, 0)
  return wall.getTime() - Math.floor(ms / 1000) * 1000
}

interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

function wallClock(ms: number, zone: string): WallClock {
  const parts = new Map(
    formatterFor(zone)
      .formatToParts(ms)
      .map((part) => [part.type, Number(part.value)]),
  )
  const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
  return {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  }
}

// Making a formatter is a hundred times dearer than using one.
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formatters.set(zone, made)
  return made
}
