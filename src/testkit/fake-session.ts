// A session of a pretended vendor: the part a connector plays, without a protocol. It keeps the contract of #spi while
// the wire below it loses, delays and repeats.

import {
  cursor,
  type Cursor,
  type FieldName,
  type Fields,
  type Json,
  type Kind,
  isPointer,
  NeedsHuman,
  type Page,
  type Probe,
  type Question,
  type RecordId,
  RetryLater,
  type Receipt,
  type Session,
  type Shape,
  type VendorRecord,
  type Write,
  unreachable,
  instantFromMs,
} from '#spi'
import { byNumbers, byStamps, page, start, type Place } from './fake-pages.ts'
import { type FakeResult, type FakeState, type FakeVendor } from './fake-vendor.ts'
import { type FakeCall, type FakeFault, type FakeWire, perfectWire } from './fake-wire.ts'

export interface FakeSessionOptions {
  readonly vendor: FakeVendor
  readonly wire?: FakeWire
  readonly pageSize?: () => number
  /** How far before its bookmark it reads again, for changes that became visible late. */
  readonly overlapMs?: number
  /** It tells each change once, in the order in which they happened: nothing becomes visible late. */
  readonly exact?: boolean
  /** With no bookmark: everything there is, or what changes from now on. */
  readonly beginsAt?: 'everything' | 'now'
  /** Does find() show records that were deleted? */
  readonly showsGone?: boolean
  /** Does a receipt say the new version? */
  readonly tellsVersion?: boolean
  /** Fields (`Opportunity.Amount`) that its user may not see. */
  readonly hidden?: () => ReadonlySet<string>
  /** The whole record as others see it; a source adds its facts here. */
  readonly present?: (state: FakeState) => Fields
  /** How a bookmark is made of the newest stamp that was seen. */
  readonly mark?: (newestMs: number) => number
  readonly probe?: Probe
}

const nothingHidden: ReadonlySet<string> = new Set()

export class FakeSession implements Session {
  readonly #options: FakeSessionOptions
  readonly #wire: FakeWire
  #calls = 0

  constructor(options: FakeSessionOptions) {
    this.#options = options
    this.#wire = options.wire ?? perfectWire
  }

  async probe(kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
    await this.#call('probe', { size: 1, kinds }, signal)
    const { probe, vendor } = this.#options
    return (
      probe ?? {
        account: 'dealbridge@fabrikam.example',
        organization: vendor.name,
        label: vendor.name,
        kinds: kinds.map((kind) => ({ kind, label: kind, fields: [], ownedBy: ['user'] })),
        owners: [],
        currencies: ['EUR', 'USD'],
        findings: [],
      }
    )
  }

