import { describe, expect, test } from 'vitest'
import { recordId, version } from '#core/model/ids'
import { later } from '#core/model/instant'
import type { Link } from '#core/model/link'
import type { Change } from '#core/reconcile/plan'
import { inputsOf, refusalSubject } from '#core/reconcile/change'
import { fakeAccount, fakeContact } from '#testkit/fake-crm'
import { dealMapping, dealRows, rule } from '../../../support/deal-mapping.ts'
import {
  at,
  dealRecord,
  linkAfter,
  now,
  planDeal,
  planDeals,
  referralRecord,
  sent,
  unlinked,
  waitOf,
  type Case,
} from '../../../support/deal-plan.ts'

const withLookups = dealMapping({ lookups: true })
const ofKind = (changes: readonly Change[], kind: string): readonly Change[] =>
  changes.filter((change) => change.kind === kind)
const account = (id: string, fields: Record<string, string>) => ({
  ...dealRecord('x', {}, { kind: fakeAccount, id: recordId(id) }),
  fields,
})

describe('a new deal', () => {
  test('is made with its key, its stage and what the referral says, and tells its id back', () => {
    const plan = planDeal({})
    expect(sent(plan)).toEqual([
      [
        'crm',
        {
          ReferralKey: 'r-1',
          Stage: 'New from Microsoft',
          Name: 'Migration',
          Amount: '84000',
          Currency: 'EUR',
          CloseDate: '2026-12-18',
          Topic: 'Azure',
          Description: 'First talk went well.',
          Country: 'DE',
        },
      ],
      ['referral', { externalReferenceId: { $write: 'r-1' } }],
    ])
    const [create, back] = plan.changes
    expect(back?.after).toEqual([create?.id])
    expect(plan.links).toMatchObject([{ key: 'r-1', record: null }])
  })

  test('is given nothing where the referral says nothing', () =>
    expect(planDeal({ referral: { details: { topic: null } } }).changes[0]?.write.fields).not.toHaveProperty('Topic'))

  test('brings its account, its contact and the part the contact plays, in the order in which they can be made', () => {
    const { changes } = planDeal({}, { mapping: withLookups })
    expect(changes.map(({ kind }) => kind)).toEqual(['Account', 'Contact', 'Opportunity', 'Role', 'referral'])
    const [made, contact, deal, role] = changes
    expect(contact?.write.fields['AccountId']).toEqual({ $write: made?.write.do === 'create' ? made.write.key : '' })
    expect(deal?.after).toEqual([made?.id, contact?.id])
    expect(role?.after).toEqual([deal?.id, contact?.id])
  })

  test('remembers before it is made what it will owe then, and forgets what it does not owe any more', () => {
    const [link] = planDeal({}, { mapping: withLookups }).links
    expect(link?.owed).toMatchObject([
      { kind: 'Role', lookup: 'contact', fields: { Role: 'Decision Maker', OpportunityId: { $write: 'r-1' } } },
    ])
    const [without] = planDeal({ link: link ?? null }).links
    expect(without).toMatchObject({ key: 'r-1', record: null })
    expect(without).not.toHaveProperty('owed')
  })

  test('F6: what it makes without a key can be found again by what is written into it, and by nothing else', () => {
    const bare = dealMapping({ lookups: true, lookup: { create: () => ({ ok: true, fields: { Name: 'Contoso' } }) } })
    const searched = (mapping: typeof bare) => ofKind(planDeal({}, { mapping }).changes, 'Account')[0]?.findBy
    expect(searched(withLookups)).toMatchObject([{ field: 'Website' }])
    expect(searched(bare)).toMatchObject([{ field: 'Name' }])
  })

  test('twenty referrals of one new customer make one account and one contact', () => {
    const many: Case[] = Array.from({ length: 20 }, (_, n) => ({ id: `R-${n}` }))
    const { changes } = planDeals(many, { mapping: withLookups })
    expect(ofKind(changes, 'Account')).toHaveLength(1)
    expect(ofKind(changes, 'Contact')).toHaveLength(1)
    expect(ofKind(changes, 'Opportunity')).toHaveLength(20)
    const made = [...ofKind(changes, 'Account'), ...ofKind(changes, 'Contact')].map(({ id }) => id)
    for (const deal of ofKind(changes, 'Opportunity')) expect(deal.after).toEqual(made)
  })

  test('customers that only look alike stay apart', () => {
    const cases: Case[] = [
      { id: 'R-1', referral: { customer: { name: 'Contoso GmbH', domain: 'contoso.example' } } },
      { id: 'R-2', referral: { customer: { name: 'Contoso AG', domain: 'contoso.example' } } },
      { id: 'R-3', referral: { customer: { name: 'Fabrikam', domain: 'fabrikam.example' } } },
    ]
    expect(ofKind(planDeals(cases, { mapping: withLookups }).changes, 'Account')).toHaveLength(2)
  })

  test('an account that is there is pointed to; several are a question, and nothing is made meanwhile', () => {
    const one = account('a1', { Name: 'Contoso', Website: 'www.contoso.example' })
    const two = account('a2', { Name: 'Contoso', Website: 'https://contoso.example' })
    const found = (...records: readonly (typeof one)[]): Case => ({
      found: { lookups: { account: [records, []], contact: [[]] } },
    })
    const [, deal] = planDeal(found(one), { mapping: withLookups }).changes
    expect(deal?.write.fields['AccountId']).toBe('a1')
    const asked = planDeal(found(one, two), { mapping: withLookups })
    expect(asked.changes).toEqual([])
    expect(asked.links).toMatchObject([{ waiting: [{ for: 'question', code: 'DB-3502', choices: ['a1', 'a2'] }] }])
  })

  test('a contact is only looked for under its own account', () => {
    const elsewhere = {
      ...dealRecord('x', {}, { kind: fakeContact, id: recordId('c1') }),
      fields: { Email: 'sue.smith@contoso.example', AccountId: 'another' },
    }
    const found = {
      lookups: {
        account: [[account('a1', { Name: 'Contoso', Website: 'contoso.example' })], []],
        contact: [[elsewhere]],
      },
    }
    expect(ofKind(planDeal({ found }, { mapping: withLookups }).changes, 'Contact')).toHaveLength(1)
  })

  test('what the mapping requires and the referral lacks is said, and nothing is written half', () => {
    const plan = planDeal({ referral: { details: { value: null } } }, { mapping: dealMapping({ required: true }) })
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([{ waiting: [{ for: 'problem', code: 'DB-2202', subject: 'create' }] }])
  })

  test.each([['Won'], ['Lost'], ['Declined'], ['Expired']] as const)(
    'none is made of a referral that is %s',
    (stage) => {
      expect(planDeal({ referral: { stage } })).toMatchObject({
        changes: [],
        links: [],
        skipped: [{ referral: 'R-1' }],
      })
    },
  )

  test('I38: none is made of a referral in a status nobody knows', () =>
    expect(planDeal({ referral: { stage: 'Unheard' } })).toMatchObject({ changes: [], skipped: [{ referral: 'R-1' }] }))

  test.each<[string, 'skip' | 'fail', object]>([
    ['passed over', 'skip', { links: [], skipped: [{ referral: 'R-1' }] }],
    ['a problem', 'fail', { links: [{ waiting: [{ for: 'problem', code: 'DB-2207', subject: 'match' }] }] }],
  ])('where the mapping makes none it is %s', (_, whenNone, expected) =>
    expect(planDeal({}, { mapping: dealMapping({ match: { whenNone } }) })).toMatchObject({ changes: [], ...expected }),
  )
})

