// What can never be taken back: what it requires, how long it waits, what goes with it, and what is told meanwhile.

import { describe, expect, test } from 'vitest'
import { reading } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Mapping } from '#core/mapping/mapping'
import type { Change, Plan } from '#core/reconcile/plan'
import { fakeSource, type FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, rule, type DealMappingOptions } from '../../../support/deal-mapping.ts'
import { at, dealRecord, linkOf, planDeal, sent, waitOf, type PlanOptions } from '../../../support/deal-plan.ts'

const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }
const unanswered = linkOf('R-1', { standing: { stage: 'New', step: null } })

interface Story {
  readonly deal: Fields
  readonly referral?: FakeReferral
  readonly link?: Link
  readonly outcomes?: DealMappingOptions['outcomes']
  readonly over?: Partial<Mapping>
  readonly frame?: PlanOptions['frame']
}

const planned = ({ deal, referral = accepted, link = linkOf('R-1'), outcomes = {}, over = {}, frame = {} }: Story) =>
  planDeal({ referral, deal, link }, { mapping: dealMapping({ outcomes, over }), frame })
const outcomeOf = (plan: Plan): Change =>
  plan.changes.find(({ irreversible }) => irreversible) ?? expect.fail('no outcome was planned')
const told = (plan: Plan) => plan.links[0]?.waiting ?? []
const won = { Stage: 'Closed Won' }

test('it is one write, to the state that was read, and every line says where it comes from', () => {
  const plan = planned({ deal: { ...won, Topic: 'Fabric' } })
  expect(plan.changes).toHaveLength(1)
  expect(outcomeOf(plan)).toMatchObject({
    side: 'referral',
    state: 'ready',
    write: { do: 'update', id: 'R-1', expect: 'left-1', fields: { stage: 'Won', 'details.topic': 'Fabric' } },
    settles: { values: { Topic: 'Fabric' }, standing: { stage: 'Won', step: null }, closes: 'Won' },
    fields: [
      { path: 'details.topic', from: 'Topic', base: 'Azure', ours: 'Azure', theirs: 'Fabric' },
      { path: 'stage', from: 'Stage, stages.Won.', rule: { key: 'stages.Won.' }, ours: 'Accepted', theirs: 'Won' },
    ],
  })
  // Nothing of it counts as agreed before it has arrived.
  expect(plan.links).toMatchObject([{ base: { values: { Topic: 'Azure' }, standing: { stage: 'Accepted' } } }])
})

describe('what it requires', () => {
  test.each<[string, Fields, DealMappingOptions['outcomes'], Link, string]>([
    ['a Won', won, { won: { requires: ['Topic'] } }, linkOf('R-1'), 'DB-3109'],
    ['a Lost', { Stage: 'Closed Lost' }, { lost: { requires: ['Topic'] } }, linkOf('R-1'), 'DB-3110'],
    ['a Declined', { Stage: 'Declined' }, { declined: { requires: ['Topic'] } }, unanswered, 'DB-3111'],
  ])('%s waits for it, and what else changed is sent meanwhile', (...[, deal, outcomes, link, code]) => {
    const referral = link === unanswered ? { stage: 'New' as const } : accepted
    const plan = planned({ deal: { ...deal, Topic: null, PartnerUpdate: 'Offer sent' }, outcomes, link, referral })
    const fields = [{ path: 'stage', from: 'Stage', rule: null }]
    expect(outcomeOf(plan)).toMatchObject({ state: 'refused', why: { code, until: null }, fields })
    const subject = `outcome:${outcomeOf(plan).settles.standing?.stage}`
    expect(told(plan)).toMatchObject([{ for: 'problem', who: 'the seller', until: null, code, subject }])
    expect(sent(plan)).toEqual([['referral', { 'details.topic': null, 'details.update': 'Offer sent' }]])
  })

  test.each<[string, Fields, string | undefined]>([
    ['filled in', {}, undefined],
    ['false is an answer', { Topic: false }, undefined],
    ['one field', { Topic: null }, 'Microsoft needs Topic before this deal can be Won. Fill it in and save.'],
    ['empty is not filled in', { Topic: '' }, 'Microsoft needs Topic before'],
    ['two fields', { Topic: null, Name: null }, 'Microsoft needs Topic and Name before'],
    ['three fields', { Topic: null, Name: null, Country: '' }, 'Microsoft needs Topic, Name and Country before'],
  ])('%s', (_, fields, message) => {
    const plan = planned({ deal: { ...won, ...fields }, outcomes: { won: { requires: ['Topic', 'Name', 'Country'] } } })
    expect(outcomeOf(plan).why?.message ?? '').toContain(message ?? '')
    expect(outcomeOf(plan).state).toBe(message === undefined ? 'ready' : 'refused')
  })

  test('a field that is not shown is not filled in', () => {
    const { Topic: _, ...fields } = dealRecord('R-1', won).fields
    const outcomes = { won: { requires: ['Topic'] } }
    const plan = planDeal(
      { referral: accepted, deal: { ...dealRecord('R-1'), fields }, link: linkOf('R-1') },
      { mapping: dealMapping({ outcomes }) },
    )
    expect(outcomeOf(plan).state).toBe('refused')
  })
})

