// The room of alerts: tells people, over the channels of the settings, what the rules say they want to hear. It is shown
// what stands, decides what is news (decide.ts), sends it, and remembers that it did. It reads no deal, asks no vendor,
// and nothing waits for it: what cannot be delivered is tried again with growing patience, and stops nobody.

import type { Codebook } from '#core/codes'
import { asSyncError } from '#core/errors'
import { later, type Instant } from '#core/model/instant'
import type { Settings } from '#settings/settings'
import type { Clock, Log } from '#spi'
import type { Channels } from './channels/open.ts'
import type { Sight } from './condition.ts'
import { afterSending, decide, type Message } from './decide.ts'
import type { Memory, MemoryStore } from './memory.ts'
import { letterOf } from './wording.ts'

export interface AlertParts {
  readonly settings: Pick<Settings, 'alerts' | 'name' | 'timezone'>
  readonly channels: Channels
  readonly store: MemoryStore
  readonly codes: Codebook
  readonly clock: Clock
  readonly log: Log
}

interface Failing {
  readonly times: number
  readonly until: Instant
}

const firstWaitMs = 60_000
const longestWaitMs = 30 * 60_000

export class Alerts {
  readonly #parts: AlertParts
  readonly #failing = new Map<string, Failing>()
  #memory: Memory | null = null

  constructor(parts: AlertParts) {
    this.#parts = parts
  }

  /** Tells what is news. Never throws for a message that did not arrive. */
  async round(sight: Sight, signal: AbortSignal): Promise<void> {
    const { settings, store } = this.#parts
    const before = this.#memory ?? (await store.read())
    const house = { alerts: settings.alerts, zone: settings.timezone }
    const { memory, messages } = decide(sight, before, house)
    await this.#keep(memory, before)
    for (const message of messages) {
      signal.throwIfAborted()
      if (await this.#send(message, signal)) {
        const known = this.#memory ?? memory
        await this.#keep(afterSending(known, message, this.#parts.clock.now()), known)
      }
    }
  }

  async #keep(memory: Memory, before: Memory): Promise<void> {
    this.#memory = memory
    if (JSON.stringify(withoutPulse(memory)) === JSON.stringify(withoutPulse(before))) return
    try {
      await this.#parts.store.write(memory)
    } catch (error) {
      // A full disk is a reason to tell people, not to fall silent; a start after it may tell some things twice.
      this.#parts.log.error('alert.not-kept', { code: asSyncError(error).code, error })
    }
  }

  async #send(message: Message, signal: AbortSignal): Promise<boolean> {
    const { channels, settings, codes, clock, log } = this.#parts
    const channel = channels.get(message.channel)
    const failing = this.#failing.get(message.channel)
    if (!channel || (failing && failing.until > clock.now())) return false
    const words = { name: settings.name, zone: settings.timezone, codes, now: clock.now() }
    try {
      await channel.send(letterOf(message, words), signal)
      this.#failing.delete(message.channel)
      log.info('alert.sent', { connection: message.channel, count: message.notices.length })
      return true
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asSyncError(thrown)
      this.#failed(message.channel, error.remedy === 'retry-later' ? error.notBefore : undefined)
      log.error('alert.not-sent', { connection: message.channel, code: error.code, error: thrown })
      return false
    }
  }

  #failed(channel: string, notBefore: Instant | undefined): void {
    const times = (this.#failing.get(channel)?.times ?? 0) + 1
    const patient = later(this.#parts.clock.now(), Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(times - 1, 10)))
    this.#failing.set(channel, { times, until: notBefore !== undefined && notBefore > patient ? notBefore : patient })
  }
}

/** When pipelines last did well changes with every pass, and is written down with the next news. */
const withoutPulse = ({ told, digests, sent, good }: Memory) => ({ told, digests, sent, met: Object.keys(good) })
