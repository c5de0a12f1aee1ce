// Exact decimal numbers. Money must never pass through a binary float, so a number is its digits and a scale.
// A decimal travels and is stored as canonical text: no exponent, no trailing zeros, no minus zero.

export interface Decimal {
  readonly digits: bigint
  /** How many of the digits stand after the point; never negative. */
  readonly scale: number
}

export type Rounding = 'half-even' | 'half-up' | 'up' | 'down'

// Wide enough for any amount a CRM can hold (18 digits) times any rate, narrow enough that no input can be made costly.
const digitsMax = 60

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/** Reads `84000`, `"84000.00"`, `1e3`; undefined for anything else, infinities and absurd sizes included. */
export function parseDecimal(input: string | number): Decimal | undefined {
  const match = shape.exec(String(input).trim())
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const shift = fraction.length - Number(exponent)
  if (whole.length + fraction.length > digitsMax || Math.abs(shift) > digitsMax) return undefined
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  return shift >= 0 ? trimmed({ digits, scale: shift }) : { digits: digits * tenTo(-shift), scale: 0 }
}

export function formatDecimal(value: Decimal): string {
  const { digits, scale } = trimmed(value)
  const negative = digits < 0n
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0')
  const point = text.length - scale
  const unsigned = scale === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`
  return negative ? `-${unsigned}` : unsigned
}

/** Most numbers are written canonically already, and short. */
const canonical = /^(?:0|-?(?:[1-9]\d{0,20}|0(?=\.)))(?:\.\d{0,20}[1-9])?$/

/** Canonical text of anything that reads as a decimal. */
export function canonicalDecimal(input: string | number): string | undefined {
  if (canonical.test(String(input))) return String(input)
  const value = parseDecimal(input)
  return value && formatDecimal(value)
}

export const zero: Decimal = { digits: 0n, scale: 0 }

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return trimmed({ digits: rescaled(a, scale) + rescaled(b, scale), scale })
}

export const negate = (a: Decimal): Decimal => ({ digits: -a.digits, scale: a.scale })
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b))

export function multiply(a: Decimal, b: Decimal): Decimal {
  return trimmed({ digits: a.digits * b.digits, scale: a.scale + b.scale })
}

/** Division to a stated number of places; undefined when dividing by zero. */
export function divide(a: Decimal, b: Decimal, places = 18): Decimal | undefined {
  if (b.digits === 0n) return undefined
  const numerator = rescaled(a, places + b.scale + a.scale)
  return trimmed(round({ digits: numerator / b.digits, scale: places + a.scale }, places))
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = Math.max(a.scale, b.scale)
  const left = rescaled(a, scale)
  const right = rescaled(b, scale)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Rounds to a number of places. Half-even by default, so that rounding both ways never drifts. */
export function round(value: Decimal, places: number, mode: Rounding = 'half-even'): Decimal {
  if (value.scale <= places) return value
  const unit = tenTo(value.scale - places)
  const quotient = value.digits / unit
  const rest = value.digits % unit
  return trimmed({ digits: quotient + carry(quotient, rest, unit, mode), scale: places })
}

function carry(quotient: bigint, rest: bigint, unit: bigint, mode: Rounding): bigint {
  const away = rest < 0n ? -1n : 1n
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (rest === 0n || mode === 'down') return 0n
  if (mode === 'up' || twice > unit) return away
  if (twice < unit) return 0n
  return mode === 'half-up' || quotient % 2n !== 0n ? away : 0n
}

function trimmed({ digits, scale }: Decimal): Decimal {
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n
    scale -= 1
  }
  return { digits, scale }
}

const rescaled = (value: Decimal, scale: number): bigint => value.digits * tenTo(scale - value.scale)
const tenTo = (power: number): bigint => 10n ** BigInt(power)
