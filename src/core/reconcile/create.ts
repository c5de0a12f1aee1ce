// Plans the CRM record of a new deal, with the records it points to: everything that has to exist, in the order in
// which it has to be made. What the mapping requires and the referral lacks is said instead of written half.

import type { ChangeId } from '../model/ids.ts'
import { pointer, type Fields } from '../model/record.ts'
import type { Owed } from '../model/link.ts'
import { stageRowFor, type Row } from '../mapping/mapping.ts'
import { assign } from './assign.ts'
import { createOf, updateOf } from './change.ts'
import { owedBy, owedChange } from './owed.ts'
import type { Change } from './plan.ts'
import { resolveLookups, type NewDeal, type Resolved } from './lookups.ts'
import { addFields, addRow, draft, isEmpty, keyRow, settlementOf, type Draft } from './side.ts'
import { addStatus } from './status.ts'
import type { Wait } from './waits.ts'
import type { VendorRecord } from '../model/record.ts'

export type CreateVerdict =
  | {
      readonly ok: true
      readonly changes: readonly Change[]
      /** What is still to be made once the record is there. */
      readonly owed: readonly Owed[]
    }
  | { readonly ok: false; readonly waits: readonly Wait[] }

/** What the record has besides its mapping: where it came from, and what has to be done before it is made. */
export interface Origin {
  readonly fields: Fields
  readonly after: readonly ChangeId[]
}

export function planCreate(
  deal: NewDeal,
  referral: VendorRecord,
  origin: Origin = { fields: {}, after: [] },
): CreateVerdict {
  const lookups = resolveLookups(deal)
  if (!lookups.ok) return lookups
  const to = draft('crm', null)
  const waits = fill(deal, to, lookups.resolved)
  if (waits.length > 0) return { ok: false, waits }
  addFields(to, origin.fields, { rule: null, from: 'lead' })
  const record = recordOf(deal, to, { resolved: lookups.resolved, after: origin.after })
  const made = [...lookups.resolved.values()].flatMap(({ makes }) => (makes ? [makes] : []))
  const { owed, changes: roles } = owing(deal, lookups.resolved, record.id)
  return { ok: true, changes: [...made, record, ...roles, ...sendBack(deal, referral, record.id)], owed }
}

function fill(deal: NewDeal, to: Draft, resolved: ReadonlyMap<string, Resolved>): readonly Wait[] {
  const { frame, facts, link } = deal
  const { mapping } = frame
  for (const row of mapping.rows) if (row.toCrm && row.crm !== mapping.idField) addRowFromReferral(deal, to, row)
  const waits: Wait[] = [...placeStage(deal, to), ...assign(deal, to)]
  for (const lookup of mapping.lookups) {
    const value = resolved.get(lookup.name)?.value ?? null
    if ('field' in lookup.fills && value !== null)
      addFields(to, { [lookup.fills.field]: value }, { rule: lookup.rule, from: `lookups.${lookup.name}` })
  }
  if (mapping.match.keyField) {
    addFields(to, { [mapping.match.keyField]: link.key }, { rule: null, from: 'id' })
    to.values[keyRow] = link.key
  }
  addStatus(to, frame, { link, facts, waiting: [] })
  return [...waits, ...to.refusals.map((refusal): Wait => ({ for: 'problem', subject: 'create', ...refusal }))]
}

function addRowFromReferral({ env }: NewDeal, to: Draft, row: Row): void {
  const left = row.fromReferral(env)
  if (left.is === 'refused') to.refusals.push(left.refusal)
  else addRow(to, { row, value: left.is === 'value' ? left.value : null, base: undefined })
}

function placeStage({ frame, facts }: NewDeal, to: Draft): readonly Wait[] {
  const standing = facts.stage
    ? { stage: facts.stage === 'Received' ? ('New' as const) : facts.stage, step: facts.step }
    : null
  const row = standing && stageRowFor(frame.mapping.stages, standing)
  if (!standing || !row) {
    const message = `The mapping's stage table has no row for ${facts.stage ?? 'this status'}, so a new record would have no stage.`
    return [{ for: 'problem', subject: 'stage', code: 'DB-2132', message, who: 'CRM admin' }]
  }
  to.standing = { stage: row.stage, step: row.step }
  addFields(to, row.crm[0] ?? {}, { rule: row.rule, from: `stage: status ${standing.stage}` })
  return []
}

function recordOf(
  { frame, link, facts }: NewDeal,
  to: Draft,
  rests: { readonly resolved: ReadonlyMap<string, Resolved>; readonly after: readonly ChangeId[] },
): Change {
  const { mapping } = frame
  const after = [...rests.after, ...[...rests.resolved.values()].flatMap((lookup) => lookup.after)]
  const findBy = mapping.match.keyField
    ? [{ field: mapping.match.keyField, value: link.key, compare: 'exact' as const }]
    : []
  const write = {
    do: 'create',
    kind: mapping.record,
    key: link.key,
    keyField: mapping.match.keyField,
    fields: {},
  } as const
  return createOf(
    to,
    write,
    { frame, link, facts },
    { after: [...new Set(after)], findBy, settles: { ...settlementOf(to), becomes: 'record' } },
  )
}

/** Ties contacts to the deal where the CRM keeps that in a record of its own. */
function owing(
  { frame, link, facts }: NewDeal,
  resolved: ReadonlyMap<string, Resolved>,
  record: ChangeId,
): { readonly owed: readonly Owed[]; readonly changes: readonly Change[] } {
  const owed: Owed[] = []
  const changes: Change[] = []
  for (const lookup of frame.mapping.lookups) {
    const contact = resolved.get(lookup.name)
    const one = owedBy(link, lookup, contact)
    if (!one) continue
    const after = [...new Set([record, ...(contact?.after ?? [])])]
    owed.push(one)
    changes.push(owedChange({ frame, link, facts }, one, { fields: one.fields, after }))
  }
  return { owed, changes }
}

/** What the referral learns from the new record: above all its id. */
function sendBack({ frame, link, facts }: NewDeal, referral: VendorRecord, record: ChangeId): readonly Change[] {
  const { rows, idField } = frame.mapping
  const to = draft('referral', referral.fields)
  for (const { crm, referral: path, rule } of rows)
    if (crm === idField && path !== null) addFields(to, { [path]: { ...pointer(link.key) } }, { rule, from: crm })
  return isEmpty(to)
    ? []
    : [
        updateOf(
          to,
          { kind: referral.kind, id: referral.id, version: referral.version },
          { frame, link, facts },
          { after: [record] },
        ),
      ]
}