describe('a record that is there already', () => {
  const hit = dealRecord('R-1', { Topic: 'Fabric', Amount: null }, { changedAt: at('2026-11-20T13:59:00Z') })

  test('F81: is tied to the referral; equal values are agreed, blanks filled, the rest is the policy’s', () => {
    const plan = planDeal({ referral: { stage: 'Accepted', step: 'Qualified' }, found: { match: [[hit]] } })
    expect(plan.links).toMatchObject([{ record: 'opp-R-1', base: { values: { CloseDate: '2026-12-18' } } }])
    expect(sent(plan)).toEqual([
      ['crm', { Amount: '84000' }],
      ['referral', { 'details.topic': 'Fabric', externalReferenceId: 'opp-R-1' }],
    ])
  })

  test('F81, I18: of a closed referral: tied, and the referral is not written', () => {
    const plan = planDeal({
      referral: { stage: 'Won' },
      found: { match: [[{ ...hit, fields: { ...hit.fields, Stage: 'Closed Won' } }]] },
    })
    expect(plan.links).toMatchObject([{ record: 'opp-R-1' }])
    expect(sent(plan).filter(([side]) => side === 'referral')).toEqual([])
  })

  test('I1: but not when another referral is linked to it, or finds it in the same plan', () => {
    const taken = planDeal({ found: { match: [[hit]], linkedElsewhere: new Set(['opp-R-1']) } })
    expect(taken).toMatchObject({
      changes: [],
      links: [{ record: null, waiting: [{ for: 'question', code: 'DB-3506', choices: ['opp-R-1'] }] }],
    })
    const mapping = dealMapping({
      match: {
        tries: [{ rule: rule('match.0'), criteria: () => [{ field: 'Name', value: 'Migration', compare: 'exact' }] }],
      },
    })
    const found = { match: [[hit]] }
    const { links } = planDeals(
      [
        { id: 'R-1', found },
        { id: 'R-2', found },
      ],
      { mapping },
    )
    expect(links.map(({ record, waiting }) => [record, ...waiting.map(({ code }) => code)])).toEqual([
      ['opp-R-1'],
      [null, 'DB-3506'],
    ])
  })

  test('F39: two of them are a question', () => {
    const plan = planDeal({ found: { match: [[hit, { ...hit, id: recordId('opp-2') }]] } })
    const choices = ['opp-R-1', 'opp-2']
    expect(plan).toMatchObject({
      changes: [],
      links: [{ waiting: [{ for: 'question', code: 'DB-3502', who: 'the seller', choices }] }],
    })
  })

  test('two of them are a problem of the mapping where it says so', () => {
    const mapping = dealMapping({ match: { whenSeveral: 'fail' } })
    const plan = planDeal({ found: { match: [[hit, { ...hit, id: recordId('opp-2') }]] } }, { mapping })
    expect(plan.links).toMatchObject([{ waiting: [{ for: 'problem', who: 'CRM admin' }] }])
  })
})

