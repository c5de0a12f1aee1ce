// Records that belong to a deal and can only be made after it: the part a contact plays in it. They are remembered on
// the link before the deal is made, so that whatever happens in between, they are made too.

import type { Json } from '../model/json.ts'
import { isPointer, pointer, type Fields } from '../model/record.ts'
import type { Link, Owed } from '../model/link.ts'
import type { LinkKey } from '../model/ids.ts'
import type { Lookup } from '../mapping/mapping.ts'
import { createOf } from './change.ts'
import type { LinkedDeal } from './linked-deal.ts'
import type { Resolved } from './lookups.ts'
import type { Change } from './plan.ts'
import { addFields, draft } from './side.ts'
import type { PlanFrame } from './world.ts'
import type { ReferralFacts } from '../model/referral.ts'

/** What a new deal owes, lookup by lookup; with what has to be there first. */
export function owedBy(link: Link, lookup: Lookup, contact: Resolved | undefined): Owed | null {
  if (!('role' in lookup.fills) || !contact || contact.value === null) return null
  const { kind, dealField, contactField, fields } = lookup.fills.role
  const key = `${link.key}-${lookup.name}` as LinkKey
  return {
    kind,
    key,
    lookup: lookup.name,
    fields: { ...fields, [dealField]: { ...pointer(link.key) }, [contactField]: contact.value },
  }
}

export interface Owing {
  readonly frame: PlanFrame
  readonly link: Link
  readonly facts: ReferralFacts
}

export function owedChange(owing: Owing, owed: Owed, how: { fields: Fields; after: Change['after'] }): Change {
  const rule = owing.frame.mapping.lookups.find(({ name }) => name === owed.lookup)?.rule ?? null
  const to = draft('crm', null)
  addFields(to, how.fields, { rule, from: `lookups.${owed.lookup}` })
  const write = { do: 'create', kind: owed.kind, key: owed.key, keyField: null, fields: {} } as const
  return createOf(to, write, owing, { after: how.after, settles: { values: {} } })
}

/** What a deal that exists still owes: its own id is known by now. */
export function owedOf(deal: LinkedDeal): readonly Change[] {
  const { link, crm } = deal
  const known = (value: Json): Json => (isPointer(value) && value.$write === link.key ? crm.id : value)
  return (link.owed ?? []).map((owed) => {
    const fields = Object.fromEntries(Object.entries(owed.fields).map(([name, value]) => [name, known(value)]))
    return owedChange(deal, owed, { fields, after: [] })
  })
}
