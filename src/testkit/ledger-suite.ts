// What every ledger must do, whatever it is made of. Each check is a name and a function, so that any test runner can
// run them: `for (const check of ledgerChecks) test(check.name, () => check.run(open))`.

import assert from 'node:assert/strict'
import { isSyncError } from '#core/errors'
import { recordId } from '#core/model/ids'
import type { HistoryEvent, HistoryFilter, KeptLedger, LedgerChange } from '#ledger'
import {
  minute,
  OPPORTUNITY,
  putLink,
  sampleBookmark,
  sampleEvent,
  sampleIntent,
  sampleKey,
  sampleLink,
  sampleRecord,
  sampleRun,
  waitingUntil,
} from './ledger-samples.ts'

export interface LedgerCheck {
  readonly name: string
  /** `open` gives an empty ledger the first time; for durable checks, the same one again once it was closed. */
  run(open: () => Promise<KeptLedger>): Promise<void>
}

export const ledgerChecks: readonly LedgerCheck[] = [
  {
    name: 'an empty ledger is fresh, and has nothing of anything',
    run: withLedger(async (ledger) => {
      assert.equal(ledger.opened.fresh, true)
      assert.equal(ledger.failure, null)
      assert.equal(await ledger.get('link', sampleKey(1)), undefined)
      assert.deepEqual(await ledger.linksOf([{ kind: OPPORTUNITY, id: sampleRecord(1) }]), [undefined])
      assert.deepEqual(await collect(ledger.all('fact')), [])
      assert.deepEqual(await events(ledger), [])
      assert.equal(await ledger.count('link'), 0)
    }),
  },
  {
    name: 'every table gives back what was put',
    run: withLedger(async (ledger) => {
      const fact = { schema: { name: 'Amount', choices: ['a', null, 1.5, true] }, __proto: 'ünïcode 👍' }
      const made = { key: sampleKey(5), kind: 'Account', id: recordId('001'), at: minute(3) }
      await ledger.commit([
        putLink(sampleLink(1)),
        { put: 'intent', key: 'change-1', value: sampleIntent(1) },
        { put: 'bookmark', key: 'referral', value: sampleBookmark(7) },
        { put: 'made', key: 'account', value: made },
        { put: 'run', key: 'run-1', value: sampleRun(1) },
        { put: 'fact', key: 'schema', value: fact },
      ])
      assert.deepEqual(await ledger.get('link', sampleKey(1)), sampleLink(1))
      assert.deepEqual(await ledger.get('intent', 'change-1'), sampleIntent(1))
      assert.deepEqual(await ledger.get('bookmark', 'referral'), sampleBookmark(7))
      assert.deepEqual(await ledger.get('made', 'account'), made)
      assert.deepEqual(await ledger.get('run', 'run-1'), sampleRun(1))
      assert.deepEqual(await ledger.get('fact', 'schema'), fact)
    }),
  },
  {
    name: 'the last put of a key wins, a drop removes it, and dropping nothing is no fault',
    run: withLedger(async (ledger) => {
      await ledger.commit([putLink(sampleLink(1)), putLink(sampleLink(2))])
      await ledger.commit([putLink(sampleLink(1, { turn: 2 })), putLink(sampleLink(1, { turn: 3 }))])
      await ledger.commit([drop(2), drop(9), putLink(sampleLink(3)), drop(3), putLink(sampleLink(3, { turn: 5 }))])
      const [one, two, three] = await ledger.getMany('link', [sampleKey(1), sampleKey(2), sampleKey(3)])
      assert.deepEqual([one?.turn, two, three?.turn], [3, undefined, 5])
      assert.equal(await ledger.count('link'), 2)
    }),
  },
  {
    name: 'getMany answers in the order of the keys, with gaps and repeats',
    run: withLedger(async (ledger) => {
      await ledger.commit([1, 2, 3].map((n) => putLink(sampleLink(n))))
      const found = await ledger.getMany('link', [sampleKey(3), 'nothing', sampleKey(1), sampleKey(3)])
      assert.deepEqual(found, [sampleLink(3), undefined, sampleLink(1), sampleLink(3)])
    }),
  },
  {
    name: 'what is handed in or out is a copy',
    run: withLedger(async (ledger) => {
      const fact = { names: ['Contoso'] }
      await ledger.commit([{ put: 'fact', key: 'a', value: fact }])
      fact.names.push('Fabrikam')
      const read = await ledger.get('fact', 'a')
      Object.assign(read ?? {}, { names: [] })
      assert.deepEqual(await ledger.get('fact', 'a'), { names: ['Contoso'] })
    }),
  },
  {
    name: 'all gives every entry once, while others are committed',
    run: withLedger(async (ledger) => {
      await ledger.commit(Array.from({ length: 1500 }, (_, n) => putLink(sampleLink(n))))
      const seen = new Map<string, number>()
      for await (const link of ledger.all('link')) {
        seen.set(link.key, (seen.get(link.key) ?? 0) + 1)
        if (seen.size % 400 === 0) await ledger.commit([putLink(sampleLink(3, { turn: seen.size }))])
      }
      assert.equal(seen.size, 1500)
      assert.deepEqual([...new Set(seen.values())], [1])
    }),
  },
  {
    name: 'links are found by the CRM record they hold now',
    run: withLedger(async (ledger) => {
      await ledger.commit([putLink(sampleLink(1)), putLink(sampleLink(2, { record: null }))])
      await ledger.commit([putLink(sampleLink(1, { record: sampleRecord(8) })), putLink(sampleLink(2))])
      assert.deepEqual(await holders(ledger, [1, 2, 8]), [undefined, sampleKey(2), sampleKey(1)])
      await ledger.commit([drop(1)])
      assert.deepEqual(await holders(ledger, [8]), [undefined])
    }),
  },
  {
    name: 'of two links that claim one record, the one whose key sorts first answers until it lets go',
    run: withLedger(async (ledger) => {
      const record = sampleRecord(1)
      await ledger.commit([3, 2, 4].map((n) => putLink(sampleLink(n, { record }))))
      assert.deepEqual(await holders(ledger, [1]), [sampleKey(2)])
      await ledger.commit([putLink(sampleLink(2, { record: null }))])
      assert.deepEqual(await holders(ledger, [1]), [sampleKey(3)])
      await ledger.commit([drop(3), drop(4)])
      assert.deepEqual(await holders(ledger, [1]), [undefined])
    }),
  },
  {
    name: 'due gives the links whose time has come: soonest first, bounded, paused ones never',
    run: withLedger(async (ledger) => {
      const waits = (n: number, ...times: (number | null)[]) =>
        sampleLink(n, { waiting: times.map((at) => waitingUntil(at === null ? null : minute(at))) })
      await ledger.commit([
        ...[waits(1, 30), waits(2, 10, 99), waits(3, null), waits(4), waits(5, 20), waits(6, 500)].map(putLink),
        putLink({ ...waits(7, 1), paused: true }),
      ])
      assert.deepEqual(await ledger.due(minute(40), 10), [sampleKey(2), sampleKey(5), sampleKey(1)])
      assert.deepEqual(await ledger.due(minute(40), 2), [sampleKey(2), sampleKey(5)])
      assert.deepEqual(await ledger.due(minute(9), 10), [])
      await ledger.commit([putLink(waits(2, 600)), drop(5)])
      assert.deepEqual(await ledger.due(minute(40), 10), [sampleKey(1)])
    }),
  },
  {
    name: 'a commit that is too large is refused whole, and the ledger goes on',
    run: withLedger(async (ledger) => {
      const many = Array.from({ length: 20_001 }, (_, n): LedgerChange => ({ drop: 'fact', key: String(n) }))
      await assert.rejects(ledger.commit(many), isCode('DB-4015'))
      const large: LedgerChange = { put: 'fact', key: 'large', value: { text: 'x'.repeat(9 * 1024 * 1024) } }
      await assert.rejects(ledger.commit([putLink(sampleLink(1)), large]), isCode('DB-4015'))
      assert.equal(await ledger.count('link'), 0)
      await ledger.commit([putLink(sampleLink(1))])
      assert.equal(await ledger.count('link'), 1)
    }),
  },
  {
    name: 'commits made at once all hold, in the order they were made',
    run: withLedger(async (ledger) => {
      const turns = Array.from({ length: 200 }, (_, turn) => turn)
      await Promise.all(
        turns.map((turn) =>
          ledger.commit([putLink(sampleLink(1, { turn }))], [sampleEvent(1, { run: `run-${turn}` })]),
        ),
      )
      assert.equal((await ledger.get('link', sampleKey(1)))?.turn, 199)
      const runs = (await events(ledger)).map(({ run }) => run)
      assert.deepEqual(
        runs,
        turns.map((turn) => `run-${turn}`),
      )
    }),
  },
  {
    name: 'history is numbered, chained and told oldest first',
    run: withLedger(async (ledger) => {
      await ledger.commit([], [sampleEvent(1), sampleEvent(2, { link: null, who: 'anna', code: 'DB-3101' })])
      await ledger.commit([putLink(sampleLink(1))], [sampleEvent(3, { event: 'linked' })])
      const told = await events(ledger)
      assert.deepEqual(
        told.map(({ number }) => number),
        [1, 2, 3],
      )
      assert.equal(new Set(told.map(({ chain }) => chain)).size, 3)
      const { number: _number, chain: _chain, ...second } = told[1] ?? assert.fail()
      assert.deepEqual(second, sampleEvent(2, { link: null, who: 'anna', code: 'DB-3101' }))
    }),
  },
  {
    name: 'history narrows by link, by the newest few and by time',
    run: withLedger(async (ledger) => {
      for (const n of [1, 2, 3, 4, 5, 6]) await ledger.commit([], [sampleEvent(n, { link: sampleKey(n % 2) })])
      const numbers = async (filter: HistoryFilter) => (await events(ledger, filter)).map(({ number }) => number)
      assert.deepEqual(await numbers({ link: sampleKey(1) }), [1, 3, 5])
      assert.deepEqual(await numbers({ link: sampleKey(1), last: 2 }), [3, 5])
      assert.deepEqual(await numbers({ last: 2 }), [5, 6])
      assert.deepEqual(await numbers({ last: 0 }), [])
      assert.deepEqual(await numbers({ since: minute(4) }), [4, 5, 6])
      assert.deepEqual(await numbers({ since: minute(4), last: 2 }), [5, 6])
      assert.deepEqual(await numbers({ since: minute(4), link: sampleKey(1) }), [5])
      assert.deepEqual(await numbers({ link: sampleKey(9) }), [])
    }),
  },
  {
    name: 'an unaltered history verifies',
    run: withLedger(async (ledger) => {
      await ledger.commit(
        [],
        [1, 2, 3].map((n) => sampleEvent(n)),
      )
      assert.deepEqual(await ledger.verifyHistory(), { events: 3, first: 1, last: 3, forgotten: 0, altered: [] })
    }),
  },
  {
    name: 'forget leaves that something was forgotten, and nothing of it',
    run: withLedger(async (ledger) => {
      const intent: LedgerChange = { put: 'intent', key: 'change-1', value: sampleIntent(1) }
      const fact: LedgerChange = { put: 'fact', key: 'seen', value: { name: 'Fabrikam' } }
      await ledger.commit(
        [putLink(sampleLink(1)), putLink(sampleLink(2)), intent, fact],
        [sampleEvent(1), sampleEvent(2)],
      )
      await ledger.forget(sampleKey(1), { at: minute(9), who: 'anna', also: [{ drop: 'fact', key: 'seen' }] })
      assert.deepEqual(await ledger.getMany('link', [sampleKey(1), sampleKey(2)]), [undefined, sampleLink(2)])
      assert.deepEqual([await ledger.count('intent'), await ledger.count('fact')], [0, 0])
      const told = await events(ledger, { link: sampleKey(1) })
      assert.deepEqual(
        told.map(({ event, who, link, details }) => ({ event, who, link, details })),
        [
          { event: 'written', who: 'forgotten', link: null, details: { forgotten: true } },
          { event: 'forgot', who: 'anna', link: null, details: {} },
        ],
      )
      assert.equal((await events(ledger, { link: sampleKey(2) })).length, 1)
      const report = await ledger.verifyHistory()
      assert.deepEqual([report.events, report.forgotten, report.altered], [3, 1, []])
    }),
  },
  {
    name: 'expire never lets go of what is younger than asked',
    run: withLedger(async (ledger) => {
      for (const n of [1, 2, 3, 4]) await ledger.commit([], [sampleEvent(n)])
      const { events: gone } = await ledger.expire(minute(3))
      assert.ok(gone <= 2, `${gone} events went`)
      const kept = (await events(ledger)).map(({ number }) => number)
      assert.deepEqual(kept, [1, 2, 3, 4].slice(gone))
      await ledger.commit([], [sampleEvent(5)])
      assert.equal((await events(ledger)).at(-1)?.number, 5)
      assert.deepEqual((await ledger.verifyHistory()).altered, [])
    }),
  },
  {
    name: 'a closed ledger says so, and closing twice is no fault',
    run: async (open) => {
      const ledger = await open()
      await ledger.close()
      await ledger.close()
      await assert.rejects(ledger.get('link', sampleKey(1)), isCode('DB-4016'))
      await assert.rejects(ledger.commit([putLink(sampleLink(1))]), isCode('DB-4016'))
      await assert.rejects(events(ledger), isCode('DB-4016'))
    },
  },
]

