// The open ledgers of this process. A ledger is opened once and shared by whoever assembles anew: while settings are
// reloaded, the old assembly works on with the very ledger that the new one is going to use.

import type { Log, Secrets } from '#spi'
import type { KeptLedger } from '#ledger'
import type { StoreSettings } from '#settings/settings'
import type { Machine } from './machine.ts'

interface Kept {
  readonly opening: Promise<KeptLedger>
  /** How many assemblies hold it. */
  holders: number
}

export class Ledgers {
  readonly #open: Machine['openLedger']
  readonly #log: Log
  readonly #kept = new Map<string, Kept>()

  constructor({ openLedger, log }: Pick<Machine, 'openLedger' | 'log'>) {
    this.#open = openLedger
    this.#log = log
  }

  /** Every take needs its give. */
  async take(store: StoreSettings, pipeline: string, secrets: Secrets): Promise<KeptLedger> {
    const key = keyOf(store, pipeline)
    const log = this.#log.with({ pipeline })
    const kept = this.#kept.get(key) ?? { opening: this.#open(store, { pipeline, secrets, log }), holders: 0 }
    kept.holders += 1
    this.#kept.set(key, kept)
    try {
      return await kept.opening
    } catch (error) {
      this.#kept.delete(key)
      throw error
    }
  }

  async give(store: StoreSettings, pipeline: string): Promise<void> {
    const key = keyOf(store, pipeline)
    const kept = this.#kept.get(key)
    if (!kept) return
    kept.holders -= 1
    if (kept.holders > 0) return
    this.#kept.delete(key)
    await (await kept.opening).close()
  }
}

/** Another path or another key is another ledger. */
function keyOf(store: StoreSettings, pipeline: string): string {
  return store.type === 'memory' ? `memory ${pipeline}` : `${store.path} ${store.encryptionKey ?? ''} ${pipeline}`
}
