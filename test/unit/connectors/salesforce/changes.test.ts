// Reading what changed: nothing missed, nothing given out twice, and as little asked as can be.

import { afterEach, describe, expect, test } from 'vitest'
import { type Cursor, instantFromMs, msOf, type RecordId, type VendorRecord } from '#spi'
import { sandboxClient } from '../../../../connectors/salesforce/simulator/index.ts'
import { handClock, seededRandom } from '../../../support/host.ts'
import {
  Account,
  allShapes,
  Contact,
  dealShape,
  never,
  Opportunity,
  pagesOf,
  poll,
  Role,
  type TestOrg,
  testOrg,
} from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const deal = (n: number, more: object = {}) => ({
  Name: `Deal ${n}`,
  StageName: 'Qualification',
  CloseDate: '2026-12-18',
  ...more,
})
const ids = (records: readonly VendorRecord[]): readonly RecordId[] => records.map(({ id }) => id)
const minutes = 60_000

describe('what one poll costs', () => {
  test('idle, it is one call for all objects, and the bookmark stands still', async () => {
    org = await testOrg({ company: 'fabrikam' })
    let { next } = await poll(org.session, null)
    next = (await poll(org.session, next)).next
    const before = org.served.calls.length
    const bookmarks = new Set<string>()
    for (let round = 0; round < 10; round += 1) {
      org.clock.turn(minutes)
      const polled = await poll(org.session, next)
      expect(polled.records).toEqual([])
      next = polled.next
      bookmarks.add(next)
    }
    expect(org.served.calls.length - before).toBe(10)
    expect(bookmarks.size).toBe(1)
  })

  test('I16: over a day after the last change the bookmark moves once and then never again', async () => {
    org = await testOrg({ company: 'fabrikam' })
    let { next } = await poll(org.session, (await poll(org.session, null)).next)
    const seen = [next]
    for (let round = 0; round < 48; round += 1) {
      org.clock.turn(30 * minutes)
      next = (await poll(org.session, next)).next
      if (next !== seen.at(-1)) seen.push(next)
    }
    expect(seen).toHaveLength(2)
    const last = org.apiCalls().at(-1)
    expect(last?.status).toBe(200)
    expect(await poll(org.session, next)).toEqual({ records: [], next })
  })

  test('a first look asks each object for its newest stamp, in one call, and reads no records', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await org.session.probe([Opportunity, Account, Contact, Role], never)
    const before = org.served.calls.length
    expect((await poll(org.session, null)).records).toEqual([])
    expect(org.served.calls.length - before).toBe(1)
  })

  test('more than five objects take a second call, not a refusal', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const more = ['User', 'OpportunityLineItem'].map((name) => ({
      ...dealShape,
      kind: name as typeof Opportunity,
      fields: [],
    }))
    const shapes = [...allShapes, ...more]
    const { next } = await poll(org.session, null, shapes)
    const before = org.apiCalls().length
    await poll(org.session, next, shapes)
    expect(org.apiCalls().length - before).toBe(2)
  })
})

