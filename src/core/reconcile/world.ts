// What the planner looks at: everything that was read about the deals in hand, as plain values. The engine gathers it;
// nothing in here reads or waits.

import type { ConnectionName, PipelineName } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import type { Link } from '../model/link.ts'
import type { Owner } from '../model/owner.ts'
import type { VendorRecord } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import type { SourceModel } from '../model/source-model.ts'
import type { TargetModel } from '../model/target.ts'
import type { Mapping, Pointed } from '../mapping/mapping.ts'

export interface DealView {
  readonly link: Link | null
  /** Null when the source does not show a referral that we have a link for. */
  readonly referral: VendorRecord | null
  /** Null when the source's record does not even tell us what it is: such a referral is only looked at. */
  readonly facts: ReferralFacts | null
  /** The linked record as it stands; null when there is no link, or the record was not found. */
  readonly crm: VendorRecord | null
  /** Answers to the searches of an unlinked deal. */
  readonly found: Found | null
  /** Present where the record is, or was, marked to become a deal at the source: what it points to. */
  readonly shared?: Pointed
  /** Its deal was sent to the source and no answer came: it is there by now, or nobody can tell yet. */
  readonly begun?: 'there' | 'perhaps'
}

export interface Found {
  /** One list of candidates for each try of the mapping's `match`, in order; possibly more than what fits exactly. */
  readonly match: readonly (readonly VendorRecord[])[]
  /** The same for each lookup, by its name. */
  readonly lookups: Readonly<Record<string, readonly (readonly VendorRecord[])[]>>
  /** What the CRM shows of the record a person named for a lookup, by the lookup's name; none: it shows nothing. */
  readonly chosen?: Readonly<Record<string, VendorRecord>>
  /** Records among these that another referral is linked to. */
  readonly linkedElsewhere: ReadonlySet<string>
}

/** What holds for a whole plan. */
export interface PlanFrame {
  readonly pipeline: PipelineName
  readonly mapping: Mapping
  /** Fixed for the run, so that the plan can be made again. */
  readonly now: Instant
  readonly systems: { readonly referral: ConnectionName; readonly crm: ConnectionName }
  readonly source: SourceModel
  readonly target: TargetModel
  readonly owners: readonly Owner[]
  readonly timezone: string
  /** The CRM's name for the user we act as, where it tells who changed a record. */
  readonly self?: string
}
