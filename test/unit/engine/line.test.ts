// The one retry layer, and the circuit of each connection: what is tried again, how often, how long nobody calls.

import { describe, expect, test } from 'vitest'
import { FixConfig, later, RetryLater, type Instant } from '#spi'
import { backoffMs, defaultRetries, waitMs } from '#engine/backoff'
import { Line } from '#engine/line'
import { RetryBudget } from '#engine/retry-budget'
import { connectionName } from '#core/model/ids'
import { silentLog } from '../../support/fake-pipeline.ts'
import { handClock } from '../../support/host.ts'

const signal = new AbortController().signal
const name = connectionName('salesforce')

function lineAt(chance = 0.5) {
  const clock = handClock()
  const slept: number[] = []
  const line = new Line({
    name,
    clock: {
      ...clock,
      sleep: async (ms, until) => {
        slept.push(ms)
        await clock.sleep(ms, until)
      },
    },
    random: { next: () => chance, uuid: () => 'u' },
    log: silentLog,
  })
  return { line, clock, slept }
}

/** Fails as often as there are errors, then answers. */
function failing(...errors: readonly Error[]) {
  const calls = { count: 0 }
  return {
    calls,
    attempt: async (): Promise<string> => {
      const error = errors[calls.count]
      calls.count += 1
      if (error) throw error
      return 'answer'
    },
  }
}

const outage = (more: { notBefore?: Instant; scope?: 'connection' | 'record' } = {}): RetryLater =>
  new RetryLater('out of order', { code: 'DB-1302', ...more })

describe('waiting before the next try', () => {
  test.each([
    [1, 0, 250],
    [1, 1, 500],
    [2, 0, 500],
    [2, 0.5, 750],
    [3, 1, 2_000],
    [7, 1, 30_000],
    [1_000, 0, 15_000],
    [0, 1, 500],
    [-3, 1, 500],
    [1, -5, 250],
    [1, 7, 500],
  ])('try %d, with chance %d: %d ms', (attempt, chance, ms) => {
    expect(backoffMs(attempt, defaultRetries, chance)).toBe(ms)
  })

  test('what the vendor wishes counts where it is longer than ours, and never makes ours shorter', () => {
    const now = handClock().now()
    const wait = (notBefore: Instant | undefined): number => waitMs(1, defaultRetries, 1, { notBefore, now })
    expect(wait(undefined)).toBe(500)
    expect(wait(later(now, 5_000))).toBe(5_000)
    expect(wait(later(now, 100))).toBe(500)
    expect(wait(later(now, -60_000))).toBe(500)
  })
})

describe('F1, F27, I27: trying again', () => {
  test('what passes by itself is tried again with growing waits, and its answer counts', async () => {
    const { line, slept } = lineAt(1)
    const { attempt, calls } = failing(outage(), outage())
    expect(await line.ask('find', attempt, signal)).toBe('answer')
    expect([calls.count, slept]).toEqual([3, [500, 1_000]])
  })

  test('four times at most; then the line rests and the first reason is told', async () => {
    const { line, clock } = lineAt()
    const first = outage()
    const { attempt, calls } = failing(first, outage(), outage(), outage(), outage())
    await expect(line.ask('find', attempt, signal)).rejects.toMatchObject({ code: 'DB-1302' })
    expect(calls.count).toBe(4)
    expect(line.restingUntil(clock.now())).not.toBeNull()
  })

  test('what a person must mend is not tried again, and rests nobody', async () => {
    const { line, clock } = lineAt()
    const { attempt, calls } = failing(new FixConfig('signed out', { code: 'DB-1301' }))
    await expect(line.ask('find', attempt, signal)).rejects.toMatchObject({ code: 'DB-1301' })
    expect([calls.count, line.restingUntil(clock.now())]).toEqual([1, null])
  })

  test('one record that is locked rests nobody else', async () => {
    const { line, clock } = lineAt()
    const locked = outage({ scope: 'record' })
    const { attempt } = failing(locked, locked, locked, locked)
    await expect(line.ask('write', attempt, signal)).rejects.toBe(locked)
    expect(line.restingUntil(clock.now())).toBeNull()
  })

  test('told to end, nothing more is tried', async () => {
    const { line } = lineAt()
    const ending = new AbortController()
    const calls = { count: 0 }
    const attempt = async (): Promise<never> => {
      calls.count += 1
      ending.abort(new Error('told to end'))
      throw outage()
    }
    await expect(line.ask('find', attempt, ending.signal)).rejects.toThrow('told to end')
    expect(calls.count).toBe(1)
  })
})

