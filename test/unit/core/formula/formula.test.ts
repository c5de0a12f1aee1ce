import { describe, expect, test } from 'vitest'
import { compileFormula } from '#core/formula/formula'
import { names, valueOf, type Given } from './support.ts'

const deal: Given = {
  referral: {
    name: 'Azure migration',
    status: 'New',
    qualification: 'SalesQualified',
    createdDateTime: '2026-11-18T09:12:00.1234567Z',
    customerProfile: { name: 'Contoso AG', address: { country: 'DE' } },
    details: {
      dealValue: 84000,
      probability: 0.1,
      notes: null,
      closingDateTime: '2026-12-17T23:00:00Z',
      startDate: '2026-12-01',
      requirements: { solutions: [{ name: 'A' }, { name: 'B' }, {}] },
    },
    ref: {
      kind: 'cosell',
      wantsCallBack: false,
      solutionAreas: ['Azure', 'Security'],
      microsoftTeam: [{ email: 'one@microsoft.example' }, { email: 'two@microsoft.example' }],
    },
    anything: '12.50',
  },
  crm: { Amount: 84000, CloseDate: '2026-12-18', 'opportunityclose.description': 'won it' },
}

describe('values', () => {
  test.each([
    ['customerProfile.name & " – " & name', 'Contoso AG – Azure migration'],
    ['\'it\'\'s \' & "a ""quote"""', 'it\'s a "quote"'],
    ['"a\\nb\\\\c"', 'a\nb\\c'],
    ['details.dealValue * 1.1', '92400'],
    ['details.dealValue * details.probability', '8400'],
    ['0.1 + 0.2', '0.3'],
    ['1 / 3', '0.333333333333333333'],
    ['2 + 3 * 4 - 6 / 2', '11'],
    ['-(2 + 3) * -2', '10'],
    ['10 - 2 - 3', '5'],
    ['"a" & 1 + 2 & TRUE', 'a3true'],
    ['FIRST(ref.microsoftTeam).email', 'one@microsoft.example'],
    ['FIRST(ref.microsoftTeam).firstName', null],
    ['LAST(ref.microsoftTeam.email)', 'two@microsoft.example'],
    ['JOIN(details.requirements.solutions.name, "+")', 'A+B'],
    ['COUNT(details.requirements.solutions)', '3'],
    ['IF(ref.wantsCallBack, "Hot", IF(details.dealValue >= 100000, "High", "Normal"))', 'Normal'],
    ['CASE(qualification, "SalesQualified", "Hot", "Cold")', 'Hot'],
    ['SWITCH(status, "Active", 1)', null],
    ['MONTH(DATE(2026, 11, 20))', '11'],
    ['TODAY()', '2026-11-20'],
    ['TODAY("Pacific/Auckland")', '2026-11-21'],
    ['DATEVALUE(details.closingDateTime)', '2026-12-18'],
    ['DATEVALUE(details.closingDateTime, "UTC")', '2026-12-17'],
    ['ADDDAYS(createdDateTime, 3)', '2026-11-21T09:12:00.123Z'],
    ['ADDMONTHS(DATE(2024, 2, 29), 12)', '2025-02-28'],
    ['ADDMONTHS(DATE(2024, 3, 31), -1)', '2024-02-29'],
    ['WORKDAYS(DATE(2026, 11, 23), DATE(2026, 11, 20))', '-2'],
    ['WORKDAYS(DATE(2026, 11, 21), DATE(2026, 11, 22))', '0'],
    ['TEXT(details.closingDateTime, "dd.mm.yyyy hh:mm")', '18.12.2026 00:00'],
    ['crm.Amount + 1', '84001'],
    ['crm.CloseDate & ""', '2026-12-18'],
    ['crm.opportunityclose.description', 'won it'],
    ['crm.Nothing.at.all', null],
    ['anything * 2', '25'],
    ['VALUE("1e3")', '1000'],
    ['MOD(-7, 3)', '2'],
    ['ROUND(-2.5)', '-3'],
    ['ROUNDDOWN(-2.5)', '-2'],
    ['MIN(NULL, NULL)', null],
    ['SUBSTITUTE("aaa", "a", "")', ''],
    ['PHONE("no number")', 'no number'],
    ['DOMAIN("nothing here")', null],
    ['COUNTRYNAME("DE", "de")', 'Deutschland'],
  ])('%s', (formula, gives) => {
    expect(valueOf(formula, deal)).toEqual(gives)
  })
})

