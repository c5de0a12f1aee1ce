// What a record shows of updates whose answer was lost: what counts as written, what both sides count as knowing, what a
// person is asked, and what stays open.

import { describe, expect, test } from 'vitest'
import { type Fields, later } from '#spi'
import { settledUpdate, type SettledUpdate } from '#engine/lost-updates'
import { pointer } from '#core/model/record'
import { changeId, linkKey } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Change } from '#core/reconcile/plan'
import { agreedValues, dealRecord, linkOf, now, referralRecord } from '../../support/deal-plan.ts'
import { DealWorld } from '../../support/deal-world.ts'
import { intentOf, minute, referralUpdateOf, type Settles, updateOf } from '../../support/lost-writes.ts'

const { pipeline } = new DealWorld()

/** The CRM's record as it stands, where rows that are undefined are not shown. */
function deal(over: Readonly<Record<string, Fields[string] | undefined>>) {
  const record = dealRecord('R-1')
  const shown = Object.entries({ ...record.fields, ...over }).filter(([, value]) => value !== undefined)
  return { ...record, fields: Object.fromEntries(shown) as Fields }
}

function looked(shows: Parameters<typeof deal>[0], changes: readonly Change[], link: Link = linkOf('R-1')) {
  return settledUpdate(
    { pipeline, link, record: deal(shows), now },
    changes.map((change) => intentOf(change)),
  )
}

const settled = (of: SettledUpdate | 'nothing is shown'): SettledUpdate =>
  of === 'nothing is shown' ? expect.fail('something was to be seen') : of

/** What became of it, in a few words. */
function told(of: SettledUpdate | 'nothing is shown', rows: readonly string[] = ['Topic', 'Amount']) {
  const { link, done, hidden } = settled(of)
  return {
    done: done.map(({ id }) => String(id)),
    base: rows.map((row) => (link.base.values as Fields)[row]),
    asks: link.waiting.map(({ subject }) => subject),
    open: hidden && Object.keys(hidden.change.settles.values),
  }
}

describe('one update of one field, Azure to Fabric', () => {
  const change = updateOf({ Topic: 'Fabric' })
  const planned = ({ ours }: { readonly ours: string | null }): Change => ({
    ...change,
    fields: change.fields.map((line) => ({ ...line, ours })),
  })
  test.each([
    ['the new value', 'Fabric', { done: ['chg-1'], base: ['Fabric'], asks: [] }],
    ['a third one: somebody came after us', 'Power', { done: [], base: ['Fabric'], asks: [] }],
    ['emptiness: somebody came after us', null, { done: [], base: ['Fabric'], asks: [] }],
    ['the old one: not written, or taken back', 'Azure', { done: [], base: ['Azure'], asks: ['row:Topic'] }],
  ])('shows %s', (_, Topic, outcome) => {
    expect(told(looked({ Topic }, [change]), ['Topic'])).toEqual({ ...outcome, open: null })
  })

  test('makes the state it was written over old, and the one it is seen in ours', () => {
    const { link } = settled(looked({ Topic: 'Fabric' }, [change]))
    expect(link.right).toMatchObject({ acted: 'right-1', older: ['right-0'] })
  })

  test('is not shown at all: it stays as open as it was', () => {
    expect(looked({ Topic: undefined }, [change])).toBe('nothing is shown')
  })

  test('of what both sides knew before: there is nothing to learn, and nothing to ask', () => {
    expect(told(looked({}, [updateOf({ Topic: 'Azure' })]), ['Topic'])).toEqual({
      done: [],
      base: ['Azure'],
      asks: [],
      open: null,
    })
  })

  test('of what nobody knew before, and nobody knows now: it is asked', () => {
    const link = linkOf('R-1')
    const { Topic: _, ...values } = agreedValues
    const before = { ...link, base: { ...link.base, values } }
    const empty = planned({ ours: null })
    expect(told(looked({ Topic: null }, [empty], before), ['Topic'])).toMatchObject({ asks: ['row:Topic'] })
  })

  test.each([
    ['the loser of a conflict, as it was: not written, or taken back', 'Ours', ['Azure'], ['row:Topic']],
    ['what both had agreed on before the conflict: somebody came after us', 'Azure', ['Fabric'], []],
  ])('over another value, shows %s', (_, Topic, base, asks) => {
    expect(told(looked({ Topic }, [planned({ ours: 'Ours' })]), ['Topic'])).toMatchObject({ base, asks })
  })

  test('beside one that stood there already: that one proves nothing', () => {
    const both = { ...change, settles: { values: { ...change.settles.values, Country: 'FR' } } }
    const seen = told(looked({ Topic: 'Power', Country: 'FR' }, [both]), ['Topic', 'Country'])
    expect(seen).toMatchObject({ done: [], base: ['Fabric', 'DE'] })
  })

  test('is compared with what the CRM shows of that row, and with no other', () => {
    expect(told(looked({ Topic: 'Fabric', Amount: '1' }, [change]))).toEqual({
      done: ['chg-1'],
      base: ['Fabric', '84000'],
      asks: [],
      open: null,
    })
  })
})

