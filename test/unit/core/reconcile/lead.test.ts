// Leads that wait as the CRM's own lead records: what each side's answer makes of them.

import { describe, expect, test } from 'vitest'
import { kind, recordId } from '#core/model/ids'
import { noBase, type Link } from '#core/model/link'
import type { LeadPhase, Mapping } from '#core/mapping/mapping'
import { refusalSubject } from '#core/reconcile/change'
import { fakeCrm } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, dealStages, row, rule, type DealMappingOptions } from '../../../support/deal-mapping.ts'
import {
  dealRecord,
  linkAfter,
  linkOf,
  now,
  planDeal,
  sent,
  unlinked,
  waitOf,
  type PlanOptions,
} from '../../../support/deal-plan.ts'

const leadKind = kind('Lead')
const leadRule = rule('lead')
const topic = row({ crm: 'Topic', path: 'details.topic', direction: 'both' })
const phase = (over: Partial<LeadPhase> = {}): LeadPhase => ({
  record: leadKind,
  when: ({ referral }) => referral['stage'] === 'New',
  onAccept: 'qualify',
  rows: [topic],
  rule: leadRule,
  ...over,
})
const model = {
  kind: leadKind,
  open: { Status: 'Open' },
  qualified: { Status: 'Qualified' },
  disqualified: { Status: 'Disqualified' },
  originField: 'LeadId',
  becameField: 'BecameId',
}

interface Story {
  readonly referral?: FakeReferral
  readonly lead?: Fields
  readonly link?: Partial<Link>
  readonly phase?: Partial<LeadPhase>
  readonly options?: DealMappingOptions
  readonly target?: Partial<typeof fakeCrm>
}
const optionsOf = ({ phase: over = {}, options = {}, target = {} }: Story): PlanOptions => ({
  mapping: dealMapping({ ...options, over: { lead: phase(over), ...options.over } }),
  frame: { target: { ...fakeCrm, lead: model, ...target } },
})
const base = { standing: { stage: 'New', step: null } as const, values: { '@key': 'r-1', Topic: 'Azure' } }
const linkTo = (over: Partial<Link> = {}): Link =>
  linkOf('R-1', { kind: leadKind, record: recordId('lead-1'), base, ...over })
const planned = (story: Story) => {
  const { referral = { stage: 'New' }, lead = {}, link = {} } = story
  const fields = { Id: 'lead-1', Status: 'Open', Topic: 'Azure', ReferralKey: 'r-1', BecameId: null, ...lead }
  const crm = { ...dealRecord('R-1', {}, { kind: leadKind, id: recordId('lead-1') }), fields }
  return planDeal({ referral, deal: crm, link: linkTo(link) }, optionsOf(story))
}
const after = (story: Story): Link => linkAfter(planned(story), linkTo(story.link))
const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }

describe('a new referral', () => {
  const fresh = (story: Story, link: Link | null = null) =>
    planDeal({ referral: story.referral ?? {}, link }, optionsOf(story))
  test('becomes a lead, with its key, found again by it', () => {
    const plan = fresh({ options: { status: true } })
    expect(sent(plan)).toEqual([
      ['crm', { Topic: 'Azure', ReferralKey: 'r-1', SyncState: 'Waiting for you', SyncMessage: expect.any(String) }],
    ])
    expect(plan.changes[0]).toMatchObject({
      kind: 'Lead',
      write: { do: 'create', key: 'r-1', keyField: 'ReferralKey' },
      findBy: [{ field: 'ReferralKey', value: 'r-1', compare: 'exact' }],
      settles: { becomes: 'record', standing: { stage: 'New', step: null }, values: { '@key': 'r-1', Topic: 'Azure' } },
      fields: [{ path: 'Topic' }, { path: 'ReferralKey', from: 'id', rule: null }, {}, {}],
    })
  })
  test('becomes a deal at once where the mapping wants no lead of it', () =>
    expect(fresh({ phase: { when: () => false } }).changes[0]?.kind).toBe('Opportunity'))
  test('without a key field goes by none', () => {
    const [change] = fresh({ options: { match: { keyField: null } } }).changes
    expect(change).toMatchObject({ write: { keyField: null, fields: { Topic: 'Azure' } }, findBy: [] })
    expect(change?.settles.values).toEqual({ Topic: 'Azure' })
  })
  test('what is hidden is not written', () =>
    expect(sent(fresh({ phase: { rows: [{ ...topic, fromReferral: () => ({ is: 'absent' }) }] } }))).toStrictEqual([
      ['crm', { ReferralKey: 'r-1' }],
    ]))

  const refusal = { code: 'DB-2203', message: 'It is no topic.', who: 'CRM admin' } as const
  test.each<[string, Story, object]>([
    [
      'cannot be read',
      { phase: { rows: [{ ...topic, fromReferral: () => ({ is: 'refused', refusal }) }] } },
      { subject: 'create', ...refusal },
    ],
    [
      'cannot be written',
      { phase: { rows: [{ ...topic, toCrm: () => ({ ok: false, refusal }) }] } },
      { subject: 'create', ...refusal },
    ],
    [
      'belongs to nobody we know',
      {
        options: {
          over: { assign: { field: 'OwnerId', after: 'keep', to: () => ({ owner: { user: 'Jo' }, rule: leadRule }) } },
        },
      },
      { subject: 'assign', code: 'DB-2152' },
    ],
  ])('what %s keeps it from being made', (_, story, wait) => {
    const plan = fresh(story, unlinked('R-1'))
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([{ waiting: [{ for: 'problem', ...wait }] }])
  })
})

