// What becomes of a linked deal's edits: the lines and the changes of a plan, and what a deal still waits for.

import { describe, expect, test } from 'vitest'
import { kind } from '#core/model/ids'
import type { Link, Waiting } from '#core/model/link'
import { refusalSubject } from '#core/reconcile/change'
import { row } from '../../../support/deal-mapping.ts'
import { at, linkOf, planDeal, referralRecord, waitOf } from '../../../support/deal-plan.ts'
import { accepted, after, planned, type LinkedStory } from '../../../support/linked-story.ts'

describe('what a line of the plan says', () => {
  const line = (story: LinkedStory) => planned(story).changes[0]?.fields[0]
  test('to the CRM: the path it comes from', () => {
    const edit = line({ details: { topic: 'Fabric' } })
    expect(edit).toEqual({
      path: 'Topic',
      base: 'Azure',
      ours: 'Azure',
      theirs: 'Fabric',
      rule: { file: 'deals.yaml', line: 1, column: 1, key: 'fields.Topic' },
      from: 'details.topic',
      type: 'text',
    })
    expect(edit).not.toHaveProperty('lost')
  })
  test('to the CRM, of a formula: the line of the mapping', () => {
    const formula = { ...row({ crm: 'Topic', path: 'details.topic', direction: 'toCrm' }), referral: null }
    expect(line({ details: { topic: 'Fabric' }, mapping: { rows: [formula] } })?.from).toBe('fields.Topic')
  })
  test('to the referral: the field it comes from', () =>
    expect(line({ deal: { Topic: 'Fabric' } })).toMatchObject({ path: 'details.topic', ours: 'Azure', from: 'Topic' }))
  test('what is added to a text is dated by the plan', () => {
    const dated = row({ crm: 'PartnerUpdate', path: 'details.update', direction: 'toReferral' })
    const rows = [
      {
        ...dated,
        toReferral: (_: unknown, _now: unknown, when: unknown) =>
          ({ ok: true, fields: { 'details.update': String(when) } }) as const,
      },
    ]
    expect(line({ deal: { PartnerUpdate: 'Sent' }, mapping: { rows } })?.theirs).toBe('2026-11-20T14:00:00.000Z')
  })
})

describe('a change', () => {
  const edit = { details: { topic: 'Fabric' } }
  const first = (story: LinkedStory) => planned(story).changes[0] ?? expect.fail('nothing was planned')
  test('says what it is, and can be taken back', () =>
    expect(first(edit)).toMatchObject({
      system: 'crm',
      action: 'update',
      kind: 'Opportunity',
      irreversible: false,
      after: [],
    }))
  test('of the referral is one of the referral’s, whatever its source calls it', () => {
    const referral = referralRecord('R-1', accepted, { kind: kind('CoSellDeal') })
    const [change] = planDeal({ referral, deal: { Topic: 'Fabric' }, link: linkOf('R-1') }).changes
    expect(change).toMatchObject({ system: 'source', kind: 'referral', write: { kind: 'CoSellDeal' } })
  })
  test.each<[string, Partial<Waiting>, 'ready' | 'refused']>([
    ['refused until somebody acts', {}, 'refused'],
    ['refused for a while', { until: at('2026-11-20T14:00:01Z') }, 'refused'],
    ['and tried again when its time has come', { until: at('2026-11-20T14:00:00Z') }, 'ready'],
    ['and when something about it is new', { inputs: 'another' }, 'ready'],
  ])('%s', (_, over, state) => {
    const wait = waitOf(refusalSubject(first(edit).id), over)
    const change = first({ ...edit, link: linkOf('R-1', { waiting: [wait] }) })
    expect([change.state, change.why?.code]).toEqual([state, state === 'refused' ? 'DB-3205' : undefined])
  })
  test.each<[string, Waiting, 'ready' | 'refused']>([
    ['twice', waitOf('moving', { tries: 2 }), 'ready'],
    ['three times', waitOf('moving', { tries: 3 }), 'refused'],
    [
      'three times, and some time has passed',
      waitOf('moving', { tries: 3, until: at('2026-11-20T13:59:00Z') }),
      'ready',
    ],
    ['never, and something else was tried often', waitOf('other', { tries: 9 }), 'ready'],
  ])('of a record that moved under our hands %s', (_, wait, state) =>
    expect(first({ ...edit, link: linkOf('R-1', { waiting: [wait] }) }).state).toBe(state),
  )
  test('that is held already says why it is held', () => {
    const mapping = { outcomes: { holdMs: 60_000 } }
    const close = { deal: { Stage: 'Closed Won' }, mapping }
    const change = first({ ...close, link: linkOf('R-1', { waiting: [waitOf(refusalSubject(first(close).id))] }) })
    expect([change.state, change.why?.code]).toEqual(['held', 'DB-3106'])
  })
})

describe('what is still waited for', () => {
  const edit = { details: { topic: 'Fabric' } }
  const first = () => planned(edit).changes[0] ?? expect.fail('nothing planned')
  test.each<[string, () => Link, readonly string[]]>([
    [
      'a refusal of what is still planned',
      () => linkOf('R-1', { waiting: [waitOf(refusalSubject(first().id))] }),
      ['write'],
    ],
    ['a record that keeps moving', () => linkOf('R-1', { waiting: [waitOf('moving')] }), ['moving']],
    ['nothing else', () => linkOf('R-1', { waiting: [waitOf('write:chg_other'), waitOf('stage')] }), []],
  ])('%s', (_, link, subjects) =>
    expect(after({ ...edit, link: link() }).waiting.map(({ subject }) => subject.split(':')[0])).toEqual(subjects),
  )
  test('once nothing is planned, nothing is waited for', () =>
    expect(after({ link: linkOf('R-1', { waiting: [waitOf('moving')] }) }).waiting).toEqual([]))
  test('a refusal of one side is kept though the other is written', () => {
    const both = { details: { topic: 'Fabric' }, deal: { PartnerUpdate: 'Sent' } }
    const [crm] = planned(both).changes
    const wait = waitOf(refusalSubject(crm?.id ?? expect.fail('nothing planned')))
    expect(after({ ...both, link: linkOf('R-1', { waiting: [wait] }) }).waiting).toEqual([wait])
  })
})
