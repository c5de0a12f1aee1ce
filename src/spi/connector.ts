// The contract between dealbridge and a connector, version 1. A connector speaks one vendor's language. It knows
// nothing of mappings, merging, retries, storage or the other side. docs/writing-a-connector.md tells how to write one.

import type { ZodType } from 'zod'
import type { Codebook } from '#core/codes'
import type { SyncError } from '#core/errors'
import type { ConnectorId, Cursor, Kind, RecordId, Version } from '#core/model/ids'
import type { FieldName, Shape, VendorRecord } from '#core/model/record'
import type { Write } from '#core/model/write'
import type { Host } from './host.ts'
import type { Probe } from './probe.ts'
import type { PushFacet } from './push.ts'
import type { SignInFacet } from './sign-in.ts'
import type { SourceFacet } from './source.ts'
import type { TargetFacet } from './target.ts'

export const CONTRACT = 1

export interface Connector<S> {
  readonly id: ConnectorId
  /** Checked when loaded; a new number comes with a migration note. */
  readonly contract: typeof CONTRACT
  /** The host parses with it, so that open() only ever meets valid settings. Secrets stay references (`SecretRef`). */
  readonly settings: ZodType<S>
  /** Facts the planner respects; no method ever throws "unsupported". */
  readonly traits: Traits
  /** Present on a source of referrals only. */
  readonly source?: SourceFacet
  /** Present on a CRM only. */
  readonly target?: TargetFacet
  /** Present where a person must sign in. */
  readonly signIn?: SignInFacet<S>
  /** Present where the vendor can call us. */
  readonly push?: PushFacet<S>
  /** What this connector's own error codes mean. */
  readonly codes: Codebook
  /** Every origin it may talk to under these settings. The host lets no request, and so no token, go anywhere else. */
  origins(settings: S): readonly string[]
  open(settings: S, host: Host): Promise<Session>
}

export interface Traits {
  readonly writes: 'none' | 'update' | 'create-and-update'
  /** How a write refuses to overwrite newer work. */
  readonly guard: 'etag' | 'modified-at' | 'none'
  /** The most writes one call of write() takes. */
  readonly batchMax: number
  /**
   * How long after its sender died a create may still turn up, where no field of the vendor's holds its key. 0 where the
   * record's id follows from the key: a second one is then never made. By default as long as any replica may lag.
   */
  readonly lateCreatesMs?: number
  /** Kinds whose changes concern a linked record of another kind (a close activity, a contact role). */
  readonly satellites?: Readonly<Record<Kind, { readonly of: Kind; readonly by: FieldName }>>
}

export interface Session {
  /** Who am I, may I write, and for each kind asked for: which fields and choices exist. Reads only. */
  probe(kinds: readonly Kind[], signal: AbortSignal): Promise<Probe>
  /**
   * What changed since a cursor, oldest first where the vendor can; several kinds in as few calls as it allows.
   * With no cursor a source yields all that its settings ask for; a target may begin at the present moment, because
   * records that already exist are found by key. The last page's cursor is where the next call goes on.
   */
  changes(shapes: readonly Shape[], since: Cursor | null, signal: AbortSignal): AsyncIterable<Page>
  /** One answer for each question, in the same order; questions travel together where the vendor allows it. */
  find(questions: readonly Question[], signal: AbortSignal): Promise<readonly (readonly VendorRecord[])[]>
  /** One receipt for each write, in the same order. Tries once: repeating is the engine's decision. */
  write(batch: readonly Write[], signal: AbortSignal): Promise<readonly Receipt[]>
  close(): Promise<void>
}

export interface Page {
  readonly records: readonly VendorRecord[]
  /** Opaque to everyone but the connector. Never past a change that was visible and is not in this or an earlier page. */
  readonly next: Cursor
}

export interface Question {
  readonly shape: Shape
  readonly by:
    | { readonly id: RecordId }
    /** A field that holds one value per record: the link key, an alternate key. */
    | { readonly key: { readonly field: FieldName; readonly value: string } }
    /** All of these. The answer may hold more than what matches exactly: the caller compares again. */
    | { readonly match: readonly Criterion[] }
}

export interface Criterion {
  readonly field: FieldName
  readonly value: string
  readonly compare: 'exact' | 'email' | 'domain' | 'companyName'
}

export type Receipt =
  /** Written now, or a create whose key is already taken: then the record is whatever the vendor holds under the key. */
  | {
      readonly outcome: 'written' | 'already-there'
      readonly id: RecordId
      /** Null where the vendor does not say; the next read will. */
      readonly version: Version | null
    }
  /** Somebody changed it first: read and plan again. */
  | { readonly outcome: 'stale' }
  /** The answer was lost: it may or may not have been written. Look before doing it again. */
  | { readonly outcome: 'unknown'; readonly error: SyncError }
  /** Certainly not written. */
  | { readonly outcome: 'refused'; readonly error: SyncError }