describe('F35, I27: the budget of a connection', () => {
  test('a few retries in any case, then a tenth of the calls of the last five minutes', () => {
    const budget = new RetryBudget()
    const taken = (nowMs: number): number => {
      let count = 0
      while (count < 1_000 && budget.take(nowMs)) count += 1
      return count
    }
    expect(taken(0)).toBe(10)
    for (let call = 0; call < 300; call += 1) budget.called(60_000)
    expect(taken(60_000)).toBe(20)
    expect(taken(299_999)).toBe(0)
    // What happened in the first half minute no longer counts; the calls of the second minute still do.
    expect(taken(300_000)).toBe(10)
    expect(taken(3_600_000)).toBe(10)
  })

  test('when most calls of a storm fail, retries stay within it', async () => {
    const { line, clock } = lineAt(0)
    const calls = { count: 0 }
    const attempt = async (): Promise<never> => {
      calls.count += 1
      await Promise.resolve()
      throw outage({ scope: 'record' })
    }
    const wished = 200
    for (let call = 0; call < wished; call += 1) {
      await expect(line.ask('find', attempt, signal)).rejects.toThrow('out of order')
      clock.turn(100)
    }
    expect(calls.count - wished).toBeLessThanOrEqual(Math.ceil(calls.count * 0.1))
  })
})

describe('F35, I27: a busy connection', () => {
  /** How often calls that always fail are tried again. */
  const retried = async (line: Line): Promise<number> => {
    let tries = 0
    for (let call = 0; call < 20; call += 1) {
      const attempt = async (): Promise<never> => {
        tries += 1
        await Promise.resolve()
        throw outage({ scope: 'record' })
      }
      await expect(line.ask('find', attempt, signal)).rejects.toThrow('out of order')
    }
    return tries - 20
  }
  test('may try again more often than a quiet one', async () => {
    const [quiet, busy] = [lineAt(0), lineAt(0)]
    for (let call = 0; call < 300; call += 1) await busy.line.once(async () => 'page', signal)
    expect(await retried(quiet.line)).toBe(10)
    expect(await retried(busy.line)).toBeGreaterThan(30)
  })
})

describe('F33, I28: a pause that a vendor asks for', () => {
  test('a short one is waited out within the call', async () => {
    const { line, clock, slept } = lineAt(0)
    const { attempt } = failing(outage({ notBefore: later(clock.now(), 20_000) }))
    expect(await line.ask('find', attempt, signal)).toBe('answer')
    expect(slept).toEqual([20_000])
  })

  test('a long one ends the call, and until then nobody calls', async () => {
    const { line, clock } = lineAt()
    const until = later(clock.now(), 3_600_000)
    const { attempt, calls } = failing(outage({ notBefore: until }))
    await expect(line.ask('find', attempt, signal)).rejects.toMatchObject({ notBefore: until })
    expect(calls.count).toBe(1)
    for (const call of [line.ask('find', attempt, signal), line.once(attempt, signal)])
      await expect(call).rejects.toMatchObject({ code: 'DB-3001', notBefore: until })
    expect(calls.count).toBe(1)

    clock.turn(3_599_999)
    expect(line.restingUntil(clock.now())).toBe(until)
    clock.turn(1)
    expect(line.restingUntil(clock.now())).toBeNull()
    expect(await line.ask('find', attempt, signal)).toBe('answer')
  })
})

