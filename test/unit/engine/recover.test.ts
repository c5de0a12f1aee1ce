// Writes without an answer, held against what the vendor shows: which are over, which stay open, and what is kept of them.

import { describe, expect, test } from 'vitest'
import { type Fields, instantFromMs, later, type VendorRecord } from '#spi'
import { OpenIntents, openIntents } from '#engine/intents'
import { recoverCreates, recoverUpdates } from '#engine/recover'
import { changeId, linkKey, recordId, version } from '#core/model/ids'
import { noBase, type Link } from '#core/model/link'
import type { Change } from '#core/reconcile/plan'
import type { DealView, Found } from '#core/reconcile/world'
import type { HistoryEvent, Intent } from '#ledger/entries'
import { fakeAccount, fakeKeyField, fakeOpportunity } from '#testkit/fake-crm'
import { dealRecord, linkOf, now, referralRecord } from '../../support/deal-plan.ts'
import { DealWorld } from '../../support/deal-world.ts'
import { intentOf, minute, referralUpdateOf, updateOf } from '../../support/lost-writes.ts'

const { pipeline } = new DealWorld()
const frame = { run: 'run-1', now, who: 'dealbridge' }
const hour = 60 * minute
const signal = new AbortController().signal

function view(over: Partial<DealView> = {}): DealView {
  const link = linkOf('R-1')
  return { link, referral: null, facts: null, crm: dealRecord('R-1'), found: null, ...over }
}

function recovered(one: DealView, ...intents: readonly Intent[]) {
  const { views, moves, events } = recoverUpdates(pipeline, [one], new OpenIntents(intents), frame)
  return { view: views[0], link: views[0]?.link ?? null, moves, events }
}

const topic = (is: string, also: Partial<VendorRecord> = {}): VendorRecord => dealRecord('R-1', { Topic: is }, also)
const change = updateOf({ Topic: 'Fabric' })
const drop = { drop: 'intent', key: 'chg-1' }

