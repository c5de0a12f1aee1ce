// Writing a batch: call by call until every row has its receipt. Nothing is tried twice that may have been done: a row
// is sent again only when Salesforce has said that it was not written, because of something that was not its fault.

import {
  Bug,
  type Host,
  type LinkKey,
  own,
  type Receipt,
  type RecordId,
  recordId,
  RetryLater,
  type SyncError,
  type Write,
} from '#spi'
import type { Api, Manner } from './api.ts'
import type { Objects } from './describe.ts'
import { CallFailure, lost, type VendorError, verdictOf } from './faults.ts'
import { type Outcome, outcomesOf } from './outcomes.ts'
import { type Known, pack, type Parcel, type Pending, pendingOf, withLiteralsOnly } from './parcels.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { Products } from './products.ts'
import { type Ask, askAll, isRows } from './queries.ts'
import { identifier, longId, quote } from './soql.ts'

export interface WriteParts {
  readonly api: Api
  readonly objects: Objects
  readonly products: Products
  readonly host: Host
  readonly collectionMax: number
  /** Learnt while the session lasts. */
  readonly server: { collectionReferences: boolean }
}

/** Rows of a request that was refused as a whole. */
interface Sunk {
  readonly rows: Pending[]
  readonly errors: readonly VendorError[]
  readonly status: number
}

/** Each call settles at least one row or halves a lane, so this many are never needed; reaching it is a fault of ours. */
const callsMax = 2_000

