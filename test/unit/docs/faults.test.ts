// The fault table is whole: every row is held by a test, or says what it waits for.

import { expect, test } from 'vitest'
import { faultGroups } from '../../../scripts/docs/fault-rows.ts'
import { faultRows, holders, numbersIn } from '../../../scripts/docs/faults.ts'

const held = holders()

test('rows are numbered without a gap', () => {
  expect(faultRows.map(({ number }) => number)).toEqual(Array.from({ length: 130 }, (_, index) => index + 1))
  expect(faultGroups.map(({ from }) => from)).toEqual([1, 47, 64, 94, 119, 123])
})

test('no row lacks a test without a reason', () => {
  expect(faultRows.filter(({ number, waits }) => waits === undefined && !held.has(number))).toEqual([])
})

test('no row waits for what is tested', () => {
  expect(faultRows.filter(({ number, waits }) => waits !== undefined && held.has(number))).toEqual([])
})

test('no test names a row that there is not', () => {
  expect([...held.keys()].filter((number) => number < 1 || number > faultRows.length)).toEqual([])
})

test.each([
  ["test('F66: nothing twice')", [66]],
  ["  ['F64 F66: killed', 1],", [64, 66]],
  ['// F64 to F67, F71: killed', [64, 65, 66, 67, 71]],
  ['// the grammar of F50-F52', [50, 51, 52]],
  ['const F66 = 3', []],
  ["'0xF66', 'EF12'", []],
])('%s', (line, numbers) => expect(numbersIn(line)).toEqual(numbers))
