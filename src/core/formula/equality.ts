// When two values of a formula are the same. Nothing and empty text are; nothing and zero are not.

import { compare, parseDecimal } from '../model/decimal.ts'
import { booleanOf, isBlank, isDecimal, Stop, textOf, type Value } from './values.ts'

export function sameValues(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (isBlank(a) || isBlank(b)) return isBlank(a) && isBlank(b)
  if (isDecimal(a) || isDecimal(b)) return sameNumbers(a, b)
  if (typeof a === 'boolean' || typeof b === 'boolean') return booleanOf(a) === booleanOf(b)
  return textOf(a) === textOf(b)
}

function sameNumbers(a: Value, b: Value): boolean {
  const [left, right] = [decimal(a), decimal(b)]
  return left !== undefined && right !== undefined && compare(left, right) === 0
}

const decimal = (value: Value) =>
  isDecimal(value) ? value : typeof value === 'string' ? parseDecimal(value) : undefined

/** Which of two values comes first. Undefined when one is blank: nothing is neither smaller nor larger. */
export function order(a: Value, b: Value): -1 | 0 | 1 | undefined {
  if (isBlank(a) || isBlank(b)) return undefined
  if (isDecimal(a) || isDecimal(b)) {
    const [left, right] = [decimal(a), decimal(b)]
    if (left && right) return compare(left, right)
    throw new Stop('a number is compared with something else')
  }
  const [left, right] = [textOf(a), textOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
