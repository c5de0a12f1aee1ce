// Two clocks on every call, and nothing left of them when it is over.

import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Expired, startDeadline } from '#platform/transport/deadline'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const never = new AbortController().signal
const phaseOf = ({ reason }: AbortSignal): unknown => (reason instanceof Expired ? reason.phase : reason)

describe('a call', () => {
  test.each([
    ['is not connected in time', 10, 100, 'connect'],
    ['may take less than connecting may', 100, 10, 'connect'],
  ] as const)('that %s is ended', (_, connectMs, wholeMs, phase) => {
    const { signal } = startDeadline(connectMs, wholeMs, never)
    vi.advanceTimersByTime(9)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(phaseOf(signal)).toBe(phase)
  })
  test('that is connected has all of its time, and not more', () => {
    const deadline = startDeadline(10, 100, never)
    deadline.connected()
    vi.advanceTimersByTime(99)
    expect(deadline.signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(phaseOf(deadline.signal)).toBe('whole')
  })
  test('that its caller gives up ends with the caller’s reason, before it begins as well', () => {
    const caller = new AbortController()
    const { signal } = startDeadline(10, 100, caller.signal)
    caller.abort('enough')
    expect(phaseOf(signal)).toBe('enough')
    expect(phaseOf(startDeadline(10, 100, caller.signal).signal)).toBe('enough')
  })
})

test('over, it leaves no clock running and holds on to no signal', () => {
  const caller = new AbortController()
  {
    using deadline = startDeadline(10, 100, caller.signal)
    expect(deadline.signal.aborted).toBe(false)
    expect([vi.getTimerCount(), getEventListeners(caller.signal, 'abort').length]).toEqual([2, 1])
  }
  expect([vi.getTimerCount(), getEventListeners(caller.signal, 'abort').length]).toEqual([0, 0])
})
