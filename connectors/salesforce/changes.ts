// What changed since a bookmark: one query for each kind, all of them in one call, deleted records included. Each poll
// reads the last quarter of an hour again (seen.ts tells why) and asks with "not before", never "after", because
// stamps have whole seconds.

import {
  type Cursor,
  type Host,
  type Instant,
  type Kind,
  later,
  msOf,
  type Page,
  type Shape,
  type VendorRecord,
} from '#spi'
import type { Api, Manner } from './api.ts'
import { type Bookmark, readCursor, writeCursor } from './cursor.ts'
import { type Objects, readable } from './describe.ts'
import type { VendorError } from './faults.ts'
import type { Products } from './products.ts'
import { type Ask, askAll, isRows, refusedQuery, type Rows, says } from './queries.ts'
import { instantIn, merged, recordOf, selection } from './records.ts'
import { Seen } from './seen.ts'
import { ServerClock } from './server-clock.ts'
import { identifier, stampLiteral } from './soql.ts'

/** Longer than the ten minutes Salesforce lets any transaction take. */
export const overlapMs = 15 * 60_000
/** A million records of a kind in one go. Reached, the rest comes with the next call. */
export const pagesMax = 500
const restartsMax = 3

export interface ChangesParts {
  readonly api: Api
  readonly objects: Objects
  readonly host: Host
  readonly products: Products
}

interface Reading {
  readonly shape: Shape
  readonly select: readonly string[]
  /** `queryAll` where the object has a recycle bin. */
  readonly withDeleted: boolean
  readonly page: string | null
  readonly restarts: number
}

export class Changes {
  readonly #parts: ChangesParts
  readonly #session: string
  readonly #seen = new Seen()
  readonly #clock = new ServerClock()
  #page = 0

  constructor(parts: ChangesParts) {
    this.#parts = parts
    this.#session = parts.host.random.uuid().slice(0, 8)
  }

  async *since(shapes: readonly Shape[], since: Cursor | null, signal: AbortSignal): AsyncIterable<Page> {
    const manner: Manner = { name: 'changes', writes: false, signal }
    const poll = new Poll(since === null ? null : readCursor(since))
    let readings: readonly Reading[] = await this.#prepare(merged(shapes), manner)
    const startedAt = this.#parts.host.clock.monotonicMs()
    for (let page = 0; readings.length > 0; page += 1) {
      if (page >= pagesMax) {
        this.#parts.host.log.warn('salesforce.many-changes', { count: pagesMax })
        break
      }
      const answers = await this.#ask(readings, poll, manner)
      const records = this.#take(answers, poll)
      readings = answers.flatMap(({ next }) => (next ? [next] : []))
      if (readings.length === 0) this.#moveOn(poll, startedAt)
      yield { records, next: this.#cursor(poll, since, records.length > 0) }
    }
  }

  async #prepare(shapes: readonly Shape[], manner: Manner): Promise<readonly Reading[]> {
    const { objects } = this.#parts
    return Promise.all(
      shapes.map(async (shape) => {
        identifier(shape.kind)
        const fields = await readable(objects, shape.kind, shape.fields, manner.signal)
        const facts = await objects.get(shape.kind, manner.signal)
        const select = selection(facts, fields)
        return {
          shape: { ...shape, fields },
          select,
          withDeleted: facts.fields.has('IsDeleted'),
          page: null,
          restarts: 0,
        }
      }),
    )
  }

  async #ask(readings: readonly Reading[], poll: Poll, manner: Manner): Promise<readonly Answered[]> {
    const answers = await askAll(
      this.#parts.api,
      readings.map((reading) => askOf(reading, poll)),
      manner,
    )
    const taken: Answered[] = []
    for (const [index, reading] of readings.entries()) {
      const answer = answers[index]
      if (answer && isRows(answer)) taken.push({ reading, rows: answer, next: nextOf(reading, answer, poll) })
      else taken.push({ reading, rows: nothing, next: await this.#again(reading, answer ?? [], manner) })
    }
    return taken
  }

  /** A cursor that died, or a field that was hidden since we looked: the same kind once more. */
  async #again(reading: Reading, errors: readonly VendorError[], manner: Manner): Promise<Reading> {
    const restarts = reading.restarts + 1
    if (restarts > restartsMax) throw refusedQuery(errors)
    if (says(errors, 'INVALID_QUERY_LOCATOR')) return { ...reading, page: null, restarts }
    if (!says(errors, 'INVALID_FIELD')) throw refusedQuery(errors)
    await this.#parts.objects.again(reading.shape.kind, manner.signal, 0)
    const [fresh] = await this.#prepare([reading.shape], manner)
    if (!fresh || fresh.select.length === reading.select.length) throw refusedQuery(errors)
    return { ...fresh, restarts }
  }

