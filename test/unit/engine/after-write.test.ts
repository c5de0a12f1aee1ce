// What a deal remembers of a write that was made, and what the history is told.

import { describe, expect, test } from 'vitest'
import { later, NeedsHuman } from '#spi'
import { afterShare, afterWrite, errorOf, refusedEvent, writtenEvent, type Written } from '#engine/settle'
import { changeId, linkKey, recordId, REFERRAL, version } from '#core/model/ids'
import type { Link, Waiting } from '#core/model/link'
import { shareSubject } from '#core/reconcile/share'
import { movingSubject, refusalSubject } from '#core/reconcile/change'
import type { Change } from '#core/reconcile/plan'
import { fakeAccount, fakeOpportunity } from '#testkit/fake-crm'
import { linkOf, now } from '../../support/deal-plan.ts'
import { rule } from '../../support/deal-mapping.ts'
import { minute, referralUpdateOf, updateOf } from '../../support/lost-writes.ts'

const hour = 60 * minute
const written: Written = { id: recordId('opp-R-1'), version: version('right-9') }
const topic = updateOf({ Topic: 'Fabric' })
const after = (over: Partial<Link>, change: Change = topic, of: Written = written): Link =>
  afterWrite(linkOf('R-1', over), change, { written: of, now })

const made = (over: Partial<Change> = {}): Change => ({
  ...updateOf({}),
  action: 'create',
  record: null,
  write: { do: 'create', kind: fakeOpportunity, key: linkKey('R-1'), keyField: null, fields: { Name: 'x' } },
  ...over,
})

describe('what both sides know', () => {
  test('is what was known before, and what was written', () => {
    const { base, turn } = after({})
    expect([base.values, turn]).toMatchObject([{ Topic: 'Fabric', Amount: '84000' }, 2])
    expect(base.standing).toEqual({ stage: 'Accepted', step: 'Qualified' })
    const won = updateOf({}, { settles: { values: {}, standing: { stage: 'Won', step: null } } })
    expect(after({}, won).base.standing).toEqual({ stage: 'Won', step: null })
  })

  test('of a close is that it was sent: it counts once, and needs no more letting go', () => {
    const closing = updateOf({}, { settles: { values: {}, closes: 'close-1' } })
    const before = { closes: 3, closedBy: 'close-0', released: 'outcome:Won' }
    expect(after(before, closing)).toMatchObject({ closes: 4, closedBy: 'close-1' })
    expect(after(before, closing)).not.toHaveProperty('released')
    expect(after(before)).toMatchObject({ closes: 3, closedBy: 'close-0', released: 'outcome:Won' })
    expect(after({})).not.toHaveProperty('released')
  })

  test('is the record itself, once it is made; whom a person chose for it is used up', () => {
    const before = { record: null, chosen: { account: { record: null, question: 'q', among: [] } } }
    const becomes = made({ kind: fakeAccount, settles: { values: {}, becomes: 'record' } })
    const link = after(before, becomes, { id: recordId('opp-7'), version: null })
    expect(link).toMatchObject({ record: 'opp-7', kind: fakeAccount })
    expect(link).not.toHaveProperty('chosen')
    expect(after(before, made())).toMatchObject({ record: null, chosen: before.chosen })
  })

  test('of an answer is that it was used; an answer about another row stays, with what it was given for', () => {
    const pair = { left: 'a', right: 'b' }
    const both = { answers: { Topic: 'crm', Amount: 'referral' }, answeredFor: { Topic: pair, Amount: pair } } as const
    expect(after(both)).toMatchObject({ answers: { Amount: 'referral' }, answeredFor: { Amount: pair } })
    expect(Object.keys(after(both).answers ?? {})).toEqual(['Amount'])
    expect(Object.keys(after(both).answeredFor ?? {})).toEqual(['Amount'])
    const none = after({ answers: { Topic: 'crm' }, answeredFor: { Topic: pair } })
    expect(none).not.toHaveProperty('answers')
    expect(none).not.toHaveProperty('answeredFor')
    expect(after({ answers: { Amount: 'crm' } })).toMatchObject({ answers: { Amount: 'crm' }, answeredFor: {} })
  })

  test('of records that are owed is which of them are still to be made', () => {
    const owing = (key: string) => ({ kind: fakeAccount, key: linkKey(key), fields: {}, lookup: 'account' })
    const role = made({ write: { do: 'create', kind: fakeAccount, key: linkKey('role'), keyField: null, fields: {} } })
    expect(after({ owed: [owing('role'), owing('other')] }, role).owed).toEqual([owing('other')])
    expect(after({ owed: [owing('role')] }, role)).not.toHaveProperty('owed')
    expect(after({ owed: [owing('role')] }).owed).toEqual([owing('role')])
    expect(after({})).not.toHaveProperty('owed')
  })
})