describe('an update without an answer', () => {
  test('that the record shows is over: both sides know it, and the history says so', () => {
    const { link, moves, events } = recovered(view({ crm: topic('Fabric') }), intentOf(change))
    expect(link?.base.values).toMatchObject({ Topic: 'Fabric' })
    expect(moves).toEqual([drop, { put: 'link', key: 'r-1', value: link }])
    expect(events).toMatchObject([{ event: 'written', change: 'chg-1', run: 'run-1', details: { record: 'opp-R-1' } }])
  })

  test('that was replaced by somebody is over, and is no write of ours', () => {
    const { link, moves, events } = recovered(view({ crm: topic('Power') }), intentOf(change))
    expect(link?.base.values).toMatchObject({ Topic: 'Fabric' })
    expect([moves[0], events]).toEqual([drop, []])
  })

  const untouched = topic('Azure', { version: version('right-0') })
  test.each<[string, VendorRecord | null]>([
    ['to a record that stands as before', untouched],
    ['to a record that is gone', topic('Fabric', { gone: true })],
    ['to a record that is not shown', null],
  ])('%s is open for an hour, and then was not written', (_, crm) => {
    const at = (ms: number) => recovered(view({ crm }), intentOf(change, { at: later(now, -ms) }))
    const young = at(hour - 1)
    expect([young.moves, young.events, young.link?.waiting]).toEqual([[], [], []])
    const old = at(hour)
    expect([old.moves, old.events, old.link?.waiting]).toEqual([[drop], [], []])
    expect(old.link?.base.values).toMatchObject({ Topic: 'Azure' })
  })

  test('one of several that expected what stands there keeps them all open', () => {
    const other = intentOf(updateOf({ Topic: 'Power' }, { id: changeId('chg-2') }), { before: 'right-9' })
    const { moves } = recovered(view({ crm: untouched }), intentOf(change), other)
    expect(moves).toEqual([])
  })

  test('only those that are old enough are given up', () => {
    const old = intentOf(updateOf({ Topic: 'Power' }, { id: changeId('chg-2') }), { at: later(now, -2 * hour) })
    const { moves } = recovered(view({ crm: untouched }), intentOf(change), old)
    expect(moves).toEqual([{ drop: 'intent', key: 'chg-2' }])
  })

  test('is not judged by what a lagging replica shows', () => {
    const right = { version: null, at: null, older: [version('right-1')], freshUntil: later(now, minute) }
    const link = linkOf('R-1', { right })
    expect(recovered(view({ link, crm: topic('Fabric') }), intentOf(change)).moves).toEqual([])
    const past = linkOf('R-1', { right: { ...right, freshUntil: now } })
    expect(recovered(view({ link: past, crm: topic('Fabric') }), intentOf(change)).moves[0]).toEqual(drop)
  })

  test('of which nothing is shown just now stays as it was, however old', () => {
    const { Topic: _, ...fields } = dealRecord('R-1').fields
    const { link, moves, events } = recovered(
      view({ crm: dealRecord('R-1', {}, { fields }) }),
      intentOf(change, { at: later(now, -2 * hour) }),
    )
    expect([moves, events, link]).toEqual([[], [], linkOf('R-1')])
  })

  test('of which a part is not shown stays open for that part', () => {
    const { Topic: _, ...fields } = dealRecord('R-1', { Amount: '1' }).fields
    const both = intentOf(updateOf({ Topic: 'Fabric', Amount: '90000' }))
    const { moves } = recovered(view({ crm: dealRecord('R-1', {}, { fields }) }), both)
    expect(moves.slice(0, 2)).toEqual([
      drop,
      {
        put: 'intent',
        key: 'chg-1',
        value: { ...both, change: { ...both.change, settles: { values: { Topic: 'Fabric' } } } },
      },
    ])
  })

  test('of the referral is not judged by what a lagging replica of the source shows', () => {
    const left = { version: null, at: null, older: [version('left-1')], freshUntil: later(now, minute) }
    const sent = intentOf(referralUpdateOf({ 'details.topic': 'Fabric' }, { values: { Topic: 'Fabric' } }))
    const referral = referralRecord('R-1', { details: { topic: 'Fabric' } })
    expect(recovered(view({ link: linkOf('R-1', { left }), referral }), sent).moves).toEqual([])
  })

  test('makes the state before it old, and the one that was looked at the newest', () => {
    const right = { version: null, at: null, acted: version('right-x') }
    const crm = topic('Fabric')
    const { link } = recovered(
      view({ link: linkOf('R-1', { right }), crm }),
      intentOf(change, { before: 'right-a', at: later(now, -2 * minute) }),
      intentOf({ ...change, id: changeId('chg-2') }, { before: 'right-c', at: later(now, -minute) }),
      intentOf({ ...change, id: changeId('chg-3') }, { before: 'right-b', at: now }),
    )
    expect(link?.right).toEqual({
      version: null,
      at: crm.changedAt,
      acted: 'right-1',
      older: ['right-b', 'right-0'],
      freshUntil: later(now, 10 * minute),
    })
    const unknown = intentOf(
      updateOf({ Topic: 'Fabric' }, { write: { ...change.write, expect: null } as Change['write'] }),
    )
    expect(recovered(view({ crm: topic('Fabric') }), unknown).link?.right).not.toHaveProperty('older')
  })

  test('on either side, and on both, is settled for its own side', () => {
    const left = referralUpdateOf({ 'details.topic': 'Fabric' }, { values: { Topic: 'Fabric' } })
    const referral = referralRecord('R-1', { details: { topic: 'Fabric' } })
    const before = { version: null, at: null, older: [version('left-x')] }
    const { link, events } = recovered(
      view({ link: linkOf('R-1', { left: before }), referral, crm: topic('Azure') }),
      intentOf(left),
    )
    expect([link?.right, events.length]).toEqual([{ version: null, at: null }, 1])
    expect(link?.left).toEqual({
      version: null,
      at: referral.changedAt,
      acted: 'left-1',
      older: ['left-0', 'left-x'],
      freshUntil: later(now, 10 * minute),
    })

    const amount = updateOf({ Amount: '90000' }, { id: changeId('chg-2') })
    const both = recovered(
      view({ referral, crm: dealRecord('R-1', { Amount: '90000' }) }),
      intentOf(left),
      intentOf(amount),
    )
    expect(both.events.map((event) => event.change)).toEqual(['chg-1', 'chg-2'])
    expect(both.link).toMatchObject({
      base: { values: { Topic: 'Fabric', Amount: '90000' } },
      left: { acted: 'left-1' },
      right: { acted: 'right-1' },
    })
    expect(both.moves.filter((move) => 'put' in move)).toHaveLength(1)
  })

  test('of another deal says nothing about this one', () => {
    const elsewhere = intentOf({ ...change, link: linkKey('R-2') })
    const one = view({ crm: topic('Fabric') })
    expect(recovered(one, elsewhere)).toEqual({ view: one, link: one.link, moves: [], events: [] })
    const unlinked = view({ link: null, crm: topic('Fabric') })
    expect(recovered(unlinked, intentOf(change)).view).toBe(unlinked)
  })
})

