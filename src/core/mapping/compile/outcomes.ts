// The brakes on what can never be taken back, and where the last word about a closed deal comes from.

import { rowId } from '../../model/ids.ts'
import { textOf, type Json } from '../../model/json.ts'
import type { FieldName, Fields } from '../../model/record.ts'
import type { Span } from '../../source.ts'
import { canonicalText, fieldReader, readerOf } from '../canonical.ts'
import type { OutcomesDocument, ReasonDocument } from '../document/stages.ts'
import { headOf, type Placed } from '../grammar/form.ts'
import type { Outcomes, ReasonRule, Row } from '../mapping.ts'
import { suggestion } from '../notes.ts'
import type { Desk } from './desk.ts'

const minuteMs = 60_000
/** Where the mapping says nothing: half an hour to think again, three days for deals that can be registered. */
export const outcomeDefaults = { holdMs: 30 * minuteMs, maxPerRun: 5, notBeforeMs: 72 * 60 * minuteMs } as const

export function compileOutcomes(
  desk: Desk,
  document: OutcomesDocument | undefined,
  rows: readonly Row[],
  at: Span,
): Outcomes {
  const rule = (key: string, node: { readonly node: Parameters<typeof headOf>[0] } | undefined) =>
    desk.rule(node ? headOf(node.node) : document ? headOf(document.node) : at, key)
  const { won, lost, declined } = document ?? {}
  return {
    holdMs: document?.hold?.value ?? outcomeDefaults.holdMs,
    maxPerRun: document?.maxPerRun?.value ?? outcomeDefaults.maxPerRun,
    won: {
      requires: fieldsOf(desk, won?.requires),
      notBeforeMs: won?.notBefore?.value ?? outcomeDefaults.notBeforeMs,
      finals: finalsOf(desk, won?.takeFrom, rows),
      rule: rule('outcomes.won', won),
    },
    lost: {
      requires: fieldsOf(desk, lost?.requires),
      reason: reasonOf(desk, lost?.reason),
      rule: rule('outcomes.lost', lost),
    },
    declined: {
      requires: fieldsOf(desk, declined?.requires),
      reason: reasonOf(desk, declined?.reason),
      rule: rule('outcomes.declined', declined),
    },
  }
}

const fieldsOf = (desk: Desk, names: readonly Placed<string>[] | undefined): readonly FieldName[] =>
  (names ?? []).map((name) => desk.field(name).full)

/** The record of the close: which kind it is and which of its fields hold the last word, its connector knows. */
function finalsOf(desk: Desk, takeFrom: Placed<string> | undefined, rows: readonly Row[]): Outcomes['won']['finals'] {
  if (!takeFrom) return []
  const kinds = Object.keys(desk.world.target.finals)
  const found = kinds.find((kind) => kind === takeFrom.value)
  const finals =
    found === undefined ? undefined : Object.entries(desk.world.target.finals).find(([kind]) => kind === found)?.[1]
  if (!finals) {
    const { label } = desk.world.target
    const what =
      kinds.length === 0
        ? `${label} keeps no record of a close.`
        : `"${takeFrom.value}" is no record of a close in ${label}.`
    desk.notes.error(takeFrom.node, 'DB-2133', what, suggestion(takeFrom.value, kinds, takeFrom.node))
    return []
  }
  const money = rows.find((row) => row.type === 'money' && isSent(row))
  const date =
    rows.find((row) => row.type === 'date' && isSent(row)) ?? rows.find((row) => row.type === 'instant' && isSent(row))
  return [
    ...(money ? [finalOf(desk, money, `${takeFrom.value}.${finals.value}`)] : []),
    ...(date ? [finalOf(desk, date, `${takeFrom.value}.${finals.date}`)] : []),
  ]
}

const isSent = (row: Row): boolean => row.referral !== null && row.direction !== 'toCrm'

function finalOf(desk: Desk, row: Row, full: string): Outcomes['won']['finals'][number] {
  desk.useFull(full)
  const field = fieldReader(full)
  const read = readerOf(row.type, full, desk.timezone ?? 'UTC')
  return { row: rowId(row.id), fromCrm: (crm) => read(field(crm)) }
}

function reasonOf(desk: Desk, reason: ReasonDocument | undefined): ReasonRule | null {
  if (!reason?.crm) return null
  const place = desk.field(reason.crm)
  const words = new Map<string, string>()
  const choices = place.schema?.choices
  for (const { key, value } of reason.values?.pairs ?? []) {
    const choice = choices?.find((one) => one.value === key.text || one.label === key.text)
    if (choices && !choice) {
      const labels = choices.filter((one) => one.active).map((one) => one.label)
      desk.notes.error(
        key,
        'DB-2107',
        `"${key.text}" is not a value of ${place.full}.`,
        suggestion(key.text, labels, key),
      )
    }
    words.set(choice?.value ?? key.text, value.value)
  }
  const read = fieldReader(place.full)
  const otherwise = reason.otherwise?.value ?? null
  return (crm: Fields) => reasonText(read(crm), words, { otherwise, isTable: reason.values !== undefined })
}

interface ReasonTable {
  readonly otherwise: string | null
  readonly isTable: boolean
}

function reasonText(
  data: Json | undefined,
  words: ReadonlyMap<string, string>,
  { otherwise, isTable }: ReasonTable,
): string | null {
  const given = canonicalText(textOf(data))
  if (given === null) return otherwise
  // Without a table the CRM's own words are sent.
  return words.get(given) ?? (isTable ? otherwise : given)
}
