// A vendor, pretended in memory: records with versions and stamps, a key nobody can use twice, rules, workflows, and a
// log of every attempt to change something, as the vendor saw it. It speaks no protocol: sessions over it are in
// fake-session.ts. A fake that is kinder than a real vendor would be a mistake, so each unkindness is an option.

import {
  type FieldName,
  type Fields,
  type Instant,
  instantFromMs,
  type Json,
  type Kind,
  type LinkKey,
  msOf,
  type RecordId,
  recordId,
  type SyncError,
  textOf,
  type Version,
  version,
} from '#spi'

/** One state of one record. A change makes a new one; none is ever altered. */
export interface FakeState {
  readonly kind: Kind
  readonly id: RecordId
  readonly version: Version
  /** Of the vendor's changes, counted from the first. */
  readonly number: number
  /** The stamp the vendor gave the change: on its own clock, and as coarse as it likes. */
  readonly changedAt: Instant
  /** When it really happened. */
  readonly atMs: number
  readonly gone: boolean
  readonly fields: Fields
  readonly by: string
  readonly mergedInto?: RecordId
}

/** One attempt of a program to change something, and what became of it. */
export interface FakeAttempt {
  readonly number: number
  readonly atMs: number
  readonly vendor: string
  readonly do: 'create' | 'update'
  readonly kind: Kind
  readonly id: RecordId | null
  readonly key: LinkKey | null
  readonly fields: Fields
  readonly expect: Version | null
  /** What stood there just before. */
  readonly before: Fields | null
  readonly after: Fields | null
  readonly applied: boolean
  readonly result: 'written' | 'already-there' | 'stale' | 'refused' | 'not-found'
}

export interface FakeVendorOptions {
  readonly name: string
  readonly nowMs: () => number
  /** How far its clock is ahead of everyone else's. */
  readonly skewMs?: () => number
  /** Stamps are cut to this. */
  readonly stampMs?: number
  /** The field of a kind that no two live records may share. */
  readonly unique?: Readonly<Record<string, FieldName>>
  /** Lays changed fields over a record; a vendor with dotted paths brings its own. */
  readonly lay?: (fields: Fields, changes: Fields) => Fields
  /** What it makes of a value before it keeps it: trimmed, rounded, cut. */
  readonly keep?: (kind: Kind, field: FieldName, value: Json) => Json
  /** A change it does not allow. Asked for programs and people alike. */
  readonly refuse?: (change: FakeChange) => SyncError | null
  /** Fields another program inside the vendor sets after a change, as a change of its own. */
  readonly workflow?: (state: FakeState, changed: readonly FieldName[], by: string) => Fields | null
  /** Does it ignore what the writer expects? Some do. */
  readonly guard?: 'version' | 'none'
  /** A change to what already stands there leaves version and stamp alone. */
  readonly noticesNoops?: boolean
}

export interface FakeChange {
  readonly kind: Kind
  readonly before: FakeState | null
  readonly after: Fields
  readonly changed: readonly FieldName[]
  readonly by: string
}

export type FakeResult =
  | { readonly result: 'written' | 'already-there'; readonly state: FakeState }
  | { readonly result: 'stale' | 'not-found' }
  | { readonly result: 'refused'; readonly error: SyncError }

export const program = 'dealbridge'

export class FakeVendor {
  readonly name: string
  readonly #options: FakeVendorOptions
  readonly #past = new Map<string, FakeState[]>()
  readonly #attempts: FakeAttempt[] = []
  #ids = 0
  #versions = 0

  constructor(options: FakeVendorOptions) {
    this.name = options.name
    this.#options = options
  }

  /** Every attempt of a program to change something, in the order in which the vendor saw them. */
  get attempts(): readonly FakeAttempt[] {
    return this.#attempts
  }

  nowMs(): number {
    return this.#options.nowMs()
  }

  /** How many changes there were. */
  get changes(): number {
    return this.#versions
  }