// ── creates ──────────────────────────────────────────────────────────────────────────────────────────────────────

const dealWrite = (fields: Fields = {}): Change['write'] => ({
  do: 'create',
  kind: fakeOpportunity,
  key: linkKey('R-1'),
  keyField: fakeKeyField,
  fields: { [fakeKeyField]: 'r-1', Name: 'Migration', ...fields },
})
const made = (over: Partial<Change> = {}): Change => ({
  ...updateOf({ Name: 'Migration' }),
  id: changeId('chg-made'),
  action: 'create',
  record: null,
  write: dealWrite(),
  settles: { values: updateOf({ Name: 'Migration' }).settles.values, becomes: 'record' },
  ...over,
})
const account = made({
  id: changeId('chg-account'),
  kind: fakeAccount,
  write: { do: 'create', kind: fakeAccount, key: linkKey('R-1/account'), keyField: null, fields: { Name: 'Contoso' } },
  settles: { values: {} },
})
const unmade: Link = linkOf('R-1', { record: null, standing: null, base: noBase })

async function listOf<T>(all: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const one of all) list.push(one)
  return list
}

interface Recovery {
  readonly world: DealWorld
  readonly links: readonly Link[]
  readonly events: readonly HistoryEvent[]
  readonly commits: number
}

/** A ledger that knows of these, a CRM that holds what the story puts there, and one recovery. */
async function recovery(
  intents: readonly Change[],
  story: { readonly links?: readonly Link[]; readonly there?: (world: DealWorld) => void; readonly ageMs?: number },
): Promise<Recovery> {
  const world = new DealWorld()
  story.there?.(world)
  const at = instantFromMs(world.nowMs() - (story.ageMs ?? minute))
  await world.ledger.commit([
    ...intents.map((one) => ({ put: 'intent', key: one.id, value: intentOf(one, { at }) }) as const),
    ...(story.links ?? [unmade]).map((link) => ({ put: 'link', key: link.key, value: link }) as const),
  ])
  let commits = 0
  const commit = world.ledger.commit.bind(world.ledger)
  world.ledger.commit = async (...of) => {
    commits += 1
    await commit(...of)
  }
  const of = { ...frame, now: instantFromMs(world.nowMs()) }
  await recoverCreates(world.pipeline, await openIntents(world.ledger), of, signal)
  return {
    world,
    links: await listOf(world.ledger.all('link')),
    events: await listOf(world.ledger.history({})),
    commits,
  }
}

const openIn = async ({ world }: Recovery) => (await listOf(world.ledger.all('intent'))).map(({ change: { id } }) => id)
const addDeal = (world: DealWorld): void => {
  world.crm.add(fakeOpportunity, { [fakeKeyField]: 'r-1', Name: 'Migration' }, { id: recordId('opp-1') })
}
const addAccount = (world: DealWorld): void => {
  world.crm.add(fakeAccount, { Name: 'Contoso' }, { id: recordId('acc-1') })
}

