// Deals that begin in the CRM: when a marked record goes to the source, what it is given, and what its seller is told.

import { describe, expect, test } from 'vitest'
import { absent } from '#core/model/deal'
import { shareKey } from '#core/model/ids'
import { noBase, type Link } from '#core/model/link'
import type { Mapping, Share } from '#core/mapping/mapping'
import { refusalSubject } from '#core/reconcile/change'
import { fakeCrm, fakeOpportunity } from '#testkit/fake-crm'
import { fakeSource } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, row, rule } from '../../../support/deal-mapping.ts'
import {
  at,
  dealRecord,
  now,
  planDeal,
  planDeals,
  sent,
  waitOf,
  type Case,
  type PlanOptions,
} from '../../../support/deal-plan.ts'

const key = shareKey(fakeOpportunity, 'opp-R-1')
const topic = row({ crm: 'Topic', path: 'details.topic', direction: 'both' })
const refusal = { code: 'DB-2202', message: 'The account has no name.', who: 'the seller' } as const
const share: Share = {
  mark: { Share: 'yes' },
  holdMs: 0,
  rows: [topic],
  fields: [
    {
      path: 'name',
      from: 'Name',
      rule: rule('share.name'),
      read: (record) => ({ ok: true, fields: { name: record['Name'] ?? null } }),
    },
    {
      path: 'customer.name',
      from: 'account.Name',
      rule: rule('share.customer'),
      read: (_, pointed) => {
        const name = pointed.get('account')?.['Name']
        return typeof name === 'string' ? { ok: true, fields: { 'customer.name': name } } : { ok: false, refusal }
      },
    },
  ],
  pointed: [],
  rule: rule('share'),
}

interface Story {
  readonly deal?: Fields
  readonly gone?: boolean
  readonly account?: string | null
  readonly link?: Link | null
  readonly begun?: Case['begun']
  readonly share?: Partial<Share> | null
  readonly over?: Partial<Mapping>
  readonly status?: boolean
  readonly frame?: PlanOptions['frame']
}
const caseOf = ({ deal = {}, gone = false, account = 'Contoso', link = null, begun }: Story): Case => ({
  referral: null,
  deal: dealRecord('R-1', { Share: 'yes', ReferralKey: null, ...deal }, { gone }),
  link,
  shared: new Map(account === null ? [] : [['account', { Name: account }]]),
  ...(begun ? { begun } : {}),
})
const optionsOf = ({ share: of = {}, over = {}, status = false, frame = {} }: Story): PlanOptions => ({
  mapping: dealMapping({ status, over: { share: of && { ...share, ...of }, ...over } }),
  frame,
})
const planned = (story: Story) => planDeal(caseOf(story), optionsOf(story))
const made = (story: Story) => planned(story).changes.find(({ side }) => side === 'referral')
const told = (story: Story) =>
  planned({ status: true, ...story }).changes.find(({ side }) => side === 'crm')?.write.fields ?? {}
/** The link as it is after the first look at a marked record. */
const waiting = (over: Partial<Link> = {}): Link => ({
  ...(planned({ share: { holdMs: 60_000 } }).links[0] ?? expect.fail('no link')),
  ...over,
})

describe('a marked record', () => {
  test('becomes a deal at the source, found again by the partner’s own id', () => {
    const plan = planned({})
    expect(plan.changes).toHaveLength(1)
    expect(plan.changes[0]).toMatchObject({
      side: 'referral',
      action: 'create',
      irreversible: true,
      state: 'ready',
      title: 'Contoso – Migration',
      write: {
        key,
        keyField: null,
        fields: {
          'details.topic': 'Azure',
          name: 'Migration',
          'customer.name': 'Contoso',
          externalReferenceId: 'opp-R-1',
        },
      },
      fields: [
        { path: 'details.topic', from: 'Topic' },
        { path: 'name', from: 'Name', rule: rule('share.name') },
        { path: 'customer.name', from: 'account.Name', rule: rule('share.customer') },
        { path: 'externalReferenceId', from: 'Id', rule: rule('share') },
      ],
      findBy: [{ field: 'externalReferenceId', value: 'opp-R-1', compare: 'exact' }],
      settles: { values: { Topic: 'Azure' }, standing: { stage: 'Accepted', step: null }, becomes: 'referral' },
    })
    expect(plan.links).toEqual([
      {
        key,
        referral: key,
        kind: 'Opportunity',
        record: 'opp-R-1',
        since: now,
        base: noBase,
        left: { version: null, at: null },
        right: { version: null, at: null },
        waiting: [],
        turn: 0,
        closes: 0,
        closedBy: null,
        mapping: 'mapping-1',
        unshared: true,
        unfinished: now,
      },
    ])
  })
  test('names its own reference where the mapping does', () => {
    const own = {
      path: 'externalReferenceId',
      from: 'x',
      rule: rule('x'),
      read: () => ({ ok: true, fields: { externalReferenceId: 'ours' } }) as const,
    }
    expect(made({ share: { fields: [own] } })?.write.fields).toMatchObject({ externalReferenceId: 'ours' })
  })
  test('goes without one to a source that has none', () => {
    const { newDeal: _, ...source } = fakeSource
    const change = made({ frame: { source } })
    expect(change).toMatchObject({ findBy: [], title: '' })
    expect(Object.keys(change?.write.fields ?? {})).toEqual(['details.topic', 'name', 'customer.name'])
  })
  test('gives nothing that it hides, and a title of what there is', () => {
    expect(made({ share: { rows: [{ ...topic, fromCrm: () => absent }] } })?.write.fields).not.toHaveProperty([
      'details.topic',
    ])
    expect(made({ deal: { Name: '' } })?.title).toBe('Contoso')
  })
})

