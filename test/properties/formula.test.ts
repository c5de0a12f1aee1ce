// Formulas under data and text that nobody would write: no crash, no hang, no way out of the language.

import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { compileFormula, Stop, type Sight, type Value } from '#core/formula/formula'
import { functions } from '#core/formula/functions'
import { any, namesOf, type ObjectType } from '#core/formula/types'
import { isDecimal, textMax } from '#core/formula/values'
import { formatDecimal, parseDecimal, add, multiply } from '#core/model/decimal'
import type { Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import { properties } from '../unit/core/formula/support.ts'
import { timed } from '../support/processor-time.ts'
import { runs } from '../support/runs.ts'

const open: ObjectType = { is: 'object', members: new Map([['crm', any]]), open: true }
const closed = namesOf(properties)
const now = '2026-11-20T14:00:00.000Z' as Instant

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const before = prototypes.map((prototype) => Object.getOwnPropertyNames(prototype).join())

afterEach(() => {
  // I46: whatever ran, the prototypes are as they were.
  expect(prototypes.map((prototype) => Object.getOwnPropertyNames(prototype).join())).toEqual(before)
})

const examples = functions.flatMap((made) => made.examples.map((example) => example.formula))
const signs = '( ) , " \' \\ & && || = <> < . .. ! - 1 1e9 # \n'.split(' ')
const words = [' AND ', ' or ', 'NOT ', 'name', 'details.dealValue', 'ref.solutionAreas', 'crm.Amount', 'NULL', 'TRUE']
const traps = ['__proto__', 'constructor.prototype', 'toString(', 'hasOwnProperty']
const pieces = [...examples, ...functions.map((made) => `${made.name}(`), ...signs, ...words, ...traps]

const formulas = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
  fc
    .record({ formula: fc.constantFrom(...examples), at: fc.nat(60), cut: fc.nat(5), put: fc.string({ maxLength: 3 }) })
    .map(({ formula, at, cut, put }) => formula.slice(0, at) + put + formula.slice(at + cut)),
)

const data = fc.dictionary(
  fc.constantFrom('name', 'details', 'ref', 'dealValue', 'solutionAreas', '__proto__', 'x'),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<JsonObject>

describe('any text at all', () => {
  test('is either a formula or has problems that stand within it', () => {
    fc.assert(
      fc.property(formulas, fc.constantFrom(open, closed), (text, names) => {
        const compiled = compileFormula(text, { names, zone: null }, 'value')
        if (!compiled.ok) expect(compiled.problems.length).toBeGreaterThan(0)
        for (const { start, end, edit, what } of compiled.problems) {
          expect(what).not.toBe('')
          expect(0 <= start && start <= end && end <= Math.max(1, text.length)).toBe(true)
          if (edit) expect(0 <= edit.start && edit.end <= text.length).toBe(true)
        }
      }),
      runs(1500),
    )
  })

  test('gives a value or a reason for any data, never an exception', () => {
    fc.assert(
      fc.property(formulas, data, data, (text, referral, crm) => {
        const compiled = compileFormula(text, { names: open, zone: 'Europe/Berlin' }, 'value')
        if (!compiled.ok) return
        const value = compiled.formula.run({ referral, crm, now })
        expect(value === undefined).toBe(false)
        // The same again: nothing depends on anything but what it was given.
        expect(compiled.formula.run({ referral, crm, now })).toEqual(value)
      }),
      runs(1500),
    )
  })
})

// I43: at most ten thousand steps, 1 MiB of text, 50 ms.
describe('formulas that try to be expensive', () => {
  const megabyte = 'ab '.repeat(340_000)
  const doubling = (from: string, times: number): string =>
    Array.from({ length: times }).reduce<string>((text) => `SUBSTITUTE(${text}, "a", "aa")`, from)
  test.each([
    ['joins a long text to itself', Array.from({ length: 100 }, () => 'name').join(' & ')],
    ['doubles a text again and again', doubling('name', 60)],
    ['replaces nothing by much', `SUBSTITUTE(name, "", "${'x'.repeat(10_000)}")`],
    ['splits a text into letters', 'JOIN(SPLIT(name, "a"), "b")'],
    ['splits and joins again and again', 'JOIN(SPLIT(JOIN(SPLIT(JOIN(SPLIT(name, "a"), "b"), "b"), "a"), "a"), "b")'],
    ['strips a text of tags many times', `${'STRIPHTML('.repeat(50)}name${')'.repeat(50)}`],
    ['multiplies huge numbers', Array.from({ length: 150 }, () => '9'.repeat(59)).join('*')],
    ['rounds to absurd places', 'ROUND(1, 999999999) + ROUND(1, -999999999)'],
    ['looks through long lists', Array.from({ length: 100 }, () => 'HAS(list, "no")').join(' OR ')],
    ['capitalises a long text', `${'PROPER('.repeat(50)}name${')'.repeat(50)}`],
    ['cuts a text of joined signs', 'MID(RIGHT(LEFT(signs, 900000), 800000), 5, 700000)'],
  ])('%s', (_what, text) => {
    const compiled = compileFormula(text, { names: open, zone: null }, 'value')
    if (!compiled.ok) throw new Error(compiled.problems[0]?.what)
    const referral = {
      name: megabyte,
      list: Array.from({ length: 20_000 }, () => 'x'),
      signs: '\u0301'.repeat(1_000_000),
    }
    const sight = { referral, crm: null, now } satisfies Sight
    const { ms, result: value } = timed((): Value | Stop => compiled.formula.run(sight))
    // Ten times the bound, for a slow machine.
    expect(ms).toBeLessThan(500)
    if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(textMax)
  })
})

describe('numbers are exact', () => {
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(3))
    .map(([digits, scale]) => formatDecimal({ digits, scale }))

  const sum = (formula: string, a: string, b: string): string => {
    const compiled = compileFormula(formula, { names: open, zone: null }, 'value')
    const value = compiled.ok && compiled.formula.run({ referral: { a, b }, crm: null, now })
    return value !== false && !(value instanceof Stop) && isDecimal(value) ? formatDecimal(value) : 'no number'
  }

  test('sums and products of money in 0 to 3 digits lose nothing', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [left, right] = [parseDecimal(a), parseDecimal(b)]
        if (!left || !right) throw new Error('no decimal')
        expect(sum('a + b', a, b)).toBe(formatDecimal(add(left, right)))
        expect(sum('a * b', a, b)).toBe(formatDecimal(multiply(left, right)))
        expect(sum('a + b - b', a, b)).toBe(a)
      }),
      runs(300),
    )
  })

  test('rounding twice is rounding once', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: -3, max: 3 }), (a, places) => {
        for (const round of ['ROUND', 'ROUNDUP', 'ROUNDDOWN']) {
          const once = sum(`${round}(a, ${places})`, a, '0')
          expect(sum(`${round}(a, ${places})`, once, '0')).toBe(once)
        }
      }),
      runs(200),
    )
  })
})
