// Reckoning with calendar dates as whole numbers of days. No time of day and no zone comes into it.

import { parseDate, type CalendarDate } from '../model/instant.ts'
import { Stop } from './values.ts'

const dayMs = 86_400_000

/** Days since 1970-01-01. */
export const dayNumber = (date: CalendarDate): number => Date.parse(`${date}T00:00:00Z`) / dayMs

export function dateFromDay(day: number): CalendarDate {
  const ms = day * dayMs
  // The first day of year 1 and the last of year 9999: beyond them a date has another form.
  if (!(ms >= -62_135_596_800_000 && ms <= 253_402_300_799_999)) throw new Stop('a date is out of range')
  return checked(new Date(ms).toISOString().slice(0, 10))
}

export function dateFrom(year: number, month: number, day: number): CalendarDate {
  if (year < 1 || year > 9999) throw new Stop('a year is out of range')
  const first = checked(`${padded(year, 4)}-01-01`)
  const months = addMonths(first, month - 1)
  return dateFromDay(dayNumber(months) + day - 1)
}

/** The same day some months later; the last of the month where the month is too short for it. */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const total = year * 12 + (month - 1) + months
  const [newYear, newMonth] = [Math.floor(total / 12), total - Math.floor(total / 12) * 12 + 1]
  if (newYear < 1 || newYear > 9999) throw new Stop('a date is out of range')
  const last = daysIn(newYear, newMonth)
  return checked(`${padded(newYear, 4)}-${padded(newMonth, 2)}-${padded(Math.min(day, last), 2)}`)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Mondays to Fridays from one date to another, both counted; negative when the second is the earlier. */
export function workdays(from: CalendarDate, to: CalendarDate): number {
  const [a, b] = [dayNumber(from), dayNumber(to)]
  return a <= b ? workdaysUntil(b + 1) - workdaysUntil(a) : -(workdaysUntil(a + 1) - workdaysUntil(b))
}

/** Working days before a day, counted from a Monday long ago (1 January 0001). */
function workdaysUntil(day: number): number {
  const since = day + 719_162
  return Math.floor(since / 7) * 5 + Math.min(since - Math.floor(since / 7) * 7, 5)
}

function checked(text: string): CalendarDate {
  const date = parseDate(text)
  if (!date) throw new Stop('a date does not exist')
  return date
}

const padded = (value: number, width: number): string => String(value).padStart(width, '0')
