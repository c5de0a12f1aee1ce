// Does a record say anything that both sides do not know already? Row by row, and of the stage.

import { describe, expect, test } from 'vitest'
import type { Fields } from '#spi'
import { type Compared, differsFromBase } from '#engine/echo'
import type { Mapping } from '#core/mapping/mapping'
import type { Link } from '#core/model/link'
import { fakeKeyField } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import { dealMapping, dealRows, row } from '../../support/deal-mapping.ts'
import { agreedValues, dealRecord, linkOf, now, referralRecord } from '../../support/deal-plan.ts'

const mapping = dealMapping()
const agreed = linkOf('R-1')

const dealDiffers = (shows: Fields, link: Link = agreed, also: Partial<Compared> = {}): boolean =>
  differsFromBase({ mapping, link, side: 'crm', record: dealRecord('R-1', shows), now, ...also })

function referralDiffers(is: FakeReferral, link: Link = agreed, over: Fields = {}): boolean {
  const record = referralRecord('R-1', { stage: 'Accepted', step: 'Qualified', ...is })
  return differsFromBase({
    mapping,
    link,
    side: 'referral',
    record: { ...record, fields: { ...record.fields, ...over } },
    now,
  })
}

/** As it is once nobody has a say in this value yet. */
const without = (name: string): Link => {
  const values = Object.fromEntries(Object.entries(agreedValues).filter(([row]) => row !== name))
  return { ...agreed, base: { ...agreed.base, values } }
}
/** The record, where some of it cannot be seen. */
const hiding = (name: string): Compared => {
  const record = dealRecord('R-1')
  const fields = Object.fromEntries(Object.entries(record.fields).filter(([field]) => field !== name))
  return { mapping, link: agreed, side: 'crm', record: { ...record, fields }, now }
}

describe('a deal in the CRM', () => {
  test.each<[string, Fields, boolean]>([
    ['is as agreed', {}, false],
    ['has another amount', { Amount: '1' }, true],
    ['has the same amount, in other words', { Amount: '84000.00' }, false],
    ['has another name, which only goes to the CRM', { Name: 'Renamed' }, false],
    ['has news for the partner, which only goes to the referral', { PartnerUpdate: 'Soon.' }, true],
    ['has another field that no row reads', { Unmapped: 'x' }, false],
    ['has another id, which a merge gives it: it is told once', { Id: 'opp-other' }, false],
    ['stands at another step', { Stage: 'Proposal' }, true],
    ['is won', { Stage: 'Closed Won' }, true],
    ['stands at a stage that nobody knows', { Stage: 'Unheard' }, true],
    ['holds another key', { [fakeKeyField]: 'r-9' }, true],
    ['holds its key in capitals', { [fakeKeyField]: 'R-1' }, false],
    ['holds no key any more', { [fakeKeyField]: null }, true],
  ])('%s: %s %s', (_, shows, differs) => expect(dealDiffers(shows)).toBe(differs))

  test.each([
    ['an amount that is hidden says nothing', 'Amount', false],
    ['a key that is hidden says nothing', fakeKeyField, false],
  ])('%s', (_, field, differs) => expect(differsFromBase(hiding(field))).toBe(differs))

  test('shows what nobody has agreed on yet', () => {
    expect(dealDiffers({}, without('Amount'))).toBe(true)
    expect(dealDiffers({ Amount: null }, without('Amount'))).toBe(true)
    expect(dealDiffers({}, without('Id'))).toBe(true)
    expect(dealDiffers({}, without('@key'))).toBe(true)
    expect(dealDiffers({ [fakeKeyField]: null }, without('@key'))).toBe(false)
    expect(dealDiffers({}, linkOf('R-1', { standing: null }))).toBe(true)
  })

  test('without a key field is compared by the rest', () => {
    const keyless = dealMapping({ match: { keyField: null } })
    expect(dealDiffers({ [fakeKeyField]: 'r-9' }, agreed, { mapping: keyless })).toBe(false)
  })

  test('with a value that no rule can read differs, and is looked at', () => {
    const refusal = { code: 'DB-2202', message: 'no', who: 'the seller' } as const
    const rows = [
      ...dealRows(),
      { ...row({ crm: 'Odd', path: 'odd', direction: 'both' }), fromCrm: () => ({ is: 'refused', refusal }) as const },
    ]
    expect(dealDiffers({}, agreed, { mapping: dealMapping({ rows }) })).toBe(true)
  })

  test('at a stage that has no steps: whatever step the referral shows', () => {
    const won = linkOf('R-1', { standing: { stage: 'Won', step: 'Proposed' } })
    expect(dealDiffers({ Stage: 'Closed Won' }, won)).toBe(false)
    expect(dealDiffers({ Stage: 'Closed Lost' }, won)).toBe(true)
  })
})

