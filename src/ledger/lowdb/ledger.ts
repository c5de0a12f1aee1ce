// The embedded ledger: lowdb, with a journal for an adapter, in a directory of its own. One process, one writer; a
// commit is on the disk when it returns. It must never start on half a store, never acknowledge what is not durable,
// and never write again after a write has failed.

import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Low } from 'lowdb'
import type { SyncError } from '#core/errors'
import { linkKey, type LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Link } from '#core/model/link'
import type { RecordRef } from '#core/model/record'
import type { Entries, HistoryEvent, HistoryFilter, NewEvent, Table } from '../entries.ts'
import { forgotEvent } from '../event-record.ts'
import { closed, damaged, errnoOf, ledgerFault, stopped } from '../faults.ts'
import { changesToForget } from '../forgotten.ts'
import type { EmbeddedLedger, Forgetting, LedgerChange, LedgerStats, Opened } from '../ledger.ts'
import { noLog, type LedgerLog } from '../log.ts'
import type { Sealer } from '../seal.ts'
import { fromStored, toStored } from '../stored.ts'
import { backUp } from './backup.ts'
import { aboutValue } from './batch.ts'
import type { Held } from './contents.ts'
import { disk } from './disk.ts'
import type { Files, HeldLock } from './files.ts'
import type { Home } from './home.ts'
import { Journal, nothingYet, type Working } from './journal.ts'
import { Keys } from './keys.ts'
import { takeLock } from './lock.ts'
import { openFiles, type OpenedFiles } from './opening.ts'
import { readPlaces } from './places.ts'
import { Reserve } from './reserve.ts'
import { usualSizes, type Sizes } from './sizes.ts'
import { purgePut, stage, type ToStage } from './staging.ts'
import { Tidying } from './tidying.ts'
import { tracked } from './tracked.ts'
import { verifyHistory } from './verify.ts'

export interface LowdbOptions {
  /** Of this ledger alone. */
  readonly directory: string
  /** Without one, what is stored can be read by whoever reads the files: `opened.sealed` says so. */
  readonly seal?: Sealer | undefined
  /** Keys that older files may still be sealed with. They are written anew under `seal` in the background. */
  readonly formerSeals?: readonly Sealer[]
  readonly log?: LedgerLog
  /** For a mount that is known to be used by this machine only. */
  readonly allowNetworkDisk?: boolean
  /** In place of the real disk: for tests. */
  readonly files?: Files
  readonly sizes?: Partial<Sizes>
}

const CHUNK = 64
const SALT_BYTES = 16

export async function openLowdbLedger(options: LowdbOptions): Promise<EmbeddedLedger> {
  const { directory, allowNetworkDisk = false, seal = null, formerSeals = [] } = options
  const files = tracked(options.files ?? disk)
  const home: Home = { directory, files, keys: new Keys(directory, seal, formerSeals) }
  try {
    const lock = await takeLock({ directory, files, allowNetworkDisk })
    try {
      const sizes = { ...usualSizes, ...options.sizes }
      const reserve = new Reserve(home, sizes.reserveBytes)
      const opened = await openFiles(home, sizes)
      await reserve.keep()
      return await LowdbLedger.start({ home, lock, opened, reserve, sizes, log: options.log ?? noLog })
    } catch (error) {
      await files.closeAll()
      await lock.release()
      throw error
    }
  } catch (error) {
    throw ledgerFault(error, directory)
  }
}

interface Parts {
  readonly home: Home
  readonly lock: HeldLock
  readonly opened: OpenedFiles
  readonly reserve: Reserve
  readonly sizes: Sizes
  readonly log: LedgerLog
}

class LowdbLedger implements EmbeddedLedger {
  readonly opened: Opened
  readonly #parts: Parts
  readonly #journal: Journal
  readonly #db: Low<Working>
  readonly #tidying: Tidying
  #closing: Promise<void> | undefined

