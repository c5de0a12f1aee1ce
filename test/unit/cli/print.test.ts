import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInstant } from '#core/model/instant'
import { cell } from '#cli/print/referrals'
import { noColour } from '#cli/print/paint'
import { table, widthOf } from '#cli/print/table'
import { clip, shown, span, when } from '#cli/print/words'
import { runs } from '../../support/runs.ts'

const instant = (text: string) => parseInstant(text) ?? expect.fail(text)
const now = instant('2026-11-20T14:12:00Z')

describe('times', () => {
  test.each([
    ['2026-11-20T14:12:00Z', '15:12'],
    ['2026-11-21T09:12:00Z', '21 Nov 10:12'],
    ['2027-01-02T09:12:00Z', '2 Jan 2027 10:12'],
  ])('%s is said as %s', (text, said) => expect(when(instant(text), now, 'Europe/Berlin')).toBe(said))
  test.each([
    [800, '1 s'],
    [59_000, '59 s'],
    [348 * 60_000, '5 h 48 min'],
    [13 * 86_400_000 + 19 * 3_600_000, '13 d 19 h'],
    [2 * 86_400_000, '2 d'],
    [-5, '0 s'],
  ])('%i ms is %s', (ms, said) => expect(span(ms)).toBe(said))
})

describe('values', () => {
  test.each([
    ['80802', '80802'],
    [84000, '84,000'],
    ['006Qy00000Abf90', '006Qy00000Abf90'],
    [null, '(empty)'],
    ['', '(empty)'],
    [{ $write: 'x' }, '(known after it is created)'],
    [['a', 'b'], 'a, b'],
    [true, 'true'],
  ])('%j is shown as %s', (value, text) => expect(shown(value)).toBe(text))
  test.each([
    ['84000', 'Amount', '84,000'],
    ['1234567.5', 'details.dealValue', '1,234,567.5'],
    ['80802', 'BillingPostalCode', '80802'],
  ])('%s in %s is shown as %s', (value, path, text) => expect(shown(value, 60, path)).toBe(text))
})

test('F127: nothing from outside is obeyed by a terminal', () => {
  expect(clip(' \u001B[2Jgone\r\n\u202Eevil ', 40)).toBe('gone evil')
  expect(clip('Contoso 🎉🎉', 10)).toBe('Contoso …')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(Array.from(clip(text, 40)).every((character) => (character.codePointAt(0) ?? 0) >= 0x20)).toBe(true)
    }),
    runs(1_000),
  )
})

test('F127: no cell is a formula', () => {
  expect(cell('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"')
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(['=', '+', '-', '@', '\t', '\r', '\0']).not.toContain(cell(text).charAt(0))
    }),
    runs(1_000),
  )
})

test('a table is as wide as its widest cell, Chinese names included', () => {
  expect(widthOf('股份有限公司')).toBe(12)
  expect(
    table(
      ['A', 'B'],
      [
        ['股份', 'x'],
        ['abcde', 'y'],
      ],
      noColour,
    ),
  ).toEqual(['A      B', '股份   x', 'abcde  y'])
})