describe('one update of two fields, Azure to Fabric and 84000 to 90000', () => {
  const change = updateOf({ Topic: 'Fabric', Amount: '90000' })
  const done = ['chg-1']
  test.each<[string, Parameters<typeof deal>[0], ReturnType<typeof told>]>([
    ['both', { Topic: 'Fabric', Amount: '90000' }, { done, base: ['Fabric', '90000'], asks: [], open: null }],
    [
      'one, and the other moved on',
      { Topic: 'Fabric', Amount: '1' },
      { done, base: ['Fabric', '90000'], asks: [], open: null },
    ],
    [
      'one, and the other as it was',
      { Topic: 'Fabric', Amount: '84000' },
      { done, base: ['Fabric', '84000'], asks: ['row:Amount'], open: null },
    ],
    [
      'one, and not the other: then all of it was written',
      { Topic: 'Fabric', Amount: undefined },
      { done, base: ['Fabric', '90000'], asks: [], open: null },
    ],
    [
      'one that moved on, and the other as it was',
      { Topic: 'Power', Amount: '84000' },
      { done: [], base: ['Fabric', '84000'], asks: ['row:Amount'], open: null },
    ],
    [
      'one that moved on, and not the other: that one stays open',
      { Topic: 'Power', Amount: undefined },
      { done: [], base: ['Fabric', '84000'], asks: [], open: ['Amount'] },
    ],
    [
      'both as they were',
      { Topic: 'Azure', Amount: '84000' },
      { done: [], base: ['Azure', '84000'], asks: ['row:Amount', 'row:Topic'], open: null },
    ],
  ])('shows %s', (_, shows, outcome) => {
    const seen = told(looked(shows, [change]))
    expect({ ...seen, asks: seen.asks.toSorted() }).toEqual(outcome)
  })

  test('what stays open is the same write, and settles no more than what was not shown', () => {
    const whole = updateOf(
      { Topic: 'Fabric', Amount: '90000' },
      { settles: { values: { Topic: 'Fabric', Amount: '90000' }, closes: 'c' } },
    )
    const { hidden } = settled(looked({ Topic: 'Power', Amount: undefined }, [whole]))
    expect(hidden).toEqual({ ...intentOf(whole), change: { ...whole, settles: { values: { Amount: '90000' } } } })
  })
})

