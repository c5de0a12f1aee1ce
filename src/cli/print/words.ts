// How things are said on the command line: times in people's zone with a hint how far off they are, values as people
// write them, and text from outside made safe for a terminal.

import { dateIn, msOf, timeIn, type Instant } from '#core/model/instant'
import { oneLine } from '#core/one-line'
import { isList, isObject, type Json } from '#core/model/json'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `21 Nov 10:12`; with the year when it is another one than now. */
export function when(instant: Instant, now: Instant, zone: string): string {
  const [year = '', month = '', day = ''] = dateIn(instant, zone).split('-')
  const date = `${Number(day)} ${months[Number(month) - 1] ?? month}`
  const shown = year === dateIn(now, zone).slice(0, 4) ? date : `${date} ${year}`
  return dateIn(instant, zone) === dateIn(now, zone) ? clock(instant, zone) : `${shown} ${clock(instant, zone)}`
}

export const clock = (instant: Instant, zone: string): string => timeIn(instant, zone).slice(0, 5)

/** `5 h 48 min`, `13 d 19 h`, `40 s`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

export const until = (instant: Instant, now: Instant): string => span(msOf(instant) - msOf(now))

/**
 * One value on one line: never more than a line is wide, and never anything a terminal would obey. `path` says what it
 * is a value of.
 */
export function shown(value: Json, width = 60, path = ''): string {
  if (value === null || value === '') return '(empty)'
  if (isObject(value)) return '$write' in value ? '(known after it is created)' : clip(JSON.stringify(value), width)
  if (isList(value)) return clip(value.map((item) => shown(item, width)).join(', '), width)
  const text = String(value)
  return clip(typeof value === 'number' || isAmount.test(path) ? grouped(text) : text, width)
}

/** What is counted in money, by the names that vendors and admins give it. */
const isAmount = /amount|value|revenue|price|budget/i

/** 84000 is easier to read as 84,000; a postal code is not. */
function grouped(text: string): string {
  return /^-?\d{4,15}(\.\d{1,4})?$/.test(text) ? text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',') : text
}

/** One line of at most so many characters, without anything a terminal would obey. */
export const clip = (text: string, width: number): string => oneLine(text.trim(), width)

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
