// Creations that can only create. The first round sends whole tables in bulk. A bulk action is all or nothing and does
// not say which row was wrong, so the rows of one that failed go again one by one, each on the condition that nothing
// is there yet. A key that is taken is looked up, never overwritten.
//
//   round 1: bulk ──► written
//              │ a row sank it        too much ──► halves
//              ▼
//   round n: singles ──► written | already there | refused
//              │ it points to a record that turned out to be another one
//              └──► once more, with the right id

import { type HttpAnswer, type Receipt, RetryLater } from '#spi'
import { halves, idsIn, isBulk, itemOf, oneCall, piecesOf, type Piece } from './bulk.ts'
import { titleOf } from './codes.ts'
import { encode, type Body, type Encoded } from './encode.ts'
import type { Outcome } from './exchange.ts'
import {
  cannotWrite,
  errorFor,
  isBusy,
  isDuplicate,
  isNotOffered,
  isTooMuch,
  unreadable,
  vendorFault,
  type VendorFault,
} from './faults.ts'
import { find } from './find.ts'
import { encodingFor, refusal, refused, unknown, type CreateJob, type Frame } from './jobs.ts'
import { rowsMin } from './limits.ts'

/** Deeper than any chain of records that point to each other. */
const roundsMax = 6
const timeoutMs = 150_000

/** Tables whose bulk actions turned out not to exist; kept for the life of the connection. */
export type Bulkless = Set<string>

export async function createAll(frame: Frame, jobs: readonly CreateJob[], bulkless: Bulkless): Promise<void> {
  await new Creation(frame, jobs, bulkless).run()
}

interface Failed {
  readonly job: CreateJob
  readonly fault: VendorFault
}

class Creation {
  readonly #frame: Frame
  readonly #open: Set<CreateJob>
  readonly #bulkless: Bulkless
  /** Which ids a job's pointers were filled with when it was last sent. */
  readonly #sentWith = new Map<CreateJob, string>()

  constructor(frame: Frame, jobs: readonly CreateJob[], bulkless: Bulkless) {
    this.#frame = frame
    this.#open = new Set(jobs)
    this.#bulkless = bulkless
  }

