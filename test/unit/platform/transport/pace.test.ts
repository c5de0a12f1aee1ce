import { getEventListeners } from 'node:events'
import { setImmediate as turned } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { pace } from '#platform/transport/pace'
import { handClock } from '../../../support/host.ts'

const never = new AbortController().signal

describe('at a time', () => {
  test('the next goes in when one leaves, first come, first served', async () => {
    const gate = pace({ parallel: 1 }, handClock())
    const order: string[] = []
    const leave = await gate.enter(never)
    const waiting = ['a', 'b'].map(async (name) => {
      const done = await gate.enter(never)
      order.push(name)
      done()
    })
    expect(order).toEqual([])
    leave()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b'])
  })
  test('leaving twice makes no room for two', async () => {
    const gate = pace({ parallel: 1 }, handClock())
    const leave = await gate.enter(never)
    leave()
    leave()
    await gate.enter(never)
    let entered = false
    void gate.enter(never).then(() => (entered = true))
    await turned()
    expect(entered).toBe(false)
  })
  test('whoever gives up leaves the line', async () => {
    const gate = pace({ parallel: 1 }, handClock())
    const leave = await gate.enter(never)
    const caller = new AbortController()
    const impatient = gate.enter(caller.signal)
    const patient = gate.enter(never)
    caller.abort()
    await expect(impatient).rejects.toThrow()
    leave()
    ;(await patient)()
    await expect(pace({ parallel: 1 }, handClock()).enter(AbortSignal.abort())).rejects.toThrow()
  })
  test('a signal that lives long is not held on to', async () => {
    const gate = pace({ parallel: 1 }, handClock())
    const { signal } = new AbortController()
    const leave = await gate.enter(signal)
    const waiting = [gate.enter(signal), gate.enter(signal)]
    leave()
    for (const turn of waiting) (await turn)()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
  test('the line has an end', async () => {
    const gate = pace({ parallel: 1 }, handClock())
    const caller = new AbortController()
    await gate.enter(never)
    const waiting = Array.from({ length: 10_000 }, async () => await gate.enter(caller.signal).catch(() => undefined))
    await expect(gate.enter(never)).rejects.toThrow('invariant')
    caller.abort()
    await Promise.all(waiting)
  })
})

describe('in a minute', () => {
  test('no window of a minute holds more starts than allowed', async () => {
    const clock = handClock()
    const gate = pace({ parallel: 5, perMinute: 10 }, clock)
    const starts: number[] = []
    for (let call = 0; call < 35; call += 1) {
      const leave = await gate.enter(never)
      starts.push(clock.monotonicMs())
      clock.turn(500)
      leave()
    }
    for (const start of starts) {
      const within = starts.filter((other) => other >= start && other < start + 60_000).length
      expect(within).toBeLessThanOrEqual(10)
    }
    // And no slower than that: 35 starts at 10 a minute begin within four minutes.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThan(240_000)
  })
  test('the next start is a minute after the oldest that counts, and no later', async () => {
    const clock = handClock()
    const begun = clock.monotonicMs()
    const gate = pace({ parallel: 1, perMinute: 2 }, clock)
    const starts: number[] = []
    for (let call = 0; call < 5; call += 1) {
      const leave = await gate.enter(never)
      starts.push(clock.monotonicMs() - begun)
      if (call === 0) clock.turn(20_000)
      leave()
    }
    expect(starts).toEqual([0, 20_000, 60_000, 80_000, 120_000])
  })
  test('giving up while waiting frees the place', async () => {
    const clock = { ...handClock(), sleep: async () => await Promise.reject(new Error('given up')) }
    const gate = pace({ parallel: 1, perMinute: 1 }, clock)
    ;(await gate.enter(never))()
    await expect(gate.enter(never)).rejects.toThrow('given up')
    await expect(gate.enter(never)).rejects.toThrow('given up')
  })
})