describe('a deal that waited', () => {
  const asked = (): Link => ({
    ...unlinked('R-1'),
    waiting: [waitOf('match', { for: 'question', code: 'DB-3502' })],
  })

  test('waits for nothing any more once its referral is closed, or no longer taken', () => {
    for (const referral of [{ stage: 'Expired' }, { details: { topic: 'Private' } }] as const)
      expect(planDeal({ referral, link: asked() })).toMatchObject({ links: [{ waiting: [] }], skipped: [{}] })
  })

  test('is made once nothing is in question any more, and asks no longer', () => {
    const plan = planDeal({ link: asked() })
    expect(sent(plan)).toHaveLength(2)
    expect(plan.links).toMatchObject([{ waiting: [] }])
  })

  test('F60, T13: is not made from a state that is older than the one it was planned from before', () => {
    const before = planDeal({ link: unlinked('R-1') }).links[0] ?? expect.fail('nothing planned')
    expect(before.left).toMatchObject({ acted: 'left-1', at: '2026-11-20T13:00:00.000Z' })
    const shown = (changedAt: string, mark: string) =>
      planDeal({
        referral: referralRecord('R-1', { name: mark }, { version: version(mark), changedAt: at(changedAt) }),
        link: before,
      })
    const lagging = shown('2026-11-20T12:59:59Z', 'left-0')
    expect(lagging).toMatchObject({ changes: [], links: [] })
    const moved = shown('2026-11-20T13:00:01Z', 'left-2')
    expect(sent(moved)).toHaveLength(2)
    expect(moved.links).toMatchObject([{ left: { acted: 'left-2', older: ['left-1'] } }])
    // Planned again from the same state there is nothing new to remember, however late.
    expect(planDeal({ link: before }, { at: later(now, 60_000) }).links).toEqual([])
  })

  test('F38: a refusal is kept though nothing else rests on what was refused', () => {
    const mapping = dealMapping({ rows: dealRows().filter(({ crm }) => crm !== 'Id') })
    const [create, ...more] = planDeal({}, { mapping }).changes
    if (!create) throw new Error('nothing planned')
    const subject = refusalSubject(create.id)
    const link = { ...unlinked('R-1'), waiting: [waitOf('match', { for: 'question' }), waitOf(subject)] }
    expect(more).toEqual([])
    expect(planDeal({ link }, { mapping })).toMatchObject({
      changes: [{ state: 'refused' }],
      links: [{ waiting: [{ subject }] }],
    })
  })

  test('F38: so is one of what comes after the record', () => {
    const [, back] = planDeal({ link: unlinked('R-1') }).changes
    const refusal = waitOf(refusalSubject(back?.id ?? expect.fail('nothing planned')))
    const plan = planDeal({ link: { ...unlinked('R-1'), waiting: [refusal] } })
    expect(plan.changes.map(({ state }) => state)).toEqual(['ready', 'refused'])
    expect(plan.links).toMatchObject([{ waiting: [refusal] }])
  })

  test('F38: what was refused is not tried again while nothing about it changes, and is when something does', () => {
    const [create] = planDeal({}).changes
    if (!create) throw new Error('nothing planned')
    const refused: Link = {
      ...unlinked('R-1'),
      waiting: [waitOf(refusalSubject(create.id), { inputs: inputsOf(create), tries: 1 })],
    }
    const again = planDeal({ link: refused })
    expect(sent(again)).toEqual([])
    expect(again.changes.map(({ state }) => state)).toEqual(['refused', 'refused'])
    expect(linkAfter(again, refused)).toBe(refused)
    expect(sent(planDeal({ link: refused, referral: { name: 'Another name' } }))).toHaveLength(2)
  })

  test('I33: a deal whose account another deal could not make is told so, and looks again', () => {
    const mapping = withLookups
    const [first] = planDeals([{ id: 'R-1' }], { mapping }).changes
    if (!first) throw new Error('nothing planned')
    const wait = waitOf(refusalSubject(first.id), { inputs: inputsOf(first), tries: 1 })
    const plan = planDeals([{ id: 'R-1', link: { ...unlinked('R-1'), waiting: [wait] } }, { id: 'R-2' }], { mapping })
    expect(sent(plan)).toEqual([])
    expect(plan.links.find(({ key }) => key === 'r-2')).toMatchObject({
      record: null,
      waiting: [{ for: 'problem', code: 'DB-3205', since: now, until: '2026-11-20T15:00:00.000Z' }],
    })
  })

  test('I33: and it goes on waiting as long as before while nothing becomes of that', () => {
    const mapping = withLookups
    const [first] = planDeals([{ id: 'R-1' }], { mapping }).changes
    const wait = waitOf(refusalSubject(first?.id ?? expect.fail('nothing planned')), { tries: 2 })
    const [second] = ['R-2'].map((id) => ({ ...unlinked(id), waiting: [waitOf('lookup:contact'), wait] }))
    const plan = planDeals(
      [
        { id: 'R-1', link: { ...unlinked('R-1'), waiting: [{ ...wait, until: at('2026-11-20T14:20:00Z') }] } },
        { id: 'R-2', link: second ?? null },
      ],
      { mapping },
    )
    expect(plan.links.find(({ key }) => key === 'r-2')?.waiting).toEqual([wait])
  })
})