describe('a connection that keeps failing', () => {
  const fails = async (line: Line, times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) line.rest(outage())
    await Promise.resolve()
  }

  test.each([
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [20, 900_000],
  ])('after %d failures in a row it rests for %d ms', async (times, ms) => {
    const { line, clock } = lineAt(1)
    await fails(line, times)
    expect(line.restingUntil(clock.now())).toBe(later(clock.now(), ms))
  })

  test('rests as long as the vendor said where that is longer', async () => {
    const { line, clock } = lineAt(1)
    const wish = later(clock.now(), 7_200_000)
    line.rest(outage({ notBefore: wish }))
    expect(line.restingUntil(clock.now())).toBe(wish)
    line.rest(outage({ notBefore: later(clock.now(), 1) }))
    expect(line.restingUntil(clock.now())).toBe(later(clock.now(), 2_000))
  })

  test.each<[string, (line: Line) => Promise<unknown>]>([
    ['an answer', async (line) => await line.ask('find', async () => 'answer', signal)],
    ['a page', async (line) => await line.once(async () => 'page', signal)],
    ['somebody who says that it was mended', async (line) => line.wake()],
  ])('%s begins its count anew', async (_what, happens) => {
    const { line, clock } = lineAt(1)
    await fails(line, 6)
    clock.turn(3_600_000)
    await happens(line)
    line.rest(outage())
    expect(line.restingUntil(clock.now())).toBe(later(clock.now(), 1_000))
  })

  test('knows its own failures', async () => {
    const [{ line }, other] = [lineAt(), lineAt()]
    const error = new FixConfig('signed out', { code: 'DB-1301' })
    expect(line.failedWith(error)).toBe(false)
    await expect(line.once(failing(error).attempt, signal)).rejects.toBe(error)
    expect([line.failedWith(error), other.line.failedWith(error)]).toEqual([true, false])
    expect(line.failedWith(new FixConfig('signed out', { code: 'DB-1301' }))).toBe(false)
  })

  test('woken, it may be called at once', async () => {
    const { line, clock } = lineAt()
    await fails(line, 6)
    line.wake()
    expect(line.restingUntil(clock.now())).toBeNull()
    expect(await line.ask('find', async () => 'answer', signal)).toBe('answer')
  })

  test('whoever is told to end hears that, and not what became of the call', async () => {
    const { line, clock } = lineAt()
    for (const how of ['ask', 'once'] as const) {
      const ending = new AbortController()
      const attempt = async (): Promise<never> => {
        ending.abort(new Error('told to end'))
        throw new FixConfig('signed out', { code: 'DB-1301' })
      }
      const call = how === 'ask' ? line.ask('find', attempt, ending.signal) : line.once(attempt, ending.signal)
      await expect(call).rejects.toThrow('told to end')
    }
    expect(line.restingUntil(clock.now())).toBeNull()
  })

  test('a wait of just as long as a call may take is waited out', async () => {
    const { line, clock, slept } = lineAt(0)
    const { attempt } = failing(outage({ notBefore: later(clock.now(), 30_000) }))
    expect(await line.ask('find', attempt, signal)).toBe('answer')
    expect(slept).toEqual([30_000])
  })

  test('a page that fails is not asked for again, and rests the line', async () => {
    const { line, clock } = lineAt()
    const { attempt, calls } = failing(outage())
    await expect(line.once(attempt, signal)).rejects.toMatchObject({ code: 'DB-1302' })
    expect([calls.count, line.restingUntil(clock.now()) === null]).toEqual([1, false])
  })

  test('what nobody expected is a bug with its cause, and is not tried again', async () => {
    const { line } = lineAt()
    const odd = new TypeError('odd')
    const { attempt, calls } = failing(odd)
    await expect(line.ask('find', attempt, signal)).rejects.toMatchObject({
      remedy: 'bug',
      code: 'DB-9001',
      cause: odd,
    })
    expect(calls.count).toBe(1)
  })
})
