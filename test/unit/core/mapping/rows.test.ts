// What each key of a row does, as a table: what stands in the referral and in the CRM, and what is read and written.

import { describe, expect, test } from 'vitest'
import type { Row } from '#core/mapping/mapping'
import { transforms } from '#core/mapping/transforms'
import { withAt, type Json, type JsonObject } from '#core/model/json'
import type { Instant } from '#core/model/instant'
import type { Value } from '#core/model/value'
import type { MappingWorld } from '#core/mapping/compile'
import { compiled, offline, salesforce } from './support.ts'
import { timed } from '../../../support/processor-time.ts'

const now = '2026-11-20T14:00:00.000Z' as Instant

const head = `version: 1
name: deals
source: partner-center
target: salesforce
record: Opportunity
match:
  try: [{ crm: PC_Referral_Id__c, equals: id }]
  whenNone: skip
stages:
  crm: StageName
  rows:
    - { referral: New, crm: New from Microsoft }
    - { referral: Accepted, crm: [Qualification, Needs Analysis, Value Proposition, Proposal/Price Quote, Negotiation/Review] }
    - { referral: Won, crm: Closed Won }
    - { referral: Lost, crm: Closed Lost }
    - { referral: Declined, crm: Declined }
    - { referral: Expired, crm: Expired at Microsoft, direction: toCrm }
fields:
`

function rowOf(text: string, world: MappingWorld = salesforce): Row {
  const row = compiled(`${head}  - { ${text} }\n`, world).mapping.rows.at(-1)
  if (!row) throw new Error('no row')
  return row
}

const referral = (path: string, value: Json): JsonObject =>
  withAt({ customerProfile: { address: { country: 'DE' } } }, path, value)

function fromReferral(row: Row, path: string, value: Json): unknown {
  const read = row.fromReferral({ referral: referral(path, value), crm: null, now })
  return read.is === 'value' ? read.value : read.is === 'refused' ? read.refusal.code : 'absent'
}

function fromCrm(row: Row, value: Json): unknown {
  const read = row.fromCrm({ [row.crm]: value })
  return read.is === 'value' ? read.value : read.is === 'refused' ? read.refusal.code : 'absent'
}

function toCrm(row: Row, value: Value, stands: JsonObject | null = null): unknown {
  const written = row.toCrm?.(value, stands, now)
  return written?.ok ? written.fields : written?.refusal.code
}

function toReferral(row: Row, value: Value, stands: JsonObject = {}): unknown {
  const written = row.toReferral?.(value, stands, now)
  return written?.ok ? written.fields : written?.refusal.code
}

const amount = 'crm: Amount, referral: details.dealValue, direction: both'

describe('values have one form, whichever side they come from', () => {
  test.each<readonly [string, string, Json, unknown]>([
    ['money as a number', amount, 84_000, '84000'],
    ['money as digits', amount, '84000.00', '84000'],
    ['F110: no minus zero', amount, -0, '0'],
    ['F110: nothing is not zero', amount, null, null],
    ['F110: larger than a double can hold', amount, '9007199254740993', '9007199254740993'],
    ['F110: with an exponent', amount, 1e21, '1000000000000000000000'],
    ['F110: no number', amount, 'lots', 'DB-2203'],
    ['F113: a list for a number', amount, [1], 'DB-2203'],
    ['F98, I36: more decimals than the field has, halves to even', amount, 10_000.005, '10000'],
    ['F98: the other half', amount, 10_000.015, '10000.02'],
    ['an empty text is nothing', 'crm: Description, referral: details.notes, direction: toCrm', '', null],
    [
      'F99: spaces at the ends and line ends are no edit',
      'crm: Description, referral: details.notes, direction: toCrm',
      ' a\r\nb\rc ',
      'a\nb\nc',
    ],
    [
      'I37: accents in one form',
      'crm: Description, referral: details.notes, direction: toCrm',
      'Mu\u0308ller',
      'M\u00fcller',
    ],
    [
      'F112: no NUL and no half characters',
      'crm: Description, referral: details.notes, direction: toCrm',
      'a\0b\ud800c',
      'ab\ufffdc',
    ],
    ['a number where a text is wanted', 'crm: Description, referral: details.notes, direction: toCrm', 12.5, '12.5'],
    ['yes and no', 'crm: Co_Sell__c, referral: favorite, direction: toCrm', true, true],
    ['yes as a text', 'crm: Co_Sell__c, referral: favorite, direction: toCrm', 'false', false],
    [
      'a list, in an order of its own',
      'crm: Areas__c, referral: tags, direction: toCrm',
      ['b', 'a', 'b', ''],
      ['a', 'b'],
    ],
  ])('%s', (_what, text, given, value) => {
    const row = rowOf(text)
    expect(fromReferral(row, row.referral ?? '', given)).toEqual(value)
  })

  test('what is not there says nothing; what is there and empty is blank', () => {
    const row = rowOf(amount)
    expect(row.fromReferral({ referral: {}, crm: null, now })).toEqual({ is: 'absent' })
    expect(row.fromReferral({ referral: { details: null }, crm: null, now })).toEqual({ is: 'absent' })
    expect(row.fromCrm({})).toEqual({ is: 'absent' })
    expect(fromCrm(row, null)).toBe(null)
  })
})

