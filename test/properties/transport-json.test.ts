// JSON text: what comes in says the same as the text, to the last digit; what goes out comes back the same.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalDecimal } from '#core/model/decimal'
import { canonicalJson, type Json } from '#core/model/json'
import { exactNumber, parseJson, stringifyJson } from '#core/model/json-text'
import { runs } from '../support/runs.ts'

const digits = fc
  .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.option(fc.stringMatching(/^\d{1,20}$/)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`)

describe('reading', () => {
  test('loses no digit of a number', () => {
    fc.assert(
      fc.property(digits, (text) => {
        const value = parseJson(`{"a":[${text}]}`) as { readonly a: readonly [string | number] }
        expect(canonicalDecimal(value.a[0])).toBe(canonicalDecimal(text))
      }),
      runs(2_000),
    )
  })
  test('agrees with JSON.parse on everything that fits a double', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        const plain = JSON.parse(text) as Json
        const parsed = parseJson(text)
        // Repeated keys and prototypes are the two things it does not take as they are.
        if (parsed === undefined || text.includes('__proto__')) return
        expect(canonicalJson(parsed)).toBe(canonicalJson(JSON.parse(JSON.stringify(plain)) as Json))
      }),
      runs(2_000),
    )
  })
  test('never throws, and pollutes nothing (I46)', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join()
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            '{',
            '}',
            '[',
            ']',
            '"',
            ':',
            ',',
            '1',
            '-',
            '.',
            'e',
            '\\',
            'null',
            '"__proto__"',
            '"a"',
            ' ',
          ),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (text) => {
        const parsed = parseJson(text)
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        // It may refuse more than JSON.parse does (repeated keys), never less.
        expect(parsed === undefined || isJson).toBe(true)
      }),
      runs(5_000),
    )
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before)
  })
})

test('writing: exact digits go out and come back', () => {
  fc.assert(
    fc.property(digits, (text) => {
      const number = exactNumber(text)
      expect(number).toBeDefined()
      const back = parseJson(stringifyJson({ a: number })) as { readonly a: string | number }
      expect(canonicalDecimal(back.a)).toBe(canonicalDecimal(text))
    }),
    runs(1_000),
  )
})
