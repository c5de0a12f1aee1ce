// What the CRM is asked about deals that have no record yet, how often, and to whom each answer belongs.

import { describe, expect, test } from 'vitest'
import { type Fields, type Question, recordId, type VendorRecord } from '#spi'
import { searchFor } from '#engine/questions'
import type { Link } from '#core/model/link'
import type { Kind } from '#core/model/ids'
import { REFERRAL } from '#core/model/ids'
import type { Lookup, Mapping } from '#core/mapping/mapping'
import { fakeAccount, fakeContact, fakeKeyField, fakeOpportunity, withId } from '#testkit/fake-crm'
import { dealMapping, rule } from '../../support/deal-mapping.ts'
import { DealWorld } from '../../support/deal-world.ts'
import { linkOf, referralRecord, unlinked } from '../../support/deal-plan.ts'

type Part = Parameters<typeof searchFor>[1][number]

const signal = new AbortController().signal
const referral = (id: string, domain = 'contoso.example', topic = 'Azure'): VendorRecord =>
  referralRecord(id, { customer: { name: 'Contoso', domain }, details: { topic } })
const part = (id: string, over: Partial<Part> = {}): Part => ({ link: unlinked(id), referral: referral(id), ...over })

function worldOf(mapping: Mapping): DealWorld {
  return new DealWorld({ mapping })
}

/** What is answered, as ids, and what was asked. */
async function searched(world: DealWorld, parts: readonly Part[]) {
  const asked: Question[] = []
  const { session } = world.pipeline.target
  const find = session.find.bind(session)
  session.find = async (questions, until) => {
    asked.push(...questions)
    return await find(questions, until)
  }
  return { found: await searchFor(world.pipeline, parts, signal), asked }
}

const ids = (lists: readonly (readonly VendorRecord[])[] | undefined) =>
  lists?.map((list) => list.map(({ id }) => String(id)))
const add = (world: DealWorld, kind: Kind, fields: Fields, id: string): void => {
  world.crm.add(kind, fields, { id: recordId(id) })
}

describe('of which deals anything is asked', () => {
  const lead = { ...linkOf('R-1'), kind: fakeContact }
  test.each<[string, Part, boolean]>([
    ['one without a link', part('R-1', { link: null }), true],
    ['one without a record', part('R-1'), true],
    ['one that is linked', part('R-1', { link: linkOf('R-1') }), false],
    ['one whose referral is not shown', part('R-1', { referral: null }), false],
    ['one whose referral is gone', part('R-1', { referral: { ...referral('R-1'), gone: true } }), false],
    ['one whose record is a lead', part('R-1', { link: lead }), true],
  ])('%s: %s %s', async (_, one, isAsked) => {
    const mapping = dealMapping()
    const leads = { record: fakeContact, when: () => true, onAccept: 'qualify', rows: [], rule: rule('lead') } as const
    const { found, asked } = await searched(worldOf({ ...mapping, lead: leads }), [one])
    expect([found[0] !== null, asked.length]).toEqual([isAsked, isAsked ? 1 : 0])
  })

  test('a mapping without leads asks of no linked record, of whatever kind', async () => {
    expect((await searched(new DealWorld(), [part('R-1', { link: lead })])).found).toEqual([null])
  })

  test('of one that the mapping does not take nothing is asked, and nothing found', async () => {
    const world = new DealWorld()
    const { found, asked } = await searched(world, [part('R-1', { referral: referral('R-1', 'a.example', 'Private') })])
    expect(asked).toEqual([])
    expect(found).toEqual([{ match: [[]], lookups: {}, linkedElsewhere: new Set() }])
  })

  test('with none nobody is asked', async () => {
    expect(await searched(new DealWorld(), [])).toEqual({ found: [], asked: [] })
  })
})

describe('how it is asked', () => {
  const by = (field: string, compare: 'exact' | 'email' = 'exact', also: readonly string[] = []) => ({
    rule: rule('match'),
    criteria: () => [field, ...also].map((one) => ({ field: one, value: 'r-1', compare })),
  })
  const tries = [by('Id'), by(fakeKeyField), by('Name'), by(fakeKeyField, 'email'), by(fakeKeyField, 'exact', ['Name'])]

  test('by the narrowest form: the id, the key, or all that is known', async () => {
    const none = { rule: rule('match'), criteria: () => null }
    const world = worldOf(dealMapping({ match: { tries: [none, ...tries] } }))
    const { asked } = await searched(world, [part('R-1')])
    expect(asked.map((question) => question.by)).toEqual([
      { id: 'r-1' },
      { key: { field: fakeKeyField, value: 'r-1' } },
      { match: [{ field: 'Name', value: 'r-1', compare: 'exact' }] },
      { match: [{ field: fakeKeyField, value: 'r-1', compare: 'email' }] },
      {
        match: [
          { field: fakeKeyField, value: 'r-1', compare: 'exact' },
          { field: 'Name', value: 'r-1', compare: 'exact' },
        ],
      },
    ])
    expect(asked[0]?.shape).toEqual(world.pipeline.mapping.shapes[0])
  })

  test('of an account never by the id or the key of a deal', async () => {
    const lookup: Partial<Lookup> = { tries: [by('Id'), by(fakeKeyField)] }
    const { asked } = await searched(worldOf(dealMapping({ lookups: true, lookup })), [part('R-1')])
    const accounts = asked.filter(({ shape }) => shape.kind === fakeAccount)
    expect(accounts.map((question) => Object.keys(question.by))).toEqual([['match'], ['match']])
  })

  test('with the shape of a deal, even where the mapping names none', async () => {
    const mapping = dealMapping()
    const other = { kind: REFERRAL, fields: ['Nothing'] }
    const { asked } = await searched(worldOf({ ...mapping, shapes: [other, ...mapping.shapes] }), [part('R-1')])
    expect(asked[0]?.shape).toEqual(mapping.shapes[0])
    const bare = await searched(worldOf({ ...mapping, shapes: [other] }), [part('R-1')])
    expect(bare.asked[0]?.shape).toEqual({ kind: fakeOpportunity, fields: [] })
  })

  test('the same question of several deals is put once, and answered for each', async () => {
    const world = worldOf(dealMapping({ lookups: true }))
    add(world, fakeAccount, { Name: 'Contoso', Website: 'contoso.example' }, 'acc-1')
    const { found, asked } = await searched(world, [part('R-1'), part('R-2'), part('R-3', { link: linkOf('R-3') })])
    expect(asked.filter(({ shape }) => shape.kind === fakeAccount)).toHaveLength(2)
    expect(asked.filter(({ shape }) => shape.kind === fakeOpportunity)).toHaveLength(2)
    expect(found.map((one) => ids(one?.lookups['account']))).toEqual([
      [['acc-1'], ['acc-1']],
      [['acc-1'], ['acc-1']],
      undefined,
    ])
  })
})