describe('default and required', () => {
  const row = rowOf(`${amount}, default: 0, required: true`)
  const plain = rowOf(`${amount}, required: true`)

  test('a default stands in for a blank, on both sides of a row that goes both ways', () => {
    expect(fromReferral(row, 'details.dealValue', null)).toBe('0')
    expect(row.fromReferral({ referral: {}, crm: null, now })).toEqual({ is: 'value', value: '0' })
    expect(fromCrm(row, null)).toBe('0')
  })

  test('a default that is worked out', () => {
    const worked = rowOf('crm: Description, referral: details.notes, direction: toCrm, default: =UPPER(name)')
    expect(worked.fromReferral({ referral: { name: 'pilot', details: { notes: '' } }, crm: null, now })).toEqual({
      is: 'value',
      value: 'PILOT',
    })
  })

  test('what is required is never written blank', () => {
    expect([toCrm(plain, null), toReferral(plain, null)]).toEqual(['DB-2202', 'DB-2202'])
    expect(toCrm(plain, '5')).toEqual({ Amount: '5' })
  })
})

describe('tables of values', () => {
  const size = (more: string) =>
    rowOf(
      `crm: Company_Size__c, referral: customerProfile.size, direction: toCrm, values: { 1to9employees: 1-9 }${more}`,
    )
  const both = rowOf(
    'crm: Priority__c, referral: statusReason, direction: both, values: { A: Hot, B: Hot, C: High }, valuesBack: { Hot: B }',
  )
  const kept = rowOf(
    'crm: PC_Sync_State__c, referral: campaignId, direction: both, values: { A: 1, 1: 2 }, otherwise: keep',
  )

  test.each<readonly [string, string, Json, unknown]>([
    ['an entry', '', '1to9employees', '1-9'],
    ['none, and nothing said: refused', '', '51to250employees', 'DB-2201'],
    ['fail', ', otherwise: fail', '51to250employees', 'DB-2201'],
    ['keep', ', otherwise: keep', '51to250employees', '51to250employees'],
    ['blank', ', otherwise: blank', '51to250employees', null],
    ['a value', ', otherwise: Enterprise', '51to250employees', 'Enterprise'],
    ['blank stays blank', ', otherwise: Enterprise', '', null],
    ['no property of a table is ever taken for an entry', ', otherwise: blank', 'toString', null],
  ])('%s', (_what, more, given, value) => {
    expect(fromReferral(size(more), 'customerProfile.size', given)).toBe(value)
  })

  test('both ways: several become one, and the named one returns', () => {
    expect(['A', 'B', 'C'].map((value) => fromReferral(both, 'statusReason', value))).toEqual(['Hot', 'Hot', 'High'])
    expect(toReferral(both, 'Hot')).toEqual({ statusReason: 'B' })
    expect(fromCrm(both, 'Normal')).toBe('DB-2201')
  })

  test('a value kept as it is must not be one the table would turn into another', () => {
    expect(fromReferral(kept, 'campaignId', 'B')).toBe('B')
    expect(toReferral(kept, 'B')).toEqual({ campaignId: 'B' })
    expect(toReferral(kept, '2')).toEqual({ campaignId: '1' })
    expect(fromCrm(kept, 'A')).toBe('DB-2201')
  })

  test('towards the referral the table is read from the CRM', () => {
    const row = rowOf(
      'crm: Priority__c, referral: campaignId, direction: toReferral, values: { Hot: CAMP-1 }, otherwise: blank',
    )
    expect([fromCrm(row, 'Hot'), fromCrm(row, 'High')]).toEqual(['CAMP-1', null])
    expect(fromReferral(row, 'campaignId', 'CAMP-1')).toBe('CAMP-1')
    expect(toReferral(row, 'CAMP-1')).toEqual({ campaignId: 'CAMP-1' })
  })

  test('values may be named by the label the CRM shows', () => {
    expect(
      fromReferral(
        rowOf('crm: Co_Sell__c, referral: type, direction: toCrm, values: { Shared: true, Independent: false }'),
        'type',
        'Shared',
      ),
    ).toBe(true)
  })
})

