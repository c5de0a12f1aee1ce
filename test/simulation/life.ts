// One life of the engine. It can end at any moment at which the engine waits for something; whoever waits then waits
// for ever, exactly as if the process were gone. What is on disk stays.

import { FixConfig } from '#core/errors'
import type { Clock, Instant } from '#spi'
import type { Entries, HistoryFilter, Ledger, LedgerChange, NewEvent, Table } from '#ledger'
import type { FakeClock } from '#testkit/fake-clock'

export interface LifeOptions {
  readonly clock: FakeClock
  /** Time that passes at each waiting point. */
  readonly latencyMs: () => number
  /** Does it end here? */
  readonly dies: (point: string) => boolean
  readonly died: () => void
}

const forever = <T>(): Promise<T> => new Promise<T>(() => {})

export class Life {
  readonly #options: LifeOptions
  #over = false

  constructor(options: LifeOptions) {
    this.#options = options
  }

  get isOver(): boolean {
    return this.#over
  }

  end(): void {
    this.#over = true
  }

  /** A point at which others may act and this life may end. */
  async pass(point: string): Promise<void> {
    if (this.#over) return forever()
    const ms = this.#options.latencyMs()
    if (ms > 0) await this.#options.clock.sleep(ms)
    // Ended from outside while it slept.
    if (this.isOver) return forever()
    if (!this.#options.dies(point)) return undefined
    this.#over = true
    this.#options.died()
    return forever()
  }

  async unlessOver<T>(work: Promise<T>): Promise<T> {
    const done = await work
    return this.#over ? forever() : done
  }
}

/** The same clock, for as long as the life lasts. */
export const mortalClock = (clock: FakeClock, life: Life): Clock => ({
  now: (): Instant => clock.now(),
  monotonicMs: () => clock.monotonicMs(),
  sleep: (ms, signal) => life.unlessOver(clock.sleep(ms, signal)),
})

/** What a commit meets. Once it has failed, nothing more is taken in this life. */
export interface Disk {
  readonly committed: () => void
  /** Before anything of it was stored, or after all of it was; the one who writes cannot tell. */
  readonly fails: () => 'before' | 'after' | null
}

/** A store that outlives whoever writes to it: a commit is on disk or it is not, and the writer may die on either side. */
export class MortalLedger implements Ledger {
  readonly #inner: Ledger
  readonly #life: Life
  readonly #disk: Disk
  #stopped: FixConfig | null = null

  constructor(inner: Ledger, life: Life, disk: Disk) {
    this.#inner = inner
    this.#life = life
    this.#disk = disk
  }

  get<T extends Table>(table: T, key: string): Promise<Entries[T] | undefined> {
    return this.#life.unlessOver(this.#inner.get(table, key))
  }

  getMany<T extends Table>(table: T, keys: readonly string[]): Promise<readonly (Entries[T] | undefined)[]> {
    return this.#life.unlessOver(this.#inner.getMany(table, keys))
  }

  all<T extends Table>(table: T): AsyncIterable<Entries[T]> {
    return this.#inner.all(table)
  }

  count(table: Table): Promise<number> {
    return this.#life.unlessOver(this.#inner.count(table))
  }

  linksOf(...of: Parameters<Ledger['linksOf']>): ReturnType<Ledger['linksOf']> {
    return this.#life.unlessOver(this.#inner.linksOf(...of))
  }

  due(...of: Parameters<Ledger['due']>): ReturnType<Ledger['due']> {
    return this.#life.unlessOver(this.#inner.due(...of))
  }

  async commit(changes: readonly LedgerChange[], events: readonly NewEvent[] = []): Promise<void> {
    await this.#life.pass('commit:before')
    if (this.#stopped) throw this.#stopped
    const fails = this.#disk.fails()
    if (fails !== 'before') await this.#inner.commit(changes, events)
    if (fails !== null) throw this.#stop()
    this.#disk.committed()
    await this.#life.pass('commit:after')
  }

  #stop(): FixConfig {
    this.#stopped = new FixConfig('The disk failed.', { code: 'DB-4009', who: 'operations' })
    return this.#stopped
  }

  history(filter: HistoryFilter): ReturnType<Ledger['history']> {
    return this.#inner.history(filter)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