describe('the reason', () => {
  const price = { reason: () => 'Price' }
  test.each<[string, Fields, DealMappingOptions['outcomes'], string | undefined]>([
    ['of a Lost', { Stage: 'Closed Lost', LossReason: 'Price' }, {}, 'Price'],
    ['of a Lost that has none', { Stage: 'Closed Lost' }, {}, undefined],
    ['of a Won is never given', won, { lost: price, declined: price }, undefined],
  ])('%s', (...[, deal, outcomes, reason]) =>
    expect(outcomeOf(planned({ deal, outcomes })).write.fields['reason']).toBe(reason),
  )

  test.each<[string, DealMappingOptions['outcomes'], string]>([
    ['its own', { declined: price, lost: { reason: () => 'Budget' } }, 'Price'],
    ['that of a loss, where it has none of its own', { declined: { reason: null }, lost: price }, 'Price'],
  ])('of a Declined is %s', (_, outcomes, reason) => {
    const change = outcomeOf(
      planned({ deal: { Stage: 'Declined' }, link: unanswered, referral: { stage: 'New' }, outcomes }),
    )
    expect(change.write.fields).toEqual({ stage: 'Declined', reason })
    expect(change.fields).toContainEqual(
      expect.objectContaining({ path: 'reason', from: 'outcomes.reason', rule: rule('outcomes') }),
    )
  })
})

describe('its undo window', () => {
  const outcomes = { holdMs: 30 * 60_000 }
  const since = (text: string, over: Partial<Link> = {}) =>
    linkOf('R-1', { waiting: [waitOf('outcome:Won', { for: 'outcome', since: at(text) })], ...over })

  test('it is held, and told until when; what else changed is sent at once', () => {
    const plan = planned({ deal: { ...won, Topic: 'Fabric' }, outcomes })
    const until = at('2026-11-20T14:30:00Z')
    expect(outcomeOf(plan)).toMatchObject({ state: 'held', why: { code: 'DB-3106', until, who: expect.any(String) } })
    expect(told(plan)).toMatchObject([{ for: 'outcome', code: 'DB-3106', subject: 'outcome:Won', until }])
    expect(sent(plan)).toEqual([['referral', { 'details.topic': 'Fabric' }]])
  })

  test.each<[string, Link, Change['state']]>([
    ['not over yet', since('2026-11-20T13:30:01Z'), 'held'],
    ['just over', since('2026-11-20T13:30:00Z'), 'ready'],
    ['let go by a person', since('2026-11-20T13:59:00Z', { released: 'outcome:Won' }), 'ready'],
    [
      'something else has been waited for longer',
      linkOf('R-1', { waiting: [waitOf('check'), waitOf('outcome:Won', { since: at('2026-11-20T13:50:00Z') })] }),
      'held',
    ],
    ['another outcome was let go', since('2026-11-20T13:59:00Z', { released: 'outcome:Lost' }), 'held'],
  ])('%s', (_, link, state) => expect(outcomeOf(planned({ deal: won, link, outcomes })).state).toBe(state))
})

