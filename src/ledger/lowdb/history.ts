// The history: parts of events, each part a file. It follows the journal: an event is durable in the journal first, and
// a history that ends early after a crash is brought up again from there.

import { createSecretKey, type KeyObject } from 'node:crypto'
import { later, parseInstant } from '#core/model/instant'
import type { LinkKey } from '#core/model/ids'
import type { HistoryEvent, HistoryFilter } from '../entries.ts'
import { tagOf } from '../event-record.ts'
import { damaged } from '../faults.ts'
import type { Catalogue } from './catalogue.ts'
import type { EncodedEvent } from './event-frame.ts'
import { GrowingPart, openClosedPart, postingsOf, writePostings, type ClosedPart } from './history-part.ts'
import { readHistory, type ReadablePart } from './history-read.ts'
import { nameOf, type HistoryPart } from './manifest.ts'
import { Segment } from './segment.ts'
import type { Sizes } from './sizes.ts'

export interface HistoryOptions {
  readonly catalogue: Catalogue
  readonly sizes: Sizes
  /** The key of the marks under which events are found by link. */
  readonly tagKey: Buffer
}

export class History {
  readonly #catalogue: Catalogue
  readonly #sizes: Sizes
  readonly #tagKey: KeyObject
  #closed: readonly ClosedPart[]
  #growing: GrowingPart

  private constructor(options: HistoryOptions, closed: readonly ClosedPart[], growing: GrowingPart) {
    this.#catalogue = options.catalogue
    this.#sizes = options.sizes
    this.#tagKey = createSecretKey(options.tagKey)
    this.#closed = closed
    this.#growing = growing
  }

  /** As far as the files go; `complete` brings the end of it up from the journal. */
  static async open(options: HistoryOptions): Promise<History> {
    const { home, manifest } = options.catalogue
    const { ledger, history } = manifest
    const closed: ClosedPart[] = []
    for (const info of history.closed) closed.push(await openClosedPart(home, info, ledger))
    const name = nameOf.history(history.active.number)
    const segment = await Segment.open(home, name, { kind: 'history', ledger })
    const before = closed.at(-1)?.info
    if (before && segment.head.after.toString('hex') !== before.chain)
      throw damaged(home.directory, name, 'does not go on where the part before it ends')
    const growing = new GrowingPart(segment, before ? before.first + before.events : segment.head.first)
    await growing.grow()
    return new History(options, closed, growing)
  }

  get chain(): Buffer {
    return this.#growing.chain
  }

  /** The number the next event gets. */
  get next(): number {
    return this.#growing.next
  }

  get count(): number {
    return this.#closed.reduce((sum, { info }) => sum + info.events, this.#growing.postings.count)
  }

  get parts(): readonly ClosedPart[] {
    return this.#closed
  }

  get growing(): GrowingPart {
    return this.#growing
  }

  tag(link: LinkKey | null): string | null {
    return link === null ? null : tagOf(link, this.#tagKey)
  }

  /** `missing` are the journal's events from the next one on; `last` is the last number the journal knows. */
  async complete(missing: readonly EncodedEvent[], last: number): Promise<void> {
    const { segment } = this.#growing
    const { directory } = this.#catalogue.home
    if (this.next + missing.length !== last + 1) throw damaged(directory, segment.name, 'is not as it was written')
    if ((await segment.file.size()) > segment.bytes) await segment.file.truncate(segment.bytes)
    await this.append(missing)
    await segment.sync()
  }

  append(events: readonly EncodedEvent[]): Promise<void> {
    return events.length === 0 ? Promise.resolve() : this.#growing.append(events)
  }

  sync(): Promise<void> {
    return this.#growing.segment.sync()
  }

  /** Is it time for another part, with an event of this time to come? */
  isFull(at: string): boolean {
    const { postings, segment, oldest } = this.#growing
    if (postings.count === 0) return false
    if (postings.count >= this.#sizes.historyEvents || segment.bytes >= this.#sizes.historyBytes) return true
    const start = parseInstant(oldest)
    return start !== undefined && at > later(start, this.#sizes.historyMs)
  }

  /** Makes the next part ready; nothing changes yet. Whoever calls sees to it that nothing is appended meanwhile. */
  async prepareNext(): Promise<Segment> {
    const { home, manifest } = this.#catalogue
    const info = this.#growing.info()
    await writePostings(home, info, this.#growing.postings)
    const number = info.number + 1
    const segment = await Segment.create(home, nameOf.history(number), {
      kind: 'history',
      number,
      ledger: manifest.ledger,
      key: home.keys.currentId,
      after: this.chain,
      first: this.next,
    })
    await segment.during(home.files.syncDirectory(home.directory))
    return segment
  }

  async goOnIn(segment: Segment): Promise<void> {
    const info = this.#growing.info()
    const { number } = segment.head
    await this.#catalogue.change((was) => ({
      ...was,
      history: { closed: [...was.history.closed, info], active: { number } },
    }))
    this.#closed = [...this.#closed, { info, segment: this.#growing.segment }]
    this.#growing = new GrowingPart(segment, info.first + info.events)
  }

  /** Other files in place of these parts, by number, or none: what the catalogue no longer names is removed. */
  async replaceParts(fresh: ReadonlyMap<number, ClosedPart | null>): Promise<void> {
    const after = (part: HistoryPart): HistoryPart | null => {
      const found = fresh.get(part.number)
      return found === undefined ? part : (found?.info ?? null)
    }
    await this.#catalogue.change((was) => ({
      ...was,
      history: { ...was.history, closed: was.history.closed.flatMap((part) => after(part) ?? []) },
    }))
    const gone = this.#closed.filter(({ info }) => fresh.has(info.number))
    this.#closed = this.#closed.flatMap((part) => {
      const found = fresh.get(part.info.number)
      return found === undefined ? part : (found ?? [])
    })
    for (const part of gone) await this.#remove(part)
  }

  /** What cannot be removed now is removed at the next start. */
  async #remove({ info, segment }: ClosedPart): Promise<void> {
    const { files, directory } = this.#catalogue.home
    for (const name of [segment.name, nameOf.index(info.number, info.revision)])
      await files.remove(`${directory}/${name}`).catch(() => undefined)
    await segment.release()
  }

  read({ link, since, last }: HistoryFilter): AsyncIterable<HistoryEvent> {
    const { home } = this.#catalogue
    const closed = this.#closed.map((part): ReadablePart => {
      const { events: count, bytes, newest } = part.info
      return { segment: part.segment, count, bytes, newest, postings: () => postingsOf(home, part) }
    })
    const { segment, postings, newest } = this.#growing
    const { count } = postings
    const growing = { segment, count, bytes: segment.bytes, newest, postings: async () => postings }
    const wanted = link === undefined ? null : { key: link, tag: tagOf(link, this.#tagKey) }
    return readHistory([...closed, growing], { directory: home.directory, link: wanted, since, last })
  }

  async close(): Promise<void> {
    for (const { segment } of this.#closed) await segment.release()
    await this.#growing.segment.release()
  }
}