  static async start(parts: Parts): Promise<LowdbLedger> {
    const ledger = new LowdbLedger(parts)
    await ledger.#begin()
    return ledger
  }

  private constructor(parts: Parts) {
    const { opened, sizes, log, home } = parts
    this.opened = { ...opened.how, sealed: home.keys.current !== null }
    this.#parts = parts
    this.#journal = new Journal({
      files: opened,
      sizes,
      salt: () => randomBytes(SALT_BYTES).toString('hex'),
      onFailure: (error) => this.#fail(error),
      onDelay: (error) => log.warn('ledger.next-file-delayed', { error }),
      onPage: () => this.#tidying.considerCompacting(),
    })
    this.#db = new Low<Working>(this.#journal, nothingYet())
    const working = (): Working => this.#db.data
    this.#tidying = new Tidying({ journal: this.#journal, working, sizes, log })
  }

  get failure(): SyncError | null {
    return this.#journal.failure
  }

  async get<T extends Table>(table: T, key: string): Promise<Entries[T] | undefined> {
    const [found] = await this.getMany(table, [key])
    return found
  }

  async getMany<T extends Table>(table: T, keys: readonly string[]): Promise<readonly (Entries[T] | undefined)[]> {
    this.#assertOpen()
    return this.#values(
      table,
      keys.map((key) => this.#db.data.contents.get(table, key)),
    )
  }

  async *all<T extends Table>(table: T): AsyncIterable<Entries[T]> {
    this.#assertOpen()
    let some: Held[] = []
    for (const held of this.#db.data.contents.in(table)) {
      if (some.push(held) < CHUNK) continue
      yield* present(await this.#values(table, some))
      some = []
    }
    yield* present(await this.#values(table, some))
  }

  async count(table: Table): Promise<number> {
    this.#assertOpen()
    return this.#db.data.contents.count(table)
  }

  async linksOf(records: readonly RecordRef[]): Promise<readonly (Link | undefined)[]> {
    this.#assertOpen()
    const { links } = this.#db.data.contents
    return this.#values(
      'link',
      records.map((record) => links.holder(record)),
    )
  }

  async due(now: string, max: number): Promise<readonly LinkKey[]> {
    this.#assertOpen()
    return this.#db.data.contents.links.due(now, max).map(({ key }) => linkKey(key))
  }

  async commit(changes: readonly LedgerChange[], events: readonly NewEvent[] = []): Promise<void> {
    const { history } = this.#journal
    const told = events.map((event) => ({ event, tag: history.tag(event.link) }))
    await this.#commit({ changes: toStored(changes), events: told })
  }

  async *history(filter: HistoryFilter): AsyncIterable<HistoryEvent> {
    this.#assertOpen()
    yield* this.#journal.history.read(filter)
  }

  async forget(link: LinkKey, { at, who, also }: Forgetting): Promise<void> {
    const changes = toStored(await changesToForget(this, link, also))
    const tag = this.#journal.history.tag(link)
    const own = tag === null ? [] : [purgePut(tag, this.#parts.home.keys.current)]
    await this.#commit({ changes, own, events: [{ event: forgotEvent(at, who), tag }] })
    await this.#told(() => this.#tidying.freshen())
  }

  async expire(before: Instant) {
    this.#assertWritable()
    return { events: await this.#told(() => this.#tidying.expire(before)) }
  }

  async verifyHistory() {
    this.#assertOpen()
    return this.#told(() => verifyHistory(this.#journal.history))
  }

  async backup(to: string) {
    this.#assertWritable()
    return this.#told(() => this.#tidying.alone(() => backUp(this.#journal, this.#db.data, to)))
  }

  async compact(): Promise<void> {
    this.#assertWritable()
    await this.#told(() => this.#tidying.compact())
  }

  stats(): LedgerStats {
    const { history, closed: full, active, commits, syncs } = this.#journal
    const segments = [...full, active, ...history.parts.map(({ segment }) => segment), history.growing.segment]
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
    const links = this.#db.data.contents.count('link')
    return { links, events: history.count, commits, syncs, files: segments.length, bytes }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** A ledger that was opened with another key goes on in files of the new one. */
  async #begin(): Promise<void> {
    await this.#db.read()
    const { log, home, opened } = this.#parts
    const { current } = home.keys
    if (opened.active.sealer !== current) await this.#journal.between(this.#db.data, () => this.#journal.turnPage())
    if (this.#journal.history.growing.segment.sealer !== current)
      await this.#journal.between(this.#db.data, () => this.#journal.turnHistory())
    const { fresh, cutBytes } = this.opened
    log.info('ledger.opened', { count: this.#db.data.contents.count('link'), value: fresh })
    if (cutBytes > 0) log.warn('ledger.torn-write-cut', { bytes: cutBytes, file: opened.active.name })
    this.#tidying.resume()
  }

  async #commit(toStage: ToStage): Promise<void> {
    this.#assertWritable()
    const staged = stage(toStage, this.#parts.home.keys.current)
    if (staged.changes.length === 0 && staged.events.length === 0) return
    this.#db.data.staged.push(staged)
    await this.#db.write()
  }

  async #values<T extends Table>(table: T, wanted: readonly (Held | undefined)[]) {
    const found = wanted.flatMap((held) => held ?? [])
    // Where they stand now: they may move while they are read.
    const places = found.map(({ key, segment, offset, length, crc }) => ({ key, segment, offset, length, crc }))
    const values = await this.#told(() => readPlaces(places, (bytes, place) => this.#value(table, place, bytes)))
    let next = 0
    return wanted.map((held) => (held === undefined ? undefined : values[next++]))
  }

  #value<T extends Table>(table: T, { key, segment, crc }: Pick<Held, 'key' | 'segment' | 'crc'>, bytes: Buffer) {
    const whole = crc32(bytes) === crc ? bytes : undefined
    const plain = whole && segment.sealer ? segment.sealer.open(whole, aboutValue(table, key)) : whole
    if (plain !== undefined) return fromStored(table, key, plain.toString())
    throw damaged(this.#parts.home.directory, segment.name, `is not as it was written (${table} ${key})`)
  }

  async #fail(cause: unknown): Promise<SyncError> {
    const { log, home, reserve } = this.#parts
    const fault = ledgerFault(cause, home.directory)
    log.error('ledger.failed', { error: fault })
    if (errnoOf(cause) === 'ENOSPC') await reserve.letGo().catch(() => undefined)
    return fault
  }

  async #close(): Promise<void> {
    const { lock, log } = this.#parts
    try {
      await this.#tidying.stop()
      if (this.failure === null) await this.#journal.between(this.#db.data, () => this.#markClean())
    } catch (error) {
      log.warn('ledger.closed-uncleanly', { error })
    } finally {
      const { history, active, closed: full } = this.#journal
      for (const segment of [...full, active]) await segment.release()
      await history.close()
      await lock.release()
    }
  }

  async #markClean(): Promise<void> {
    const { history, catalogue, active, chain, commits } = this.#journal
    await history.sync()
    const state = { number: active.head.number, bytes: active.bytes, chain: chain.toString('hex'), clean: true }
    await catalogue.change((was) => ({
      ...was,
      restored: was.restored && commits === 0,
      journal: { ...was.journal, active: state },
    }))
  }

  /** Faults of the disk, told as what they are. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw ledgerFault(error, this.#parts.home.directory)
    }
  }

  #assertWritable(): void {
    this.#assertOpen()
    if (this.failure) throw stopped(this.failure)
  }

  #assertOpen(): void {
    if (this.#closing) throw closed()
  }
}

function* present<T>(found: readonly (T | undefined)[]): Iterable<T> {
  for (const one of found) if (one !== undefined) yield one
}
