// Stages of a linked deal: what a move writes on each side, and what of it is remembered.

import { describe, expect, test } from 'vitest'
import type { Link } from '#core/model/link'
import type { Mapping, StageRow } from '#core/mapping/mapping'
import type { Plan } from '#core/reconcile/plan'
import { fakeCrm } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, row, rule } from '../../../support/deal-mapping.ts'
import { at, linkAfter, linkOf, planDeal, sent, type PlanOptions } from '../../../support/deal-plan.ts'

const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }
const stagesWith = (rows: readonly StageRow[]): Partial<Mapping> => ({
  stages: { crm: 'Stage', accept: 'byStage', rows },
})
const rowOf = (step: StageRow['step'], crm: readonly Fields[]): StageRow => ({
  stage: 'Accepted',
  step,
  direction: 'both',
  crm,
  rule: rule(`stages.${step}`),
})

interface Story {
  readonly referral?: FakeReferral
  readonly deal?: Fields
  readonly link?: Link
  readonly over?: Partial<Mapping>
  readonly frame?: PlanOptions['frame']
}
const planned = ({ referral = accepted, deal = {}, link = linkOf('R-1'), over = {}, frame = {} }: Story): Plan =>
  planDeal({ referral, deal, link }, { mapping: dealMapping({ over }), frame })
const after = (story: Story): Link => linkAfter(planned(story), story.link ?? linkOf('R-1'))

describe('a move', () => {
  test('to the CRM says where it comes from', () => {
    const [change] = planned({ referral: { stage: 'Accepted', step: 'Proposed' } }).changes
    expect(change).toMatchObject({
      write: { fields: { Stage: 'Proposal' }, expect: 'right-1' },
      fields: [{ path: 'Stage', from: 'stage: status Accepted', rule: { key: 'stages.Accepted.Proposed' } }],
      settles: { standing: { stage: 'Accepted', step: 'Proposed' } },
    })
  })
  test('to the referral as well', () => {
    const [change] = planned({ deal: { Stage: 'Proposal' } }).changes
    expect(change).toMatchObject({
      write: { fields: { step: 'Proposed' }, expect: 'left-1' },
      fields: [{ path: 'step', from: 'Stage, stages.Accepted.Proposed', rule: { key: 'stages.Accepted.Proposed' } }],
      settles: { standing: { stage: 'Accepted', step: 'Proposed' } },
    })
  })
  test('an answer brings its step', () =>
    expect(
      sent(planned({ referral: { stage: 'New' }, link: linkOf('R-1', { standing: { stage: 'New', step: null } }) })),
    ).toEqual([['referral', { stage: 'Accepted', step: 'Qualified' }]]))
  test('that a row about the same CRM stage has: agreed, and nothing is written', () => {
    const over = stagesWith([
      rowOf('Qualified', [{ Stage: 'Qualification' }]),
      rowOf('Developed', [{ Stage: 'Qualification' }]),
    ])
    const story = { referral: { stage: 'Accepted', step: 'Developed' }, over } as const
    expect(planned(story).changes).toEqual([])
    expect(after(story).base.standing).toEqual({ stage: 'Accepted', step: 'Developed' })
  })
})

describe('a row about more than the stage', () => {
  const over = stagesWith([
    rowOf('Developed', [{ Hold: true }]),
    rowOf('Negotiated', [{ Hold: true, Asked: true }]),
    rowOf('Qualified', [{ Stage: 'Qualification' }]),
    rowOf('Proposed', [{ Stage: 'Proposal' }]),
  ])
  const frame = { target: { ...fakeCrm, working: { Hold: false } } }
  const known = (step: 'Developed' | 'Qualified') => linkOf('R-1', { standing: { stage: 'Accepted', step } })
  const moved = (step: NonNullable<FakeReferral['step']>, deal: Fields, from: 'Developed' | 'Qualified') =>
    sent(planned({ referral: { stage: 'Accepted', step }, deal, link: known(from), over, frame }))

  test('is left by working on it again', () =>
    expect(moved('Proposed', { Hold: true }, 'Developed')).toEqual([['crm', { Hold: false, Stage: 'Proposal' }]]))
  test('is come to by what it says alone', () =>
    expect(moved('Developed', { Hold: false }, 'Qualified')).toEqual([['crm', { Hold: true }]]))
  test('from one to another', () =>
    expect(moved('Negotiated', { Hold: true }, 'Developed')).toEqual([['crm', { Asked: true }]]))
  test('and has nothing to do with moves between others', () =>
    expect(moved('Proposed', {}, 'Qualified')).toEqual([['crm', { Stage: 'Proposal' }]]))
  test('nor with a record whose stage is empty', () =>
    expect(
      sent(planned({ deal: { Stage: null }, link: linkOf('R-1', { standing: null }), over, frame })).filter(
        ([side]) => side === 'crm',
      ),
    ).toEqual([['crm', { Stage: 'Qualification' }]]))
})

describe('a status that nobody knows', () => {
  const story = {
    referral: { stage: 'Unheard', details: { topic: 'Fabric' } },
    deal: { PartnerUpdate: 'Sent' },
  } as const
  test('I38: the referral is read, and not written', () => {
    expect(sent(planned(story))).toEqual([['crm', { Topic: 'Fabric' }]])
    expect(after(story).waiting).toMatchObject([
      { for: 'problem', code: 'DB-2206', subject: 'stage', who: 'CRM admin' },
    ])
  })
})