describe('which state of a record is old', () => {
  const fresh = later(now, 10 * minute)
  const unseen = { version: null, at: null }

  test('is the one that was written over, on the side that was written', () => {
    expect(after({}).right).toEqual({
      version: null,
      at: null,
      acted: 'right-9',
      older: ['right-0'],
      freshUntil: fresh,
    })
    expect(after({}).left).toEqual(unseen)
    const left = after({}, referralUpdateOf({}, { values: {} }), { id: recordId('R-1'), version: version('left-9') })
    expect(left.left).toMatchObject({ acted: 'left-9', older: ['left-0'] })
    expect(left.right).toEqual(unseen)
  })

  test.each<[string, Written]>([['where the write changed nothing', { ...written, version: version('right-0') }]])(
    'is none %s',
    (_, of) => expect(after({}, topic, of).right).toEqual({ ...unseen, acted: 'right-0', freshUntil: fresh }),
  )

  test('is the one that was written over, where the vendor does not say the new one', () => {
    expect(after({}, topic, { ...written, version: null }).right).toEqual({
      ...unseen,
      older: ['right-0'],
      freshUntil: fresh,
    })
  })

  test('is none of a record that was just made', () => {
    const becomes = made({ settles: { values: {}, becomes: 'record' } })
    expect(after({ record: null }, becomes).right).toEqual({ ...unseen, acted: 'right-9', freshUntil: fresh })
  })

  test('and the referral it was made from is believed for as long again, where it is known', () => {
    const becomes = made({ settles: { values: {}, becomes: 'record' } })
    const known = { ...unseen, acted: version('left-1'), freshUntil: now }
    expect(after({ record: null, left: known }, becomes).left).toEqual({ ...known, freshUntil: fresh })
    expect(after({ record: null }, becomes).left).toEqual(unseen)
    expect(after({ left: known }).left).toEqual(known)
  })

  test.each<[string, Change, Partial<Link>]>([
    ['another record of the deal', { ...topic, record: recordId('acc-1') }, {}],
    ['another record that was made for it', made(), {}],
    ['a record that was made before the deal has one', made(), { record: null }],
  ])('is not touched by %s', (_, change, over) => expect(after(over, change).right).toEqual(unseen))
})

describe('what is waited for', () => {
  const wait = (subject: string): Waiting => ({
    for: 'problem',
    code: 'DB-3205',
    message: '',
    who: 'x',
    since: now,
    until: null,
    subject,
    tries: 1,
  })
  const subjects = (change: Change) => {
    const all = [
      refusalSubject(topic.id),
      refusalSubject(changeId('chg-2')),
      movingSubject,
      'outcome:Won',
      'outcome:Lost',
      'row:Topic',
    ]
    return after({ waiting: all.map(wait) }, change).waiting.map(({ subject }) => subject)
  }
  const others = [refusalSubject(changeId('chg-2')), 'outcome:Won', 'outcome:Lost', 'row:Topic']
  const won = { stage: 'Won', step: null } as const

  test.each([
    ['its own refusal, and a record that moved, are over', topic, others],
    [
      'an outcome that was sent is over as well',
      updateOf({}, { settles: { values: {}, standing: won, closes: 'c' } }),
      others.filter((subject) => subject !== 'outcome:Won'),
    ],
    ['one that was only shown is not', updateOf({}, { settles: { values: {}, standing: won } }), others],
    ['nor is one where nothing says which', updateOf({}, { settles: { values: {}, closes: 'c' } }), others],
  ])('%s', (_, change, left) => expect(subjects(change)).toEqual(left))
})

