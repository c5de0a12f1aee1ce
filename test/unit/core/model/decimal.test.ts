import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  canonicalDecimal,
  compare,
  divide,
  formatDecimal,
  multiply,
  parseDecimal,
  round,
  subtract,
  type Rounding,
} from '#core/model/decimal'
import { runs } from '../../../support/runs.ts'

const of = (text: string) => parseDecimal(text) ?? expect.fail(`${text} is no decimal`)

describe('F110: what reads as a decimal', () => {
  test.each([
    [84000, '84000'],
    ['84000.00', '84000'],
    ['10000.005', '10000.005'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['1e21', '1000000000000000000000'],
    ['1.5e-3', '0.0015'],
    ['.5', '0.5'],
    ['5.', '5'],
    [' 12 ', '12'],
    ['9007199254740993.01', '9007199254740993.01'],
  ])('%s is %s', (input, canonical) => expect(canonicalDecimal(input)).toBe(canonical))

  test.each(['', ' ', '.', 'abc', '1,000', '0x10', '1e400', '1e99999', 'NaN', 'Infinity', '1'.repeat(61), '١٢'])(
    '%s is none',
    (input) => expect(canonicalDecimal(input)).toBeUndefined(),
  )
})

describe('rounding', () => {
  test.each<[string, number, Rounding, string]>([
    ['10000.005', 2, 'half-even', '10000'],
    ['10000.015', 2, 'half-even', '10000.02'],
    ['10000.005', 2, 'half-up', '10000.01'],
    ['-2.5', 0, 'half-even', '-2'],
    ['-2.5', 0, 'half-up', '-3'],
    ['2.01', 0, 'up', '3'],
    ['-2.99', 0, 'down', '-2'],
    ['100.5', 0, 'half-even', '100'],
  ])('%s to %i places, %s, is %s', (input, places, mode, result) =>
    expect(formatDecimal(round(of(input), places, mode))).toBe(result),
  )

  test('rounding twice is rounding once', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.nat(10),
        fc.nat(6),
        (digits, scale, places) => {
          const once = round({ digits, scale }, places)
          expect(formatDecimal(round(once, places))).toBe(formatDecimal(once))
        },
      ),
      runs(1_000),
    )
  })
})

test('84,000 times 1.1 is 92,400 exactly', () => expect(formatDecimal(multiply(of('84000'), of('1.1')))).toBe('92400'))
test('0.1 + 0.2 is 0.3', () => expect(formatDecimal(add(of('0.1'), of('0.2')))).toBe('0.3'))
test('nothing is divided by zero', () => expect(divide(of('1'), of('0'))).toBeUndefined())
test('a third', () => expect(formatDecimal(divide(of('1'), of('3'), 4) ?? of('0'))).toBe('0.3333'))

test('what is written can be read again, and subtraction undoes addition', () => {
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(12))
    .map(([digits, scale]) => ({ digits, scale }))
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      expect(compare(of(formatDecimal(a)), a)).toBe(0)
      expect(compare(subtract(add(a, b), b), a)).toBe(0)
    }),
    runs(1_000),
  )
})