describe('both wait', () => {
  test('their fields are kept in step, and what is agreed is remembered', () => {
    expect(sent(planned({ referral: { stage: 'New', details: { topic: 'Fabric' } } }))).toEqual([
      ['crm', { Topic: 'Fabric' }],
    ])
    const [change] = planned({ lead: { Topic: 'Fabric' } }).changes
    expect(change).toMatchObject({
      side: 'referral',
      write: { id: 'R-1', expect: 'left-1', fields: { 'details.topic': 'Fabric' } },
    })
    expect(after({ link: { base: noBase } }).base).toEqual({ standing: null, values: { Topic: 'Azure' } })
  })
  test('the lead that is written is the one that was read', () => {
    const [change] = planned({ referral: { stage: 'New', details: { topic: 'Fabric' } } }).changes
    expect(change?.write).toMatchObject({ kind: 'Lead', id: 'lead-1', expect: 'right-1' })
  })
  test('a lead is open: rows that are written while it is are written', () => {
    const rows = [row({ crm: 'Topic', path: 'details.topic', direction: 'toCrm', write: 'whileOpen' })]
    const referral: FakeReferral = { stage: 'New', details: { topic: 'Fabric' } }
    expect(sent(planned({ referral, phase: { rows } }))).toEqual([['crm', { Topic: 'Fabric' }]])
  })
  test('nothing is new: nothing is planned, and what was looked at is remembered once', () => {
    const link = after({})
    expect(link).toMatchObject({ left: { version: 'left-1' }, right: { version: 'right-1' } })
    expect(planned({ link }).links).toEqual([])
  })
  test('what is written is looked at again', () => expect(after({ lead: { Topic: 'Fabric' } }).left.version).toBeNull())
  test('their seller is told', () =>
    expect(sent(planned({ options: { status: true } }))).toMatchObject([['crm', { SyncState: 'Waiting for you' }]]))
  test('house rules are about deals', () => {
    const checks = [
      { before: 'toReferral' as const, code: 'DB-2210' as const, message: '', passes: () => false, rule: leadRule },
    ]
    expect(sent(planned({ lead: { Topic: 'Fabric' }, options: { over: { checks } } }))).toHaveLength(1)
  })
  test('a refusal of what is still planned is kept, beside what is asked', () => {
    const story = { lead: { Topic: 'Fabric' } }
    const wait = waitOf(refusalSubject(planned(story).changes[0]?.id ?? expect.fail('nothing planned')))
    expect(after({ ...story, link: { waiting: [wait, waitOf('stage')] } }).waiting).toEqual([wait])
  })
  test.each<[string, Link['answer'], readonly unknown[]]>([
    ['accepted', 'Accepted', [['referral', { stage: 'Accepted' }]]],
    ['declined', 'Declined', [['referral', { stage: 'Declined' }]]],
    ['not answered', undefined, []],
  ])('%s here by hand', (_, answer, writes) =>
    expect(sent(planned({ link: answer ? { answer } : {} }))).toStrictEqual(writes),
  )
  test('declined here by hand settles nothing before Microsoft shows it', () =>
    expect(planned({ link: { answer: 'Declined' } }).changes[0]?.settles).toEqual({ values: {}, closes: 'Declined' }))
})