describe('what was written lately', () => {
  const ago = (ms: number) => later(now, -ms)
  test('is remembered field by field, by side, for an hour, and the last four times', () => {
    const lately = {
      'crm:Topic': [ago(50 * minute), ago(40 * minute), ago(30 * minute), ago(20 * minute)],
      'crm:Amount': [ago(hour), ago(hour - 1)],
      'crm:Name': [ago(hour)],
    }
    expect(after({ lately }).lately).toEqual({
      'crm:Topic': [ago(40 * minute), ago(30 * minute), ago(20 * minute), now],
      'crm:Amount': [ago(hour - 1)],
    })
    expect(after({}, referralUpdateOf({ 'details.topic': 'x' }, { values: {} })).lately).toEqual({
      'referral:details.topic': [now],
    })
  })
  test('is nothing of a record that was made: it can be written back by nobody', () => {
    expect(after({}, made()).lately).toEqual({})
  })
})

describe('a deal that began in the CRM and has its referral', () => {
  const shared = made({ side: 'referral', kind: REFERRAL, settles: { values: {}, becomes: 'referral' } })
  const wait = { for: 'outcome', code: 'DB-3106', message: '', who: 'x', since: now, until: null, tries: 0 } as const

  test('takes the key that every link has, and waits for it no more', () => {
    const before = linkOf('local', {
      unshared: true,
      released: shareSubject,
      waiting: [
        { ...wait, subject: shareSubject },
        { ...wait, subject: 'row:Topic' },
      ],
    })
    const link = afterShare(before, shared, { written: { id: recordId('R-7'), version: version('left-1') }, now })
    expect(link).toMatchObject({ key: 'r-7', referral: 'R-7', record: 'opp-local', left: { acted: 'left-1' } })
    expect(link.waiting.map(({ subject }) => subject)).toEqual(['row:Topic'])
    expect(link).not.toHaveProperty('unshared')
    expect(link).not.toHaveProperty('released')
  })

  test('is told by that key', () => {
    const frame = { run: 'run-1', now, who: 'dealbridge' }
    expect(writtenEvent(shared, { id: recordId('R-7'), version: null }, frame)).toMatchObject({
      event: 'linked',
      link: 'r-7',
    })
  })
})

describe('the history is told', () => {
  const frame = { run: 'run-1', now, who: 'sue' }
  const field = { path: 'Topic', base: 'Azure', ours: 'Azure', theirs: 'Fabric', from: 'details.topic' }

  test('what was written: field by field, from what to what, and by which line', () => {
    const change = updateOf(
      {},
      {
        fields: [
          { ...field, rule: rule('fields.Topic'), lost: 'Power' },
          { ...field, path: 'Stage', rule: null },
        ],
      },
    )
    expect(writtenEvent(change, written, frame)).toEqual({
      at: now,
      event: 'written',
      link: 'r-1',
      run: 'run-1',
      who: 'sue',
      change: 'chg-1',
      code: null,
      details: {
        system: 'crm',
        side: 'crm',
        action: 'update',
        kind: 'Opportunity',
        record: 'opp-R-1',
        fields: [
          { path: 'Topic', from: 'Azure', to: 'Fabric', rule: 'deals.yaml:1', origin: 'details.topic', lost: 'Power' },
          { path: 'Stage', from: 'Azure', to: 'Fabric', rule: null, origin: 'details.topic' },
        ],
      },
    })
  })

  test('what was refused, and why', () => {
    const error = new NeedsHuman('A field is missing.', { code: 'DB-3201', who: 'the seller' })
    expect(refusedEvent(topic, error, frame)).toEqual({
      at: now,
      event: 'refused',
      link: 'r-1',
      run: 'run-1',
      who: 'sue',
      change: 'chg-1',
      code: 'DB-3201',
      details: { system: 'crm', action: 'update', kind: 'Opportunity', message: 'A field is missing.' },
    })
    expect([errorOf({ outcome: 'refused', error }), errorOf({ outcome: 'stale' })]).toEqual([error, null])
  })
})
