// A vendor's record as the rest of the house sees it: a kind, an id, and fields in the vendor's own words.

import type { Instant } from './instant.ts'
import type { Json } from './json.ts'
import type { Kind, LinkKey, RecordId, Version } from './ids.ts'

/** A field or path name of the vendor: `Amount`, `details.dealValue`. */
export type FieldName = string

/** Absent is not null: absent says nothing, null was seen to be empty. */
export type Fields = Readonly<Record<FieldName, Json>>

/** What to read of one kind: only fields that a mapping uses. */
export interface Shape {
  readonly kind: Kind
  readonly fields: readonly FieldName[]
}

export interface RecordRef {
  readonly kind: Kind
  readonly id: RecordId
}

export interface VendorRecord extends RecordRef {
  readonly version: Version
  readonly changedAt: Instant
  /** Deleted at the vendor, or no longer to be found by the id we know. */
  readonly gone: boolean
  readonly fields: Fields
  /** Where a merged record lives on, if the vendor says so. */
  readonly mergedInto?: RecordId
  /** The vendor's id of whoever changed it last. */
  readonly changedBy?: string
}

/**
 * Stands in a field's value for the id of a record that another write creates: `{ $write: <its key> }`.
 * A connector sends both together where its vendor can; otherwise it fills the id in after the first.
 */
export type Pointer = { readonly $write: LinkKey }

export const pointer = (key: LinkKey): Pointer => ({ $write: key })

export function isPointer(value: Json | undefined): value is { readonly $write: LinkKey } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$write')
}