describe('accepted at Microsoft', () => {
  const story: Story = { referral: accepted }
  test('the lead is qualified, and the deal that comes of it is made', () => {
    const plan = planned(story)
    const [lead, deal, back] = plan.changes
    expect(plan.changes.map(({ kind: of }) => of)).toEqual(['Lead', 'Opportunity', 'referral'])
    expect(lead).toMatchObject({
      write: { do: 'update', id: 'lead-1', expect: 'right-1', fields: { Status: 'Qualified' } },
      fields: [{ path: 'Status', from: 'lead.onAccept: qualify', rule: leadRule }],
    })
    expect(deal?.after).toEqual([lead?.id])
    expect(deal?.write.fields).toMatchObject({ LeadId: 'lead-1', ReferralKey: 'r-1', Stage: 'Qualification' })
    expect(deal?.fields).toContainEqual(expect.objectContaining({ path: 'LeadId', from: 'lead', rule: null }))
    expect(back?.after).toEqual([deal?.id])
  })
  test('or the deal is made beside it', () =>
    expect(planned({ ...story, phase: { onAccept: 'copy' } }).changes.map(({ kind: of }) => of)).toEqual([
      'Opportunity',
      'referral',
    ]))
  test('or the lead is left to its seller, and that it is accepted is agreed', () => {
    const left = { ...story, phase: { onAccept: 'leave' } } as const
    expect(planned(left).changes).toEqual([])
    expect(after(left).base.standing).toEqual({ stage: 'Accepted', step: 'Qualified' })
  })
  test('what the deal lacks is told, and nothing is made', () => {
    const lacking = { ...story, options: { match: { whenNone: 'create' }, required: true } } as const
    const plan = planned({ ...lacking, referral: { ...accepted, details: { value: null } } })
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([{ record: 'lead-1', waiting: [{ for: 'problem', code: 'DB-2202' }] }])
  })
  test('what the deal will owe is remembered; what was asked is over; what was refused is kept', () => {
    const owing = { ...story, options: { lookups: true } }
    // The last one: nothing rests on it that would tell of it again.
    const wait = waitOf(refusalSubject(planned(owing).changes.at(-1)?.id ?? expect.fail('nothing planned')))
    const link = after({ ...owing, link: { waiting: [waitOf('stage'), wait] } })
    expect(link.owed).toMatchObject([{ lookup: 'contact', kind: 'Role' }])
    expect(link.waiting).toEqual([wait])
    expect(after(story)).not.toHaveProperty('owed')
  })
  test('its account is looked for like any other', () => {
    const account = {
      ...dealRecord('x', {}, { kind: kind('Account'), id: recordId('a1') }),
      fields: { Name: 'Contoso', Website: 'contoso.example' },
    }
    const crm = {
      ...dealRecord('R-1', {}, { kind: leadKind, id: recordId('lead-1') }),
      fields: { Status: 'Open', Topic: 'Azure' },
    }
    const plan = planDeal(
      {
        referral: accepted,
        deal: crm,
        link: linkTo(),
        found: { lookups: { account: [[account], []], contact: [[]] } },
      },
      optionsOf({ options: { lookups: true } }),
    )
    expect(plan.changes.find(({ settles }) => settles.becomes)?.write.fields['AccountId']).toBe('a1')
  })
})

describe('qualified by a seller', () => {
  const lead = { Status: 'Qualified' }
  test('that answers the referral', () => {
    const plan = planned({ lead })
    expect(sent(plan)).toStrictEqual([['referral', { stage: 'Accepted' }]])
    expect(plan.changes[0]).toMatchObject({
      fields: [{ rule: { key: 'stages.Accepted.Qualified' } }],
      settles: { standing: { stage: 'Accepted', step: null } },
    })
  })
  test('where the table has no row for that, the lead section says why', () => {
    const rows = dealStages.filter(({ stage }) => stage !== 'Accepted')
    const stages: Mapping['stages'] = { crm: 'Stage', accept: 'byStage', rows }
    expect(planned({ lead, options: { over: { stages } } }).changes[0]?.fields).toMatchObject([{ rule: leadRule }])
  })
  test.each<[string, FakeReferral, DealMappingOptions]>([
    ['answered', accepted, {}],
    ['over', { stage: 'Expired' }, {}],
    ['new, and nothing is accepted by its stage', { stage: 'New' }, { accept: 'never' }],
  ])('and a deal was made of it: once the referral is %s the link follows', (_, referral, options) => {
    const story = {
      referral,
      options,
      lead: { ...lead, BecameId: 'opp-7' },
      link: { chosen: {}, waiting: [waitOf('x')] },
    }
    const plan = planned(story)
    expect(plan.changes).toEqual([])
    const [link] = plan.links
    expect(link).toMatchObject({ kind: 'Opportunity', record: 'opp-7', base: noBase, waiting: [], unfinished: now })
    expect(link).not.toHaveProperty('chosen')
  })
  test('and nothing is accepted by its stage: it is told', () => {
    const story = { lead, options: { accept: 'never' } } as const
    expect(planned(story).changes).toEqual([])
    expect(after(story).waiting).toMatchObject([{ code: 'DB-3105' }])
  })
  test.each<[string, FakeReferral, LeadPhase['onAccept'], number]>([
    ['answered', accepted, 'qualify', 2],
    ['answered, and leads are left to their sellers', accepted, 'leave', 0],
    ['over', { stage: 'Expired' }, 'qualify', 0],
  ])('and no deal was made of it: once the referral is %s', (...[, referral, onAccept, count]) =>
    expect(planned({ lead, referral, phase: { onAccept } }).changes).toHaveLength(count),
  )
})