describe('what a poll brings', () => {
  test('made, changed, deleted, brought back', async () => {
    org = await testOrg({ company: 'fabrikam' })
    let { next } = await poll(org.session, (await poll(org.session, null)).next)
    const told = async () => {
      org.clock.turn(2_000)
      const polled = await poll(org.session, next)
      next = polled.next
      return polled.records.map(({ kind, id, gone }) => ({ kind, id, gone }))
    }
    const id = org.simulator.desk.add(Opportunity, deal(1))
    expect(await told()).toEqual([{ kind: Opportunity, id, gone: false }])
    org.simulator.desk.edit(Opportunity, id, { Amount: 5 })
    expect(await told()).toEqual([{ kind: Opportunity, id, gone: false }])
    org.simulator.desk.remove(Opportunity, id)
    expect(await told()).toEqual([{ kind: Opportunity, id, gone: true }])
    expect(await told()).toEqual([])
    org.simulator.desk.restore(Opportunity, id)
    expect(await told()).toEqual([{ kind: Opportunity, id, gone: false }])
  })

  test('T17: a merged account says where it lives on, and what pointed to it has changed', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, (await poll(org.session, null)).next)
    const [winner, loser] = org.simulator.desk.all(Account)
    if (!winner || !loser) throw new Error('the company has accounts')
    org.clock.turn(2_000)
    org.simulator.desk.merge(Account, winner.id, loser.id)
    const { records } = await poll(org.session, next)
    expect(records.find(({ id }) => id === loser.id)).toMatchObject({ gone: true, mergedInto: winner.id })
    expect(records.filter(({ kind }) => kind === Opportunity).map(({ fields }) => fields['AccountId'])).toContain(
      winner.id,
    )
  })

  test('a field through a parent is read with its record; an empty parent reads as null', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const shape = { kind: Opportunity, fields: ['Name', 'Account.Name', 'Owner.Email'] }
    const { next } = await poll(org.session, null, [shape])
    org.clock.turn(20 * minutes)
    org.simulator.desk.add(Opportunity, deal(1))
    const { records } = await poll(org.session, next, [shape])
    expect(records.at(-1)?.fields).toEqual({
      Name: 'Deal 1',
      'Account.Name': null,
      'Owner.Email': 'lukas.weber@fabrikam.example',
    })
  })

  test('I13, T19, F108: a hidden field is absent, never null, and the poll goes on', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, null, [dealShape])
    org.simulator.knobs.hidden.add('Opportunity.Amount')
    org.clock.turn(minutes)
    org.simulator.desk.add(Opportunity, deal(1, { Amount: 5 }))
    const { records } = await poll(org.session, next, [dealShape])
    const last = records.at(-1)
    expect(last && Object.hasOwn(last.fields, 'Amount')).toBe(false)
    expect(last?.fields['StageName']).toBe('Qualification')
  })

  test('who changed it is told', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, (await poll(org.session, null)).next)
    org.clock.turn(2_000)
    const id = org.simulator.deskOf('mei').add(Opportunity, deal(1))
    const { records } = await poll(org.session, next)
    expect(records).toMatchObject([{ id, changedBy: org.simulator.staff.ids.mei }])
  })
})

describe('what is visible late, at the same time, or out of order', () => {
  test('F55, T10: a transaction that commits ten minutes behind the bookmark is picked up', async () => {
    org = await testOrg({ company: 'fabrikam' })
    let { next } = await poll(org.session, (await poll(org.session, null)).next)
    org.clock.turn(minutes)
    org.simulator.knobs.commitDelayMs = 10 * minutes
    const late = org.simulator.desk.add(Opportunity, deal(1))
    org.simulator.knobs.commitDelayMs = 0
    org.clock.turn(5 * minutes)
    const early = org.simulator.desk.add(Opportunity, deal(2))
    const first = await poll(org.session, next)
    expect(ids(first.records)).toEqual([early])
    org.clock.turn(6 * minutes)
    next = first.next
    expect(ids((await poll(org.session, next)).records)).toEqual([late])
  })

  test('T9, F54: 5,000 records of one stamp, in small pages, are all there once', async () => {
    org = await testOrg()
    const { next } = await poll(org.session, null)
    org.simulator.knobs.pageMax = 500
    const made = Array.from({ length: 5_000 }, (_, n) => org.simulator.desk.add(Opportunity, deal(n)))
    const pages = await pagesOf(org.session.changes([dealShape], next, never))
    const read = pages.flatMap(({ records }) => ids(records))
    expect(read.toSorted()).toEqual(made.toSorted())
    expect(pages).toHaveLength(10)
    expect((await poll(org.session, pages.at(-1)?.next ?? null)).records).toEqual([])
  })

  test('T13, F57: neither our clock nor the Date header moves the bookmark', async () => {
    org = await testOrg({ company: 'fabrikam' })
    org.simulator.knobs.dateSkewMs = 3 * 60 * minutes
    const ours = handClock(instantFromMs(Date.UTC(2036, 0, 1)))
    const ahead = await org.open({}, { clock: ours, env: { SF_SECRET: sandboxClient.secret } })
    let { next } = await poll(ahead, (await poll(ahead, null)).next)
    for (let round = 0; round < 5; round += 1) {
      org.clock.turn(minutes)
      ours.turn(minutes)
      const id = org.simulator.desk.add(Opportunity, deal(round))
      const polled = await poll(ahead, next)
      expect(ids(polled.records)).toEqual([id])
      next = polled.next
    }
  })

  test('F53: a query cursor that dies in the middle costs nothing but the pages after it', async () => {
    org = await testOrg()
    const { next } = await poll(org.session, null)
    org.simulator.knobs.pageMax = 20
    const made = Array.from({ length: 100 }, (_, n) => org.simulator.desk.add(Opportunity, deal(n)))
    const read: RecordId[] = []
    let pages = 0
    for await (const page of org.session.changes([dealShape], next, never)) {
      read.push(...ids(page.records))
      pages += 1
      if (pages === 2) org.simulator.dropCursors()
    }
    expect(new Set(read)).toEqual(new Set(made))
  })

  test('F47: a record that is edited while we read is given out in its last state too', async () => {
    org = await testOrg()
    const { next } = await poll(org.session, null)
    org.simulator.knobs.pageMax = 20
    const made = Array.from({ length: 60 }, (_, n) => org.simulator.desk.add(Opportunity, deal(n)))
    const last = new Map<RecordId, unknown>()
    let bookmark: Cursor = next
    for await (const page of org.session.changes([dealShape], next, never)) {
      for (const record of page.records) last.set(record.id, record.fields['Amount'])
      org.clock.turn(1_000)
      if (made[50]) org.simulator.desk.edit(Opportunity, made[50], { Amount: 42 })
      bookmark = page.next
    }
    for (const record of (await poll(org.session, bookmark)).records) last.set(record.id, record.fields['Amount'])
    expect(made[50] && last.get(made[50])).toBe(42)
    expect(last.size).toBe(60)
  })
})

