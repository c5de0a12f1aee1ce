// The fifth stage: does what the plan says. For every write an intent is on disk before the first byte leaves, and its
// result is on disk after. A lost answer is never guessed at: the intent stays, and the next cycle looks.

import type { Receipt, Write } from '#spi'
import { asSyncError, Bug, RetryLater, type SyncError } from '#core/errors'
import type { ChangeId, LinkKey, RecordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Change, Plan } from '#core/reconcile/plan'
import type { LedgerChange, NewEvent } from '#ledger'
import { nextBatch } from './batches.ts'
import type { Party, Pipeline } from './pipeline.ts'
import { fillIn } from './pointers.ts'
import {
  afterDeferral,
  afterRefusal,
  afterWrite,
  dropIntent,
  errorOf,
  keepLink,
  refusedEvent,
  writtenEvent,
  type EventFrame,
  type Written,
} from './settle.ts'
import type { Watch } from './watch.ts'

export interface Applied {
  readonly written: number
  readonly refused: number
  /** Moved under our hands: to be read and planned again. */
  readonly stale: readonly LinkKey[]
  /** The answer was lost: their intents stay open. */
  readonly unknown: number
  /** Not tried, because their connection rests or failed. While there are any, the bookmarks stay. */
  readonly deferred: number
  /** Why a connection stopped, if one did. */
  readonly failure: SyncError | null
}

export interface ApplyFrame extends EventFrame {
  /** Ends even the write in hand. */
  readonly signal: AbortSignal
  /** Ends the pass between two batches. */
  readonly drain?: AbortSignal
  readonly watch?: Watch
  readonly links: ReadonlyMap<LinkKey, Link>
}

export async function apply(pipeline: Pipeline, plan: Plan, frame: ApplyFrame): Promise<Applied> {
  return new Application(pipeline, plan, frame).run()
}

class Application {
  readonly #pipeline: Pipeline
  readonly #frame: ApplyFrame
  readonly #links: Map<LinkKey, Link>
  readonly #made = new Map<LinkKey, RecordId>()
  readonly #done = new Set<ChangeId>()
  readonly #failed = new Set<ChangeId>()
  readonly #why = new Map<ChangeId, SyncError>()
  readonly #stale = new Set<LinkKey>()
  readonly #planned: ReadonlySet<ChangeId>
  readonly #broken = new Set<string>()
  readonly #counts = { written: 0, refused: 0, unknown: 0, deferred: 0 }
  #queue: readonly Change[]
  #failure: SyncError | null = null

  constructor(pipeline: Pipeline, plan: Plan, frame: ApplyFrame) {
    this.#pipeline = pipeline
    this.#frame = frame
    this.#links = new Map(frame.links)
    this.#queue = plan.changes.filter((change) => change.state === 'ready')
    this.#planned = new Set(this.#queue.map((change) => change.id))
  }

  async run(): Promise<Applied> {
    while (this.#queue.length > 0) {
      const progress = { done: this.#done, failed: this.#failed, planned: this.#planned }
      const cut = nextBatch(this.#queue, progress, (system) => this.#party(system).traits.batchMax)
      await this.#putOff(cut.putOff)
      this.#queue = cut.rest
      if (cut.batch.length === 0) {
        this.#counts.deferred += this.#queue.length
        break
      }
      // Ctrl-C and SIGTERM stop between batches: the write in hand is finished and recorded.
      if (this.#isOver() || this.#broken.has(cut.batch[0]?.system ?? '')) this.#defer(cut.batch)
      else await this.#send(cut.batch)
    }
    return { ...this.#counts, stale: [...this.#stale], failure: this.#failure }
  }

  #isOver(): boolean {
    return this.#frame.signal.aborted || this.#frame.drain?.aborted === true
  }

  #party(system: string): Party {
    return system === this.#pipeline.source.name ? this.#pipeline.source : this.#pipeline.target
  }

  #defer(batch: readonly Change[]): void {
    this.#counts.deferred += batch.length
    for (const change of batch) this.#failed.add(change.id)
  }

  async #putOff(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return
    const moves: LedgerChange[] = []
    for (const change of changes) {
      this.#failed.add(change.id)
      const cause = change.after.map((id) => this.#why.get(id)).find((error) => error !== undefined)
      const link = this.#links.get(change.link)
      this.#counts.deferred += cause && cause.remedy !== 'needs-human' ? 1 : 0
      if (!cause || !link) continue
      this.#why.set(change.id, cause)
      moves.push(this.#keep(afterDeferral(link, change, cause, this.#frame.now)))
    }
    await this.#pipeline.ledger.commit(moves)
  }

  async #send(batch: readonly Change[]): Promise<void> {
    const { ledger, clock } = this.#pipeline
    const known = await this.#alreadyMade(batch)
    const open = batch.filter((change) => !known.has(change.id))
    await ledger.commit(
      open.map((change) => ({
        put: 'intent',
        key: change.id,
        value: {
          change,
          at: clock.now(),
          mapping: this.#pipeline.mapping.hash,
          before: change.write.do === 'update' ? change.write.expect : null,
          tries: 1,
        },
      })),
    )
    const receipts = open.length === 0 ? [] : await this.#write(open)
    const moves: LedgerChange[] = []
    const events: NewEvent[] = []
    for (const [index, change] of open.entries()) this.#settle(change, receipts[index] ?? lostReceipt, moves, events)
    for (const [id, made] of known)
      this.#remember(
        batch.find((change) => change.id === id),
        made,
      )
    await ledger.commit(moves, events)
  }