describe('dates', () => {
  const berlin = rowOf(
    'crm: CloseDate, referral: details.closingDateTime, direction: both, as: date, timezone: Europe/Berlin',
    offline(salesforce),
  )

  test.each([
    ['F111: 31 December in UTC−11', 'Pacific/Pago_Pago', '2027-01-01T10:30:00Z', '2026-12-31'],
    ['midnight in Berlin', 'Europe/Berlin', '2026-12-17T23:00:00Z', '2026-12-18'],
    ['the day of the autumn change', 'Europe/Berlin', '2026-10-24T22:30:00.1234567Z', '2026-10-25'],
    ['29 February', 'Asia/Taipei', '2028-02-28T16:00:00Z', '2028-02-29'],
    ['a date that is one already', 'Europe/Berlin', '2026-12-18', '2026-12-18'],
  ])('%s', (_what, zone, given, date) => {
    const row = rowOf(
      `crm: First_Call__c, referral: details.closingDateTime, direction: toCrm, as: date, timezone: ${zone}`,
    )
    expect(fromReferral(row, 'details.closingDateTime', given)).toBe(date)
  })

  test('I35: the date changes, the time of day stays', () => {
    const stands = { details: { closingDateTime: '2026-12-18T17:30:00Z' } }
    expect(toReferral(berlin, '2026-12-18', stands)).toEqual({ 'details.closingDateTime': '2026-12-18T17:30:00Z' })
    expect(toReferral(berlin, '2026-12-20', stands)).toEqual({ 'details.closingDateTime': '2026-12-20T17:30:00.000Z' })
    // In summer the same hour on the wall is another one in UTC.
    expect(toReferral(berlin, '2026-07-01', stands)).toEqual({ 'details.closingDateTime': '2026-07-01T16:30:00.000Z' })
    expect(toReferral(berlin, '2026-12-20')).toEqual({ 'details.closingDateTime': '2026-12-19T23:00:00.000Z' })
  })

  test('an hour the spring change skips does not move the day', () => {
    expect(toReferral(berlin, '2027-03-28', { details: { closingDateTime: '2026-12-18T01:30:00Z' } })).toEqual({
      'details.closingDateTime': '2027-03-28T01:30:00.000Z',
    })
  })

  test('a day that a place left out cannot be written', () => {
    const apia = rowOf(
      'crm: CloseDate, referral: details.closingDateTime, direction: both, as: date, timezone: Pacific/Apia',
      offline(salesforce),
    )
    expect(toReferral(apia, '2011-12-30')).toBe('DB-2203')
  })

  test('F111: the ends of the calendar', () => {
    for (const date of ['0001-01-02', '9999-12-30'])
      expect(toReferral(berlin, date)).toHaveProperty('details.closingDateTime')
    expect(fromReferral(berlin, 'details.closingDateTime', '0001-01-01T00:00:00Z')).toBe('0001-01-01')
  })

  test('a date into a field for points in time keeps its hour there too', () => {
    const row = rowOf(
      'crm: First_Call__c, referral: details.closingDateTime, direction: toCrm, as: date, timezone: Europe/Berlin',
    )
    expect(toCrm(row, '2026-12-20', { First_Call__c: '2026-12-18T08:00:00Z' })).toEqual({
      First_Call__c: '2026-12-20T08:00:00.000Z',
    })
  })
})

describe('what does not fit is refused, never cut in silence', () => {
  test('F32, F112: longer than the field', () => {
    const row = rowOf('crm: Description, referral: details.notes, direction: toCrm')
    expect(toCrm(row, 'x'.repeat(32_000))).toEqual({ Description: 'x'.repeat(32_000) })
    expect(toCrm(row, 'x'.repeat(32_001))).toBe('DB-2203')
  })

  test('I14: a row says that it shortens, and then it does not go back', () => {
    const row = rowOf('crm: Description, referral: details.notes, direction: toCrm, transform: [truncate:5]')
    expect(fromReferral(row, 'details.notes', 'abcd efgh')).toBe('abcd')
    expect(row.toReferral).toBeUndefined()
  })
})

