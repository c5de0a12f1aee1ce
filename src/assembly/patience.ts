// A ledger that another process holds is often free a moment later: a command that only looked ends, and a daemon that
// is told to end lets go. Whoever comes in between waits a little before it says that there are two.

import { isSyncError } from '#core/errors'
import type { Clock } from '#spi'

const waitMs = 100
/** Longer than a command that looks takes, and shorter than a person waits before wondering. */
export const patienceMs = 3_000

export async function whenFree<T>(clock: Pick<Clock, 'sleep'>, open: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += waitMs) {
    try {
      return await open()
    } catch (error) {
      const isHeld = isSyncError(error) && error.code === 'DB-4001'
      if (!isHeld || waitedMs >= patienceMs) throw error
      await clock.sleep(waitMs)
    }
  }
}
