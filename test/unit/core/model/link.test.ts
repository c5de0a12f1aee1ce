import { expect, test } from 'vitest'
import { kind, linkKey, recordId } from '#core/model/ids'
import { noBase, sameLink, unseen, type Link } from '#core/model/link'
import type { Instant } from '#core/model/instant'

const at = '2026-11-20T14:00:00.000Z' as Instant
const owed = {
  kind: kind('Role'),
  key: linkKey('r-1-contact'),
  lookup: 'contact',
  fields: { Role: 'Buyer', To: 'Opp-1' },
}
const link: Link = {
  key: linkKey('r-1'),
  referral: recordId('R-1'),
  kind: kind('Opportunity'),
  record: null,
  since: at,
  base: noBase,
  left: unseen,
  right: unseen,
  waiting: [],
  turn: 0,
  closes: 0,
  closedBy: null,
  owed: [owed],
  mapping: 'mapping-1',
}

test('I16: entries in another order are nothing new, at any depth', () => {
  const { lookup, fields, ...rest } = owed
  const stored = { ...link, owed: [{ fields: { To: fields.To, Role: fields.Role }, lookup, ...rest }] }
  expect(sameLink(link, stored)).toBe(true)
})

test('another value is, at any depth', () => {
  expect(sameLink(link, { ...link, owed: [{ ...owed, fields: { ...owed.fields, To: 'Opp-2' } }] })).toBe(false)
  expect(sameLink(link, { ...link, turn: 1 })).toBe(false)
})
