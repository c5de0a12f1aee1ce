// Facts of a referral source, given by its connector as data: how our stages and steps are written there.

import type { Fields } from './record.ts'
import type { Stage, Step } from './stage.ts'

export interface SourceModel {
  /** What the source is called in messages: `Partner Center`. */
  readonly label: string
  /** How a move to a stage is written, where it can be written at all. */
  readonly moves: Readonly<Partial<Record<Stage, Fields>>>
  /** The field that takes a free-text reason for losing or declining. */
  readonly reasonField: string
  /** The field that holds how far an accepted deal has come, and how each step is written. */
  readonly step: { readonly field: string; readonly write: Readonly<Record<Step, string>> }
  /** Absent where no deal is ever made at the source by a partner. */
  readonly newDeal?: {
    /** Where a deal keeps the partner's own id of it, by which one that was made is found again. */
    readonly reference: string
    /** What people call a deal, before it has an id: the values of these. */
    readonly title: readonly string[]
  }
}