describe('combine', () => {
  const row = (how: string) =>
    rowOf(`crm: Partner_Update__c, referral: details.notes, direction: toReferral, combine: ${how}`)
  const notes = (text: string) => ({ details: { notes: text } })

  test.each([
    ['replace', 'old', 'new', { 'details.notes': 'new' }],
    ['append', 'old', 'new', { 'details.notes': 'old\n\nnew' }],
    ['append', '', 'new', { 'details.notes': 'new' }],
    ['appendDated', 'old', 'new', { 'details.notes': 'old\n\n2026-11-20: new' }],
    ['append', 'old\n\nnew', 'new', {}],
    ['appendDated', '2026-11-19: new\n\nlater', 'new', {}],
    ['append', 'something new here', 'new', { 'details.notes': 'something new here\n\nnew' }],
    ['append', 'a\r\nb', 'a\nb', {}],
  ])('%s to %j: %j', (how, stands, value, fields) => {
    expect(toReferral(row(how), value, notes(stands))).toEqual(fields)
  })

  test('nothing new, nothing sent', () => {
    expect(toReferral(row('append'), null, notes('old'))).toEqual({})
  })

  test('what stands there is not compared with what is added', () => {
    expect(fromReferral(row('append'), 'details.notes', 'old')).toBe('absent')
    expect(fromReferral(row('replace'), 'details.notes', 'old')).toBe('old')
  })

  test('a note of 100 000 characters is looked through at once', () => {
    const { ms } = timed(() => toReferral(row('append'), 'a', notes('a'.repeat(100_000))))
    expect(ms).toBeLessThan(500)
  })
})

describe('transforms', () => {
  test.each(transforms.map((transform) => [transform.name, transform] as const))(
    '%s does what its example says',
    (_name, transform) => {
      const [from, to] = transform.example
      expect(transform.change(from, { argument: transform.name === 'truncate' ? 7 : 0, country: 'DE' })).toBe(to)
    },
  )

  test('what only tidies leaves its own result alone', () => {
    for (const transform of transforms.filter(({ back }) => back === 'tidies')) {
      const [, to] = transform.example
      expect(transform.change(to ?? '', { argument: 0, country: null })).toBe(to)
    }
  })

  test('one after the other', () => {
    const row = rowOf(
      'crm: Description, referral: details.notes, direction: toCrm, transform: [stripHtml, upper, truncate:7]',
    )
    expect(fromReferral(row, 'details.notes', '<p>hello <b>world</b></p>')).toBe('HELLO W')
  })

  test('telephone numbers know the country of the customer', () => {
    const row = rowOf(
      'crm: Description, referral: ref.primaryContact.phoneNumber, direction: toCrm, transform: [phoneE164]',
    )
    const read = row.fromReferral({
      referral: { ref: { country: 'AT', primaryContact: { phoneNumber: '01 234 5678' } } },
      crm: null,
      now,
    })
    expect(read).toEqual({ is: 'value', value: '+4312345678' })
  })

  test('a country by name and back', () => {
    const row = rowOf('crm: PC_Sync_State__c, referral: campaignId, direction: both, transform: [countryName]')
    expect(fromReferral(row, 'campaignId', 'DE')).toBe('Germany')
    expect(fromCrm(row, 'Deutschland')).toBe('Germany')
    expect(toReferral(row, 'Germany')).toEqual({ campaignId: 'DE' })
    expect(fromReferral(row, 'campaignId', 'Middle-earth')).toBe('DB-2209')
  })
})

test('formulas that cannot be worked out for a deal refuse it, and say nothing of its contents', () => {
  const row = rowOf('crm: Amount, direction: toCrm, formula: 1000 / details.dealValue')
  const read = row.fromReferral({ referral: { details: { dealValue: 0 } }, crm: null, now })
  expect(read).toEqual({
    is: 'refused',
    refusal: {
      code: 'DB-2205',
      message: 'The formula for Amount could not be worked out: it divides by zero.',
      who: 'CRM admin',
    },
  })
})

test('value and currency move together when they go the same way', () => {
  const rows = (direction: string) =>
    compiled(
      `${head}  - { ${amount} }\n  - { crm: CurrencyIsoCode, referral: details.currency, direction: ${direction} }\n`,
      offline(salesforce),
    ).mapping.rows
  const groups = (direction: string) =>
    rows(direction)
      .slice(-2)
      .map((row) => row.group)
  expect(groups('both')).toEqual(['Amount', 'Amount'])
  expect(groups('toCrm')).toEqual(['Amount', 'CurrencyIsoCode'])
})
