// The neutral form both sides are read into: where the deal stands, plus one value for each row of the mapping.
// Merging sees deals only, never a vendor's record.

import type { RowId } from './ids.ts'
import type { Refusal } from '../problem.ts'
import type { Standing } from './stage.ts'
import type { Value } from './value.ts'

/** What a side shows for one row. Absent is not blank: a field hidden from us must never read as cleared. */
export type Reading =
  | { readonly is: 'value'; readonly value: Value }
  | { readonly is: 'absent' }
  | { readonly is: 'refused'; readonly refusal: Refusal }

export interface Deal {
  /** Null when the side shows a stage we do not know: then nothing is written to it. */
  readonly standing: Standing | null
  readonly readings: ReadonlyMap<RowId, Reading>
}

export const absent: Reading = { is: 'absent' }
export const reading = (value: Value): Reading => ({ is: 'value', value })
