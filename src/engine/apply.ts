// The fifth stage: does what the plan says. For every write an intent is on disk before the first byte leaves, and its
// result is on disk after. A lost answer is never guessed at: the intent stays, and the next cycle looks.

import type { Receipt } from '#spi'
import { asSyncError, type SyncError } from '#core/errors'
import type { ChangeId, LinkKey, RecordId } from '#core/model/ids'
import { noBase, unseen, type Link } from '#core/model/link'
import { isPointer } from '#core/model/record'
import type { Change, Plan } from '#core/reconcile/plan'
import type { LedgerChange, NewEvent } from '#ledger'
import type { Intent } from '#ledger/entries'
import { nextBatch } from './batches.ts'
import type { OpenIntents } from './intents.ts'
import { lateUntil } from './late-creates.ts'
import type { Party, Pipeline } from './pipeline.ts'
import { fillIn } from './pointers.ts'
import { lostReceipt, send } from './send.ts'
import {
  afterDeferral,
  afterRefusal,
  afterShare,
  afterWrite,
  dropIntent,
  keepLink,
  refusedEvent,
  sharedAs,
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
  /** Earlier writes of which it is not known what became of them. */
  readonly open: OpenIntents
  /** Those among them that are there by now, and are sent again to learn what they came to. */
  readonly there: ReadonlySet<ChangeId>
}

export async function apply(pipeline: Pipeline, plan: Plan, frame: ApplyFrame): Promise<Applied> {
  return new Application(pipeline, plan, frame).run()
}

interface Blocked {
  readonly error: SyncError
  /** The change that was refused; others rest on it. */
  readonly root: Change
}

