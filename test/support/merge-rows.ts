// Rows to be merged, without a mapping around them: what each side shows, and what both last agreed on.

import { absent, reading } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import { parseInstant, type Instant } from '#core/model/instant'
import type { Value } from '#core/model/value'
import type { Direction, Policy, Row } from '#core/mapping/mapping'
import { mergeGroup, type MergeFrame, type RowVerdict, type RowView } from '#core/reconcile/merge'

export const instant = (text: string): Instant => parseInstant(text) ?? fail(text)
export const early = instant('2026-11-20T10:00:00Z')
export const late = instant('2026-11-20T11:00:00Z')
export const frame: MergeFrame = { clocks: { left: early, right: late }, answers: {}, crmIsClosed: false }

export interface RowOptions {
  readonly id?: string
  readonly direction?: Direction
  readonly policy?: Policy
  readonly write?: Row['write']
}

export function row(options: RowOptions = {}): Row {
  const { id = 'Amount', direction = 'both', policy = 'partnerCenter', write = 'always' } = options
  return {
    id: rowId(id),
    direction,
    type: 'money',
    policy,
    write,
    required: false,
    group: 'money',
    rule: { file: 'm.yaml', line: 1, column: 1, key: 'fields[0]' },
    crm: id,
    referral: 'details.dealValue',
    fromReferral: () => absent,
    fromCrm: () => absent,
  }
}

export const view = (base: Value | undefined, left: Value, right: Value, of: Row = row()): RowView => ({
  row: of,
  base,
  left: reading(left),
  right: reading(right),
})

export const one = (of: RowView, over: Partial<MergeFrame> = {}): RowVerdict =>
  mergeGroup([of], { ...frame, ...over })[0] ?? fail('no verdict')

/** What cannot be read at all. */
export const refusal = { code: 'DB-2203', message: 'It is no amount.', who: 'CRM admin' } as const
export const refused = { is: 'refused', refusal } as const

function fail(what: string): never {
  throw new Error(what)
}