describe('a bookmark that was not taken', () => {
  test('I22: records of a page that was lost are given out again, by the same session and by another', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, (await poll(org.session, null)).next)
    org.clock.turn(2_000)
    const id = org.simulator.desk.add(Opportunity, deal(1))
    const lost = await poll(org.session, next)
    const again = await poll(org.session, next)
    expect([ids(lost.records), ids(again.records)]).toEqual([[id], [id]])
    expect((await poll(org.session, again.next)).records).toEqual([])
    const other = await org.open()
    expect(ids((await poll(other, next)).records)).toContain(id)
  })

  test('an object that a mapping newly uses begins at its present, the others go on', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, null, [dealShape])
    org.clock.turn(20 * minutes)
    const id = org.simulator.desk.add(Opportunity, deal(1))
    const { records, next: wider } = await poll(org.session, next, allShapes)
    expect(ids(records.filter(({ kind }) => kind !== Opportunity))).toEqual([])
    expect(ids(records)).toContain(id)
    org.clock.turn(2_000)
    const account = org.simulator.desk.add(Account, { Name: 'Contoso' })
    expect(ids((await poll(org.session, wider, allShapes)).records)).toContain(account)
  })

  test('a bookmark that cannot be read is refused, not taken for a new beginning', async () => {
    org = await testOrg()
    await expect(poll(org.session, '{"v":7}' as Cursor)).rejects.toMatchObject({ code: 'DB-9001' })
  })
})

test('twenty seeds of busy hours: every record ends up known in its last state', async () => {
  org = await testOrg({ company: 'empty' })
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seededRandom(seed)
    const dice = (of: number): number => Math.floor(random.next() * of)
    const known = new Map<RecordId, VendorRecord>()
    let { next } = await poll(org.session, null, [dealShape])
    const mine: RecordId[] = []
    for (let step = 0; step < 40; step += 1) {
      org.simulator.knobs.commitDelayMs = dice(3) === 0 ? dice(10 * minutes) : 0
      org.simulator.knobs.pageMax = 5 + dice(20)
      const pick = mine[dice(mine.length)]
      if (!pick || dice(3) === 0) mine.push(org.simulator.desk.add(Opportunity, deal(step)))
      else if (org.simulator.desk.read(Opportunity, pick))
        org.simulator.desk.edit(Opportunity, pick, { Amount: dice(1_000) })
      org.clock.turn(dice(90_000))
      if (dice(2) === 0) continue
      for await (const page of org.session.changes([dealShape], next, never)) {
        for (const record of page.records) known.set(record.id, record)
        if (dice(5) > 0) next = page.next
      }
    }
    org.simulator.knobs.commitDelayMs = 0
    org.clock.turn(12 * minutes)
    await org.simulator.tick()
    for await (const page of org.session.changes([dealShape], next, never))
      for (const record of page.records) known.set(record.id, record)
    for (const id of mine) {
      const truth = org.simulator.desk.read(Opportunity, id)
      const read = known.get(id)
      expect([id, read?.fields['Amount'], read && msOf(read.changedAt)], `seed ${seed}`).toEqual([
        id,
        truth?.fields['Amount'],
        truth && msOf(truth.changedAt),
      ])
    }
  }
})
