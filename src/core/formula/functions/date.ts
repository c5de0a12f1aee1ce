// Functions of dates. A date has no zone; turning a point in time into one always names the place, or takes the
// mapping's own. NOW and TODAY are fixed for a whole run, so that a plan can be made again.

import { dateIn, later, parseDate, parseInstant, type CalendarDate } from '../../model/instant.ts'
import { addMonths, dateFrom, dateFromDay, dayNumber, workdays } from '../calendar.ts'
import { date, instant, number, type Type } from '../types.ts'
import { countOf, dateOf, decimalOf, isBlank, Stop, textOf, type Context, type Value } from '../values.ts'
import { optional, param, type FormulaFunction } from './function.ts'

const sameAsFirst = (args: readonly Type[]): Type => (args[0]?.is === 'instant' ? instant : date)

export const dateFunctions: readonly FormulaFunction[] = [
  {
    name: 'TODAY',
    group: 'Date',
    params: [optional('zone', 'zone')],
    gives: date,
    help: 'The date of this run, in a time zone or in the zone of the mapping.',
    examples: [{ formula: 'TODAY("Asia/Taipei")', gives: '2026-11-20' }],
    run: { with: (context, zone) => dateIn(context.now, zoneOf(zone, context)) },
  },
  {
    name: 'NOW',
    group: 'Date',
    params: [],
    gives: instant,
    help: 'The point in time of this run.',
    examples: [{ formula: 'NOW()', gives: '2026-11-20T14:00:00.000Z' }],
    run: { with: (context) => context.now },
  },
  {
    name: 'DATE',
    group: 'Date',
    params: [param('year', 'number'), param('month', 'number'), param('day', 'number')],
    gives: date,
    help: 'The date of a year, a month and a day. Month 13 is January of the next year.',
    examples: [{ formula: 'DATE(2026, 12, 18)', gives: '2026-12-18' }],
    run: { with: (_context, year, month, day) => made(year, month, day) },
  },
  {
    name: 'DATEVALUE',
    group: 'Date',
    params: [param('value', 'value'), optional('zone', 'zone')],
    gives: date,
    help: 'The date a text holds (2026-12-18), or the date of a point in time as read in a time zone.',
    examples: [
      { formula: 'DATEVALUE("2026-12-18")', gives: '2026-12-18' },
      {
        formula: 'DATEVALUE(details.closingDateTime, "Europe/Berlin")',
        with: { details: { closingDateTime: '2026-12-17T23:00:00Z' } },
        gives: '2026-12-18',
      },
    ],
    run: { with: (context, value, zone) => dateValue(value, zoneOf(zone, context)) },
  },
  {
    name: 'YEAR',
    group: 'Date',
    params: [param('date', 'date')],
    gives: number,
    help: 'The year of a date.',
    examples: [{ formula: 'YEAR(DATE(2026, 12, 18))', gives: '2026' }],
    run: { with: (_context, value) => part(value, 0, 4) },
  },
  {
    name: 'MONTH',
    group: 'Date',
    params: [param('date', 'date')],
    gives: number,
    help: 'The month of a date: 1 is January, 12 is December.',
    examples: [{ formula: 'MONTH(DATE(2026, 11, 20))', gives: '11' }],
    run: { with: (_context, value) => part(value, 5, 7) },
  },
  {
    name: 'DAY',
    group: 'Date',
    params: [param('date', 'date')],
    gives: number,
    help: 'The day of the month of a date.',
    examples: [{ formula: 'DAY(DATE(2026, 11, 20))', gives: '20' }],
    run: { with: (_context, value) => part(value, 8, 10) },
  },
  {
    name: 'ADDDAYS',
    group: 'Date',
    params: [param('date', 'dateOrInstant'), param('days', 'number')],
    gives: sameAsFirst,
    help: 'Some days later, or earlier with a negative number. For a point in time a day is 24 hours.',
    examples: [{ formula: 'ADDDAYS(DATE(2026, 12, 30), 3)', gives: '2027-01-02' }],
    run: { with: (_context, value, days) => addDays(value, countOf(days, 0)) },
  },
  {
    name: 'ADDMONTHS',
    synonyms: ['EDATE'],
    group: 'Date',
    params: [param('date', 'date'), param('months', 'number')],
    gives: date,
    help: 'The same day some months later; the last day of a month that is too short for it.',
    examples: [{ formula: 'ADDMONTHS(DATE(2027, 1, 31), 1)', gives: '2027-02-28' }],
    run: { with: (_context, value, months) => onDate(value, (read) => addMonths(read, countOf(months, 0))) },
  },
  {
    name: 'DAYSBETWEEN',
    group: 'Date',
    params: [param('from', 'date'), param('to', 'date')],
    gives: number,
    help: 'How many days from one date to another; negative when the second is the earlier.',
    examples: [{ formula: 'DAYSBETWEEN(DATE(2026, 11, 20), DATE(2026, 12, 18))', gives: '28' }],
    run: { with: (_context, from, to) => span(from, to, (a, b) => dayNumber(b) - dayNumber(a)) },
  },
  {
    name: 'WORKDAYS',
    synonyms: ['NETWORKDAYS'],
    group: 'Date',
    params: [param('from', 'date'), param('to', 'date')],
    gives: number,
    help: 'How many Mondays to Fridays from one date to another, both counted. Holidays are not known.',
    examples: [{ formula: 'WORKDAYS(DATE(2026, 11, 20), DATE(2026, 11, 23))', gives: '2' }],
    run: { with: (_context, from, to) => span(from, to, workdays) },
  },
]

const zoneOf = (zone: Value, context: Context): string => (isBlank(zone) ? context.zone : textOf(zone))

function made(year: Value, month: Value, day: Value): Value {
  if (isBlank(year) || isBlank(month) || isBlank(day)) return null
  return dateFrom(countOf(year, 0), countOf(month, 0), countOf(day, 0))
}

function dateValue(value: Value, zone: string): Value {
  if (isBlank(value)) return null
  const text = textOf(value).trim()
  const moment = parseInstant(text)
  const read = moment ? dateIn(moment, zone) : parseDate(text)
  if (read) return read
  throw new Stop('DATEVALUE was given a text that is no date')
}

function onDate(value: Value, change: (date: CalendarDate) => Value): Value {
  const read = dateOf(value)
  return read === null ? null : change(read)
}

const part = (value: Value, start: number, end: number): Value =>
  onDate(value, (read) => decimalOf(Number(read.slice(start, end))))

function addDays(value: Value, days: number): Value {
  const moment = typeof value === 'string' ? parseInstant(value) : undefined
  if (moment) return later(moment, days * 86_400_000)
  return onDate(value, (read) => dateFromDay(dayNumber(read) + days))
}

function span(from: Value, to: Value, count: (a: CalendarDate, b: CalendarDate) => number): Value {
  const [a, b] = [dateOf(from), dateOf(to)]
  return a === null || b === null ? null : decimalOf(count(a, b))
}
