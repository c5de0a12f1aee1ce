// The plan: a plain JSON value that says what would be written to each system, and why. It is printed, stored, tested
// and approved. Everything before it only reads; everything after it does exactly what it says.

import type { ChangeId, Code, ConnectionName, Kind, LinkKey, PipelineName, RecordId, RowId } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import type { Json } from '../model/json.ts'
import type { Link } from '../model/link.ts'
import type { Standing } from '../model/stage.ts'
import type { Value, ValueType } from '../model/value.ts'
import type { Write } from '../model/write.ts'
import type { Rule } from '../mapping/mapping.ts'

export const PLAN_SCHEMA = 'dealbridge.plan/v1'

export type Side = 'referral' | 'crm'

export interface Plan {
  readonly schema: typeof PLAN_SCHEMA
  readonly pipeline: PipelineName
  readonly mapping: { readonly name: string; readonly hash: string }
  readonly readAt: Instant
  readonly read: {
    readonly referrals: number
    readonly records: number
    readonly changed: number
    readonly linked: number
  }
  /** In the order in which they are applied. */
  readonly changes: readonly Change[]
  /** Links as they will be remembered before the first write: agreements adopted, waits begun and ended. */
  readonly links: readonly Link[]
  /** Set when the plan wants more than it may do by itself: nothing of it is written until a person agrees. */
  readonly stopped: readonly Brake[]
  /** Referrals that no mapping takes, by reason. */
  readonly skipped: readonly Skipped[]
}

export interface Change {
  /** The same change planned twice has the same id; it is the operation's key in the ledger. */
  readonly id: ChangeId
  readonly system: ConnectionName
  readonly side: Side
  readonly action: 'create' | 'update'
  readonly link: LinkKey
  readonly referral: RecordId
  /** Null for a create. */
  readonly record: RecordId | null
  readonly kind: Kind
  /** For people: customer and deal. Personal. */
  readonly title: string
  /** Cannot be taken back: a Won, a Lost, a Declined, a deal shown to Microsoft. */
  readonly irreversible: boolean
  readonly state: 'ready' | 'held' | 'question' | 'refused'
  readonly why?: { readonly code: Code; readonly message: string; readonly who: string; readonly until: Instant | null }
  readonly fields: readonly FieldChange[]
  readonly write: Write
  /** Changes that must have been written before this one. */
  readonly after: readonly ChangeId[]
  /** What both sides agree on once it is written. */
  readonly settles: Settlement
  /** Find it this way before repeating a create whose answer was lost and whose kind has no key field. */
  readonly findBy?: readonly {
    readonly field: string
    readonly value: string
    readonly compare: 'exact' | 'email' | 'domain' | 'companyName'
  }[]
  /** Records that are found that way and were there before: a person said that it is none of them. */
  readonly noneOf?: readonly RecordId[]
}

/** It ends a deal for good. A deal made at the source cannot be taken back either, but it begins one. */
export const isOutcome = ({ irreversible, action }: Pick<Change, 'irreversible' | 'action'>): boolean =>
  irreversible && action === 'update'

export interface FieldChange {
  readonly path: string
  /** What both sides last agreed on. */
  readonly base: Json
  /** What stands in the system that will be written. */
  readonly ours: Json
  /** What will stand there. */
  readonly theirs: Json
  readonly rule: Rule | null
  /** For people: `details.dealValue`, `stage row 1: status New`. */
  readonly from: string
  /** What sort of value it is, where a row of the mapping says so. */
  readonly type?: ValueType
  /** A value that lost a true conflict, kept for the history. */
  readonly lost?: Json
}

export interface Settlement {
  readonly values: Readonly<Record<RowId, Value>>
  readonly standing?: Standing
  /** This change makes the linked record itself, or the referral of a deal that began in the CRM. */
  readonly becomes?: 'record' | 'referral'
  /** The CRM close it carries to the source. */
  readonly closes?: string
}

export interface Brake {
  readonly code: Code
  readonly message: string
  readonly limit: number
  readonly wanted: number
}

export interface Skipped {
  readonly referral: RecordId
  readonly because: string
}
