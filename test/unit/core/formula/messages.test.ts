// Each mistake, the characters it is shown under, and what is said about it.

import { describe, expect, test } from 'vitest'
import type { Wanted } from '#core/formula/formula'
import { depthMax } from '#core/formula/ast'
import { problemsOf } from './support.ts'

interface Row {
  readonly formula: string
  readonly code: string
  readonly under: string
  readonly says: string
  readonly wanted?: Wanted
  readonly zone?: null
  /** The formula after its edit, where it has one. */
  readonly mended?: string
}

const rows: readonly Row[] = [
  // ── shape
  { formula: '', code: 'DB-2162', under: '', says: 'There is no formula here.' },
  { formula: 'LEFT("Deal', code: 'DB-2161', under: '"Deal', says: 'This text is never closed. end the text with "' },
  { formula: "LEFT('Deal  ", code: 'DB-2161', under: "'Deal", says: "This text is never closed. end the text with '" },
  { formula: 'IF(a, b', code: 'DB-2162', under: '(', says: 'This bracket is never closed. add the missing )' },
  {
    formula: 'UPPER(name))',
    code: 'DB-2162',
    under: ')',
    says: 'There is a ) too many. take it out',
    mended: 'UPPER(name)',
  },
  { formula: 'name &', code: 'DB-2162', under: '&', says: 'The formula ends too early.' },
  {
    formula: 'name "x"',
    code: 'DB-2162',
    under: '"x"',
    says: 'This is not expected here. an operator such as & or a comma is missing before it',
  },
  {
    formula: 'MIN(1,,2)',
    code: 'DB-2162',
    under: ',',
    says: 'This is not expected here. something is missing before the comma',
  },
  { formula: '1,5', code: 'DB-2162', under: ',', says: 'Decimals are written with a point: 1.5, not 1,5.' },
  {
    formula: 'LEFT(name; 5)',
    code: 'DB-2162',
    under: ';',
    says: 'Values are separated by commas, not by semicolons.',
    mended: 'LEFT(name, 5)',
  },
  {
    formula: '“x”',
    code: 'DB-2162',
    under: '“',
    says: 'This is a typographic quotation mark; a text needs straight ones.',
    mended: '"x”',
  },
  { formula: '{!name}', code: 'DB-2162', under: '{', says: 'Fields are named without braces: name, not {!name}.' },
  {
    formula: 'ref.solutionAreas[0]',
    code: 'DB-2162',
    under: '[',
    says: 'Square brackets have no meaning here. The first of a list is FIRST(list).',
  },
  { formula: 'name ? 1 : 2', code: 'DB-2162', under: '?', says: 'A choice is written IF(condition, then, otherwise).' },
  { formula: '15%', code: 'DB-2162', under: '%', says: 'Percentages are written as numbers: 0.15, not 15%.' },
  {
    formula: '"C:\\data"',
    code: 'DB-2162',
    under: '\\d',
    says: '"\\d" is not a special character. write \\\\ for a backslash, \\n for a new line, \\t for a tab',
    mended: '"C:\\\\data"',
  },
  // ── names
  {
    formula: 'customerProfile.nmae & name',
    code: 'DB-2103',
    under: 'customerProfile.nmae',
    says: 'There is no field "customerProfile.nmae" in a referral. did you mean customerProfile.name?',
    mended: 'customerProfile.name & name',
  },
  {
    formula: 'Name',
    code: 'DB-2103',
    under: 'Name',
    says: 'There is no field "Name" in a referral. did you mean name?',
    mended: 'name',
  },
  {
    formula: 'dealValue * 2',
    code: 'DB-2103',
    under: 'dealValue',
    says: 'There is no field "dealValue" in a referral. did you mean details.dealValue?',
    mended: 'details.dealValue * 2',
  },
  {
    formula: 'IF(ref.wantsCallBack, Hot, "Cold")',
    code: 'DB-2103',
    under: 'Hot',
    says: 'There is no field "Hot" in a referral. a text stands in quotation marks: "Hot"',
  },
  {
    formula: 'FIRST(ref.microsoftTeam).emial',
    code: 'DB-2103',
    under: 'emial',
    says: 'There is no field "emial" here. did you mean email?',
    mended: 'FIRST(ref.microsoftTeam).email',
  },
  {
    formula: 'name.first',
    code: 'DB-2103',
    under: 'name.first',
    says: 'There is no field "name.first" in a referral.',
  },
  // ── functions
  {
    formula: 'UPER(name)',
    code: 'DB-2163',
    under: 'UPER',
    says: 'There is no function UPER. did you mean UPPER?',
    mended: 'UPPER(name)',
  },
  {
    formula: 'VLOOKUP(name, 1, 2)',
    code: 'DB-2163',
    under: 'VLOOKUP',
    says: 'There is no function VLOOKUP. records are found in the section "lookups"; tables of values go under "values"',
  },
  { formula: 'XYZZY()', code: 'DB-2163', under: 'XYZZY', says: 'There is no function XYZZY.' },
  {
    formula: 'LEFT(name)',
    code: 'DB-2164',
    under: 'LEFT(name)',
    says: 'LEFT takes 2 values; here is 1. write LEFT(text, length)',
  },
  {
    formula: 'IF(TRUE)',
    code: 'DB-2164',
    under: 'IF(TRUE)',
    says: 'IF takes 2 to 3 values; here is 1. write IF(condition, then, [otherwise])',
  },
  { formula: 'NOW(1)', code: 'DB-2164', under: 'NOW(1)', says: 'NOW takes 0 values; here is 1. write NOW()' },
  {
    formula: 'SWITCH(name, "a")',
    code: 'DB-2164',
    under: 'SWITCH(name, "a")',
    says: 'SWITCH takes at least 3 values; here are 2. write SWITCH(value, case, result, …)',
  },
  // ── types
  {
    formula: 'IF(details.dealValue >= "100000", "High", "Normal")',
    code: 'DB-2160',
    under: 'details.dealValue >= "100000"',
    says: 'This compares money with text. money on the left, text on the right remove the quotation marks: 100000',
    mended: 'IF(details.dealValue >= 100000, "High", "Normal")',
  },
  {
    formula: 'ref.wantsCallBack = "true"',
    code: 'DB-2160',
    under: 'ref.wantsCallBack = "true"',
    says: 'This compares yes or no with text. yes or no on the left, text on the right remove the quotation marks: TRUE',
    mended: 'ref.wantsCallBack = TRUE',
  },
  {
    formula: 'details.startDate = "2026-12-01"',
    code: 'DB-2160',
    under: 'details.startDate = "2026-12-01"',
    says: 'This compares date with text. date on the left, text on the right make it a date: DATEVALUE("2026-12-01")',
    mended: 'details.startDate = DATEVALUE("2026-12-01")',
  },
  {
    formula: 'details.closingDateTime > TODAY()',
    code: 'DB-2160',
    under: 'details.closingDateTime > TODAY()',
    says:
      'This compares point in time with date. point in time on the left, date on the right ' +
      'make both dates: DATEVALUE(point in time, "Europe/Berlin")',
  },
  {
    formula: 'name > "M"',
    code: 'DB-2160',
    under: 'name > "M"',
    says: 'Texts have no order: only = and <> compare them. use VALUE(text) if it holds a number',
  },
  {
    formula: 'SWITCH(name, 1, "a")',
    code: 'DB-2160',
    under: '1',
    says: 'This is compared with text, and is a number.',
  },
  {
    formula: 'customerProfile.name + name',
    code: 'DB-2165',
    under: 'customerProfile.name',
    says: 'A number is needed here; this is text. texts are joined with &',
    mended: 'customerProfile.name & name',
  },
  {
    formula: 'TODAY() + 7',
    code: 'DB-2165',
    under: 'TODAY() + 7',
    says: 'Days are not added to a date with a plus sign. use ADDDAYS(date, days) or ADDMONTHS(date, months)',
  },
  {
    formula: 'details.startDate - TODAY()',
    code: 'DB-2165',
    under: 'details.startDate - TODAY()',
    says: 'Dates are not subtracted with a minus sign. use DAYSBETWEEN(from, to)',
  },
  {
    formula: 'LEFT(details.dealValue, 2)',
    code: 'DB-2165',
    under: 'details.dealValue',
    says: 'Text is needed here; this is money. use TEXT(…)',
  },
  {
    formula: 'YEAR(createdDateTime)',
    code: 'DB-2165',
    under: 'createdDateTime',
    says: 'A date is needed here; this is a point in time. use DATEVALUE(…, "Europe/Berlin")',
  },
  {
    formula: 'FIRST(name)',
    code: 'DB-2165',
    under: 'name',
    says: 'A list is needed here; this is text. use it without the function: it is one value',
  },
  {
    formula: 'UPPER(ref.solutionAreas)',
    code: 'DB-2165',
    under: 'ref.solutionAreas',
    says: 'One value is needed here; this is a list. use JOIN(list, ", "), FIRST(list) or LAST(list)',
  },
  {
    formula: 'ref.solutionAreas',
    code: 'DB-2165',
    under: 'ref.solutionAreas',
    says: 'A field holds one value; this is a list. use JOIN(list, "; "), FIRST(list) or LAST(list)',
  },
  {
    formula: 'FIRST(ref.microsoftTeam)',
    code: 'DB-2165',
    under: 'FIRST(ref.microsoftTeam)',
    says: 'A field holds one value; this is a group of fields. name one of its fields after a dot',
  },
  {
    formula: 'IF(TRUE, 1, "a")',
    code: 'DB-2165',
    under: 'IF(TRUE, 1, "a")',
    says:
      'IF can give a number or text here; it must always give the same kind of value. ' +
      'turn numbers and dates into text with TEXT(…)',
  },
  {
    formula: 'IF(name, 1, 2)',
    code: 'DB-2165',
    under: 'name',
    says: 'Yes or no is needed here; this is text.',
  },
  {
    formula: 'name AND TRUE',
    code: 'DB-2165',
    under: 'name',
    says: 'A condition is yes or no; this is text. compare it, or use NOT(ISBLANK(…))',
  },
  {
    formula: 'name',
    wanted: 'condition',
    code: 'DB-2165',
    under: 'name',
    says: 'A condition is yes or no; this is text. compare it: … = "value"',
  },
  {
    formula: 'TEXT(details.dealValue, "dd")',
    code: 'DB-2165',
    under: '"dd"',
    says: 'Numbers have no such format. use "0", "0.00", "#,##0" or "#,##0.00"',
  },
  // ── values that never occur, zones, languages
  {
    formula: 'ref.kind = "co-sell"',
    code: 'DB-2168',
    under: '"co-sell"',
    says: 'This is never "co-sell". did you mean "cosell"?',
    mended: 'ref.kind = "cosell"',
  },
  {
    formula: 'SWITCH(qualification, "SalesQualifed", 1)',
    code: 'DB-2168',
    under: '"SalesQualifed"',
    says: 'This is never "SalesQualifed". did you mean "SalesQualified"?',
    mended: 'SWITCH(qualification, "SalesQualified", 1)',
  },
  {
    formula: 'status = "On hold"',
    code: 'DB-2168',
    under: '"On hold"',
    says: 'This is never "On hold". it is one of New, Active, Closed',
  },
  {
    formula: 'TODAY("Berlin")',
    code: 'DB-2169',
    under: '"Berlin"',
    says: 'There is no time zone "Berlin". write it out: "Europe/Berlin"',
  },
  {
    formula: 'TODAY(name)',
    code: 'DB-2169',
    under: 'name',
    says: 'A time zone is written out in the formula. write it out: "Europe/Berlin"',
  },
  {
    formula: 'TODAY()',
    zone: null,
    code: 'DB-2169',
    under: 'TODAY()',
    says:
      'Which day this is depends on the place. UTC is used name a time zone as the last value ("Europe/Berlin"), ' +
      'or give the mapping one: timezone: Europe/Berlin',
  },
  {
    formula: 'COUNTRYNAME("DE", "Klingon language")',
    code: 'DB-2169',
    under: '"Klingon language"',
    says: 'There is no language "Klingon language". use a code such as "de" or "pt-BR"',
  },
]

