// Looks once a minute whether there is something to tell, and lets the room of alerts tell it. Nothing waits for it, and
// what goes wrong here is logged and stops nobody.

import { join } from 'node:path'
import type { Codebook } from '#core/codes'
import { asSyncError } from '#core/errors'
import { Alerts } from '#alerts/alerts'
import { type Channels, openChannels } from '#alerts/channels/open'
import { passingMemory, type MemoryStore } from '#alerts/memory'
import { memoryFile } from '#alerts/memory-file'
import type { Assembly } from '#assembly/assembly'
import type { Clock, Log } from '#spi'
import { Sights } from './alert-sight.ts'

export interface AlertWatchParts {
  readonly clock: Clock
  readonly log: Log
  readonly codes: Codebook
  readonly assembly: () => Assembly
}

const everyMs = 60_000

interface Open {
  readonly of: Assembly
  readonly alerts: Alerts
  readonly channels: Channels
}

export class AlertWatch {
  readonly #parts: AlertWatchParts
  readonly #sights: Sights
  readonly #passing = passingMemory()
  #open: Open | null = null

  constructor(parts: AlertWatchParts) {
    this.#parts = parts
    this.#sights = new Sights(parts.codes)
  }

  /** Until it is told to end. */
  async work(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal).catch(() => undefined)
      if (signal.aborted) break
      try {
        await this.round(signal)
      } catch (error) {
        if (!signal.aborted) log.error('alert.broke', { code: asSyncError(error).code, error })
      }
    }
    this.#close()
  }

  async round(signal: AbortSignal): Promise<void> {
    const assembly = this.#parts.assembly()
    if (assembly.settings.alerts.rules.length === 0) return this.#close()
    const { alerts } = this.#opened(assembly)
    const { runners, settings } = assembly
    const sight = await this.#sights.of([...runners.values()], this.#parts.clock.now(), settings.timezone)
    await alerts.round(sight, signal)
  }

  /** Anew when the settings are others. */
  #opened(of: Assembly): Open {
    if (this.#open?.of === of) return this.#open
    this.#close()
    const { settings, machine } = of
    const { clock, log, codes } = this.#parts
    const secrets = machine.secretsFor(settings.root)
    const channels = openChannels(settings.alerts, {
      clock,
      log,
      metrics: machine.metrics,
      secrets,
      proxy: settings.proxy,
    })
    const alerts = new Alerts({ settings, channels, store: this.#store(of), codes, clock, log })
    this.#open = { of, alerts, channels }
    return this.#open
  }

  #store({ settings: { store } }: Assembly): MemoryStore {
    return store.type === 'lowdb' ? memoryFile(join(store.path, 'alerts.json'), this.#parts.log) : this.#passing
  }

  #close(): void {
    for (const channel of this.#open?.channels.values() ?? []) channel.close()
    this.#open = null
  }
}
