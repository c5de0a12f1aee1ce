// Numbers and dates in the forms that Excel's TEXT knows best. Nothing depends on the language of the machine.

import { formatDecimal, round, type Decimal } from '../model/decimal.ts'
import { dateIn, parseDate, parseInstant, timeIn } from '../model/instant.ts'
import { Stop } from './values.ts'

const numberShape = /^(#,##)?0(\.0{1,10})?$/

export const isNumberFormat = (format: string): boolean => numberShape.test(format)
export const isDateFormat = (format: string): boolean => /[ymdh]/i.test(format)

/** A number, a date or a point in time; any other text stays as it is. */
export function formatValue(value: Decimal | string, format: string, zone: string): string {
  if (typeof value !== 'string') return formatNumber(value, format)
  const instant = parseInstant(value)
  if (instant) return formatDate(dateIn(instant, zone), timeIn(instant, zone), format)
  const date = parseDate(value)
  return date ? formatDate(date, '00:00', format) : value
}

function formatNumber(value: Decimal, format: string): string {
  const shape = numberShape.exec(format)
  if (!shape) throw new Stop('the format is none that numbers have')
  const places = shape[2] === undefined ? 0 : shape[2].length - 1
  const plain = formatDecimal(round(value, places, 'half-up'))
  const [whole = '0', fraction = ''] = plain.replace('-', '').split('.')
  const grouped = shape[1] === undefined ? whole : whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  const tail = places === 0 ? '' : `.${fraction.padEnd(places, '0')}`
  return `${plain.startsWith('-') ? '-' : ''}${grouped}${tail}`
}

/** `mm` is the minutes right after hours, and the month anywhere else, as in Excel. */
function formatDate(date: string, time: string, format: string): string {
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = ''] = time.split(':')
  return format.slice(0, 100).replaceAll(/yyyy|yy|hh:mm|hh|mm|m|dd|d/gi, (part) => {
    switch (part.toLowerCase()) {
      case 'yyyy':
        return year
      case 'yy':
        return year.slice(2)
      case 'mm':
        return month
      case 'm':
        return String(Number(month))
      case 'dd':
        return day
      case 'd':
        return String(Number(day))
      case 'hh':
        return hour
      default:
        return `${hour}:${minute}`
    }
  })
}