describe('to whom an answer belongs', () => {
  test('to its own deal, try by try', async () => {
    const byName = {
      rule: rule('match.1'),
      criteria: () => [{ field: 'Name', value: 'Migration', compare: 'exact' as const }],
    }
    const [byKey] = dealMapping().match.tries
    const skipped = { rule: rule('match.0'), criteria: () => null }
    const tries = byKey ? [skipped, byKey, byName] : []
    const world = worldOf(dealMapping({ match: { tries } }))
    add(world, fakeOpportunity, { [fakeKeyField]: 'r-1', Name: 'Other' }, 'opp-1')
    add(world, fakeOpportunity, { [fakeKeyField]: 'r-2', Name: 'Migration' }, 'opp-2')
    const { found } = await searched(world, [part('R-1'), part('R-2'), part('R-3')])
    expect(found.map((one) => ids(one?.match))).toEqual([
      [[], ['opp-1'], ['opp-2']],
      [[], ['opp-2'], ['opp-2']],
      [[], [], ['opp-2']],
    ])
  })

  test('a record that another referral is linked to is named, for the deal that found it', async () => {
    const world = worldOf(dealMapping({ lookups: true }))
    add(world, fakeOpportunity, { [fakeKeyField]: 'r-1' }, 'opp-9')
    add(world, fakeOpportunity, { [fakeKeyField]: 'r-1' }, 'opp-1')
    add(world, fakeOpportunity, { [fakeKeyField]: 'r-2' }, 'opp-2')
    add(world, fakeAccount, { Website: 'contoso.example', Name: 'Contoso' }, 'acc-1')
    const holding = (id: string, record: string, kind: Kind): Link => ({
      ...linkOf(id),
      record: recordId(record),
      kind,
    })
    for (const link of [holding('R-7', 'opp-9', fakeOpportunity), holding('R-8', 'acc-1', fakeAccount)])
      await world.ledger.commit([{ put: 'link', key: link.key, value: link }])
    const { found } = await searched(world, [part('R-1'), part('R-2')])
    expect(found.map((one) => [...(one?.linkedElsewhere ?? [])])).toEqual([['opp-9'], []])
  })

  test('several that are linked elsewhere are all named', async () => {
    const world = worldOf(dealMapping({ match: { keyField: null } }))
    const session = world.pipeline.target.session
    const record = (id: string): VendorRecord => ({
      ...referral('R-1'),
      kind: fakeOpportunity,
      id: recordId(id),
      fields: withId({ id, fields: { [fakeKeyField]: 'r-1' } }),
    })
    session.find = async (asked) => asked.map(() => [record('opp-1'), record('opp-2'), record('opp-3')])
    for (const id of ['1', '3']) {
      const link = { ...linkOf(`R-${id}7`), record: recordId(`opp-${id}`) }
      await world.ledger.commit([{ put: 'link', key: link.key, value: link }])
    }
    const [found] = await searchFor(world.pipeline, [part('R-1')], signal)
    expect([...(found?.linkedElsewhere ?? [])]).toEqual(['opp-1', 'opp-3'])
  })
})

describe('a record that a person named', () => {
  const chosen = (record: string | null): Link => ({
    ...unlinked('R-1'),
    chosen: { account: { record: record === null ? null : recordId(record), question: 'q', among: [] } },
  })
  const search = async (link: Link | null) => {
    const world = worldOf(dealMapping({ lookups: true }))
    add(world, fakeAccount, { Name: 'Contoso Ltd', Website: 'elsewhere.example' }, 'acc-9')
    const { found, asked } = await searched(world, [part('R-1', { link })])
    const named = Object.entries(found[0]?.chosen ?? {}).map(([name, { id }]) => [name, String(id)])
    return { named, byId: asked.filter(({ by }) => 'id' in by), found: found[0] }
  }

  test('is looked at too, wherever it was found', async () => {
    const { named, byId } = await search(chosen('acc-9'))
    expect(named).toEqual([['account', 'acc-9']])
    expect(byId).toEqual([{ shape: { kind: fakeAccount, fields: ['Name', 'Website'] }, by: { id: 'acc-9' } }])
  })

  test.each<[string, Link | null, number]>([
    ['and that is not there', chosen('acc-0'), 1],
    ['who wants a new one', chosen(null), 0],
    ['for something else', { ...chosen('acc-9'), chosen: {} }, 0],
    ['who named none', unlinked('R-1'), 0],
    ['of a deal without a link', null, 0],
  ])('%s: nothing of it is known', async (_, link, questions) => {
    const { named, byId, found } = await search(link)
    expect([named, byId.length]).toEqual([[], questions])
    expect(found).not.toHaveProperty('chosen')
  })
})
