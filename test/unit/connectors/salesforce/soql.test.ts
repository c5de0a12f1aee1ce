// Values in a query: whatever they hold, they stay values. Read back by the simulator's own reader of SOQL, which was
// written from the language and knows nothing of how we write it.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anything, identifier, isCertainId, isId, like, longId, quote } from '../../../../connectors/salesforce/soql.ts'
import { parseSoql } from '../../../../connectors/salesforce/simulator/soql/parse.ts'
import { runs } from '../../../support/runs.ts'

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const control = /[\u0000-\u0007\u000b\u000e-\u001f\u007f]/g
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("'", '\\', '"', '%', '_', '\n', ' OR ', '(', 'x'), maxLength: 30 }),
)

describe('a value between quotes', () => {
  test('is read back as it was', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const { where } = parseSoql(`SELECT Id FROM Account WHERE Name = ${quote(value)}`)
        expect(where).toEqual({
          is: 'compare',
          path: 'Name',
          sign: '=',
          value: { type: 'text', text: value.replace(control, ' ') },
        })
      }),
      runs(2_000),
    )
  })

  test('in a pattern it is one comparison and nothing more', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const { where } = parseSoql(`SELECT Id FROM Account WHERE Name LIKE ${like(value, anything)}`)
        expect(where).toMatchObject({ is: 'compare', path: 'Name', sign: 'LIKE' })
      }),
      runs(2_000),
    )
  })
})

describe('names', () => {
  test.each(['Name', 'PC_Referral_Id__c', 'Account.Name', 'Owner.Profile.Name'])('%s is one', (name) => {
    expect(identifier(name)).toBe(name)
  })
  test.each(['', 'Name FROM Account', "Name'", 'a-b', '1st', 'Account.', 'Name;DROP'])('%j is none', (name) => {
    expect(() => identifier(name)).toThrow(RangeError)
  })
})

describe('ids', () => {
  test('a documented sample, in both forms', () => {
    expect(longId('001D000000Kv3g5')).toBe('001D000000Kv3g5IAB')
    expect(longId('001D000000Kv3g5IAB')).toBe('001D000000Kv3g5IAB')
  })
  test.each([
    ['001D000000Kv3g5', true, true],
    ['001D000000Kv3g5IAB', true, true],
    ['001D000000Kv3g5IAC', true, false],
    ['001d000000kv3g5IAB', true, false],
    ['001D000000Kv3g', false, false],
    ["001D000000Kv3'5", false, false],
    ['', false, false],
  ])('%j: an id %s, surely %s', (text, expected, certain) => {
    expect([isId(text), isCertainId(text)]).toEqual([expected, certain])
  })
})