describe('a stage that was sent', () => {
  const won = { stage: 'Won', step: null } as const
  const settles: Settles = { values: {}, standing: won, closes: 'close-1' }
  const change = updateOf({}, { settles })
  const standingAfter = (stage: string, of = change) => {
    const { link, done } = settled(looked({ Stage: stage }, [of]))
    return [done.length, link.base.standing?.stage, link.closes, link.closedBy]
  }

  test.each([
    ['is shown: it was written, and its close counts', 'Closed Won', [1, 'Won', 1, 'close-1']],
    ['is not shown: an outcome is never taken for sent', 'Qualification', [0, 'Accepted', 0, null]],
    ['is not shown, but another outcome', 'Closed Lost', [0, 'Accepted', 0, null]],
    ['is not shown, but a stage that nobody knows', 'Unheard', [0, 'Accepted', 0, null]],
  ])('%s', (_, stage, after) => expect(standingAfter(stage)).toEqual(after))

  test('where none was known: it was written', () => {
    const { link, done } = settled(looked({ Stage: 'Closed Won' }, [change], linkOf('R-1', { standing: null })))
    expect([done.length, link.base.standing]).toEqual([1, won])
  })

  test('and that closes nothing, counts no close', () => {
    expect(standingAfter('Closed Won', updateOf({}, { settles: { values: {}, standing: won } }))).toEqual([
      1,
      'Won',
      0,
      null,
    ])
  })

  test('which the deal had before is known, and proves nothing', () => {
    const step = { stage: 'Accepted', step: 'Proposed' } as const
    const { link, done } = settled(
      looked({ Stage: 'Proposal' }, [updateOf({}, { settles: { values: {}, standing: step } })]),
    )
    expect([done, link.base.standing]).toEqual([[], step])
  })

  test('proves that what was sent with it, and is not shown, has arrived too', () => {
    const both = updateOf({}, { settles: { ...settles, values: { Topic: 'Fabric' } } })
    expect(told(looked({ Stage: 'Closed Won', Topic: undefined }, [both]), ['Topic'])).toEqual({
      done: ['chg-1'],
      base: ['Fabric'],
      asks: [],
      open: null,
    })
  })

  test('and not shown, while nothing else is: it stays as open as it was', () => {
    const both = updateOf({}, { settles: { ...settles, values: { Topic: 'Fabric' } } })
    expect(looked({ Stage: 'Qualification', Topic: undefined }, [both])).toBe('nothing is shown')
  })

  test('and known before, while nothing else is shown: only the rest stays open', () => {
    const step = { stage: 'Accepted', step: 'Proposed' } as const
    const both = updateOf({}, { settles: { values: { Topic: 'Fabric' }, standing: step } })
    expect(told(looked({ Stage: 'Proposal', Topic: undefined }, [both]), ['Topic'])).toMatchObject({ open: ['Topic'] })
  })

  test.each([
    ['shown by the referral', 'Won', ['chg-1'], 'Won'],
    ['not shown by the referral', 'Accepted', [], 'Accepted'],
    ['of a referral that shows a stage nobody knows', 'Unheard', [], 'Accepted'],
  ] as const)('%s', (_, stage, done, standing) => {
    const sent = referralUpdateOf({ stage: 'Won' }, settles)
    const record = referralRecord('R-1', { stage })
    const seen = settled(settledUpdate({ pipeline, link: linkOf('R-1'), record, now }, [intentOf(sent)]))
    expect([seen.done.map(({ id }) => String(id)), seen.link.base.standing?.stage]).toEqual([done, standing])
  })

  test('of a referral that says nothing of itself is not taken for sent', () => {
    const sent = referralUpdateOf({ stage: 'Won' }, settles)
    const record = { ...referralRecord('R-1'), fields: {} }
    expect(settled(settledUpdate({ pipeline, link: linkOf('R-1'), record, now }, [intentOf(sent)])).done).toEqual([])
  })
})

test('an update of the referral is looked for in the referral', () => {
  const sent = referralUpdateOf({ 'details.topic': 'Fabric' }, { values: { Topic: 'Fabric' } })
  for (const [topic, done, asks] of [
    ['Fabric', ['chg-1'], []],
    ['Power', [], []],
    ['Azure', [], ['row:Topic']],
  ] as const) {
    const record = referralRecord('R-1', { details: { topic } })
    const seen = settledUpdate({ pipeline, link: linkOf('R-1'), record, now }, [intentOf(sent)])
    expect(told(seen)).toMatchObject({ done, asks })
  }
})

