// The ledger that forgets when the process ends: for the sandbox and for tests, and the plainest statement of what the
// port means. It keeps entries as text, as the others do, so that nothing can be changed behind its back.

import { createSecretKey } from 'node:crypto'
import { Bug } from '#core/errors'
import { linkKey, type LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Link } from '#core/model/link'
import type { RecordRef } from '#core/model/record'
import { tables, type Entries, type HistoryEvent, type HistoryFilter, type NewEvent, type Table } from './entries.ts'
import {
  CHAIN_START,
  chained,
  digestOf,
  EventHead,
  eventOf,
  EventWords,
  forgotEvent,
  tagOf,
  writeEvent,
  type WrittenEvent,
} from './event-record.ts'
import { changesToForget } from './forgotten.ts'
import type { ExpireReport, Forgetting, HistoryReport, KeptLedger, LedgerChange } from './ledger.ts'
import { LinkIndex, type Indexed } from './link-index.ts'
import { fromStored, toStored, type StoredChange } from './stored.ts'

interface Kept extends Indexed {
  readonly text: string
}

interface KeptEvent {
  readonly written: Omit<WrittenEvent, 'words'>
  words: Buffer | null
  readonly chain: Buffer
}

/** Nothing here is secret: the mark only has to be the same each time. */
const tagKey = createSecretKey(Buffer.from('memory'))

export const openMemoryLedger = (): KeptLedger => new MemoryLedger()

class MemoryLedger implements KeptLedger {
  readonly opened = { fresh: true, restored: false, unclean: false, cutBytes: 0, sealed: true }
  readonly failure = null
  readonly #tables = new Map<Table, Map<string, Kept>>(tables.map((table) => [table, new Map()]))
  readonly #links = new LinkIndex<Kept>()
  #events: KeptEvent[] = []
  #numbered = 0
  #before: Buffer = CHAIN_START
  #closed = false

  async get<T extends Table>(table: T, key: string): Promise<Entries[T] | undefined> {
    const kept = this.#in(table).get(key)
    return kept && fromStored(table, key, kept.text)
  }

  async getMany<T extends Table>(table: T, keys: readonly string[]): Promise<readonly (Entries[T] | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(table, key)))
  }

  async *all<T extends Table>(table: T): AsyncIterable<Entries[T]> {
    for (const { key, text } of this.#in(table).values()) yield fromStored(table, key, text)
  }

  async count(table: Table): Promise<number> {
    return this.#in(table).size
  }

  async linksOf(records: readonly RecordRef[]): Promise<readonly (Link | undefined)[]> {
    this.#assertOpen()
    return records.map((record) => {
      const kept = this.#links.holder(record)
      return kept && fromStored('link', kept.key, kept.text)
    })
  }

  async due(now: string, max: number): Promise<readonly LinkKey[]> {
    this.#assertOpen()
    return this.#links.due(now, max).map(({ key }) => linkKey(key))
  }

  async commit(changes: readonly LedgerChange[], events: readonly NewEvent[] = []): Promise<void> {
    this.#assertOpen()
    for (const change of toStored(changes))
      if (change.do === 'put') this.#put(change)
      else this.#drop(change.table, change.key)
    for (const event of events) this.#note(event, event.link === null ? null : tagOf(event.link, tagKey))
  }

  async *history(filter: HistoryFilter): AsyncIterable<HistoryEvent> {
    this.#assertOpen()
    const { link, since, last } = filter
    const tag = link === undefined ? undefined : tagOf(link, tagKey)
    const found = this.#events
      .map(({ written, words, chain }) => ({ head: headOf(written.head), words, chain }))
      .filter(({ head }) => tag === undefined || head.tag === tag)
    const newest = last === undefined ? found : found.slice(Math.max(0, found.length - last))
    for (const { head, words, chain } of newest)
      if (since === undefined || head.at >= since) yield eventOf(head, words && wordsOf(words), chain)
  }

  async forget(link: LinkKey, { at, who, also }: Forgetting): Promise<void> {
    await this.commit(await changesToForget(this, link, also))
    const tag = tagOf(link, tagKey)
    for (const event of this.#events) if (event.words && wordsOf(event.words).link === link) event.words = null
    this.#note(forgotEvent(at, who), tag)
  }

  async expire(before: Instant): Promise<ExpireReport> {
    const kept = this.#events.findIndex(({ written }) => headOf(written.head).at >= before)
    const gone = this.#events.splice(0, kept === -1 ? this.#events.length : kept)
    return { events: gone.length }
  }

  async verifyHistory(): Promise<HistoryReport> {
    const heads = this.#events.map(({ written }) => headOf(written.head).number)
    const altered = this.#events
      .filter(({ written, words }) => words && !digestOf(words).equals(written.digest))
      .map(({ written }) => ({
        number: headOf(written.head).number,
        what: 'its words are not those it was written with',
      }))
    const forgotten = this.#events.filter(({ words }) => words === null).length
    return { events: heads.length, first: heads[0] ?? null, last: heads.at(-1) ?? null, forgotten, altered }
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #put({ table, key, text, facets }: StoredChange & { do: 'put' }): void {
    this.#unlink(table, key)
    const kept: Kept = { key, text, ...facets, seat: -1 }
    // Set over the old one, never removed first: an entry that changes keeps its place for whoever is reading `all`.
    this.#in(table).set(key, kept)
    if (table === 'link') this.#links.add(kept)
  }

  #drop(table: Table, key: string): void {
    this.#unlink(table, key)
    this.#in(table).delete(key)
  }

  #unlink(table: Table, key: string): void {
    const kept = this.#in(table).get(key)
    if (kept !== undefined && table === 'link') this.#links.remove(kept)
  }

  #note(event: NewEvent, tag: string | null): void {
    this.#numbered += 1
    const { head, words, digest } = writeEvent(event, this.#numbered, { tag, salt: String(this.#numbered) })
    this.#before = chained(this.#before, head, digest)
    this.#events.push({ written: { head, digest }, words, chain: this.#before })
  }

  #in(table: Table): Map<string, Kept> {
    this.#assertOpen()
    const found = this.#tables.get(table)
    if (found === undefined) throw new Bug(`The ledger has no table "${table}".`, { code: 'DB-4016' })
    return found
  }

  #assertOpen(): void {
    if (this.#closed) throw new Bug('The ledger was used after it was closed.', { code: 'DB-4016' })
  }
}

const headOf = (head: Buffer): EventHead => EventHead.parse(JSON.parse(head.toString()))
const wordsOf = (words: Buffer): EventWords => EventWords.parse(JSON.parse(words.toString()))
