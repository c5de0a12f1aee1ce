// Sums of exact decimals, where a blank stays blank: a missing amount must not become zero by being added to.

import { add, divide, multiply, round, subtract, type Decimal, type Rounding } from '../model/decimal.ts'
import { Stop } from './values.ts'

/** No amount of money and no rate has more digits than this. */
const digitsMax = 10n ** 120n

function checked(value: Decimal): Decimal {
  if (value.digits > digitsMax || value.digits < -digitsMax) throw new Stop('a number has more than 120 digits')
  return value
}

export const plus = (a: Decimal, b: Decimal): Decimal => checked(add(a, b))
export const minus = (a: Decimal, b: Decimal): Decimal => checked(subtract(a, b))
export const times = (a: Decimal, b: Decimal): Decimal => checked(multiply(a, b))

/** To eighteen places, rounded half to even. */
export function over(a: Decimal, b: Decimal): Decimal {
  const result = divide(a, b)
  if (!result) throw new Stop('it divides by zero')
  return checked(result)
}

/** Rounding as in a spreadsheet: a negative number of places rounds to tens, hundreds, thousands. */
export function rounded(value: Decimal, places: number, mode: Rounding): Decimal {
  const wanted = Math.max(-60, Math.min(60, places))
  if (wanted >= 0) return round(value, wanted, mode)
  const unit = 10n ** BigInt(-wanted)
  const shifted = round({ digits: value.digits, scale: value.scale - wanted }, 0, mode)
  return checked({ digits: shifted.digits * unit, scale: 0 })
}

/** The rest of a division, with the sign of the divisor, as spreadsheets have it. */
export function modulo(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new Stop('it divides by zero')
  const scale = Math.max(a.scale, b.scale)
  const left = a.digits * 10n ** BigInt(scale - a.scale)
  const right = b.digits * 10n ** BigInt(scale - b.scale)
  const rest = left % right
  const digits = rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest
  return add({ digits, scale }, { digits: 0n, scale: 0 })
}

export const absolute = (value: Decimal): Decimal => (value.digits < 0n ? { ...value, digits: -value.digits } : value)