describe('several updates that expected the same state: one at most was written', () => {
  const first = updateOf({ Topic: 'Fabric', Amount: '90000' }, { id: changeId('chg-1') })
  const second = updateOf({ Topic: 'Fabric', Amount: '95000' }, { id: changeId('chg-2') })
  const third = updateOf({ Topic: 'Power' }, { id: changeId('chg-3') })

  test.each<[string, Parameters<typeof deal>[0], readonly Change[], Partial<ReturnType<typeof told>>]>([
    [
      'the one that shows whole',
      { Topic: 'Fabric', Amount: '90000' },
      [first, second],
      { done: ['chg-1'], base: ['Fabric', '90000'] },
    ],
    [
      'the other one',
      { Topic: 'Fabric', Amount: '95000' },
      [first, second],
      { done: ['chg-2'], base: ['Fabric', '95000'] },
    ],
    [
      'what is left of it; of two, the later one',
      { Topic: 'Fabric', Amount: '1' },
      [first, second, third],
      { done: ['chg-2'], base: ['Fabric', '95000'] },
    ],
    [
      'the later one of two that say the same',
      { Topic: 'Power' },
      [third, { ...third, id: changeId('chg-4') }],
      { done: ['chg-4'], base: ['Power', '84000'] },
    ],
    [
      'none of them: the last one counts as known',
      { Topic: 'Teams', Amount: '1' },
      [third, first],
      { done: [], base: ['Fabric', '90000'] },
    ],
    [
      'a part of it, beside what somebody changed after: the one that somebody may have seen',
      { Topic: 'Teams', Amount: '90000' },
      [updateOf({ Amount: '90000' }), updateOf({ Topic: null, Amount: '90000' }, { id: changeId('chg-2') })],
      { done: ['chg-2'], base: [null, '90000'], asks: [] },
    ],
    [
      'none of them: the one after which the fewest changes were made; the other is asked about',
      { Topic: 'Azure', Amount: '1' },
      [updateOf({ Amount: '90000' }), updateOf({ Topic: 'Fabric' }, { id: changeId('chg-2') })],
      { done: [], base: ['Azure', '90000'], asks: ['row:Topic'] },
    ],
    [
      'the one that left a mark, however much was changed after it',
      { Topic: 'Fabric' },
      [
        updateOf({ Topic: 'Fabric', Amount: '90000', CloseDate: '2027-01-15' }),
        updateOf({ Country: 'AT' }, { id: changeId('chg-2') }),
      ],
      { done: ['chg-1'] },
    ],
    [
      'one is not shown: another one still can be',
      { Topic: 'Power', Amount: undefined },
      [updateOf({ Amount: '1' }), third],
      { done: ['chg-3'], base: ['Power', '84000'] },
    ],
  ])('%s', (_, shows, changes, outcome) => {
    expect(told(looked(shows, changes))).toMatchObject(outcome)
  })

  test.each([
    ['as it was: it was not the one that sent it', 'Qualification', ['Fabric', 'Fabric']],
    ['moved by somebody: then it may have been either, and the last one counts', 'Closed Lost', ['Azure', 'Fabric']],
  ])('none of them, and the stage is %s', (_, Stage, topics) => {
    const closing = updateOf({}, { settles: { values: {}, standing: { stage: 'Won', step: null } } })
    const topic = updateOf({ Topic: 'Fabric' }, { id: changeId('chg-2') })
    const orders = [
      [topic, closing],
      [closing, topic],
    ]
    const known = orders.map((changes) => told(looked({ Stage, Topic: 'Teams' }, changes), ['Topic']).base)
    expect(known).toEqual(topics.map((one) => [one]))
  })

  test.each([
    ['its stage, which is', 'Closed Won', ['chg-1']],
    ['its stage, which is not', 'Qualification', ['chg-3']],
  ])('whole is only what shows %s', (_, Stage, done) => {
    const closing = updateOf(
      {},
      {
        settles: { values: { Topic: 'Power' }, standing: { stage: 'Won', step: null } },
      },
    )
    const changes = [updateOf({ Topic: 'Power', Amount: '5' }, { id: third.id }), closing]
    const seen = told(looked({ Stage, Topic: 'Power', Amount: Stage === 'Closed Won' ? '84000' : '5' }, changes))
    expect(seen.done).toEqual(done)
  })
})

