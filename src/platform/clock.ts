// The machine's time. Everyone else is handed a Clock, so that tests and the sandbox can turn it.

import { performance } from 'node:perf_hooks'
import { type Clock, instantFromMs } from '#spi'

/** The longest wait a timer can hold; a longer one would fire at once. */
const timerMax = 2 ** 31 - 1

/**
 * The system's clock. `offsetMs` is asked at every reading: the sandbox turns the clock with it. Sleeping follows the
 * monotonic clock, so a jump of the wall clock (a correction, a suspend) neither cuts a wait short nor stretches it.
 */
export function systemClock(offsetMs: () => number = () => 0): Clock {
  return {
    now: () => instantFromMs(Date.now() + offsetMs()),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => await sleep(Number.isFinite(ms) ? Math.min(Math.max(ms, 0), timerMax) : 0, signal),
  }
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