  async run(): Promise<void> {
    for (const job of this.#open) {
      const encoded = this.#encoded(job)
      if (!encoded.ok) this.#settle(job, refused(encoded.error))
    }
    await this.#round({ inBulk: true })
    for (let round = 1; round < roundsMax && this.#open.size > 0; round += 1) await this.#round({ inBulk: false })
    for (const job of this.#open) this.#settle(job, refused(waits(job)))
  }

  #settle(job: CreateJob, receipt: Receipt): void {
    this.#frame.receipts[job.index] = receipt
    this.#open.delete(job)
    if (receipt.outcome === 'written' || receipt.outcome === 'already-there')
      this.#frame.made.set(job.write.key, { kind: job.table.kind, id: receipt.id })
  }

  #encoded(job: CreateJob): Encoded {
    return encode(withoutState(job), encodingFor(this.#frame, job.table, 'create'))
  }

  #rowOf(job: CreateJob): Body {
    const encoded = this.#encoded(job)
    this.#sentWith.set(job, this.#pointers(job))
    return encoded.ok ? encoded.body : {}
  }

  #pointers(job: CreateJob): string {
    return job.parents.map((key) => this.#frame.made.get(key)?.id ?? '').join()
  }

  // ── sending ────────────────────────────────────────────────────────────────────────────────────────────────

  async #round({ inBulk }: { readonly inBulk: boolean }): Promise<void> {
    const { limits } = this.#frame.api
    const hasBulk = ({ kind }: Piece['table']): boolean => inBulk && !this.#bulkless.has(kind)
    let queue = piecesOf([...this.#open], { rowsMax: limits.rows, hasBulk })
    while (queue.length > 0) {
      const { call, rest } = oneCall(queue, limits.rows)
      queue = [...(await this.#send(call)), ...rest]
    }
  }

  /** Sends some pieces in one call. What comes back is to be tried again, smaller. */
  async #send(call: readonly Piece[]): Promise<readonly Piece[]> {
    const pieces = call.map((piece) => this.#withoutOrphans(piece)).filter(({ jobs }) => jobs.length > 0)
    if (pieces.length === 0) return []
    const { api, signal } = this.#frame
    const rows = pieces.reduce((sum, { jobs }) => sum + jobs.length, 0)
    const started = api.host.clock.monotonicMs()
    const outcomes = await api.exchange(
      pieces.map((piece) => itemOf(piece, (job) => this.#rowOf(job))),
      { name: 'create', writes: true, timeoutMs },
      signal,
    )
    const failed: Failed[] = []
    const again = pieces.flatMap((piece, index) => this.#take(piece, outcomes[index], failed))
    api.limits.paced(rows, api.host.clock.monotonicMs() - started, again.length > 0)
    await this.#conflicts(failed.filter(({ fault }) => isDuplicate(fault)))
    for (const { job, fault } of failed) if (!isDuplicate(fault)) this.#standing(job, fault)
    return again
  }

  /** Whoever belongs to a record that was refused needs no try of its own. */
  #withoutOrphans({ table, jobs }: Piece): Piece {
    for (const job of jobs) if (this.#open.has(job) && this.#isOrphan(job)) this.#settle(job, this.#orphan(job))
    return { table, jobs: jobs.filter((job) => this.#open.has(job)) }
  }

  // ── taking answers ─────────────────────────────────────────────────────────────────────────────────────────

  #take(piece: Piece, outcome: Outcome | undefined, failed: Failed[]): readonly Piece[] {
    if (outcome?.is === 'lost') this.#all(piece, () => unknown(outcome.error))
    if (outcome?.is === 'unsent') {
      if (outcome.fault && isTooMuch(outcome.fault) && piece.jobs.length > 1) return this.#smaller(piece)
      this.#all(piece, () => refused(outcome.error))
    }
    if (outcome?.is !== 'answer') return []
    const fault = vendorFault(outcome.answer)
    if (fault) return isBulk(piece) ? this.#takeBulkFault(piece, fault) : this.#takeFault(piece, fault, failed)
    const ids = isBulk(piece) ? idsIn(outcome.answer, piece.jobs.length) : piece.jobs.map(({ id }) => id)
    this.#frame.api.limits.countRows(piece.jobs.length)
    for (const [index, job] of piece.jobs.entries()) {
      const id = ids?.[index]
      this.#settle(job, id ? { outcome: 'written', id, version: null } : misread(outcome.answer))
    }
    return []
  }

  #takeFault({ jobs }: Piece, fault: VendorFault, failed: Failed[]): readonly Piece[] {
    failed.push(...jobs.map((job) => ({ job, fault })))
    return []
  }

  /** Left open, the rows go one by one in the next round: then each has an answer of its own. */
  #takeBulkFault(piece: Piece, fault: VendorFault): readonly Piece[] {
    if (isTooMuch(fault)) return this.#smaller(piece)
    if (isNotOffered(fault)) this.#bulkless.add(piece.table.kind)
    else if (isBusy(fault) || this.#isForAll(fault)) this.#all(piece, (job) => refusal(this.#frame, fault, job))
    return []
  }

  /** Down to a size that no service can mean; what is left goes one by one. */
  #smaller(piece: Piece): readonly Piece[] {
    return piece.jobs.length > rowsMin ? halves(piece) : []
  }

  #all({ jobs }: Piece, receipt: (job: CreateJob) => Receipt): void {
    for (const job of jobs) this.#settle(job, receipt(job))
  }

  /** Every row would meet the same: no use in asking one by one. */
  #isForAll(fault: VendorFault): boolean {
    const { code } = errorFor(fault, { now: this.#frame.api.host.clock.now(), kind: null })
    return code === 'DB-1501' || code === 'DB-1503' || code === 'DB-1504' || code === 'DB-1520'
  }

  /** Refused for good, unless that may be due to what it was told to point to: a record not settled yet, or another one. */
  #standing(job: CreateJob, fault: VendorFault): void {
    const isOutdated = this.#sentWith.get(job) !== this.#pointers(job)
    const isEarly = this.#parentsOf(job).includes(undefined)
    if (!isOutdated && !isEarly && !this.#isOrphan(job)) this.#settle(job, refusal(this.#frame, fault, job))
  }

  /** Whose key is it? By the key's own column, or by the id that this key always gives. */
  async #conflicts(taken: readonly Failed[]): Promise<void> {
    if (taken.length === 0) return
    const questions = taken.flatMap(({ job }) => {
      const shape = { kind: job.table.kind, fields: [] }
      const byId = { shape, by: { id: job.id } }
      const value = keyValue(job)
      return [value === null ? byId : { shape, by: { key: { field: job.write.keyField ?? '', value } } }, byId]
    })
    const answers = await find(this.#frame.api, questions, this.#frame.signal)
    for (const [index, { job, fault }] of taken.entries()) {
      const found = answers[index * 2]?.[0] ?? answers[index * 2 + 1]?.[0]
      const there: Receipt | null = found ? { outcome: 'already-there', id: found.id, version: found.version } : null
      this.#settle(job, there ?? refusal(this.#frame, fault, job))
    }
  }

  // ── parents ────────────────────────────────────────────────────────────────────────────────────────────────

  #parentsOf(job: CreateJob): readonly (Receipt | undefined)[] {
    return job.parents.map((key) => this.#frame.receipts[this.#frame.indexes.get(key) ?? -1])
  }

  #isOrphan(job: CreateJob): boolean {
    return this.#parentsOf(job).some((receipt) => receipt?.outcome === 'refused' || receipt?.outcome === 'unknown')
  }

  #orphan(job: CreateJob): Receipt {
    const isRefused = this.#parentsOf(job).some(
      (receipt) => receipt?.outcome === 'refused' && receipt.error.remedy !== 'retry-later',
    )
    return refused(isRefused ? cannotWrite('DB-3316', job.table.kind, null) : waits(job))
  }
}

const misread = ({ headers }: HttpAnswer): Receipt =>
  unknown(unreadable('a bulk action named other rows than it was given', headers))

/** A new row is open; what it becomes is done by an action afterwards. */
function withoutState({ write, table }: CreateJob): CreateJob['write']['fields'] {
  if (!Object.hasOwn(write.fields, 'statecode') || !table.columns.has('statecode')) return write.fields
  const { statecode: _state, statuscode: _status, ...fields } = write.fields
  return fields
}

function keyValue({ write }: CreateJob): string | null {
  const value = write.keyField === null ? undefined : write.fields[write.keyField]
  return typeof value === 'string' && value !== '' ? value : null
}

const waits = ({ table }: CreateJob): RetryLater =>
  new RetryLater(`${titleOf('DB-3314')} (${table.kind}): a record it belongs to is not settled yet.`, {
    code: 'DB-3314',
    scope: 'record',
    facts: { kind: table.kind },
  })