describe('a create without an answer', () => {
  test('that is found was made: the link has its record, and the history says so', async () => {
    const done = await recovery([made()], { there: addDeal })
    expect(await openIn(done)).toEqual([])
    expect(done.links).toMatchObject([
      { record: 'opp-1', kind: fakeOpportunity, base: { values: { Name: 'Migration' } }, turn: 2 },
    ])
    const state = done.world.crm.read(fakeOpportunity, recordId('opp-1'))
    const right = done.links[0]?.right
    expect(right).toMatchObject({ version: null, at: instantFromMs(done.world.nowMs()) })
    expect(right?.acted).toBe(String(state?.version ?? ''))
    expect(done.events).toMatchObject([
      { event: 'linked', change: 'chg-made', link: 'r-1', details: { record: 'opp-1' } },
    ])
    expect(await done.world.ledger.count('made')).toBe(0)
  })

  test('of an account that is found is remembered by its key, for those that point to it', async () => {
    const done = await recovery([account], { there: addAccount })
    expect(await done.world.ledger.get('made', 'r-1/account')).toEqual({
      key: 'r-1/account',
      kind: fakeAccount,
      id: 'acc-1',
      at: instantFromMs(done.world.nowMs()),
    })
    expect(done.links).toMatchObject([{ record: null, turn: 2 }])
    expect(done.events).toMatchObject([{ event: 'written' }])
  })

  test('of several records of one deal settles one after the other, in one commit', async () => {
    const done = await recovery([account, made()], { there: (world) => (addAccount(world), addDeal(world)) })
    expect(done.links).toMatchObject([{ record: 'opp-1', turn: 3 }])
    expect([await openIn(done), done.events.length, done.commits]).toEqual([[], 2, 1])
  })

  test('whose deal is not known any more is over all the same', async () => {
    const done = await recovery([made()], { there: addDeal, links: [] })
    expect([await openIn(done), done.links, done.events.length]).toEqual([[], [], 1])
  })

  test('that is not found may still turn up: nothing changes for a day, and then nobody looks for it', async () => {
    const day = 24 * hour
    const young = await recovery([made()], { ageMs: day - 1 })
    expect([await openIn(young), young.commits]).toEqual([['chg-made'], 0])
    const old = await recovery([made()], { ageMs: day })
    expect([await openIn(old), old.commits, old.events, old.links]).toEqual([[], 1, [], [unmade]])
  })

  test('that is found at last is not given up', async () => {
    const done = await recovery([made()], { ageMs: 48 * hour, there: addDeal })
    expect([await openIn(done), done.links[0]?.record, done.events.length]).toEqual([[], 'opp-1', 1])
  })

  test('at the source is not looked for here', async () => {
    const there = made({ side: 'referral' })
    const done = await recovery([there], { there: addDeal })
    expect([await openIn(done), done.commits]).toEqual([['chg-made'], 0])
  })
})

describe('a create that was not there when it was looked for', () => {
  const found = (match: Found['match']): Found => ({
    match,
    lookups: {},
    linkedElsewhere: new Set(),
  })
  const there = found([[], [dealRecord('R-1')]])
  const views = (one: DealView, ...changes: readonly Change[]) =>
    recoverUpdates(pipeline, [one], new OpenIntents(changes.map((each) => intentOf(each))), frame).views

  test('and is now, is left to the next look: it is not somebody else’s record', () => {
    expect(views(view({ link: unmade, found: there }), made())).toEqual([])
  })

  test('is left to the next look whatever else was lost', () => {
    const others = [account, made({ id: changeId('chg-other'), link: linkKey('R-2') })]
    expect(views(view({ link: unmade, found: there }), ...others, made())).toEqual([])
  })

  test.each<[string, DealView, Change]>([
    ['and is not', view({ link: unmade, found: found([[], []]) }), made()],
    ['and was not asked for', view({ link: unmade }), made()],
    ['of another deal', view({ link: unmade, found: there }), made({ link: linkKey('R-2') })],
    ['of an account', view({ link: unmade, found: there }), account],
    ['of a deal that has its record', view({ found: there }), made()],
    ['of a deal without a link', view({ link: null, found: there }), made()],
  ])('%s: the deal goes on', (_, one, change) => {
    expect(views(one, change)).toHaveLength(1)
  })
})

test('intents are told in the order in which they were sent', () => {
  const at = (minutes: number, id: string) =>
    intentOf({ ...change, id: changeId(id) }, { at: later(now, minutes * minute) })
  const open = new OpenIntents([at(3, 'c'), at(1, 'a'), at(2, 'b'), at(2, 'b2')])
  expect(open.all.map((one) => one.change.id)).toEqual(['a', 'b', 'b2', 'c'])
  expect(open.of(changeId('b'))).toMatchObject({ at: later(now, 2 * minute) })
  expect(open.updates(linkKey('R-1'), 'crm')).toHaveLength(4)
  const create = intentOf(made())
  expect(new OpenIntents([create, at(1, 'a')]).updates(linkKey('R-1'), 'crm').map((one) => one.change.id)).toEqual([
    'a',
  ])
  expect([open.updates(linkKey('R-1'), 'referral'), open.updates(linkKey('R-2'), 'crm'), open.creates]).toEqual([
    [],
    [],
    [],
  ])
})

test('no more intents are looked at than a crash can leave behind', async () => {
  const { ledger } = new DealWorld()
  const one = intentOf(change)
  let told = 0
  ledger.all = async function* endless() {
    for (;;) {
      told += 1
      yield one as never
    }
  }
  expect([(await openIntents(ledger)).all.length, told]).toEqual([20_000, 20_000])
})
