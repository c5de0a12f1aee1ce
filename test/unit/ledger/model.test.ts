import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Link } from '#core/model/link'
import { openMemoryLedger } from '#ledger/memory'
import { createSealer, type Sealer } from '#ledger/seal'
import type { EmbeddedLedger, KeptLedger, LedgerChange, NewEvent } from '#ledger'
import {
  minute,
  OPPORTUNITY,
  putLink,
  sampleEvent,
  sampleKey,
  sampleLink,
  sampleRecord,
  waitingUntil,
} from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'
import { openOn } from './store.ts'
import { runs } from '../../support/runs.ts'

// What a ledger is, said in a few lines: maps, and a list. Random lives are compared with it.

type Step =
  | { readonly do: 'commit'; readonly changes: readonly LedgerChange[]; readonly events: readonly NewEvent[] }
  | { readonly do: 'compact' }
  | { readonly do: 'reopen' | 'kill'; readonly seal: Sealer | undefined }
  | { readonly do: 'forget'; readonly link: number }

const KEYS = 6
const keys = [8, 9].map((byte) => createSealer(Buffer.alloc(32, byte)))
const number = fc.integer({ min: 0, max: KEYS - 1 })

const link = fc
  .record({
    n: number,
    record: fc.option(number),
    until: fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 2 }),
    paused: fc.boolean(),
    turn: fc.nat(50),
  })
  .map(({ n, record, until, paused, turn }): LedgerChange => {
    const waiting = until.map((at) => waitingUntil(at === null ? null : minute(at)))
    return putLink(
      sampleLink(n, {
        record: record === null ? null : sampleRecord(record),
        waiting,
        turn,
        ...(paused ? { paused } : {}),
      }),
    )
  })

const change: fc.Arbitrary<LedgerChange> = fc.oneof(
  link,
  number.map((n): LedgerChange => ({ drop: 'link', key: sampleKey(n) })),
  fc
    .tuple(number, fc.string({ maxLength: 300 }))
    .map(([n, text]): LedgerChange => ({ put: 'fact', key: `f${n}`, value: { text } })),
  number.map((n): LedgerChange => ({ drop: 'fact', key: `f${n}` })),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      changes: fc.array(change, { maxLength: 8 }),
      events: fc.array(
        number.map((n) => sampleEvent(n, { at: minute(n) })),
        { maxLength: 3 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('reopen' as const, 'kill' as const),
      seal: fc.constantFrom(undefined, ...keys),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'compact' } as const) },
  { weight: 1, arbitrary: number.map((n) => ({ do: 'forget', link: n }) as const) },
)

class Model {
  readonly links = new Map<string, Link>()
  readonly facts = new Map<string, unknown>()
  events: string[] = []

  take(one: Step): void {
    if (one.do === 'commit') {
      for (const each of one.changes) this.#change(each)
      for (const { link: key } of one.events) this.events.push(`${key} written`)
    }
    if (one.do !== 'forget') return
    this.links.delete(sampleKey(one.link))
    this.events = this.events.map((event) => (event.startsWith(sampleKey(one.link)) ? 'null written' : event))
    this.events.push('null forgot')
  }

  holder(record: number): string | undefined {
    const keys = [...this.links.values()].filter((one) => one.record === sampleRecord(record)).map(({ key }) => key)
    return keys.toSorted()[0]
  }

  due(now: number): readonly string[] {
    const timed = [...this.links.values()].flatMap((one) => {
      const times = one.waiting.flatMap(({ until }) => (until === null ? [] : [until]))
      const [first] = times.toSorted()
      return one.paused === true || first === undefined || first > minute(now) ? [] : [`${first} ${one.key}`]
    })
    return timed.toSorted().map((text) => text.split(' ')[1] ?? '')
  }

  #change(one: LedgerChange): void {
    if ('drop' in one) (one.drop === 'link' ? this.links : this.facts).delete(one.key)
    else if (one.put === 'link') this.links.set(one.key, one.value)
    else this.facts.set(one.key, one.value)
  }
}

async function compare(ledger: KeptLedger, model: Model): Promise<void> {
  const numbers = Array.from({ length: KEYS }, (_, n) => n)
  const keys = numbers.map(sampleKey)
  expect(await ledger.getMany('link', keys)).toEqual(keys.map((key) => model.links.get(key)))
  const facts = numbers.map((n) => `f${n}`)
  expect(await ledger.getMany('fact', facts)).toEqual(facts.map((key) => model.facts.get(key)))
  expect(await ledger.count('link')).toBe(model.links.size)
  const held = await ledger.linksOf(numbers.map((n) => ({ kind: OPPORTUNITY, id: sampleRecord(n) })))
  expect(held.map((one) => one?.key)).toEqual(numbers.map((n) => model.holder(n)))
  for (const now of [0, 4, 9]) expect(await ledger.due(minute(now), 99)).toEqual(model.due(now))
  const events: string[] = []
  for await (const event of ledger.history({})) events.push(`${event.link} ${event.event}`)
  expect(events).toEqual(model.events)
  expect((await ledger.verifyHistory()).altered).toEqual([])
}

describe('random lives of a ledger', () => {
  const sizes = { journalBytes: 1500, historyBytes: 900, historyEvents: 3, snapshotFrameBytes: 300 }

  async function lived(steps: readonly Step[]): Promise<void> {
    const model = new Model()
    let disk = new SimDisk()
    const open = (seal?: Sealer) => openOn(disk, { sizes, seal, formerSeals: keys })
    let ledger: EmbeddedLedger = await open()
    for (const one of steps) {
      model.take(one)
      if (one.do === 'commit') await ledger.commit(one.changes, one.events)
      if (one.do === 'forget') await ledger.forget(sampleKey(one.link), { at: minute(1), who: 'anna' })
      if (one.do === 'compact') await ledger.compact()
      if (one.do === 'reopen') await ledger.close()
      if (one.do === 'kill') disk = disk.afterKill()
      if (one.do === 'reopen' || one.do === 'kill') ledger = await open(one.seal)
    }
    await compare(ledger, model)
    await ledger.close()
    expect(disk.openFiles).toBe(0)
  }

  test('an embedded one is what the maps say, whatever happens to it, and whatever its key is', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14 }), lived), runs(200))
  })

  test('and so it is after a hundred steps and more', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 100, maxLength: 130 }), lived), runs(3))
  })

  test('one in memory is what the maps say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const model = new Model()
        const ledger = openMemoryLedger()
        for (const one of steps) {
          model.take(one)
          if (one.do === 'commit') await ledger.commit(one.changes, one.events)
          if (one.do === 'forget') await ledger.forget(sampleKey(one.link), { at: minute(1), who: 'anna' })
        }
        await compare(ledger, model)
      }),
      runs(200),
    )
  })
})
