// What the connector suite needs to know of a connector in order to try it: a session against a pretended vendor, the
// hands of the vendor's people, and, for a vendor that speaks a protocol, the wire between them. And what the checks
// share. Made afresh for each check.

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import {
  at,
  type Connector,
  type CreateWrite,
  type Cursor,
  type Desk,
  type FieldName,
  type Fields,
  type Instant,
  isSyncError,
  type Page,
  type Receipt,
  type RecordId,
  type Session,
  type Shape,
  type SimulatedAnswer,
  type SimulatedCall,
  type SyncError,
  textOf,
  type UpdateWrite,
  type VendorRecord,
  type Version,
} from '#spi'
import type { Served } from './serve.ts'

export interface ConnectorSubject {
  readonly connector: Pick<Connector<never>, 'contract' | 'traits' | 'codes' | 'source'>
  readonly session: Session
  /** Another session against the same vendor, as after a restart. */
  readonly open: () => Promise<Session>
  readonly shape: Shape
  /** Two text fields that anybody may edit: one that we write, one that other people do. */
  readonly ours: FieldName
  readonly theirs: FieldName
  /** The vendor's people at work. They hold as many records as the suite adds, and none to begin with. */
  readonly desk: Desk
  /** Fields of a record that a person adds, the n-th. */
  readonly sample: (n: number) => Fields
  /** A change that this vendor refuses, whatever the record. */
  readonly unfit: Fields
  readonly now: () => Instant
  readonly passes: (ms: number) => void
  readonly close: () => Promise<void>
  // What not every vendor has, by the need that stands for it:
  /** `creates`: the n-th record that we make. */
  readonly create?: (n: number) => CreateWrite
  /** `pointers`: a record that ours may rest on, such as an account. */
  readonly ground?: Ground
  /** `late commits`: an edit stamped now that nobody can see until what this answers is called. */
  readonly editLate?: (id: RecordId, fields: Fields) => () => void
  /** `wire` */
  readonly wire?: SubjectWire
}

export interface Ground {
  readonly create: CreateWrite
  /** What makes it one that the vendor refuses. */
  readonly unfit: Fields
  /** The field of our record that points to it. */
  readonly field: FieldName
}

export interface SubjectWire {
  readonly served: Served
  /** Does this call carry writes? */
  readonly isWrite: (call: SimulatedCall) => boolean
  /** Does it look at records? Signing in and asking for a schema is neither. */
  readonly isRead: (call: SimulatedCall) => boolean
  /** How this vendor asks for a pause. */
  readonly throttled: (seconds: number) => SimulatedAnswer
  /** What no error and no line of the log may hold: the secrets it signs in with. */
  readonly secrets: readonly string[]
  readonly logLines: () => readonly string[]
}

/** What a check rests on beyond a session. A check whose needs a connector does not meet is not its check. */
export type Need = 'creates' | 'pointers' | 'late commits' | 'removal' | 'wire'

export interface ConnectorCheck {
  readonly name: string
  readonly needs: readonly Need[]
  run(open: () => Promise<ConnectorSubject>): Promise<void>
}

export function check(
  name: string,
  body: (subject: ConnectorSubject) => Promise<void>,
  needs: readonly Need[] = [],
): ConnectorCheck {
  return {
    name,
    needs,
    run: async (open) => {
      const subject = await open()
      try {
        await body(subject)
      } finally {
        await subject.close()
      }
    },
  }
}

export const never: AbortSignal = new AbortController().signal

