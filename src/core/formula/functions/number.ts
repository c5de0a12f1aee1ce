// Functions of numbers. All of them are exact; a blank number stays blank.

import { compare, parseDecimal, type Decimal, type Rounding } from '../../model/decimal.ts'
import { absolute, modulo, rounded } from '../arithmetic.ts'
import { money, number, type Type } from '../types.ts'
import { countOf, numberOf, Stop, textOf, type Value } from '../values.ts'
import { optional, param, repeated, type FormulaFunction } from './function.ts'

/** Money stays money. */
const sameAsFirst = (args: readonly Type[]): Type => (args[0]?.is === 'money' ? money : number)
const moneyIfAny = (args: readonly Type[]): Type => (args.some((arg) => arg.is === 'money') ? money : number)

export const numberFunctions: readonly FormulaFunction[] = [
  {
    name: 'ROUND',
    group: 'Number',
    params: [param('number', 'number'), optional('places', 'number')],
    gives: sameAsFirst,
    help: 'Rounds to a number of decimal places; halves go away from zero, as in a spreadsheet.',
    examples: [
      { formula: 'ROUND(10000.005, 2)', gives: '10000.01' },
      { formula: 'ROUND(84400, -3)', gives: '84000' },
    ],
    run: rounding('half-up'),
  },
  {
    name: 'ROUNDUP',
    group: 'Number',
    params: [param('number', 'number'), optional('places', 'number')],
    gives: sameAsFirst,
    help: 'Rounds away from zero.',
    examples: [{ formula: 'ROUNDUP(10.1, 0)', gives: '11' }],
    run: rounding('up'),
  },
  {
    name: 'ROUNDDOWN',
    group: 'Number',
    params: [param('number', 'number'), optional('places', 'number')],
    gives: sameAsFirst,
    help: 'Rounds towards zero.',
    examples: [{ formula: 'ROUNDDOWN(10.99, 1)', gives: '10.9' }],
    run: rounding('down'),
  },
  {
    name: 'ABS',
    group: 'Number',
    params: [param('number', 'number')],
    gives: sameAsFirst,
    help: 'The number without its minus sign.',
    examples: [{ formula: 'ABS(-5.25)', gives: '5.25' }],
    run: { with: (_context, value) => maybe(numberOf(value), absolute) },
  },
  {
    name: 'MIN',
    group: 'Number',
    params: [repeated('number', 'number')],
    gives: moneyIfAny,
    help: 'The smallest of the numbers. Blank ones are left out.',
    examples: [{ formula: 'MIN(3, 1.5, 2)', gives: '1.5' }],
    run: { withAll: (_context, args) => extreme(args, -1) },
  },
  {
    name: 'MAX',
    group: 'Number',
    params: [repeated('number', 'number')],
    gives: moneyIfAny,
    help: 'The largest of the numbers. Blank ones are left out.',
    examples: [{ formula: 'MAX(3, 1.5, NULL)', gives: '3' }],
    run: { withAll: (_context, args) => extreme(args, 1) },
  },
  {
    name: 'VALUE',
    group: 'Number',
    params: [param('text', 'text')],
    gives: number,
    help: 'The number a text holds, written with a decimal point and without thousands separators.',
    examples: [{ formula: 'VALUE("84000.50") * 2', gives: '168001' }],
    run: { with: (_context, value) => valueOf(textOf(value)) },
  },
  {
    name: 'MOD',
    group: 'Number',
    params: [param('number', 'number'), param('divisor', 'number')],
    gives: sameAsFirst,
    help: 'What is left over after a division; it has the sign of the divisor.',
    examples: [{ formula: 'MOD(7, 3)', gives: '1' }],
    run: { with: (_context, value, divisor) => both(value, divisor, modulo) },
  },
]

function rounding(mode: Rounding): FormulaFunction['run'] {
  return {
    with: (_context, value, places) => maybe(numberOf(value), (read) => rounded(read, countOf(places, 0), mode)),
  }
}

const maybe = (value: Decimal | null, change: (value: Decimal) => Decimal): Value =>
  value === null ? null : change(value)

function both(a: Value, b: Value, join: (a: Decimal, b: Decimal) => Decimal): Value {
  const left = numberOf(a)
  const right = numberOf(b)
  return left === null || right === null ? null : join(left, right)
}

function extreme(args: readonly Value[], wanted: -1 | 1): Value {
  let best: Decimal | null = null
  for (const arg of args) {
    const value = numberOf(arg)
    if (value !== null && (best === null || compare(value, best) === wanted)) best = value
  }
  return best
}

function valueOf(text: string): Value {
  if (text.trim() === '') return null
  const read = parseDecimal(text)
  if (read) return read
  throw new Stop('VALUE was given a text that is no number')
}