describe('disqualified by a seller', () => {
  const lead = { Status: 'Disqualified' }
  test('the referral is declined, with the brakes of every outcome', () => {
    const [change] = planned({ lead }).changes
    expect(change).toMatchObject({
      irreversible: true,
      write: { fields: { stage: 'Declined' } },
      settles: { standing: { stage: 'Declined', step: null }, closes: 'Declined' },
      fields: [{ rule: { key: 'stages.Declined.' } }],
    })
    expect(planned({ lead, options: { outcomes: { holdMs: 60_000 } } }).changes).toMatchObject([{ state: 'held' }])
  })
  test('though Microsoft has it as accepted: a person says which is meant', () => {
    expect(planned({ lead, referral: accepted }).changes).toEqual([])
    expect(after({ lead, referral: accepted }).waiting).toMatchObject([
      { for: 'problem', code: 'DB-3104', who: 'the seller', subject: 'stage' },
    ])
  })
  test('after it was over: nothing', () => {
    const over = { lead: { ...lead, Topic: 'Fabric' }, referral: { stage: 'Expired' } } as const
    expect(planned(over)).toMatchObject({ changes: [], links: [] })
  })
  test('and closed to every edit: nothing is written to it', () => {
    const sealed = {
      lead,
      referral: { stage: 'New', details: { topic: 'Fabric' } },
      options: { status: true },
    } as const
    const target = { closedIsReadOnly: true }
    expect(sent(planned({ ...sealed, target })).map(([side]) => side)).toEqual(['referral'])
    expect(sent(planned(sealed)).map(([side]) => side)).toContain('crm')
    expect(sent(planned({ ...sealed, lead: {}, target })).map(([side]) => side)).toEqual(['crm'])
  })
})

describe('over before anyone answered', () => {
  test('the lead is disqualified, once', () => {
    const story: Story = { referral: { stage: 'Expired' }, options: { status: true } }
    const [change, ...more] = planned(story).changes
    expect(more).toEqual([])
    expect(change).toMatchObject({
      side: 'crm',
      write: { id: 'lead-1', expect: 'right-1', fields: { Status: 'Disqualified', SyncState: 'Closed' } },
      settles: { standing: { stage: 'Expired', step: null } },
    })
    expect(change?.fields[0]).toMatchObject({ path: 'Status', from: 'stage: status Expired', rule: leadRule })
    const settled = { base: { ...base, standing: { stage: 'Expired', step: null } as const } }
    expect(planned({ ...story, link: settled })).toMatchObject({ changes: [], links: [] })
  })
  test('also one that was never compared', () =>
    expect(planned({ referral: { stage: 'Expired' }, link: { base: noBase } }).changes).toHaveLength(1))
  test('I38: in a status that nobody knows: nothing', () =>
    expect(planned({ referral: { stage: 'Unheard' } })).toMatchObject({ changes: [], links: [] }))
})

test('a record of another kind is a deal like any other, and so is every record of a CRM that has no leads', () => {
  const referral: FakeReferral = { ...accepted, details: { topic: 'Fabric' } }
  const write = [['crm', { Topic: 'Fabric' }]]
  expect(sent(planDeal({ referral, deal: {}, link: linkOf('R-1') }, optionsOf({})))).toEqual(write)
  const { mapping = expect.fail('no mapping') } = optionsOf({})
  const crm = { ...dealRecord('R-1'), kind: leadKind }
  expect(sent(planDeal({ referral, deal: crm, link: linkOf('R-1', { kind: leadKind }) }, { mapping }))).toEqual(write)
})
