// Gathers what one side of one deal is to be sent: fields, where each comes from, and what both sides agree on once it
// is written. Fields that already stand there are not sent again.

import { rowId, type RowId } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import { at, sameJson, type Json } from '../model/json.ts'
import type { FieldName, Fields } from '../model/record.ts'
import type { Standing } from '../model/stage.ts'
import type { Value } from '../model/value.ts'
import { isBlank } from '../model/value.ts'
import type { Row, Rule, Written } from '../mapping/mapping.ts'
import type { Refusal } from '../problem.ts'
import type { FieldChange, Settlement, Side } from './plan.ts'

export interface Draft {
  readonly side: Side
  /** What stands there now; null when the record is about to be made. */
  readonly now: Fields | null
  /** The moment of the plan, for rows that write a date of their own. */
  readonly at?: Instant
  readonly fields: Record<FieldName, Json>
  readonly lines: FieldChange[]
  readonly values: Record<RowId, Value>
  readonly refusals: Refusal[]
  standing?: Standing
}

/** The link key at the CRM, remembered like a row of the mapping, under a name no row can have. */
export const keyRow = rowId('@key')

export const draft = (side: Side, now: Fields | null, at?: Instant): Draft => ({
  side,
  now,
  ...(at === undefined ? {} : { at }),
  fields: {},
  lines: [],
  values: {},
  refusals: [],
})

export const isEmpty = (of: Draft): boolean => Object.keys(of.fields).length === 0

export interface RowChange {
  readonly row: Row
  readonly value: Value
  readonly base: Value | undefined
  readonly lost?: Value
  readonly agreed?: Value
}

/** Adds one row's value. */
export const addRow = (to: Draft, change: RowChange): void => addRows(to, [change])

/**
 * Adds the values of rows that belong together: all of them, or none when one is refused. What the side already shows
 * is agreed silently.
 */
export function addRows(to: Draft, changes: readonly RowChange[]): void {
  const written = changes.map((change) => ({ change, written: writtenFor(to, change) }))
  const refusals = written.flatMap(({ written: one }) => (one && !one.ok ? [one.refusal] : []))
  to.refusals.push(...refusals)
  if (refusals.length > 0) return
  for (const { change, written: one } of written) if (one?.ok) place(to, change, one.fields)
}

function place(to: Draft, change: RowChange, fields: Fields): void {
  const { row, value } = change
  to.values[row.id] = change.agreed ?? value
  const from = describe(row, to.side)
  for (const [path, theirs] of Object.entries(fields)) {
    const ours = current(to, path)
    if (ours !== undefined && sameJson(ours, theirs)) continue
    if (to.now === null && theirs === null) continue
    to.fields[path] = theirs
    to.lines.push(
      line({
        path,
        ours: ours ?? null,
        theirs,
        base: change.base ?? null,
        rule: row.rule,
        from,
        type: row.type,
        ...(change.lost === undefined ? {} : { lost: change.lost }),
      }),
    )
  }
}

/** Undefined where the row never writes this side. */
function writtenFor(to: Draft, { row, value }: RowChange): Written | undefined {
  if (!row.required || !isBlank(value)) return write(to, row, value)
  const message = `${row.crm} is empty, and the mapping requires it. Fill it in and save.`
  return { ok: false, refusal: { code: 'DB-2202', message, who: 'the seller' } }
}

function write(to: Draft, row: Row, value: Value): Written | undefined {
  return to.side === 'crm' ? row.toCrm?.(value, to.now) : row.toReferral?.(value, to.now ?? {}, to.at)
}

/** Adds fields that no row owns: a stage, an owner, a lookup, what the seller sees. */
export function addFields(
  to: Draft,
  fields: Fields,
  about: { readonly rule: Rule | null; readonly from: string; readonly base?: Json },
): void {
  for (const [path, theirs] of Object.entries(fields)) {
    const ours = current(to, path)
    if (ours !== undefined && sameJson(ours, theirs)) continue
    to.fields[path] = theirs
    to.lines.push(
      line({ path, ours: ours ?? null, theirs, base: about.base ?? null, rule: about.rule, from: about.from }),
    )
  }
}

function current(to: Draft, path: FieldName): Json | undefined {
  if (to.now === null) return undefined
  return Object.hasOwn(to.now, path) ? to.now[path] : to.side === 'referral' ? at(to.now, path) : undefined
}

export function settlementOf(of: Draft): Settlement {
  return { values: { ...of.values }, ...(of.standing ? { standing: of.standing } : {}) }
}

const line = (change: FieldChange): FieldChange => change

/** Where a value comes from, in the words of the mapping. */
function describe(row: Row, side: Side): string {
  if (side === 'referral') return row.crm
  return row.referral ?? row.rule.key
}