/** For ledgers that outlive their process. */
export const durableLedgerChecks: readonly LedgerCheck[] = [
  {
    name: 'everything is there again after closing and opening',
    run: async (open) => {
      await use(open, async (ledger) => {
        await ledger.commit([putLink(sampleLink(1)), putLink(sampleLink(2))], [sampleEvent(1)])
        await ledger.commit([drop(2), putLink(sampleLink(3, { waiting: [waitingUntil(minute(5))] }))], [sampleEvent(3)])
        await ledger.forget(sampleKey(1), { at: minute(9), who: 'anna' })
      })
      await use(open, async (ledger) => {
        assert.deepEqual([ledger.opened.fresh, ledger.opened.unclean], [false, false])
        const found = await ledger.getMany('link', [sampleKey(1), sampleKey(2), sampleKey(3)])
        assert.deepEqual(
          found.map((link) => link?.key),
          [undefined, undefined, sampleKey(3)],
        )
        assert.deepEqual(await holders(ledger, [1, 3]), [undefined, sampleKey(3)])
        assert.deepEqual(await ledger.due(minute(5), 9), [sampleKey(3)])
        const told = (await events(ledger)).map(({ event, details }) => [event, details['forgotten'] ?? false])
        assert.deepEqual(told, [
          ['written', true],
          ['written', false],
          ['forgot', false],
        ])
        assert.deepEqual((await ledger.verifyHistory()).altered, [])
      })
    },
  },
  {
    name: 'events go on being numbered and chained where they stopped',
    run: async (open) => {
      await use(open, (ledger) => ledger.commit([], [sampleEvent(1)]))
      await use(open, async (ledger) => {
        await ledger.commit([], [sampleEvent(2)])
        assert.deepEqual(await ledger.verifyHistory(), { events: 2, first: 1, last: 2, forgotten: 0, altered: [] })
      })
    },
  },
]

const drop = (n: number): LedgerChange => ({ drop: 'link', key: sampleKey(n) })

const isCode = (code: string) => (error: unknown) => isSyncError(error) && error.code === code

const events = (ledger: KeptLedger, filter: HistoryFilter = {}): Promise<HistoryEvent[]> =>
  collect(ledger.history(filter))

async function holders(ledger: KeptLedger, records: readonly number[]) {
  const found = await ledger.linksOf(records.map((n) => ({ kind: OPPORTUNITY, id: sampleRecord(n) })))
  return found.map((link) => link?.key)
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

async function use(open: () => Promise<KeptLedger>, work: (ledger: KeptLedger) => Promise<void>): Promise<void> {
  const ledger = await open()
  try {
    await work(ledger)
  } finally {
    await ledger.close()
  }
}

function withLedger(work: (ledger: KeptLedger) => Promise<void>): LedgerCheck['run'] {
  return (open) => use(open, work)
}