describe('a deal that can be registered stays open first', () => {
  const outcomes = { won: { notBeforeMs: 48 * 3_600_000 } }
  const late = { createdAt: '2026-11-19T15:00:00.000Z' }
  const verdict = (referral: FakeReferral, over: DealMappingOptions['outcomes'] = outcomes, deal: Fields = won) => {
    const { state, why } = outcomeOf(planned({ deal, referral: { ...accepted, ...referral }, outcomes: over }))
    return [state, why?.code, why?.until]
  }
  const held = ['held', 'DB-3107', at('2026-11-21T15:00:00Z')]
  const ready = ['ready', undefined, undefined]

  test.each<[string, FakeReferral, readonly unknown[]]>([
    ['it can', { ...late, registrable: true }, held],
    ['it is not known whether it can', { ...late, registrable: null }, held],
    ['it cannot', { ...late, registrable: false }, ready],
    ['it has been open for long', { registrable: true }, ready],
    [
      'it cannot, and their clock is ahead of ours',
      { createdAt: '2026-11-20T14:00:09.000Z', registrable: false },
      ready,
    ],
  ])('%s', (_, referral, expected) => expect(verdict(referral)).toEqual(expected))

  test('a loss does not wait for that', () =>
    expect(verdict({ ...late, registrable: true }, outcomes, { Stage: 'Closed Lost' })).toEqual(ready))
  test('the later of the two waits counts', () => {
    const both = (holdMs: number) => verdict({ ...late, registrable: true }, { ...outcomes, holdMs })
    expect(both(60_000)).toEqual(held)
    expect(both(25 * 3_600_000)).toEqual(['held', 'DB-3106', at('2026-11-21T15:00:00Z')])
    expect(both(26 * 3_600_000)).toEqual(['held', 'DB-3106', at('2026-11-21T16:00:00Z')])
  })
  test('and its seller is told for how long', () =>
    expect(
      outcomeOf(planned({ deal: won, referral: { ...accepted, ...late, registrable: true }, outcomes })).why,
    ).toMatchObject({ message: 'Deals that can be registered stay open 48 h first.' }))
})

describe('final values', () => {
  const from = (field: string, row = 'Amount') => ({
    won: {
      finals: [{ row: rowId(row), fromCrm: (fields: Fields) => reading((fields[field] ?? null) as string | null) }],
    },
  })
  const sums = { Amount: '90000', FinalAmount: '95000' }
  test.each<[string, Fields, DealMappingOptions['outcomes'], Fields]>([
    ['replaces an ordinary edit', won, from('FinalAmount'), { stage: 'Won', 'details.value': '95000' }],
    ['that is empty replaces none', won, from('Nothing'), { stage: 'Won', 'details.value': '90000' }],
    ['of a row there is not', won, from('FinalAmount', 'Gone'), { stage: 'Won', 'details.value': '90000' }],
    ['is of a Won', { Stage: 'Closed Lost' }, from('FinalAmount'), { stage: 'Lost', 'details.value': '90000' }],
  ])('one that %s', (...[, deal, outcomes, fields]) => {
    const change = outcomeOf(planned({ deal: { ...deal, ...sums }, outcomes }))
    expect(change.write.fields).toEqual(fields)
    expect(change.fields.filter(({ path }) => path === 'details.value')).toHaveLength(1)
    expect(change.settles.values[rowId('Amount')]).toBe(fields['details.value'])
  })
  test('one that is hidden replaces none', () => {
    const outcomes = { won: { finals: [{ row: rowId('Amount'), fromCrm: () => ({ is: 'absent' }) as const }] } }
    expect(outcomeOf(planned({ deal: { ...won, ...sums }, outcomes })).write.fields['details.value']).toBe('90000')
  })
})

