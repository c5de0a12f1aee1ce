// What has to be done now and then, whatever the pipelines do: copies of the ledgers, and letting go of history that is
// older than anybody asked for. A failure is logged and tried again an hour later; it stops nothing.

import { join } from 'node:path'
import { asSyncError } from '#core/errors'
import { instantFromMs, later, msOf, parseInstant, type Instant } from '#core/model/instant'
import type { Assembly } from '#assembly/assembly'
import { backUp } from '#control/backup'
import { foldersIn, removeFolder } from '#platform/folders'
import type { StoreSettings } from '#settings/settings'
import type { Clock, Log } from '#spi'

export interface HousekeepingParts {
  readonly clock: Clock
  readonly log: Log
  readonly assembly: () => Assembly
}

const everyMs = 3_600_000
const dayMs = 86_400_000

export class Housekeeping {
  readonly #parts: HousekeepingParts
  #expiredAt: Instant | null = null

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
  }

  /** Until it is told to end. */
  async work(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    while (!signal.aborted) {
      await this.round()
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }

  async round(): Promise<void> {
    const { store } = this.#parts.assembly().settings
    if (store.type !== 'lowdb') return
    await this.#try('backup.failed', async () => await this.#backUp(store))
    await this.#try('history.not-expired', async () => await this.#expire(store))
  }

  async #try(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#parts.log.error(event, { code: asSyncError(error).code, error })
    }
  }

  async #backUp({ backup }: Lowdb): Promise<void> {
    if (!backup) return
    const { clock, log, assembly } = this.#parts
    const now = clock.now()
    const made = (await foldersIn(backup.to)).filter((name) => momentOf(name) !== undefined)
    const newest = momentOf(made.at(-1) ?? '')
    if (newest !== undefined && later(newest, backup.everyMs) > now) return
    const name = nameOf(now)
    const { ledgers } = await backUp([...assembly().runners.values()], join(backup.to, name))
    log.info('backup.made', { count: ledgers.length, bytes: ledgers.reduce((sum, { bytes }) => sum + bytes, 0) })
    // The new one counts: as many are kept as were asked for.
    for (const old of made.slice(0, Math.max(0, made.length + 1 - backup.keep))) await removeFolder(backup.to, old)
  }

  async #expire({ keep }: Lowdb): Promise<void> {
    const { clock, log, assembly } = this.#parts
    const now = clock.now()
    if (this.#expiredAt !== null && later(this.#expiredAt, dayMs) > now) return
    const before = instantFromMs(msOf(now) - keep.historyMs)
    for (const { name, ledger } of assembly().runners.values()) {
      const { events } = await ledger.expire(before)
      if (events > 0) log.info('history.expired', { pipeline: name, count: events })
    }
    this.#expiredAt = now
  }
}

type Lowdb = Extract<StoreSettings, { type: 'lowdb' }>

/** `2026-11-20T03-15-00-000Z`: names that sort as time does, on every file system. */
const nameOf = (instant: Instant): string => instant.replaceAll(/[:.]/g, '-')

function momentOf(name: string): Instant | undefined {
  const [, date, hour, minute, second, ms] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/.exec(name) ?? []
  return date === undefined ? undefined : parseInstant(`${date}T${hour}:${minute}:${second}.${ms}Z`)
}