describe('is nobody’s to share', () => {
  test.each<[string, Story]>([
    ['without its mark', { deal: { Share: 'no' } }],
    ['when it belongs to a referral', { deal: { ReferralKey: 'r-9' } }],
    ['when it is closed', { deal: { Stage: 'Closed Lost' } }],
    ['when it is gone', { gone: true }],
    ['when nothing is shared any more', { share: null }],
  ])('%s', (_, story) => {
    expect(planned(story)).toMatchObject({ changes: [], links: [], skipped: [{ referral: '' }] })
    const rested = planned({ ...story, link: waiting({ released: 'share', unfinished: now }) })
    expect(rested).toMatchObject({
      changes: [],
      links: [{ key, record: null, base: noBase, waiting: [], right: { version: null, at: null } }],
      skipped: [{ referral: key }],
    })
    expect(rested.links[0]).not.toHaveProperty('released')
    expect(rested.links[0]).not.toHaveProperty('unfinished')
  })
  test('where no key field says whose it is, its mark says so', () =>
    expect(
      made({ deal: { ReferralKey: 'r-9' }, over: { match: { ...dealMapping().match, keyField: null } } }),
    ).toBeDefined())
  test('when a referral of the same plan finds it', () => {
    const match = {
      ...dealMapping().match,
      tries: [{ rule: rule('m'), criteria: () => [{ field: 'Id', value: 'opp-R-1', compare: 'exact' as const }] }],
    }
    const record = dealRecord('R-1', { ReferralKey: null })
    const plan = planDeals([{ id: 'R-1', found: { match: [[record]] } }, caseOf({})], optionsOf({ over: { match } }))
    expect(plan.changes.filter(({ action }) => action === 'create')).toEqual([])
    expect(plan.skipped).toHaveLength(1)
  })
  test('a mark that comes back begins anew, under the same name', () => {
    const [rested] = planned({ deal: { Share: 'no' }, link: waiting() }).links
    const [again] = planned({ link: { ...(rested ?? expect.fail('no link')), released: 'share' } }).links
    expect(again).toMatchObject({ key, record: 'opp-R-1', since: now, unshared: true })
    expect(again).not.toHaveProperty('released')
  })
  test('what its seller was told is taken back first', () => {
    const link = waiting({ base: { standing: null, values: { '@state': 'On hold' } } })
    const story = { link, deal: { Share: 'no', SyncState: 'On hold', SyncMessage: null }, status: true }
    expect(sent(planned(story))).toEqual([['crm', { SyncState: null }]])
    expect(planned(story).links).toMatchObject([{ record: 'opp-R-1', waiting: [] }])
    const sealed = {
      deal: { ...story.deal, Stage: 'Closed Lost' },
      frame: { target: { ...fakeCrm, closedIsReadOnly: true } },
    }
    expect(planned({ ...story, ...sealed })).toMatchObject({ changes: [], links: [{ record: null }] })
    expect(planned({ ...story, link: waiting() })).toMatchObject({ changes: [], links: [{ record: null }] })
  })
})

describe('sent, and no answer came', () => {
  const unmarked = { deal: { Share: 'no' }, link: waiting, account: null } as const
  test('it is there by now: it goes on whatever the mark says, and whatever is missing', () => {
    const story = { ...unmarked, link: unmarked.link(), begun: 'there', share: { holdMs: 60_000 } } as const
    expect(made(story)).toMatchObject({ state: 'ready', action: 'create' })
    expect(planned(story).links).toMatchObject([{ waiting: [] }])
  })
  test('it is perhaps there, and is not to be any more: nothing is concluded', () =>
    expect(planned({ ...unmarked, link: unmarked.link(), begun: 'perhaps' })).toMatchObject({
      changes: [],
      links: [{ record: 'opp-R-1', unfinished: now }],
      skipped: [],
    }))
  test('it is perhaps there, and still is to be: it has waited long enough', () =>
    expect(made({ link: waiting(), begun: 'perhaps', share: { holdMs: 60_000 } })?.state).toBe('ready'))
})

test('a record read too old is read again', () => {
  const right = { version: null, at: at('2026-11-20T13:45:00Z'), freshUntil: at('2026-11-20T14:05:00Z') }
  expect(planned({ link: waiting({ right }) })).toMatchObject({ changes: [], links: [{ unfinished: now }] })
})

