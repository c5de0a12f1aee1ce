// Facts of a CRM's data model, given by its connector as data, so that no vendor's field name stands in core.

import type { Kind } from './ids.ts'
import type { FieldName, Fields } from './record.ts'

export interface TargetModel {
  /** What the CRM is called in messages: `Salesforce`. */
  readonly label: string
  /** The field that holds a record's own id. */
  readonly idField: (kind: Kind) => FieldName
  /** The field that ties a contact to its account, for lookups `under` an account. */
  readonly parentField: (kind: Kind) => FieldName | null
  /** How a contact's role in a deal is recorded as a record of its own; null where a plain lookup does. */
  readonly contactRole: {
    readonly kind: Kind
    readonly dealField: FieldName
    readonly contactField: FieldName
    readonly fields: (role: string, primary: boolean) => Fields
  } | null
  /** A closed record takes no edits, not even of what the seller is told. */
  readonly closedIsReadOnly?: boolean
  /** What says that a record is being worked on, where the CRM has more than a stage for that (and so can say "on hold"). */
  readonly working?: Fields
  /** Leads as records of their own, where the CRM has them: how their states are shown and written. */
  readonly lead?: {
    readonly kind: Kind
    readonly open: Fields
    readonly qualified: Fields
    readonly disqualified: Fields
    /** The field of a deal that names the lead it came from. */
    readonly originField: FieldName
    /** The field of a lead that names the deal a seller made of it. */
    readonly becameField: FieldName
  }
  /** Fields of a close record that hold the final value and date, by the record's kind. */
  readonly finals: Readonly<Record<Kind, { readonly value: FieldName; readonly date: FieldName }>>
}