  async *changes(shapes: readonly Shape[], since: Cursor | null, signal: AbortSignal): AsyncGenerator<Page> {
    const { vendor, overlapMs = 0, exact = false } = this.#options
    const { beginsAt = 'everything', pageSize = () => 50, mark = same } = this.#options
    const telling = exact ? byNumbers : byStamps(overlapMs)
    const known = since === null ? null : Number(since)
    if (known === null && beginsAt === 'now') {
      await this.#call('changes', { size: 1, kinds: shapes.map(({ kind }) => kind) }, signal)
      yield { records: [], next: cursor(String(mark(telling.nowAt(vendor)))) }
      return
    }
    let after: Place = known === null ? start : telling.since(known)
    let newest = known ?? 0
    for (let number = 1; ; number += 1) {
      const size = Math.max(1, pageSize())
      const seen = await this.#look('changes', { size: number, kinds: shapes.map(({ kind }) => kind) }, signal)
      const all = shapes.flatMap(({ kind }) => vendor.all(kind, seen.asOfMs))
      const states = page(all, telling, { after, size })
      await this.#answered(seen, signal)
      const last = states.at(-1)
      if (last) after = telling.placeOf(last)
      newest = Math.max(newest, ...states.map((state) => telling.markOf(state)))
      const isLast = states.length < size
      // Only the last page moves the bookmark: before it, rows may still be shifting.
      const next = cursor(String(isLast ? (newest === known ? known : mark(newest)) : (known ?? 0)))
      yield { records: states.map((state) => this.#shown(state, shapes)), next }
      if (isLast) return
    }
  }

  async find(questions: readonly Question[], signal: AbortSignal): Promise<readonly (readonly VendorRecord[])[]> {
    if (questions.length === 0) return []
    const kinds = [...new Set(questions.map(({ shape }) => shape.kind))]
    const seen = await this.#look('find', { size: questions.length, kinds }, signal)
    const answers = questions.map((question) => this.#answerTo(question, seen.asOfMs))
    await this.#answered(seen, signal)
    return answers
  }

  async write(batch: readonly Write[], signal: AbortSignal): Promise<readonly Receipt[]> {
    const kinds = [...new Set(batch.map(({ kind }) => kind))]
    const call = this.#begin('write', { size: batch.length, kinds })
    await this.#wire.hop(call, 'before')
    signal.throwIfAborted()
    const fault = this.#wire.fault(call)
    if (fault?.do === 'outage' || fault?.do === 'throttle')
      return batch.map(() => ({ outcome: 'refused', error: this.#notSent(fault) }))
    if (fault?.do === 'lose-request') return batch.map(() => lost)
    if (fault?.do === 'delay-request') {
      this.#wire.later(fault.ms, () => void this.#carryOut(batch, null))
      return batch.map(() => lost)
    }
    const receipts = this.#carryOut(batch, fault?.do === 'lock' ? fault.every : null)
    await this.#wire.hop(call, 'effect')
    if (fault?.do === 'lose-answer') return batch.map(() => lost)
    await this.#wire.hop(call, 'answer')
    return receipts
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }

  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────

  #carryOut(batch: readonly Write[], lockEvery: number | null): readonly Receipt[] {
    const made = new Map<string, RecordId>()
    const failed = new Set<string>()
    return batch.map((write, index): Receipt => {
      const locked = lockEvery !== null && index % lockEvery === lockEvery - 1
      const fields = filled(write.fields, made)
      const receipt: Receipt = locked
        ? { outcome: 'refused', error: rowLocked() }
        : fields === null
          ? { outcome: 'refused', error: restsOnAnother(failed.size) }
          : this.#one(write, fields)
      if (write.do === 'create' && 'id' in receipt) made.set(write.key, receipt.id)
      if (write.do === 'create' && !('id' in receipt)) failed.add(write.key)
      return receipt
    })
  }

  #one(write: Write, fields: Fields): Receipt {
    const { vendor, hidden = () => nothingHidden, tellsVersion = true } = this.#options
    const unseen = Object.keys(fields).find((name) => hidden().has(`${write.kind}.${name}`))
    if (unseen !== undefined) return { outcome: 'refused', error: mayNotWrite() }
    const result: FakeResult =
      write.do === 'create' ? vendor.create({ ...write, fields }) : vendor.update({ ...write, fields })
    switch (result.result) {
      case 'written':
      case 'already-there':
        return {
          outcome: result.result,
          id: result.state.id,
          version: tellsVersion ? result.state.version : null,
        }
      case 'stale':
        return { outcome: 'stale' }
      case 'not-found':
        return { outcome: 'refused', error: notThere() }
      case 'refused':
        return { outcome: 'refused', error: result.error }
      default:
        return unreachable(result)
    }
  }

  // ── looking ────────────────────────────────────────────────────────────────────────────────────────────────

  #answerTo({ shape, by }: Question, asOfMs: number): readonly VendorRecord[] {
    const { vendor, showsGone = false } = this.#options
    if ('id' in by) {
      const state = vendor.read(shape.kind, by.id, asOfMs)
      return state && (showsGone || !state.gone) ? [this.#shown(state, [shape])] : []
    }
    const criteria = 'key' in by ? [{ ...by.key, compare: 'exact' as const }] : by.match
    return vendor
      .all(shape.kind, asOfMs)
      .filter((state) => !state.gone && criteria.every((one) => mayFit(state, one)))
      .map((state) => this.#shown(state, [shape]))
  }

  #shown(state: FakeState, shapes: readonly Shape[]): VendorRecord {
    const { present = (one) => one.fields, hidden = () => nothingHidden } = this.#options
    const wanted = shapes.find(({ kind }) => kind === state.kind)?.fields ?? []
    const whole = present(state)
    // A field that was never set is shown as empty; only a hidden one is not shown at all.
    const names = wanted.length === 0 ? Object.keys(whole) : wanted
    const visible = names.filter((name) => !hidden().has(`${state.kind}.${name}`))
    return {
      kind: state.kind,
      id: state.id,
      version: state.version,
      changedAt: state.changedAt,
      gone: state.gone,
      fields: Object.fromEntries(visible.map((name): [FieldName, Json] => [name, whole[name] ?? null])),
      ...(state.mergedInto ? { mergedInto: state.mergedInto } : {}),
      changedBy: state.by,
    }
  }

  // ── the wire ───────────────────────────────────────────────────────────────────────────────────────────────

  #begin(does: FakeCall['does'], of: Pick<FakeCall, 'size' | 'kinds'>): FakeCall {
    this.#calls += 1
    return { number: this.#calls, vendor: this.#options.vendor.name, does, ...of }
  }

  async #call(does: FakeCall['does'], of: Pick<FakeCall, 'size' | 'kinds'>, signal: AbortSignal): Promise<void> {
    await this.#answered(await this.#look(does, of, signal), signal)
  }

  async #look(does: FakeCall['does'], of: Pick<FakeCall, 'size' | 'kinds'>, signal: AbortSignal): Promise<Looked> {
    const call = this.#begin(does, of)
    await this.#wire.hop(call, 'before')
    signal.throwIfAborted()
    const fault = this.#wire.fault(call)
    if (fault !== null && fault.do !== 'stale' && fault.do !== 'lock') throw this.#notSent(fault)
    return { call, asOfMs: this.#options.vendor.nowMs() - (fault?.do === 'stale' ? fault.behindMs : 0) }
  }

  async #answered({ call }: Looked, signal: AbortSignal): Promise<void> {
    await this.#wire.hop(call, 'answer')
    signal.throwIfAborted()
  }

  #notSent(fault: FakeFault): RetryLater {
    const { vendor } = this.#options
    if (fault.do !== 'throttle') return new RetryLater(`${vendor.name} does not answer.`, { code: 'DB-3002' })
    const notBefore = fault.waitMs === null ? undefined : instantFromMs(vendor.nowMs() + fault.waitMs)
    return new RetryLater(`${vendor.name} asks for a pause.`, { code: 'DB-3001', notBefore })
  }
}

interface Looked {
  readonly call: FakeCall
  readonly asOfMs: number
}

const same = (ms: number): number => ms

const lost: Receipt = {
  outcome: 'unknown',
  error: new RetryLater('The answer was lost.', { code: 'DB-3002', scope: 'record' }),
}

const rowLocked = (): RetryLater => new RetryLater('The row is locked.', { code: 'DB-3201', scope: 'record' })
const restsOnAnother = (count: number): RetryLater =>
  new RetryLater(`It rests on ${count} other writes that failed.`, { code: 'DB-3202', scope: 'record' })
const mayNotWrite = (): NeedsHuman =>
  new NeedsHuman('The user may not write this field.', { code: 'DB-3203', who: 'CRM admin' })
const notThere = (): NeedsHuman =>
  new NeedsHuman('The record is not there any more.', { code: 'DB-3204', who: 'CRM admin' })

/** Null when a record it points to was not made. */
function filled(fields: Fields, made: ReadonlyMap<string, RecordId>): Fields | null {
  const out: Record<FieldName, Json> = {}
  for (const [name, value] of Object.entries(fields)) {
    const id = isPointer(value) ? made.get(value.$write) : value
    if (id === undefined) return null
    out[name] = id
  }
  return out
}

/** As wide as a vendor's own search: what fits exactly is the caller's business. */
function mayFit(
  state: FakeState,
  { field, value, compare }: { field: string; value: string; compare: string },
): boolean {
  const held = state.fields[field]
  if (typeof held !== 'string') return false
  return compare === 'domain' || compare === 'companyName' || held.toLowerCase() === value.toLowerCase()
}
