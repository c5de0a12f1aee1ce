// The daemon as a process in the foreground: what signals mean to it, and how it ended.
//
//   SIGTERM, SIGINT   end in order; a second one ends at once
//   SIGHUP            take over the settings as they are now

import { asSyncError, type SyncError } from '#core/errors'
import type { Log } from '#spi'
import { startDaemon, type Daemon, type DaemonParts } from './daemon.ts'

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface ForegroundParts extends DaemonParts {
  /** What it answers takes the listener away. */
  readonly onSignal: (signals: readonly Signal[], listener: (signal: Signal) => void) => () => void
}

export interface DaemonEnd {
  /** Everything that was begun was finished. */
  readonly isClean: boolean
  /** What told it to end, if anything did. */
  readonly signal: Signal | null
  /** What made it end by itself, if anything did. */
  readonly error: SyncError | null
}

export async function runInForeground(parts: ForegroundParts): Promise<DaemonEnd> {
  const { log } = parts.machine
  const told: { signal: Signal | null } = { signal: null }
  let daemon: Daemon | null = null
  const release = parts.onSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], (signal) => {
    log.info('signal', { signal })
    if (signal === 'SIGHUP') void reload(daemon, log)
    else if (told.signal === null) {
      told.signal = signal
      void daemon?.stop()
    } else daemon?.kill()
  })
  try {
    daemon = await startDaemon(parts)
    // A signal that came while it was starting counts too.
    if (told.signal !== null) void daemon.stop()
    const error = await daemon.ended
    return { isClean: await daemon.stop(), signal: told.signal, error }
  } finally {
    release()
  }
}

async function reload(daemon: Daemon | null, log: Log): Promise<void> {
  try {
    await daemon?.reload()
  } catch (error) {
    // The old settings are in force, and status says so; here it is only noted.
    log.debug('reload.refused', { code: asSyncError(error).code })
  }
}