  #take(answers: readonly Answered[], poll: Poll): readonly VendorRecord[] {
    const { host, products } = this.#parts
    const taken = poll.before?.session === this.#session ? poll.before.page : 0
    const fresh: VendorRecord[] = []
    for (const { reading, rows } of answers) {
      const { kind } = reading.shape
      const wasKnown = poll.isKnown(kind)
      for (const row of rows.records) {
        const stamp = instantIn(row, 'SystemModstamp')
        if (stamp) this.#clock.note(stamp, host.clock.monotonicMs())
        if (stamp) poll.reach(kind, stamp)
        if (!wasKnown) continue
        products.note(kind, row)
        const record = recordOf(reading.shape, row)
        if (!this.#seen.has(record, taken)) fresh.push(record)
      }
      poll.know(kind, rows.records.length > 0)
    }
    if (fresh.length > 0) this.#page += 1
    for (const record of fresh) this.#seen.add(record, this.#page)
    return fresh.toSorted((a, b) => msOf(a.changedAt) - msOf(b.changedAt))
  }

  /**
   * Once it is certainly later at Salesforce than the last change plus the overlap, that change need not be read again.
   * A bookmark moves for this at most once after the last change, so that a quiet org has a bookmark that stands still.
   */
  #moveOn(poll: Poll, startedAt: number): void {
    const now = this.#clock.atLeast(startedAt)
    if (now) poll.moveOn(now)
    const oldest = poll.oldest()
    if (oldest) this.#seen.forgetBefore(later(oldest, -overlapMs))
  }

  #cursor(poll: Poll, since: Cursor | null, isNews: boolean): Cursor {
    if (since !== null && !isNews && !poll.hasMoved()) return since
    const page = isNews || poll.before?.session !== this.#session ? this.#page : poll.before.page
    return writeCursor({ session: this.#session, page, at: poll.at })
  }
}

interface Answered {
  readonly reading: Reading
  readonly rows: Rows
  readonly next: Reading | null
}

const nothing: Rows = { records: [], next: null }

function askOf(reading: Reading, poll: Poll): Ask {
  if (reading.page !== null) return { from: { page: reading.page } }
  const { shape, select, withDeleted } = reading
  const from = `FROM ${shape.kind}`
  // The first look at a kind only asks how late it is there: what exists already is found by key.
  if (!poll.isKnown(shape.kind))
    return { from: { soql: `SELECT Id, SystemModstamp ${from} ORDER BY SystemModstamp DESC LIMIT 1`, withDeleted } }
  const at = poll.at.get(shape.kind) ?? null
  const where = at === null ? '' : ` WHERE SystemModstamp >= ${stampLiteral(later(at, -overlapMs)) ?? ''}`
  return { from: { soql: `SELECT ${select.join(', ')} ${from}${where} ORDER BY SystemModstamp, Id`, withDeleted } }
}

function nextOf(reading: Reading, rows: Rows, poll: Poll): Reading | null {
  return rows.next === null || !poll.isKnown(reading.shape.kind) ? null : { ...reading, page: rows.next }
}

/** How far one poll has come with each kind. */
class Poll {
  readonly before: Bookmark | null
  readonly at: Map<Kind | string, Instant | null>
  readonly #asked = new Set<Kind | string>()
  readonly #full = new Set<Kind | string>()
  #moved = false

  constructor(before: Bookmark | null) {
    this.before = before
    this.at = new Map(before?.at)
  }

  isKnown(kind: Kind): boolean {
    return this.at.has(kind)
  }

  know(kind: Kind, hadRows: boolean): void {
    this.#asked.add(kind)
    if (!this.at.has(kind)) {
      this.at.set(kind, null)
      this.#moved = true
    }
    if (hadRows) this.#full.add(kind)
  }

  reach(kind: Kind, stamp: Instant): void {
    const known = this.at.get(kind) ?? null
    if (known !== null && known >= stamp) return
    this.at.set(kind, stamp)
    this.#moved = true
  }

  moveOn(now: Instant): void {
    for (const [kind, at] of this.at) {
      if (at === null || !this.#full.has(kind) || msOf(now) - msOf(at) <= overlapMs) continue
      this.at.set(kind, now)
      this.#moved = true
    }
  }

  hasMoved(): boolean {
    return this.#moved
  }

  /** Of the kinds that were asked for: a bookmark may know of others that nobody follows any more. */
  oldest(): Instant | null {
    const stamps = [...this.at].flatMap(([kind, stamp]) => (stamp !== null && this.#asked.has(kind) ? [stamp] : []))
    return stamps.toSorted()[0] ?? null
  }
}