describe('conditions', () => {
  test.each([
    ['status = "New" AND qualification = "SalesQualified"', true],
    ['status == "New" && qualification != "Direct"', true],
    ['status <> "New" || NOT ref.wantsCallBack', true],
    ['not(status = "New") or ref.wantsCallBack', false],
    ['!ref.wantsCallBack', true],
    ['AND(OR(FALSE, TRUE), NOT(FALSE), true)', true],
    ['TRUE OR TRUE AND FALSE', true],
    ['details.dealValue >= 84000.00', true],
    ['details.dealValue < 84000', false],
    ['HAS(ref.solutionAreas, "Security")', true],
    ['CONTAINS(name, "azure")', false],
    ['DATEVALUE(details.closingDateTime) > TODAY()', true],
    ['createdDateTime < NOW()', true],
    ['crm.Amount = 84000', true],
    ['anything = 12.5', true],
    ['anything > 12', true],
  ])('%s is %s', (formula, gives) => {
    expect(valueOf(formula, { ...deal, wanted: 'condition' })).toBe(gives)
  })
})

// Nothing in, nothing out: a missing value neither stops a formula nor turns into zero.
describe('blank', () => {
  test.each([
    ['details.notes & "x"', 'x'],
    ['details.dealValue + 1', null],
    ['details.dealValue * 0', null],
    ['-details.dealValue', null],
    ['details.dealValue < 1000', false],
    ['details.dealValue > 1000', false],
    ['details.dealValue = 0', false],
    ['details.dealValue = NULL', true],
    ['details.notes = ""', true],
    ['ISBLANK(ref.solutionAreas)', true],
    ['COUNT(ref.solutionAreas)', '0'],
    ['FIRST(ref.microsoftTeam).email', null],
    ['COALESCE(details.notes, "none")', 'none'],
    ['LEFT(details.notes, 5)', ''],
    ['UPPER(details.notes)', ''],
    ['LEN(details.notes)', '0'],
    ['YEAR(details.startDate)', null],
    ['DATEVALUE(details.closingDateTime)', null],
    ['DAYSBETWEEN(details.startDate, TODAY())', null],
    ['IF(ref.wantsCallBack, 1, 2)', '2'],
    ['NOT(ref.wantsCallBack)', true],
    ['ROUND(details.dealValue, 2)', null],
    ['COUNTRYNAME(customerProfile.address.country)', null],
  ])('%s is %j', (formula, gives) => {
    expect(valueOf(formula, { referral: {} })).toEqual(gives)
  })
})

describe('what cannot be worked out stops the formula and says why', () => {
  test.each([
    ['1 / 0', 'it divides by zero'],
    ['MOD(1, 0)', 'it divides by zero'],
    ['VALUE("much")', 'VALUE was given a text that is no number'],
    ['DATEVALUE("2026-02-30")', 'DATEVALUE was given a text that is no date'],
    ['DATE(10000, 1, 1)', 'a year is out of range'],
    ['ADDDAYS(DATE(9999, 12, 31), 1)', 'a date is out of range'],
    ['COUNTRYCODE("Middle-earth")', 'COUNTRYCODE was given no country it knows'],
    ['LEFT(name, 99999999999)', 'a count is out of range'],
  ])('%s', (formula, stopped) => {
    expect(valueOf(formula, deal)).toEqual({ stopped })
  })

  test('F113: data of another type than was promised', () => {
    expect(valueOf('details.dealValue + 1', { referral: { details: { dealValue: 'lots' } } })).toHaveProperty('stopped')
    expect(valueOf('YEAR(details.startDate)', { referral: { details: { startDate: 'soon' } } })).toHaveProperty(
      'stopped',
    )
    expect(valueOf('details.dealValue', { referral: { details: [{ dealValue: 1 }] } })).toHaveProperty('stopped')
  })
})

test('F116, I46: names of the language reach no prototype', () => {
  expect(valueOf('anything.constructor.name', { referral: { anything: {} } })).toBe(null)
  expect(valueOf('anything.__proto__.polluted', { referral: { anything: {} } })).toBe(null)
  expect(() => valueOf('constructor')).toThrow('no field')
  expect(() => valueOf('toString()')).toThrow('no function')
})

test('lineage: a formula knows every path it reads', () => {
  const compiled = compileFormula(
    'IF(details.dealValue > 1, FIRST(ref.microsoftTeam).email, crm.Amount & name)',
    { names, zone: null },
    'value',
  )
  expect(compiled.ok && compiled.formula.reads).toEqual([
    'details.dealValue',
    'ref.microsoftTeam',
    'crm.Amount',
    'name',
  ])
})