  /** Records without a key at their vendor that an earlier plan made: by then this plan could not see them yet. */
  async #alreadyMade(batch: readonly Change[]): Promise<ReadonlyMap<ChangeId, Written>> {
    const creates = batch.filter((change) => change.write.do === 'create' && change.settles.becomes === undefined)
    const keys = creates.map((change) => (change.write.do === 'create' ? change.write.key : ''))
    const made = await this.#pipeline.ledger.getMany('made', keys)
    return new Map(
      creates.flatMap((change, index) => {
        const one = made[index]
        return one ? [[change.id, { id: one.id, version: null }] as const] : []
      }),
    )
  }

  async #write(batch: readonly Change[]): Promise<readonly Receipt[]> {
    const party = this.#party(batch[0]?.system ?? '')
    const receipts: Receipt[] = batch.map(() => lostReceipt)
    let open = batch.map((_, index) => index)
    const attempt = async (): Promise<void> => {
      const writes = open.map((index): Write => fillIn(batch[index]?.write, this.#made))
      const answers = await party.session.write(writes, this.#frame.signal)
      if (answers.length !== writes.length)
        throw new Bug(`${party.name} answered ${answers.length} writes of ${writes.length}.`, { code: 'DB-9004' })
      for (const [at, index] of open.entries()) receipts[index] = answers[at] ?? lostReceipt
      open = open.filter((index) => isWorthRepeating(receipts[index]))
      const again = open.map((index) => errorOf(receipts[index] ?? lostReceipt)).find((error) => error !== null)
      if (again) throw again
    }
    try {
      await party.line.ask(`${party.name}.write`, attempt, this.#frame.signal)
    } catch (error) {
      this.#gaveUp(party, asSyncError(error), receipts, open)
    }
    return receipts
  }

  /** The receipts say what happened; an error that is in none of them came before or instead of an answer. */
  #gaveUp(party: Party, error: SyncError, receipts: Receipt[], open: readonly number[]): void {
    const fromReceipts = open.some((index) => errorOf(receipts[index] ?? lostReceipt) === error)
    if (!fromReceipts && error instanceof RetryLater && error.code === 'DB-3001')
      for (const index of open) receipts[index] = { outcome: 'refused', error }
    if (error.remedy === 'retry-later' && error.scope === 'record') return
    this.#failure ??= error
    this.#broken.add(party.name)
  }

  #settle(change: Change, receipt: Receipt, moves: LedgerChange[], events: NewEvent[]): void {
    const { outcome } = receipt
    this.#frame.watch?.wrote?.(change, outcome)
    if (outcome === 'unknown') {
      this.#counts.unknown += 1
      this.#failed.add(change.id)
      return
    }
    moves.push(dropIntent(change))
    if (outcome === 'stale') {
      this.#stale.add(change.link)
      this.#failed.add(change.id)
    } else if (outcome === 'refused') this.#refused(change, asSyncError(receipt.error), moves, events)
    else this.#written(change, receipt, moves, events)
  }

  #written(change: Change, written: Written, moves: LedgerChange[], events: NewEvent[]): void {
    this.#remember(change, written)
    this.#counts.written += 1
    const link = this.#links.get(change.link)
    if (link) moves.push(this.#keep(afterWrite(link, change, written)))
    if (change.write.do === 'create' && change.settles.becomes === undefined) {
      const { key } = change.write
      moves.push({ put: 'made', key, value: { key, kind: change.kind, id: written.id, at: this.#frame.now } })
    }
    events.push(writtenEvent(change, written, this.#frame))
  }

  #remember(change: Change | undefined, written: Written): void {
    if (!change) return
    this.#done.add(change.id)
    if (change.write.do === 'create') this.#made.set(change.write.key, written.id)
  }

  #refused(change: Change, error: SyncError, moves: LedgerChange[], events: NewEvent[]): void {
    this.#failed.add(change.id)
    // A whole connection that has to wait is nobody's record's fault: the plan is made again later.
    if (isAboutConnection(error)) {
      this.#failure ??= error
      this.#broken.add(change.system)
      this.#counts.deferred += 1
      return
    }
    this.#counts.refused += 1
    this.#why.set(change.id, error)
    const link = this.#links.get(change.link)
    if (link) moves.push(this.#keep(afterRefusal(link, change, error, this.#frame.now)))
    events.push(refusedEvent(change, error, this.#frame))
  }

  #keep(link: Link): LedgerChange {
    this.#links.set(link.key, link)
    return keepLink(link)
  }
}

const lostReceipt: Receipt = {
  outcome: 'unknown',
  error: new RetryLater('The answer to a write was lost.', { code: 'DB-3002', scope: 'record' }),
}

function isWorthRepeating(receipt: Receipt | undefined): boolean {
  return receipt?.outcome === 'refused' && asSyncError(receipt.error).remedy === 'retry-later'
}

const isAboutConnection = (error: SyncError): boolean => error.remedy === 'retry-later' && error.scope === 'connection'
