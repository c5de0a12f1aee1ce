// Making pipelines ready together, within a time: at the start, and before new settings take the place of old ones.

import { FixConfig } from '#core/errors'
import type { Runner } from '#assembly/runner'
import type { Settings } from '#settings/settings'
import type { Clock } from '#spi'

export interface Unprepared {
  readonly runner: Runner
  readonly error: unknown
}

export interface PrepareOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Whoever is not ready by then gets ready when it runs. */
  readonly withinMs: number
}

/** Those that failed. One that is merely slow is not among them. */
export async function prepared(runners: readonly Runner[], options: PrepareOptions): Promise<readonly Unprepared[]> {
  const { clock, signal, withinMs } = options
  const failures: Unprepared[] = []
  const all = runners.map(async (runner) => {
    try {
      await runner.ready(signal)
    } catch (error) {
      if (!signal.aborted) failures.push({ runner, error })
    }
  })
  const bell = new AbortController()
  await Promise.race([
    Promise.all(all),
    clock.sleep(withinMs, AbortSignal.any([signal, bell.signal])).catch(() => undefined),
  ])
  bell.abort()
  return [...failures]
}

/** A ledger is not exchanged under a running daemon, and a door is not moved. */
export function assertSameStore(before: Settings, after: Settings): void {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
  const changed = [
    ...(same(before.store, after.store) ? [] : ['store']),
    ...(same(before.http, after.http) ? [] : ['http']),
  ]
  if (changed.length === 0) return
  throw new FixConfig(
    `"${changed.join('" and "')}" changed, which a running daemon cannot take over. The settings before are in force; ` +
      'restart it to use the new ones.',
    { code: 'DB-1113', who: 'operations' },
  )
}