describe('an update that only tells an id', () => {
  const tells = (fields: Fields) => referralUpdateOf(fields, { values: {} })
  const asks = (fields: Fields, shows: Fields, link = linkOf('R-1')) => {
    const record = referralRecord('R-1')
    const other = referralUpdateOf({ 'details.topic': 'Fabric' }, { values: { Topic: 'Fabric' } })
    // Of the other one nothing has arrived: where the id shows, it was the id that was written.
    const intents = [intentOf(tells(fields)), intentOf(other)]
    const seen = settled(
      settledUpdate({ pipeline, link, record: { ...record, fields: { ...record.fields, ...shows } }, now }, intents),
    )
    return seen.link.waiting.map(({ subject }) => subject)
  }

  test.each<[string, Fields, Fields, readonly string[]]>([
    ['shows', { externalReferenceId: 'opp-R-1' }, { externalReferenceId: 'opp-R-1' }, []],
    ['does not show', { externalReferenceId: 'opp-R-1' }, { externalReferenceId: null }, ['row:Topic']],
    ['shows deep inside', { 'details.note': 'x' }, { details: { topic: 'Azure', note: 'x' } }, []],
    ['shows under its whole name', { 'details.note': 'x' }, { 'details.note': 'x' }, []],
    ['shows one of two', { a: '1', b: '2' }, { a: '1', b: '3' }, ['row:Topic']],
    ['is empty, as it was sent', { gone: null }, {}, []],
    [
      'was a pointer to the deal’s own record, and shows that',
      { ref2: pointer(linkKey('R-1')) },
      { ref2: 'opp-R-1' },
      [],
    ],
    ['was a pointer, and shows another record', { ref2: pointer(linkKey('R-1')) }, { ref2: 'opp-7' }, ['row:Topic']],
    ['was a pointer to something else', { ref2: pointer(linkKey('R-9')) }, { ref2: 'opp-R-1' }, ['row:Topic']],
  ])('%s', (_, sent, shows, questions) => {
    expect(asks(sent, shows)).toEqual(questions)
  })

  test('counts as no write of anything that a person reads about', () => {
    const record = referralRecord('R-1', {}, { fields: { externalReferenceId: 'opp-R-1' } })
    const intents = [intentOf(tells({ externalReferenceId: 'opp-R-1' }))]
    expect(settled(settledUpdate({ pipeline, link: linkOf('R-1'), record, now }, intents))).toMatchObject({
      done: [],
      hidden: null,
    })
  })
})

describe('the question it asks', () => {
  const change = updateOf({ Topic: 'Fabric' })
  const waiting = { for: 'problem', code: 'DB-3205', message: '', who: 'x', until: null, tries: 3 } as const
  const doubted = (over: Partial<Link>) => settled(looked({}, [change], linkOf('R-1', over))).link

  test('is one about the row, from now on', () => {
    expect(doubted({}).waiting).toEqual([
      {
        for: 'question',
        code: 'DB-3507',
        message: 'An answer was lost.',
        who: 'the seller',
        since: now,
        until: null,
        subject: 'row:Topic',
        tries: 0,
      },
    ])
  })

  test('takes the place of an earlier one, and of no other', () => {
    const since = later(now, -minute)
    const { waiting: waits } = doubted({
      waiting: [
        { ...waiting, since, subject: 'row:Topic' },
        { ...waiting, since, subject: 'row:Amount' },
      ],
    })
    expect(waits.map((wait) => [wait.subject, wait.since])).toEqual([
      ['row:Amount', since],
      ['row:Topic', now],
    ])
  })

  test('makes an earlier answer worthless, and no other', () => {
    const answeredFor = { Topic: { left: 'a', right: 'b' }, Amount: { left: '1', right: '2' } }
    const link = doubted({ answers: { Topic: 'crm', Amount: 'referral' }, answeredFor })
    expect([link.answers, link.answeredFor]).toEqual([{ Amount: 'referral' }, undefined])
    expect(doubted({ answers: { Topic: 'crm' }, answeredFor })).not.toHaveProperty('answers')
  })

  test('is not asked where nothing is in doubt: answers stay, with what they were given for', () => {
    const answeredFor = { Amount: { left: '1', right: '2' } }
    const { link } = settled(
      looked({ Topic: 'Fabric' }, [change], linkOf('R-1', { answers: { Amount: 'referral' }, answeredFor })),
    )
    expect(link).toMatchObject({ answers: { Amount: 'referral' }, answeredFor, waiting: [] })
  })
})