export async function write(
  parts: WriteParts,
  batch: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Receipt[]> {
  const job = new Job(parts, batch.length, { name: 'write', writes: true, signal })
  await job.prepare(batch)
  await job.run()
  return job.receipts()
}

class Job {
  readonly #parts: WriteParts
  readonly #manner: Manner
  readonly #receipts: (Receipt | undefined)[]
  readonly #made = new Map<LinkKey, RecordId>()
  #pending: readonly Pending[] = []
  /** A creation came to nothing, so that others may have lost their parent. The first look is at the batch itself. */
  #orphaned = true

  constructor(parts: WriteParts, size: number, manner: Manner) {
    this.#parts = parts
    this.#manner = manner
    this.#receipts = Array.from({ length: size })
  }

  async prepare(batch: readonly Write[]): Promise<void> {
    const rows: Prepared[] = []
    const checked = await prepare(this.#parts, batch, this.#manner.signal)
    for (const [index, each] of checked.entries()) {
      if (each.ok) rows.push(each.row)
      else this.#receipts[index] = { outcome: 'refused', error: each.error }
    }
    const levels = levelsOf(rows)
    this.#pending = rows.map((row) => pendingOf(row, levels.get(row) ?? 0))
  }

  async run(): Promise<void> {
    for (let call = 0; this.#pending.length > 0; call += 1) {
      this.#dropOrphans()
      const known: Known = {
        made: this.#made,
        collectionMax: this.#parts.collectionMax,
        collectionReferences: this.#parts.server.collectionReferences,
      }
      const { parcels, rest } = pack(this.#pending, known)
      if (parcels.length === 0 || call >= callsMax) break
      this.#pending = rest
      if (!(await this.#send(parcels))) break
    }
    this.#dropOrphans()
  }

  receipts(): readonly Receipt[] {
    const stuck = new Bug('A write was left without a result.', { code: 'DB-9001' })
    return this.#receipts.map((receipt) => receipt ?? { outcome: 'refused', error: stuck })
  }

  /** False when no further call makes sense now. */
  async #send(parcels: readonly Parcel[]): Promise<boolean> {
    try {
      const requests = parcels.map(({ request }) => request)
      const answers = await this.#parts.api.together(requests, this.#manner)
      const now = this.#parts.host.clock.now()
      const outcomes = parcels.map((parcel, index) => outcomesOf(parcel, answers[index] ?? null, now))
      this.#learn(parcels, outcomes)
      await this.#settle(
        parcels,
        outcomes,
        answers.some((answer) => answer?.isEnvelope === true),
      )
      return true
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      this.#fail(parcels, error)
      return false
    }
  }

  /** The call came to nothing. What was in it may have been written; what was not in it certainly has not. */
  #fail(parcels: readonly Parcel[], failure: CallFailure): void {
    const isOpen = failure.executed === 'maybe'
    for (const { row } of parcels.flatMap(({ rows }) => rows))
      this.#receipts[row.index] = isOpen
        ? { outcome: 'unknown', error: lost(row.write.kind) }
        : { outcome: 'refused', error: failure.error }
    for (const { row } of this.#pending) this.#receipts[row.index] = { outcome: 'refused', error: failure.error }
    this.#pending = []
  }

  /** A parent is there and yet could not be named within the call: this server does not do that. */
  #learn(parcels: readonly Parcel[], outcomes: readonly (readonly Outcome[])[]): void {
    if (!outcomes.some((some) => some.some(({ is }) => is === 'waits'))) return
    const written = new Set<LinkKey>()
    for (const [index, parcel] of parcels.entries()) {
      for (const [at, { row }] of parcel.rows.entries()) {
        const outcome = outcomes[index]?.[at]
        if (row.write.do === 'create' && outcome?.is === 'written') written.add(row.write.key)
        const isAlone = outcome?.is === 'waits' && parcel.isCollection
        if (isAlone && this.#allThere(parcel, written)) this.#parts.server.collectionReferences = false
      }
    }
  }

  #allThere(parcel: Parcel, written: ReadonlySet<LinkKey>): boolean {
    const keys = parcel.rows.flatMap(({ row }) => [...row.pointers.values()])
    return keys.every((key) => written.has(key) || this.#made.has(key))
  }

  async #settle(parcels: readonly Parcel[], outcomes: readonly (readonly Outcome[])[], isEnvelope: boolean) {
    const nameless: Pending[] = []
    const groups: Sunk[] = []
    for (const [index, parcel] of parcels.entries()) {
      const sunk: Sunk = { rows: [], errors: [], status: 0 }
      for (const [at, pending] of parcel.rows.entries()) {
        const outcome = outcomes[index]?.[at]
        if (outcome?.is === 'sunk') {
          sunk.rows.push(pending)
          Object.assign(sunk, { errors: outcome.errors, status: outcome.status })
        } else if (outcome?.is === 'taken' && outcome.id === null) nameless.push(pending)
        else if (outcome) this.#settleRow(pending, outcome)
      }
      if (sunk.rows.length > 0) groups.push(sunk)
    }
    const [first] = groups
    const whole = isEnvelope && first ? [{ ...first, rows: groups.flatMap(({ rows }) => rows) }] : groups
    for (const sunk of whole) this.#refloat(sunk)
    if (nameless.length > 0) await this.#nameHolders(nameless)
  }

  #settleRow(pending: Pending, outcome: Exclude<Outcome, { readonly is: 'sunk' }>): void {
    const { row } = pending
    if (outcome.is === 'waits') this.#pending = [...this.#pending, withLiteralsOnly(pending)]
    else if (outcome.is === 'written' || outcome.is === 'taken') {
      const id = outcome.id ?? recordId('')
      if (row.write.do === 'create') this.#made.set(row.write.key, id)
      const said = outcome.is === 'written' ? 'written' : 'already-there'
      this.#receipts[row.index] = { outcome: said, id, version: null }
    } else {
      this.#orphaned = true
      this.#receipts[row.index] =
        outcome.is === 'stale' ? { outcome: 'stale' } : { outcome: outcome.is, error: outcome.error }
    }
  }

  /**
   * A request was refused as a whole. The rows that hold the column it names are refused; where it names none, the rows
   * are sent in two halves, and so on until the one that sinks the others is alone.
   */
  #refloat({ rows, errors, status }: Sunk): void {
    const words = errors.flatMap(({ message, fields }) => [...fields, ...message.split(/[^A-Za-z0-9_]+/)])
    const named = new Set(words.filter((word) => word.endsWith('__c')))
    const isGuilty = ({ row }: Pending) => Object.keys(row.values).some((name) => named.has(name))
    const guilty = rows.length === 1 ? rows : rows.filter(isGuilty)
    if (guilty.length === 0 || (guilty.length === rows.length && rows.length > 1)) return this.#halve(rows)
    const now = this.#parts.host.clock.now()
    for (const pending of guilty) {
      const { kind } = pending.row.write
      const verdict = verdictOf(status, errors, { kind, isCreate: true, sent: pending.row.texts(), now })
      this.#settleRow(pending, verdict)
    }
    this.#pending = [...this.#pending, ...rows.filter((pending) => !guilty.includes(pending))]
  }

  #halve(rows: readonly Pending[]): void {
    const middle = Math.ceil(rows.length / 2)
    const halves = rows.map((pending, index) => ({ ...pending, lane: `${pending.lane}${index < middle ? 0 : 1}` }))
    this.#pending = [...this.#pending, ...halves]
  }

  /** The key is taken, and the message did not say by which record. */
  async #nameHolders(rows: readonly Pending[]): Promise<void> {
    const asks = rows.flatMap(({ row }) => {
      const { write: each } = row
      if (each.do !== 'create' || each.keyField === null) return []
      const soql = `SELECT Id FROM ${each.kind} WHERE ${identifier(each.keyField)} = ${quote(each.key)} LIMIT 2`
      return [{ from: { soql, withDeleted: false } }]
    })
    const holders = await this.#holders(asks)
    for (const [index, pending] of rows.entries()) {
      const id = holders[index] ?? null
      const outcome: Outcome =
        id === null ? { is: 'unknown', error: lost(pending.row.write.kind) } : { is: 'taken', id: recordId(longId(id)) }
      this.#settleRow(pending, outcome)
    }
  }

  /** What cannot be looked up now stays unknown: the rows of this call that were written keep their receipts. */
  async #holders(asks: readonly Ask[]): Promise<readonly (string | null)[]> {
    try {
      const manner = { ...this.#manner, name: 'key-holder', writes: false }
      const answers = await askAll(this.#parts.api, asks, manner)
      return answers.map((answer) => {
        const [holder] = isRows(answer) ? answer.records : []
        const id = holder && own(holder, 'Id')
        return typeof id === 'string' ? id : null
      })
    } catch (error) {
      if (error instanceof CallFailure) return []
      throw error
    }
  }

  /** Rows whose parent was refused, is unknown, or was never in the batch: they are not sent. */
  #dropOrphans(): void {
    while (this.#orphaned) {
      const before = this.#pending.length
      const coming = new Set(this.#pending.flatMap(({ row }) => (row.write.do === 'create' ? [row.write.key] : [])))
      const isOrphan = ({ row }: Pending) =>
        [...row.pointers.values()].some((key) => !this.#made.has(key) && !coming.has(key))
      for (const pending of this.#pending.filter(isOrphan))
        this.#receipts[pending.row.index] = { outcome: 'refused', error: orphaned(pending.row) }
      this.#pending = this.#pending.filter((pending) => !isOrphan(pending))
      this.#orphaned = this.#pending.length < before
    }
  }
}

const orphaned = (row: Prepared): SyncError =>
  new RetryLater(`A ${row.write.kind} was not sent, because what it points to was not written.`, {
    code: 'DB-3220',
    facts: { kind: row.write.kind },
    scope: 'record',
  })

/** How many creations must come before each row. A circle has no first one: its rows are never sent. */
function levelsOf(rows: readonly Prepared[]): ReadonlyMap<Prepared, number> {
  const byKey = new Map<LinkKey, Prepared>()
  for (const row of rows) if (row.write.do === 'create') byKey.set(row.write.key, row)
  const levels = new Map<Prepared, number>()
  const levelOf = (row: Prepared, depth: number): number => {
    const known = levels.get(row)
    if (known !== undefined || depth > levelsMax) return known ?? levelsMax
    let level = 0
    for (const key of row.pointers.values()) {
      const parent = byKey.get(key)
      if (parent) level = Math.max(level, 1 + levelOf(parent, depth + 1))
    }
    levels.set(row, level)
    return level
  }
  for (const row of rows) levelOf(row, 0)
  return levels
}

const levelsMax = 5