describe('a stage that is empty', () => {
  test('of a record that never had one: the referral’s is written', () =>
    expect(sent(planned({ deal: { Stage: null }, link: linkOf('R-1', { standing: null }) }))).toContainEqual([
      'crm',
      { Stage: 'Qualification' },
    ]))
  test('is not one that no row knows', () => {
    const story = { deal: { Stage: 'Somewhere' }, link: linkOf('R-1', { standing: null }) }
    expect(sent(planned(story))).toEqual([])
    expect(after(story)).toMatchObject({ waiting: [{ code: 'DB-2130' }], base: { standing: { stage: 'Accepted' } } })
  })
})

describe('both moved the step: the first row says whose word counts', () => {
  const conflict = (over: Partial<Mapping>) =>
    sent(planned({ referral: { stage: 'Accepted', step: 'Proposed' }, deal: { Stage: 'Negotiation' }, over }))
  const topic = (policy: 'partnerCenter' | 'crm') =>
    row({ crm: 'Topic', path: 'details.topic', direction: 'both', policy })
  test.each<[string, Partial<Mapping>, readonly unknown[]]>([
    ['Partner Center’s', { rows: [topic('partnerCenter')] }, ['crm', { Stage: 'Proposal' }]],
    ['the CRM’s', { rows: [topic('crm')] }, ['referral', { step: 'Negotiated' }]],
    ['the newest, where there is none', { rows: [] }, ['referral', { step: 'Negotiated' }]],
  ])('%s', (_, over, write) => expect(conflict(over)).toEqual([write]))
})

describe('what is remembered of ends and answers', () => {
  const ended = (over: Partial<Link>) =>
    linkOf('R-1', { standing: { stage: 'Won', step: null }, closedBy: 'Won', ...over })
  test('F102: what Microsoft made of it is agreed, though the CRM says otherwise', () => {
    const link = linkOf('R-1', { standing: { stage: 'New', step: null } })
    expect(after({ referral: { stage: 'Expired' }, deal: { Stage: 'Closed Won' }, link }).base.standing).toEqual({
      stage: 'Expired',
      step: null,
    })
  })

  test.each<[string, Fields, string | null]>([
    ['its stage was moved on: its next close is another one', {}, null],
    ['it is closed still', { Stage: 'Closed Won' }, 'Won'],
    ['its stage is in no row', { Stage: 'Somewhere' }, 'Won'],
  ])('I8, opened again at Microsoft, and %s', (_, deal, closedBy) =>
    expect(after({ deal, link: ended({}) }).closedBy).toBe(closedBy),
  )

  test.each<[string, FakeReferral, 'Accepted' | undefined]>([
    ['unanswered', { stage: 'New' }, 'Accepted'],
    ['seen', { stage: 'Received' }, 'Accepted'],
    ['answered', accepted, undefined],
  ])('an answer by hand counts until Microsoft shows one: %s', (_, referral, answer) => {
    const standing = { stage: 'New', step: null } as const
    const link = linkOf('R-1', { standing, answer: 'Accepted', released: 'outcome:Won' })
    const next = after({ referral, link })
    expect([next.answer, next.released]).toEqual([answer, answer && 'outcome:Won'])
  })

  test('without one there is none, whatever the referral says', () => {
    const link = linkOf('R-1', { standing: { stage: 'New', step: null } })
    expect(after({ referral: { stage: 'New' }, link })).not.toHaveProperty('answer')
  })

  test.each<[string, Fields, string | undefined]>([
    ['closed still', { Stage: 'Closed Won' }, 'outcome:Won'],
    ['opened again: the next outcome has its own window', {}, undefined],
    ['in no row', { Stage: 'Somewhere' }, undefined],
  ])('an outcome that a person let go, of a deal that is %s', (_, deal, released) => {
    const over = {
      outcomes: { ...dealMapping().outcomes, won: { ...dealMapping().outcomes.won, requires: ['LossReason'] } },
    }
    expect(after({ deal, link: linkOf('R-1', { released: 'outcome:Won' }), over }).released).toBe(released)
  })
})

describe('what was looked at', () => {
  const seen = { left: { version: 'left-1' }, right: { version: 'right-1' } }
  const acted = { left: { acted: 'left-1', version: null }, right: { acted: 'right-1', version: null } }
  test('is remembered when something is written about it', () =>
    expect(after({ deal: { Topic: 'Fabric' } })).toMatchObject(acted))
  test('and when the two differ, and nothing is to be written', () => expect(after({})).toMatchObject(seen))
  test.each([
    ['are', 'New from Microsoft'],
    ['are in no row', 'Somewhere'],
  ])('also when only their stages %s different', (_, Stage) =>
    expect(after({ deal: { Stage }, over: { rows: [] } })).toMatchObject(seen),
  )
  test('not when they agree', () => expect(planned({ over: { rows: [] } }).links).toEqual([]))
  test('not while what is to be written waits', () => {
    const over = { outcomes: { ...dealMapping().outcomes, holdMs: 60_000 } }
    const next = after({ deal: { Stage: 'Closed Won' }, over })
    expect([next.left, next.right]).toEqual([linkOf('R-1').left, linkOf('R-1').right])
  })
  test('the same state looked at again stays as it was seen', () => {
    const first = after({})
    const plan = planDeal({ referral: accepted, deal: {}, link: first }, { at: at('2026-11-20T15:00:00Z') })
    expect(plan.links).toEqual([])
  })
})
