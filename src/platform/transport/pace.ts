// How fast a connection may ask: so many calls at a time, so many in a minute. Whoever comes too early waits in line,
// first come, first served.

import { type Clock, invariant } from '#spi'

export interface PaceRules {
  readonly parallel: number
  readonly perMinute?: number
}

export interface Pace {
  /** Waits for a turn. The answer ends it; it must be called. */
  enter(signal: AbortSignal): Promise<() => void>
}

const minuteMs = 60_000
/** More callers than this at once is a connector that has lost count. */
const waitingMax = 10_000

export function pace(rules: PaceRules, clock: Clock): Pace {
  const lanes = lanesFor(rules.parallel)
  const window = rules.perMinute === undefined ? undefined : minuteWindow(rules.perMinute, clock)
  return {
    enter: async (signal) => {
      signal.throwIfAborted()
      const leave = await lanes(signal)
      try {
        await window?.(signal)
        return leave
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

function lanesFor(parallel: number): (signal: AbortSignal) => Promise<() => void> {
  const waiting = new Set<() => void>()
  let running = 0

  function taken(): () => void {
    running += 1
    let left = false
    return () => {
      if (left) return
      left = true
      running -= 1
      const [next] = waiting
      next?.()
    }
  }

  return async (signal) => {
    if (running < parallel) return taken()
    invariant(waiting.size < waitingMax, `no more than ${waitingMax} calls wait for one connection`)
    return await new Promise((resolve, reject) => {
      const go = (): void => {
        waiting.delete(go)
        signal.removeEventListener('abort', stop)
        resolve(taken())
      }
      const stop = (): void => {
        waiting.delete(go)
        reject(signal.reason)
      }
      waiting.add(go)
      signal.addEventListener('abort', stop)
    })
  }
}

/** Never more than so many starts in any minute, wherever the minute begins. */
function minuteWindow(perMinute: number, clock: Clock): (signal: AbortSignal) => Promise<void> {
  // When the last so many began, oldest first.
  const started = Array.from({ length: perMinute }, () => -Infinity)
  return async (signal) => {
    for (;;) {
      const now = clock.monotonicMs()
      const ms = (started[0] ?? now) + minuteMs - now
      if (ms <= 0) {
        started.shift()
        started.push(now)
        return
      }
      await clock.sleep(ms, signal)
    }
  }
}