describe('a lead that nobody has answered', () => {
  const [first] = dealRows().filter(({ id }) => id === 'Topic')
  const lead = { rows: first ? [first] : [], open: { Status: 'Open' } }
  test.each<[string, Fields, boolean]>([
    ['is as it was', { Status: 'Open' }, false],
    ['has moved on', { Status: 'Working' }, true],
    ['has another value in a row of its own', { Status: 'Open', Topic: 'Fabric' }, true],
    ['has another value in a row of deals', { Status: 'Open', Amount: '1' }, false],
    ['stands at no stage of deals', { Status: 'Open', Stage: 'Unheard', [fakeKeyField]: 'r-9' }, false],
  ])('%s: %s %s', (_, shows, differs) => expect(dealDiffers(shows, agreed, { lead })).toBe(differs))
})

describe('a referral', () => {
  test.each<[string, FakeReferral, boolean]>([
    ['is as agreed', {}, false],
    ['has another value', { details: { value: '1' } }, true],
    ['has another name', { name: 'Renamed' }, true],
    ['has another update, which only comes from the CRM', { details: { update: 'Soon.' } }, false],
    ['stands at another step', { step: 'Proposed' }, true],
    ['says no step', { step: null }, false],
    ['is won', { stage: 'Won', step: null }, true],
    ['stands at a stage that nobody knows', { stage: 'Unheard' }, true],
  ])('%s: %s %s', (_, is, differs) => expect(referralDiffers(is)).toBe(differs))

  test('that was only received is new', () => {
    const fresh = linkOf('R-1', { standing: { stage: 'New', step: null } })
    const at = (stage: 'New' | 'Received' | 'Accepted') => referralDiffers({ stage, step: null }, fresh)
    expect([at('New'), at('Received'), at('Accepted')]).toEqual([false, false, true])
    const received = linkOf('R-1', { standing: { stage: 'Received', step: null } })
    expect(referralDiffers({ stage: 'Received', step: null }, received)).toBe(false)
    expect(referralDiffers({ stage: 'Received', step: null })).toBe(true)
  })

  test('that says nothing of itself, or whose stage was never agreed on, is looked at', () => {
    expect(referralDiffers({}, agreed, { ref: null })).toBe(true)
    expect(referralDiffers({}, linkOf('R-1', { standing: null }))).toBe(true)
  })

  test('is compared by the rows of leads while it is one', () => {
    const lead = { rows: [], open: {} }
    const record = referralRecord('R-1', { stage: 'Accepted', step: 'Qualified', details: { value: '1' } })
    expect(differsFromBase({ mapping, link: agreed, side: 'referral', record, now, lead })).toBe(false)
    const won = referralRecord('R-1', { stage: 'Won' })
    expect(differsFromBase({ mapping, link: agreed, side: 'referral', record: won, now, lead })).toBe(true)
  })
})

test('the record’s own id is passed over in the CRM only, whatever row tells it', () => {
  const other: Mapping = { ...mapping, idField: 'Amount' }
  expect(dealDiffers({ Amount: '1' }, agreed, { mapping: other })).toBe(false)
  const record = referralRecord('R-1', { stage: 'Accepted', step: 'Qualified', details: { value: '1' } })
  expect(differsFromBase({ mapping: other, link: agreed, side: 'referral', record, now })).toBe(true)
})