  /** What its clock says, as it stamps changes. */
  stamp(atMs = this.nowMs()): Instant {
    const { skewMs, stampMs = 1 } = this.#options
    const ms = atMs + (skewMs?.() ?? 0)
    return instantFromMs(ms - (ms % stampMs))
  }

  // ── looking ────────────────────────────────────────────────────────────────────────────────────────────────

  /** A record as it stood at a moment; as it stands now unless said otherwise. */
  read(kind: Kind, id: RecordId, asOfMs = Number.POSITIVE_INFINITY): FakeState | undefined {
    return this.#past.get(`${kind}:${id}`)?.findLast((state) => state.atMs <= asOfMs)
  }

  all(kind: Kind, asOfMs = Number.POSITIVE_INFINITY): readonly FakeState[] {
    const found: FakeState[] = []
    for (const states of this.#past.values()) {
      if (states[0]?.kind !== kind) continue
      const state = states.findLast((one) => one.atMs <= asOfMs)
      if (state) found.push(state)
    }
    return found
  }

  live(kind: Kind): readonly FakeState[] {
    return this.all(kind).filter((state) => !state.gone)
  }

  /** Every state a record was ever in, oldest first. */
  past(kind: Kind, id: RecordId): readonly FakeState[] {
    return this.#past.get(`${kind}:${id}`) ?? []
  }

  // ── what programs may do ───────────────────────────────────────────────────────────────────────────────────

