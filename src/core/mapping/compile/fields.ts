// The rows of `fields` as a whole: no two write the same field, nothing a new record needs is missing, and what must
// stay together is written together.

import type { FieldName } from '../../model/record.ts'
import type { FieldSchema } from '../../model/schema.ts'
import { entryOf, positionOf, type Span } from '../../source.ts'
import type { MappingDocument } from '../document/document.ts'
import type { RowDocument } from '../document/values.ts'
import { headOf } from '../grammar/form.ts'
import type { Policy, Row } from '../mapping.ts'
import { listed } from '../notes.ts'
import type { Desk } from './desk.ts'
import { compileRow } from './row.ts'

export function compileFields(desk: Desk, document: MappingDocument, policy: Policy): readonly Row[] {
  const documents = document.fields?.items ?? []
  const rows = documents.flatMap((row, index) => {
    const compiled = compileRow(desk, row, { kind: desk.record, key: `fields[${index}]`, policy })
    checkOwnedElsewhere(desk, document, row)
    return compiled ? [{ compiled, row }] : []
  })
  checkTwice(desk, documents)
  return grouped(rows.map(({ compiled }) => compiled))
}

/** The stage and the owner have sections of their own; a row beside them would fight with those. */
function checkOwnedElsewhere(desk: Desk, document: MappingDocument, { crm, direction }: RowDocument): void {
  if (!crm || !direction || direction.value === 'toReferral') return
  const sections = [
    { field: document.stages?.crm, section: 'stages' },
    { field: document.assign?.field, section: 'assign' },
  ]
  const found = sections.find(({ field }) => field?.value === crm.value)
  if (!found) return
  desk.notes.error(crm.node, 'DB-2021', `${crm.value} is written by the section "${found.section}".`, {
    fix: 'take this row out',
  })
}

function checkTwice(desk: Desk, documents: readonly RowDocument[]): void {
  const crm = new Map<string, Span>()
  const referral = new Map<string, Span>()
  for (const { crm: field, referral: path, direction } of documents) {
    if (field && direction && direction.value !== 'toReferral') once(desk, crm, field, 'the CRM')
    if (path && direction && direction.value !== 'toCrm') once(desk, referral, path, 'the referral')
  }
}

function once(
  desk: Desk,
  seen: Map<string, Span>,
  { value, node }: { readonly value: string; readonly node: Span },
  side: string,
): void {
  const first = seen.get(value)
  seen.set(value, first ?? node)
  if (!first) return
  const { line } = positionOf(desk.notes.source, first.start)
  desk.notes.error(node, 'DB-2020', `Two rows write ${value} in ${side}; the first is on line ${line}.`, {
    fix: 'take one of them out',
  })
}

/** Value and currency are one thing: written in two goes, a deal would be worth another sum in between. */
function grouped(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => {
    const money = rows.find((other) => isCurrencyOf(row, other))
    return money ? { ...row, group: money.group } : row
  })
}

function isCurrencyOf(row: Row, money: Row): boolean {
  if (row.referral === null || money.referral === null || money.type !== 'money') return false
  const parent = money.referral.split('.').slice(0, -1).join('.')
  return row.referral === `${parent}.currency` && row.direction === money.direction && row.policy === money.policy
}

// ── what a new record needs ──────────────────────────────────────────────────────────────────────────────────

/** `written`: the fields that rows and other sections fill. */
export function checkRequiredFields(
  desk: Desk,
  document: MappingDocument,
  rows: readonly Row[],
  written: ReadonlySet<FieldName>,
): void {
  const schema = desk.schemaOf(desk.record)
  if (
    !schema ||
    !document.fields ||
    document.match?.whenNone?.value === 'skip' ||
    document.match?.whenNone?.value === 'fail'
  )
    return
  const required = schema.fields.filter((field) => field.required && field.creatable && field.calculated !== true)
  const given = document.fields?.items ?? []
  // A row that has a mistake of its own is not missing as well.
  const named = new Set(
    given.flatMap(({ crm, direction }) => (crm && direction?.value !== 'toReferral' ? [crm.value] : [])),
  )
  const missing = required.filter(({ name }) => !written.has(name) && !named.has(name) && !desk.meant.has(name))
  const at = entryOf(document.node, 'fields')?.key ?? headOf(document.node)
  if (missing.length > 0) {
    const names = listed(missing.map(({ name, label }) => (label === name ? name : `${name} (${label})`)))
    const what = `A new ${schema.kind} needs ${names}, and no row fills ${missing.length === 1 ? 'it' : 'them'}.`
    desk.notes.error(at, 'DB-2106', what, { fix: 'add a row, or set a value' })
  }
  for (const field of required) {
    const row = given.find(({ crm, direction }) => crm?.value === field.name && direction?.value !== 'toReferral')
    if (row && row.default === undefined && field.name !== document.stages?.crm?.value) warnIfBlank(desk, rows, field)
  }
}

/** Filled from a value that may be missing, a required field would stop the deal with the CRM's words instead of ours. */
function warnIfBlank(desk: Desk, rows: readonly Row[], { name, type }: FieldSchema): void {
  const row = rows.find((candidate) => candidate.crm === name && candidate.direction !== 'toReferral')
  if (!row || row.required || row.referral === null || type === 'boolean') return
  desk.notes.add({
    code: 'DB-2111',
    severity: 'warning',
    what: `${name} must not be empty in ${desk.world.target.label}, and ${row.referral} may be.`,
    where: row.rule,
    fix: 'add required: true, or a default',
  })
}
