import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '#platform/clock'
import { systemRandom } from '#platform/random'
import { msOf } from '#spi'

describe('the system clock', () => {
  test('reads now, and as much later as it is told', () => {
    let offset = 0
    const clock = systemClock(() => offset)
    const before = Date.now()
    expect(msOf(clock.now())).toBeGreaterThanOrEqual(before)
    offset = 13 * 86_400_000
    expect(msOf(clock.now()) - before).toBeGreaterThanOrEqual(offset)
  })
  test('measures with a clock that never jumps', () => {
    const clock = systemClock(() => -1e12)
    const first = clock.monotonicMs()
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(first)
  })
  test.each([
    ['a moment', 5],
    ['no time', 0],
    ['less than none', -5],
    ['nonsense', Number.NaN],
  ])('sleeps for %s', async (_, ms) => {
    await systemClock().sleep(ms)
  })
  test('wakes when called', async () => {
    const caller = new AbortController()
    const sleeping = systemClock().sleep(60_000, caller.signal)
    caller.abort()
    await expect(sleeping).rejects.toThrow()
  })
  test('a wait longer than a timer can hold does not end at once (T35)', async () => {
    vi.useFakeTimers()
    try {
      let awake = false
      const sleeping = systemClock()
        .sleep(2 ** 40)
        .then(() => (awake = true))
      await vi.advanceTimersByTimeAsync(2 ** 31 - 2)
      expect(awake).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      await sleeping
      expect(awake).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

test('randomness: in range, and different', () => {
  const numbers = Array.from({ length: 100 }, () => systemRandom.next())
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  expect(new Set(numbers).size).toBeGreaterThan(95)
  expect(systemRandom.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