describe('the undo window', () => {
  const hold = { share: { holdMs: 30 * 60_000 } }
  const until = at('2026-11-20T14:30:00Z')
  test('it is held, and its seller is told until when', () => {
    expect(made(hold)).toMatchObject({
      state: 'held',
      why: { code: 'DB-3131', until, who: 'nobody: it goes by itself' },
    })
    expect(planned(hold).links).toMatchObject([
      { waiting: [{ for: 'outcome', subject: 'share', until, who: 'the seller' }] },
    ])
    expect(told(hold)).toEqual({
      SyncState: 'On hold',
      SyncMessage: 'It goes to Microsoft on 20 Nov 2026 15:30. Take the mark away before then to stop it.',
    })
  })
  test.each<[string, Partial<Link>, string]>([
    ['over', { waiting: [waitOf('share', { since: at('2026-11-20T13:30:00Z') })] }, 'ready'],
    ['not over yet', { waiting: [waitOf('share', { since: at('2026-11-20T13:30:01Z') })] }, 'held'],
    ['let go by a person', { released: 'share' }, 'ready'],
    ['something else was let go', { released: 'outcome:Won' }, 'held'],
  ])('%s', (_, over, state) => expect(made({ ...hold, link: waiting(over) })?.state).toBe(state))
})

describe('what it waits for', () => {
  const checks = [
    {
      before: 'toReferral' as const,
      code: 'DB-2210' as const,
      message: 'Not Azure.',
      passes: ({ referral, crm, now: when }: { referral: Fields; crm: Fields | null; now: string }) =>
        JSON.stringify([referral['details'], crm?.['Id'], when]) !==
        JSON.stringify([{ topic: 'Azure' }, 'opp-R-1', now]),
      rule: rule('checks.0'),
    },
  ]
  const unreadable = { rows: [{ ...topic, fromCrm: () => ({ is: 'refused', refusal }) as const }] }
  test.each<[string, Story, object]>([
    ['a word that is missing', { account: null }, { subject: 'refusal:DB-2202', ...refusal }],
    ['a field that cannot be read', { share: unreadable }, { subject: 'refusal:DB-2202', ...refusal }],
    [
      'somebody to work on it',
      { deal: { Stage: 'New from Microsoft' } },
      { subject: 'stage', code: 'DB-3130', who: 'the seller' },
    ],
    ['a row for its stage', { deal: { Stage: 'Somewhere' } }, { subject: 'stage', code: 'DB-3130', who: 'CRM admin' }],
    ['a house rule, about the deal as it is going to be', { over: { checks } }, { subject: 'check', code: 'DB-2210' }],
  ])('%s: told, and looked at again within the hour', (_, story, wait) => {
    expect(made(story)).toBeUndefined()
    expect(planned(story).links).toMatchObject([
      { waiting: [{ for: 'problem', until: at('2026-11-20T15:00:00Z'), ...wait }] },
    ])
    expect(told(story)).toMatchObject({ SyncState: 'Problem' })
  })
  test.each([
    ['2026-11-20T14:20:00Z', '2026-11-20T14:20:00Z'],
    ['2026-11-20T14:00:00Z', '2026-11-20T15:00:00Z'],
    ['2026-11-20T13:00:00Z', '2026-11-20T15:00:00Z'],
  ])('a look that is due at %s is at %s', (before, then) => {
    const link = waiting({ waiting: [waitOf('other'), waitOf('refusal:DB-2202', { until: at(before) })] })
    expect(planned({ account: null, link }).links).toMatchObject([{ waiting: [{ until: at(then) }] }])
  })
  test('a refusal of the deal itself is kept, and nothing else of before', () => {
    const id = made({})?.id ?? expect.fail('nothing was planned')
    const link = waiting({ waiting: [waitOf('stage'), waitOf(refusalSubject(id), { tries: 1 })] })
    expect(made({ link })?.state).toBe('refused')
    expect(planned({ link }).links).toMatchObject([
      { waiting: [{ subject: refusalSubject(id), tries: 1, until: at('2026-11-20T15:00:00Z') }] },
    ])
    expect(planned({ link }).links[0]?.waiting).toHaveLength(1)
  })
  test('nothing is told to a record that takes nothing any more', () => {
    const sealed = { frame: { target: { ...fakeCrm, closedIsReadOnly: true } }, account: null, begun: 'there' } as const
    const refused = (deal: Fields) => {
      const link = waiting({ waiting: [waitOf(refusalSubject(made({})?.id ?? expect.fail('nothing was planned')))] })
      return told({ ...sealed, deal, link })
    }
    expect(refused({ Stage: 'Closed Won' })).toEqual({})
    expect(refused({})).toMatchObject({ SyncState: 'Problem' })
    expect(refused({ Stage: 'Somewhere' })).toMatchObject({ SyncState: 'Problem' })
  })
  test('what it is told is told of the deal by its title', () =>
    expect(planned({ status: true, account: null }).changes[0]).toMatchObject({
      side: 'crm',
      title: 'Migration',
      write: { id: 'opp-R-1' },
    }))
})