/** What a need promised, or a plain word about who did not keep the promise. */
export function given<T>(part: T | undefined, need: Need): T {
  assert.ok(part !== undefined, `the subject of a connector that meets "${need}" must say how`)
  return part
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Read {
  readonly records: readonly VendorRecord[]
  readonly next: Cursor
}

export async function pagesOf(subject: ConnectorSubject, since: Cursor | null, session = subject.session) {
  const pages: Page[] = []
  for await (const page of session.changes([subject.shape], since, never)) {
    pages.push(page)
    assert.ok(pages.length < pagesMax, 'reading does not come to an end')
  }
  return pages
}
const pagesMax = 1_000

export async function poll(subject: ConnectorSubject, since: Cursor | null, session?: Session): Promise<Read> {
  const pages = await pagesOf(subject, since, session)
  const last = pages.at(-1)
  assert.ok(last, 'a poll has at least one page, and its bookmark')
  return { records: pages.flatMap(({ records }) => records), next: last.next }
}

/** A bookmark after which nothing has happened. What had to be read twice to be sure has been. */
export async function settled(subject: ConnectorSubject, session?: Session): Promise<Cursor> {
  let { next } = await poll(subject, null, session)
  for (let time = 0; time < 3; time += 1) {
    subject.passes(hour)
    ;({ next } = await poll(subject, next, session))
  }
  return next
}
const hour = 3_600_000

export async function byId(subject: ConnectorSubject, id: RecordId): Promise<VendorRecord> {
  const [found] = await subject.session.find([{ shape: subject.shape, by: { id } }], never)
  const [record] = found ?? []
  assert.ok(record, 'a record that is there is found by its id')
  return record
}

export const valueIn = ({ fields }: { readonly fields: Fields }, field: FieldName): string => textOf(at(fields, field))

/** What a person sees in a field. */
export function seen({ desk, shape }: ConnectorSubject, id: RecordId, field: FieldName): string {
  const record = desk.read(shape.kind, id)
  assert.ok(record, 'the record is still there')
  return valueIn(record, field)
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function added(subject: ConnectorSubject, count: number): readonly RecordId[] {
  return Array.from({ length: count }, (_, n) => {
    subject.passes(1_000)
    return subject.desk.add(subject.shape.kind, subject.sample(n))
  })
}

/** A person writes into the field that is theirs. */
export function edited({ desk, shape, theirs, passes }: ConnectorSubject, id: RecordId, text: string): void {
  passes(1_000)
  desk.edit(shape.kind, id, { [theirs]: text })
}

export const updateOf = (
  { shape: { kind }, ours }: ConnectorSubject,
  { id, version }: { readonly id: RecordId; readonly version: Version | null },
  text: string,
): UpdateWrite => ({ do: 'update', kind, id, expect: version, fields: { [ours]: text } })

export const created = (subject: ConnectorSubject, n: number): CreateWrite => given(subject.create, 'creates')(n)

/** How many records hold the key of this creation. */
export function heldUnder({ desk }: ConnectorSubject, { kind, key, keyField }: CreateWrite): readonly RecordId[] {
  assert.ok(keyField !== null, 'what is linked holds its key in a field')
  return desk
    .all(kind)
    .filter((record) => valueIn(record, keyField).toLowerCase() === key)
    .map(({ id }) => id)
}

export const outcomes = (receipts: readonly Receipt[]): readonly string[] => receipts.map(({ outcome }) => outcome)

export async function writeOne(subject: ConnectorSubject, write: CreateWrite | UpdateWrite): Promise<Receipt> {
  const receipts = await subject.session.write([write], never)
  assert.equal(receipts.length, 1, 'one write, one receipt')
  const [receipt] = receipts
  assert.ok(receipt)
  return receipt
}

// ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a promise fails with: one of ours, with a code that the connector explains. */
export async function failureOf({ connector }: ConnectorSubject, promise: Promise<unknown>): Promise<SyncError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error !== undefined, 'what has failed is not told as a success')
  assert.ok(isSyncError(error), `a failure says its remedy; this one is ${inspect(error)}`)
  assert.ok(Object.hasOwn(connector.codes, error.code), `${error.code} is explained in the connector's codebook`)
  return error
}

/** The error of a receipt; null for those that have none. */
export const errorIn = (receipt: Receipt): SyncError | null => ('error' in receipt ? receipt.error : null)