class Application {
  readonly #pipeline: Pipeline
  readonly #frame: ApplyFrame
  readonly #links: Map<LinkKey, Link>
  readonly #made = new Map<LinkKey, RecordId>()
  readonly #done = new Set<ChangeId>()
  readonly #failed = new Set<ChangeId>()
  readonly #why = new Map<ChangeId, Blocked>()
  readonly #stale = new Set<LinkKey>()
  readonly #planned: ReadonlySet<ChangeId>
  /** What is planned for a link and not concluded; a link with nothing left is finished. */
  readonly #left = new Map<LinkKey, Set<ChangeId>>()
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
    for (const { link, id } of this.#queue) this.#left.set(link, (this.#left.get(link) ?? new Set()).add(id))
    // What is waited for is not concluded: its link is looked at again until it is.
    for (const change of this.#queue) if (this.#mayStillTurnUp(change)) this.#failed.add(change.id)
    this.#queue = this.#queue.filter(({ id }) => !this.#failed.has(id))
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

  /** Rests on something that failed. Where that was refused, the deal is told; otherwise the next pass looks again. */
  async #putOff(changes: readonly Change[]): Promise<void> {
    const moves: LedgerChange[] = []
    for (const change of changes) {
      this.#failed.add(change.id)
      this.#restsOnRefused(change, moves)
    }
    if (moves.length > 0) await this.#pipeline.ledger.commit(moves)
  }

  /** True when something it rests on was refused: then that is the reason, whatever its own answer says. */
  #restsOnRefused(change: Change, moves: LedgerChange[]): boolean {
    const cause = change.after.map((id) => this.#why.get(id)).find((found) => found !== undefined)
    if (!cause) return false
    this.#why.set(change.id, cause)
    const link = this.#links.get(change.link)
    if (link)
      moves.push(this.#keep(afterDeferral(link, cause.root, { error: cause.error, now: this.#frame.now }), change))
    return true
  }

  async #send(planned: readonly Change[]): Promise<void> {
    const { ledger } = this.#pipeline
    await this.#findPointedTo(planned)
    const known = await this.#alreadyMade(planned)
    const batch = planned.filter((change) => !known.has(change.id)).map((change) => this.#asFirstSent(change))
    await ledger.commit(batch.map((change) => this.#intentFor(change)))
    const receipts = batch.length === 0 ? [] : await this.#write(batch)
    const moves: LedgerChange[] = []
    const events: NewEvent[] = []
    for (const [index, change] of batch.entries()) this.#settle(change, receipts[index] ?? lostReceipt, moves, events)
    for (const change of planned) {
      const made = known.get(change.id)
      if (made) this.#remember(change, made)
      const link = this.#links.get(change.link)
      if (made && link)
        moves.push(this.#keep(afterWrite(link, change, { written: made, now: this.#frame.now }), change))
    }
    await ledger.commit(moves, events)
  }

  async #write(batch: readonly Change[]): Promise<readonly Receipt[]> {
    const party = this.#party(batch[0]?.system ?? '')
    const writes = batch.map(({ write }) => fillIn(write, this.#made))
    const { receipts, failure } = await send(party, writes, this.#frame.signal)
    if (failure) this.#breakOff(party.name, failure)
    return receipts
  }

  #breakOff(system: string, why: SyncError): void {
    this.#failure ??= why
    this.#broken.add(system)
  }

  // ── before a write ─────────────────────────────────────────────────────────────────────────────────────────

  /** An operation keeps its first words: a create whose answer was lost is sent again as it was. */
  #asFirstSent(change: Change): Change {
    const earlier = this.#frame.open.of(change.id)?.change
    if (!earlier || earlier.write.do !== 'create') return change
    const pointers = Object.values(earlier.write.fields).filter((value) => isPointer(value))
    return pointers.every(({ $write }) => this.#made.has($write)) ? { ...earlier, after: change.after } : change
  }

  /** Without a key, nothing keeps a second one from being made: so the first is given its time. */
  #mayStillTurnUp({ id, system }: Change): boolean {
    if (this.#frame.there.has(id)) return false
    const earlier = this.#frame.open.of(id)
    const until = earlier && lateUntil(earlier, this.#party(system))
    return until !== null && until !== undefined && until > this.#pipeline.clock.now()
  }

  #intentFor(change: Change): LedgerChange {
    const earlier = this.#frame.open.of(change.id)
    const value: Intent = {
      change,
      at: this.#pipeline.clock.now(),
      mapping: this.#pipeline.mapping.hash,
      before: change.write.do === 'update' ? change.write.expect : null,
      tries: (earlier?.tries ?? 0) + 1,
    }
    return { put: 'intent', key: change.id, value }
  }

  /** Records that this batch points to and that an earlier pass made. */
  async #findPointedTo(batch: readonly Change[]): Promise<void> {
    const values = batch.flatMap(({ write }) => Object.values(write.fields))
    const wanted = values.flatMap((value) => (isPointer(value) && !this.#made.has(value.$write) ? [value.$write] : []))
    if (wanted.length === 0) return
    const keys = [...new Set(wanted)]
    const { ledger } = this.#pipeline
    const [made, links] = [await ledger.getMany('made', keys), await ledger.getMany('link', keys)]
    for (const [index, key] of keys.entries()) {
      const id = made[index]?.id ?? links[index]?.record
      if (id) this.#made.set(key, id)
    }
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

  // ── after a write ──────────────────────────────────────────────────────────────────────────────────────────

  #settle(change: Change, receipt: Receipt, moves: LedgerChange[], events: NewEvent[]): void {
    const { outcome } = receipt
    this.#frame.watch?.wrote?.(change, outcome)
    if (outcome === 'unknown') {
      this.#counts.unknown += 1
      this.#failed.add(change.id)
      return
    }
    moves.push(...this.#over(change, outcome))
    if (outcome === 'stale') {
      this.#stale.add(change.link)
      this.#failed.add(change.id)
    } else if (outcome === 'refused') this.#refused(change, asSyncError(receipt.error), moves, events)
    else if (outcome === 'already-there' && this.#isStrange(change)) moves.push(...this.#found(change, receipt))
    else this.#written(change, receipt, moves, events)
  }

  /**
   * A write that was let in shows that no earlier one, which expected the same state, ever was. One that was not let in
   * says nothing about an earlier attempt at the same: that one stays open.
   */
  #over(change: Change, outcome: Receipt['outcome']): readonly LedgerChange[] {
    const { write, link, side, id } = change
    const earlier = this.#frame.open.of(id)
    if (earlier && (outcome === 'stale' || outcome === 'refused')) return [{ put: 'intent', key: id, value: earlier }]
    if (outcome !== 'written' || write.do !== 'update' || write.expect === null) return [dropIntent(change)]
    const refuted = this.#frame.open.updates(link, side).filter(({ before }) => before === write.expect)
    return [dropIntent(change), ...refuted.map((intent) => dropIntent(intent.change))]
  }

  #written(change: Change, written: Written, moves: LedgerChange[], events: NewEvent[]): void {
    this.#remember(change, written)
    this.#counts.written += 1
    const link = this.#links.get(change.link)
    const { now } = this.#frame
    if (link && change.settles.becomes === 'referral')
      moves.push(...this.#renamed(change, afterShare(link, change, { written, now })))
    else if (link) moves.push(this.#keep(afterWrite(link, change, { written, now }), change))
    if (change.write.do === 'create' && change.settles.becomes === undefined) {
      const { key } = change.write
      moves.push({ put: 'made', key, value: { key, kind: change.kind, id: written.id, at: now } })
    }
    events.push(writtenEvent(change, written, this.#frame))
  }

  /** Somebody else's record stands under the key of a new deal: what it holds was never ours. */
  #isStrange(change: Change): boolean {
    return change.settles.becomes !== undefined && this.#frame.open.of(change.id) === undefined
  }

  /** The referral's own key from now on; what is left to do about the deal is planned at once, from both sides. */
  #renamed(change: Change, link: Link): readonly LedgerChange[] {
    const { unfinished: _, unshared: __, ...kept } = link
    this.#links.delete(change.link)
    this.#links.set(link.key, kept)
    this.#stale.add(link.key)
    const updates = this.#frame.open.updates(change.link, 'crm')
    return [...updates.map((intent) => dropIntent(intent.change)), { drop: 'link', key: change.link }, keepLink(kept)]
  }

  /** It is the deal's record from now on; nothing about it is agreed yet, and nothing of what a new one needs is made. */
  #found(change: Change, written: Written): readonly LedgerChange[] {
    this.#failed.add(change.id)
    this.#stale.add(change.link)
    const link = this.#links.get(change.link)
    if (!link) return []
    const { owed: _, ...rest } = link
    if (change.settles.becomes === 'referral')
      return this.#renamed(change, { ...sharedAs(rest, written.id), base: noBase })
    return [this.#keep({ ...rest, record: written.id, kind: change.kind, base: noBase, right: unseen })]
  }

  #remember(change: Change, written: Written): void {
    this.#done.add(change.id)
    if (change.write.do === 'create') this.#made.set(change.write.key, written.id)
  }

  #refused(change: Change, error: SyncError, moves: LedgerChange[], events: NewEvent[]): void {
    this.#failed.add(change.id)
    // A whole connection that has to wait is nobody's record's fault: the plan is made again later.
    if (isAboutConnection(error)) {
      this.#breakOff(change.system, error)
      this.#counts.deferred += 1
      return
    }
    // In the same batch as what it points to, and sent in vain with it.
    if (this.#restsOnRefused(change, moves)) return
    this.#counts.refused += 1
    this.#why.set(change.id, { error, root: change })
    const link = this.#links.get(change.link)
    const { giveUpAfterMs } = this.#pipeline
    if (link) moves.push(this.#keep(afterRefusal(link, change, { error, now: this.#frame.now, giveUpAfterMs }), change))
    events.push(refusedEvent(change, error, this.#frame))
  }

  /**
   * With the change that is concluded by it, if one is: after the last one, the link is finished. An outcome has an
   * epilogue: the next pass tells the seller, on the record, that Microsoft has it.
   */
  #keep(link: Link, concluded?: Change): LedgerChange {
    const left = this.#left.get(link.key)
    if (concluded) left?.delete(concluded.id)
    const { unfinished: _, ...finished } = link
    const kept = left?.size === 0 && concluded?.settles.closes === undefined ? finished : link
    this.#links.set(link.key, kept)
    return keepLink(kept)
  }
}

const isAboutConnection = (error: SyncError): boolean => error.remedy === 'retry-later' && error.scope === 'connection'