test.each(rows.map((row) => [row.formula, row] as const))('%s', (formula, row) => {
  const [problem, ...others] = problemsOf(formula, {
    wanted: row.wanted ?? 'value',
    ...(row.zone === null ? { zone: null } : {}),
  })
  expect(others).toEqual([])
  expect(problem?.code).toBe(row.code)
  expect([problem?.what, problem?.hint, problem?.fix].filter((part) => part !== undefined).join(' ')).toBe(row.says)
  expect(formula.slice(problem?.start, problem?.end)).toBe(row.under)
  const edit = problem?.edit
  expect(edit && formula.slice(0, edit.start) + edit.text + formula.slice(edit.end)).toBe(row.mended)
})

test('several mistakes are all reported at once', () => {
  const found = problemsOf('nmae & UPER(status) & LEFT(name)')
  expect(found.map((problem) => problem.code)).toEqual(['DB-2103', 'DB-2163', 'DB-2164'])
})

describe('bounds of the text itself', () => {
  test('too long', () => {
    expect(problemsOf(`"${'x'.repeat(20_000)}"`)[0]?.code).toBe('DB-2166')
  })

  test.each([
    ['brackets', `${'('.repeat(2000)}1${')'.repeat(2000)}`],
    ['operators', Array.from({ length: 2000 }, () => '1').join('+')],
    ['calls', `${'ABS('.repeat(2000)}1${')'.repeat(2000)}`],
  ])('nested %s deeper than anyone can read', (_what, formula) => {
    expect(problemsOf(formula)).toMatchObject([{ code: 'DB-2166' }])
  })

  test('as deep as allowed is fine', () => {
    expect(problemsOf(Array.from({ length: depthMax - 1 }, () => '1').join('+'))).toEqual([])
  })
})
