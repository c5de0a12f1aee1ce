// A linked deal in the planner's hands, and what is being gathered about it.

import type { RowId } from '../model/ids.ts'
import type { Link } from '../model/link.ts'
import type { VendorRecord } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import type { Value } from '../model/value.ts'
import type { Change } from './plan.ts'
import type { Draft } from './side.ts'
import type { Wait } from './waits.ts'
import type { PlanFrame } from './world.ts'

export interface LinkedDeal {
  readonly frame: PlanFrame
  readonly link: Link
  readonly referral: VendorRecord
  readonly facts: ReferralFacts
  readonly crm: VendorRecord
}

export interface DealPlan {
  /** The link as it is to be remembered before any write. */
  readonly link: Link
  readonly changes: readonly Change[]
  /** What was read is older than what we know: nothing is concluded from it, and the next pass reads again. */
  readonly again?: boolean
}

export interface Sides {
  readonly crm: Draft
  readonly referral: Draft
  /** Values both sides were found to show. */
  readonly adopted: Record<RowId, Value>
  readonly waits: Wait[]
  /** Answers that are acted on, with what both sides show: for any other conflict they were not given. */
  readonly answered: Record<RowId, { readonly left: Value; readonly right: Value }>
  /** Some row's two sides show different values. */
  apart: boolean
}