  create(write: { readonly kind: Kind; readonly key: LinkKey; readonly fields: Fields }): FakeResult {
    const result = this.#create(write.kind, write.fields, { by: program })
    const state = 'state' in result ? result.state : null
    this.#attempts.push({
      ...this.#attempt({ do: 'create', kind: write.kind, fields: write.fields, result }),
      id: state?.id ?? null,
      key: write.key,
      expect: null,
      before: null,
    })
    return result
  }

  update(write: {
    readonly kind: Kind
    readonly id: RecordId
    readonly expect: Version | null
    readonly fields: Fields
  }): FakeResult {
    const { kind, id, expect, fields } = write
    const before = this.read(kind, id)
    const result = this.#guarded(before, expect) ?? this.#change(before, fields, { by: program })
    this.#attempts.push({
      ...this.#attempt({ do: 'update', kind, fields, result }),
      id,
      key: null,
      expect,
      before: before?.fields ?? null,
    })
    return result
  }

  // ── what people may do ─────────────────────────────────────────────────────────────────────────────────────

  add(kind: Kind, fields: Fields, how: Doing = {}): RecordId {
    const result = this.#create(kind, fields, { ...how, by: how.by ?? 'person' })
    if ('state' in result) return result.state.id
    throw new Error(`${this.name} refused a person's new ${kind}`)
  }

  /** False when the vendor did not allow it. */
  edit(kind: Kind, id: RecordId, fields: Fields, how: Doing = {}): boolean {
    return 'state' in this.#change(this.read(kind, id), fields, { ...how, by: how.by ?? 'person' })
  }

  remove(kind: Kind, id: RecordId, how: Doing & { readonly mergedInto?: RecordId } = {}): void {
    const before = this.read(kind, id)
    if (!before || before.gone) return
    const { mergedInto, ...rest } = how
    this.#push({ ...before, gone: true, ...(mergedInto ? { mergedInto } : {}) }, { ...rest, by: how.by ?? 'person' })
  }

  /** Not while another record holds its key. */
  restore(kind: Kind, id: RecordId, how: Doing = {}): void {
    const before = this.read(kind, id)
    if (!before?.gone || this.#holder(kind, before.fields)) return
    const { mergedInto: _, ...rest } = before
    this.#push({ ...rest, gone: false }, { ...how, by: how.by ?? 'person' })
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────

  #guarded(before: FakeState | undefined, expect: Version | null): FakeResult | null {
    if (!before || before.gone) return { result: 'not-found' }
    const heeded = this.#options.guard !== 'none' && expect !== null
    return heeded && expect !== before.version ? { result: 'stale' } : null
  }

  #create(kind: Kind, wanted: Fields, how: Doing & { readonly by: string }): FakeResult {
    const fields = this.#kept(kind, {}, wanted)
    const holder = this.#holder(kind, fields)
    if (holder) return { result: 'already-there', state: holder }
    const error = this.#options.refuse?.({
      kind,
      before: null,
      after: fields,
      changed: Object.keys(wanted),
      by: how.by,
    })
    if (error) return { result: 'refused', error }
    this.#ids += 1
    const id = how.id ?? recordId(`${kind.slice(0, 3)}-${String(this.#ids).padStart(4, '0')}`)
    return { result: 'written', state: this.#push({ kind, id, gone: false, fields }, how) }
  }

  #change(before: FakeState | undefined, changes: Fields, how: Doing & { readonly by: string }): FakeResult {
    if (!before || before.gone) return { result: 'not-found' }
    const fields = this.#kept(before.kind, before.fields, changes)
    const changed = Object.keys(changes)
    const error = this.#options.refuse?.({ kind: before.kind, before, after: fields, changed, by: how.by })
    if (error) return { result: 'refused', error }
    if (this.#options.noticesNoops && JSON.stringify(fields) === JSON.stringify(before.fields))
      return { result: 'written', state: before }
    const state = this.#push({ ...before, fields }, how)
    const more = this.#options.workflow?.(state, changed, how.by)
    if (more) this.#push({ ...state, fields: this.#kept(state.kind, state.fields, more) }, { by: 'workflow' })
    return { result: 'written', state }
  }

  #kept(kind: Kind, before: Fields, changes: Fields): Fields {
    const { keep, lay = flat } = this.#options
    if (!keep) return lay(before, changes)
    return lay(
      before,
      Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, keep(kind, name, value)])),
    )
  }

  #holder(kind: Kind, fields: Fields): FakeState | undefined {
    const field = this.#options.unique?.[kind]
    const wanted = field === undefined ? undefined : fields[field]
    if (field === undefined || typeof wanted !== 'string') return undefined
    return this.live(kind).find(({ fields: held }) => textOf(held[field]).toLowerCase() === wanted.toLowerCase())
  }

  /** A stamp may be earlier than the moment (it was taken when a long transaction began), never than the last one. */
  #push(
    next: Omit<FakeState, 'version' | 'number' | 'changedAt' | 'atMs' | 'by'>,
    how: Doing & { readonly by: string },
  ): FakeState {
    const name = `${next.kind}:${next.id}`
    const states = this.#past.get(name) ?? []
    const atMs = this.nowMs()
    const wished = how.stampedAtMs === undefined ? this.stamp(atMs) : this.stamp(how.stampedAtMs)
    const last = states.at(-1)?.changedAt
    this.#versions += 1
    const state: FakeState = {
      ...next,
      version: version(`v${(this.#versions * 7919) % 1_000_003}`),
      number: this.#versions,
      changedAt: last !== undefined && msOf(last) > msOf(wished) ? last : wished,
      atMs,
      by: how.by,
    }
    states.push(state)
    this.#past.set(name, states)
    return state
  }

  #attempt(of: { do: 'create' | 'update'; kind: Kind; fields: Fields; result: FakeResult }) {
    const { result } = of.result
    return {
      number: this.#attempts.length + 1,
      atMs: this.nowMs(),
      vendor: this.name,
      do: of.do,
      kind: of.kind,
      fields: of.fields,
      after: 'state' in of.result ? of.result.state.fields : null,
      applied: result === 'written',
      result,
    } as const
  }
}

/** How a person does something. */
export interface Doing {
  readonly by?: string
  readonly id?: RecordId
  /** The change was begun then and became visible only now. */
  readonly stampedAtMs?: number
}

const flat = (fields: Fields, changes: Fields): Fields => ({ ...fields, ...changes })