describe('what keeps it back', () => {
  const checks = [
    {
      before: 'toReferral' as const,
      code: 'DB-2210' as const,
      message: 'Name a product first.',
      passes: () => false,
      rule: rule('checks.0'),
    },
  ]
  test('a house rule: the outcome and everything else for the referral waits, and is told', () => {
    const plan = planned({ deal: { ...won, Topic: 'Fabric' }, over: { checks } })
    expect(sent(plan)).toEqual([])
    expect(plan.changes.map(({ state, why }) => [state, why?.code, why?.until])).toEqual([
      ['refused', 'DB-2210', null],
      ['refused', 'DB-2210', null],
    ])
    expect(told(plan).map(({ code, subject }) => [code, subject])).toEqual([
      ['DB-2210', 'outcome:Won'],
      ['DB-2210', 'check'],
    ])
  })

  test.each<[string, Story]>([
    ['an edit', { deal: { Topic: 'Fabric' } }],
    ['a step', { deal: { Stage: 'Proposal' } }],
    [
      'an edit beside a move to the CRM',
      { deal: { Topic: 'Fabric' }, referral: { stage: 'Accepted', step: 'Proposed' } },
    ],
    ['an edit beside a stage in no row', { deal: { Topic: 'Fabric', Stage: 'Somewhere' } }],
    ['an edit of a deal that is new to us', { deal: { Topic: 'Fabric' }, link: linkOf('R-1', { standing: null }) }],
  ])('a house rule holds %s too', (_, story) => {
    const plan = planned({ ...story, over: { checks } })
    expect(sent(plan).filter(([side]) => side === 'referral')).toEqual([])
    expect(told(plan)).toContainEqual(expect.objectContaining({ for: 'problem', subject: 'check', code: 'DB-2210' }))
  })

  test('a house rule says nothing where nothing goes to the referral', () =>
    expect(told(planned({ deal: {}, over: { checks } }))).toEqual([]))

  test('a source that has no way to record it', () => {
    const { Lost: _, ...moves } = fakeSource.moves
    const plan = planned({
      deal: { Stage: 'Closed Lost', Topic: 'Fabric' },
      frame: { source: { ...fakeSource, moves } },
    })
    expect(sent(plan)).toEqual([['referral', { 'details.topic': 'Fabric' }]])
    expect(told(plan)).toMatchObject([{ for: 'problem', code: 'DB-3112', subject: 'stage', who: 'CRM admin' }])
  })

  test('a problem that is no question does not', () => {
    const { Topic: _, ...fields } = dealRecord('R-1', won).fields
    const plan = planDeal({
      referral: { ...accepted, details: { topic: 'Fabric' } },
      deal: { ...dealRecord('R-1'), fields },
      link: linkOf('R-1'),
    })
    expect(told(plan)).toMatchObject([{ code: 'DB-2212' }])
    expect(outcomeOf(plan).state).toBe('ready')
  })
})

describe('F101: on the way to it', () => {
  const onTheWay = (outcomes: DealMappingOptions['outcomes'], deal: Fields = won) =>
    planned({ deal, link: unanswered, referral: { stage: 'New', createdAt: '2026-11-20T13:00:00.000Z' }, outcomes })
  test.each<[string, DealMappingOptions['outcomes'], object]>([
    ['it follows next', {}, { for: 'outcome', code: 'DB-3106', until: at('2026-11-20T14:00:00Z') }],
    [
      'what is missing is told at once',
      { won: { requires: ['LossReason'] } },
      { for: 'problem', code: 'DB-3109', until: null },
    ],
  ])('%s', (_, outcomes, wait) => {
    const plan = onTheWay(outcomes)
    expect(sent(plan)).toStrictEqual([['referral', { stage: 'Accepted' }]])
    expect(told(plan)).toMatchObject([{ subject: 'outcome:Won', who: 'the seller', ...wait }])
  })
})
