import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Json, parseJson, stringifyJson } from '#spi'
import { fromWire, toWire } from '../../../../connectors/dynamics/values.ts'
import { unknownColumn, type Column } from '../../../../connectors/dynamics/table.ts'
import { runs } from '../../../support/runs.ts'

const column = (type: Column['type'], more: Partial<Column> = {}): Column => ({ ...unknownColumn('c'), type, ...more })
const options = [
  { value: 1, label: 'Hot', labels: ['Hot', 'Heiß'] },
  { value: 2, label: 'Warm', labels: ['Warm'] },
  { value: 7, label: 'Warm', labels: ['Warm'] },
]
const rating = column('choice', { options })
const reasons = column('status', {
  options: [
    { value: 4, label: 'Canceled', labels: ['Canceled'], state: 2 },
    { value: 7, label: 'Canceled', labels: ['Canceled'], state: 1 },
  ],
})

describe('from Dynamics', () => {
  const amount = column('money')
  test.each<[string, Column, string, Json | undefined]>([
    ['an amount with the zeros of SQL', amount, '84000.0000', '84000'],
    ['an amount beyond a double (T26)', amount, '999999999999.9999', '999999999999.9999'],
    ['an amount beyond a double, whole', amount, '9007199254740993', '9007199254740993'],
    ['minus zero', amount, '-0.0000', '0'],
    ['an infinity (F15)', amount, '1e400', undefined],
    ['null', amount, 'null', null],
    ['null in a protected column (T19, F108)', column('money', { secured: true }), 'null', undefined],
    ['a choice by its label', rating, '1', 'Hot'],
    ['a choice nobody knows, as it is (T30)', rating, '99', '99'],
    ['a label that two choices share', rating, '2', '2'],
    ['several choices', column('choices', { options }), '"1,99"', ['Hot', '99']],
    ['a day', column('date'), '"2026-12-31"', '2026-12-31'],
    ['a day with a time nobody asked for', column('date'), '"2026-12-31T00:00:00Z"', '2026-12-31'],
    ['an instant', column('instant'), '"2026-12-31T10:00:00Z"', '2026-12-31T10:00:00.000Z'],
    ['a lookup', column('lookup'), '"ABCDEF00-0000-4000-8000-000000000001"', 'abcdef00-0000-4000-8000-000000000001'],
    ['a truth', column('boolean'), 'false', false],
    ['text', column('text'), '"é"', 'é'],
  ])('%s', (_, of, wire, ours) => expect(fromWire(of, parseJson(wire))).toEqual(ours))

  test('nothing at all is not the same as empty', () => expect(fromWire(column('text'), undefined)).toBeUndefined())

  test.each([
    ['Berlin', '2026-11-18T23:00:00Z'],
    ['Auckland in winter', '2026-11-18T12:00:00Z'],
    ['London', '2026-11-19T00:00:00Z'],
    ['São Paulo', '2026-11-19T03:00:00Z'],
    ['Honolulu', '2026-11-19T10:00:00Z'],
  ])('the day people in %s picked for a close (T27)', (_, wire) =>
    expect(fromWire(column('localDate'), wire)).toBe('2026-11-19'),
  )
})

const sent = (of: Column, value: Json, state?: number): string => {
  const wire = toWire(of, value, state)
  return wire.ok ? stringifyJson(wire.value ?? null) : wire.code
}

describe('to Dynamics', () => {
  const amount = column('money', { min: -1e12, max: 1e12 })
  test.each<[string, Column, Json, string]>([
    ['an amount, digit for digit', amount, '999999999999.99', '999999999999.99'],
    ['an amount out of range', amount, '1000000000001', 'DB-3303'],
    ['an amount that is none', amount, 'a lot', 'DB-3303'],
    ['a whole number', column('integer', { min: 0, max: 100 }), '20', '20'],
    ['a whole number with cents', column('integer'), '20.5', 'DB-3303'],
    ['a choice by its label', rating, 'hot', '1'],
    ['a choice in another language', rating, 'Heiß', '1'],
    ['a choice by its number', rating, '7', '7'],
    ['a choice that does not exist', rating, 'Scorching', 'DB-3302'],
    ['several choices', column('choices', { options }), ['Hot', 'Warm'], '"1,2"'],
    ['a day', column('date'), '2026-12-31', '"2026-12-31"'],
    ['a day that does not exist (F111)', column('date'), '2026-02-29', 'DB-3303'],
    ['a leap day', column('date'), '2028-02-29', '"2028-02-29"'],
    ['an instant for a day', column('date'), '2026-12-31T23:30:00-11:00', 'DB-3303'],
    ['an instant', column('instant'), '2026-12-31T10:00:00.000Z', '"2026-12-31T10:00:00.000Z"'],
    ['a truth in words', column('boolean'), 'True', 'true'],
    ['text that is too long (F32)', column('text', { lengthMax: 3 }), 'four', 'DB-3301'],
    ['null', amount, null, 'null'],
  ])('%s', (_, of, ours, wire) => expect(sent(of, ours)).toBe(wire))

  test('a status reason belongs to the state that is meant', () => {
    expect(sent(reasons, 'Canceled', 2)).toBe('4')
    expect(sent(reasons, 'Canceled', 1)).toBe('7')
    expect(sent(reasons, 'Canceled', 0)).toBe('DB-3302')
  })
})

test('an amount survives the way there and back, whatever its digits (I36)', () => {
  const digits = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 4 }))
  fc.assert(
    fc.property(digits, ([whole, scale]) => {
      const text = `${whole < 0n ? '-' : ''}${(whole < 0n ? -whole : whole).toString().padStart(scale + 1, '0')}`
      const point = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
      const once = fromWire(column('money'), parseJson(sent(column('money'), point)))
      expect(fromWire(column('money'), parseJson(sent(column('money'), once ?? null)))).toBe(once)
      expect(Number(once)).toBe(Number(point))
    }),
    runs(1_000),
  )
})
