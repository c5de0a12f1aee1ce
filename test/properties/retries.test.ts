// Waiting and trying again: every wait is finite and within its bounds, second tries stay a tenth of the calls, and a
// line that rests is not called, whatever comes in whatever order (I27, I28).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RetryLater } from '#core/errors'
import { connectionName } from '#core/model/ids'
import { instantFromMs, later, msOf } from '#core/model/instant'
import { backoffMs, waitMs } from '#engine/backoff'
import { Line } from '#engine/line'
import { retriesAlways, RetryBudget, retryShare } from '#engine/retry-budget'
import { handClock, seededRandom } from '../support/host.ts'
import { runs } from '../support/runs.ts'
import { silentLog } from '../support/silent-log.ts'

const retries = fc.record({
  tries: fc.integer({ min: 1, max: 10 }),
  firstMs: fc.integer({ min: 1, max: 60_000 }),
  maxMs: fc.integer({ min: 1, max: 3_600_000 }),
})
const attempt = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer())
const chance = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ noNaN: true }))

describe('a wait before another try', () => {
  test('is finite, at least nothing and at most its bound, for any attempt and any chance', () => {
    fc.assert(
      fc.property(attempt, retries, chance, (number, of, luck) => {
        const ms = backoffMs(number, of, luck)
        expect(Number.isInteger(ms) && ms >= 0 && ms <= of.maxMs).toBe(true)
      }),
      runs(1_000),
    )
  })
  test('is never shorter after one more failure, for the same chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), retries, chance, (number, of, luck) => {
        expect(backoffMs(number + 1, of, luck)).toBeGreaterThanOrEqual(backoffMs(number, of, luck))
      }),
      runs(1_000),
    )
  })
  test('is as long as the vendor asked for, and never shorter than ours', () => {
    const now = instantFromMs(Date.UTC(2026, 10, 20))
    fc.assert(
      fc.property(attempt, retries, chance, fc.integer({ min: -1e9, max: 1e9 }), (number, of, luck, wishMs) => {
        const ms = waitMs(number, of, luck, { notBefore: later(now, wishMs), now })
        expect(ms).toBe(Math.max(wishMs, backoffMs(number, of, luck)))
      }),
      runs(1_000),
    )
  })
})

type Step = { readonly is: 'call' | 'retry' } | { readonly is: 'turn'; readonly ms: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ is: 'call' } as const) },
  { weight: 4, arbitrary: fc.constant({ is: 'retry' } as const) },
  fc.record({ is: fc.constant('turn' as const), ms: fc.constantFrom(1, 999, 30_000, 45_000, 300_000) }),
)

test('the budget of second tries is what a list of moments says, over a hundred steps and more', () => {
  // Slots of half a minute, ten of them: whatever began in them counts.
  const isCounted = (at: number, now: number): boolean => Math.floor(at / 30_000) > Math.floor(now / 30_000) - 10
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), fc.nat(1e9), (steps, start) => {
      const budget = new RetryBudget()
      let now = start
      let calls: number[] = []
      let taken: number[] = []
      for (const one of steps) {
        if (one.is === 'turn') now += one.ms
        calls = calls.filter((at) => isCounted(at, now))
        taken = taken.filter((at) => isCounted(at, now))
        if (one.is === 'call') {
          budget.called(now)
          calls.push(now)
        }
        if (one.is !== 'retry') continue
        const may = taken.length < Math.max(retriesAlways, calls.length * retryShare)
        expect(budget.take(now)).toBe(may)
        if (may) taken.push(now)
      }
    }),
    runs(200),
  )
})

type Event =
  | { readonly is: 'call'; readonly fails: readonly ('no' | 'passing' | 'wish' | 'record')[] }
  | { readonly is: 'turn'; readonly ms: number }
  | { readonly is: 'wake' }

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('call' as const),
      fails: fc.array(
        fc.constantFrom('no' as const, 'no' as const, 'passing' as const, 'wish' as const, 'record' as const),
        { minLength: 6, maxLength: 6 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('turn' as const), ms: fc.integer({ min: 1, max: 2_000_000 }) }) },
  fc.constant({ is: 'wake' } as const),
)
const wishMs = 3_600_000

test('I28: a line that rests is not called until its time has come, over a hundred events and more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 100, maxLength: 130 }), fc.nat(), async (events, seed) => {
      const clock = handClock()
      const random = seededRandom(seed)
      const line = new Line({ name: connectionName('crm'), clock, random, log: silentLog })
      let notBefore = 0
      for (const one of events) {
        if (one.is === 'turn') clock.turn(one.ms)
        if (one.is === 'wake') {
          line.wake()
          notBefore = 0
        }
        if (one.is !== 'call') continue
        const began = msOf(clock.now())
        const attempts: number[] = []
        const failed = await line
          .ask(
            'list',
            async () => {
              const how = one.fails[attempts.length] ?? 'no'
              attempts.push(msOf(clock.now()))
              if (how === 'no') return
              const wish = how === 'wish' ? { notBefore: later(clock.now(), wishMs) } : {}
              throw new RetryLater('Busy.', {
                code: 'DB-3203',
                scope: how === 'record' ? 'record' : 'connection',
                ...wish,
              })
            },
            new AbortController().signal,
          )
          .then(
            () => null,
            (error: unknown) => error as RetryLater,
          )
        if (attempts.length === 0) expect(began).toBeLessThan(notBefore)
        expect(attempts.every((at) => at >= notBefore)).toBe(true)
        expect(attempts.length).toBeLessThanOrEqual(4)
        const until = line.restingUntil(clock.now())
        if (failed && attempts.length > 0 && failed.scope === 'connection') expect(until).not.toBeNull()
        if (failed?.notBefore !== undefined && attempts.length > 0)
          expect(msOf(until ?? clock.now())).toBeGreaterThanOrEqual(msOf(failed.notBefore))
        notBefore = until === null ? 0 : msOf(until)
      }
    }),
    runs(60),
  )
})
