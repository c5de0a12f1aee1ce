// Does a record say anything that both sides do not know already? Our own writes come back as changes; base has moved
// with them, so they differ from nothing. There is no other echo filter, on purpose.

import type { Instant } from '#core/model/instant'
import { baseValue, type Link } from '#core/model/link'
import type { Fields, VendorRecord } from '#core/model/record'
import { ReferralFacts } from '#core/model/referral'
import { sameValue } from '#core/model/value'
import { fits, stageRowOf, type Env, type Mapping, type Row } from '#core/mapping/mapping'
import { keyRow } from '#core/reconcile/side'
import { textOf } from '#core/model/json'

export interface Compared {
  readonly mapping: Mapping
  readonly link: Link
  readonly side: 'referral' | 'crm'
  readonly record: VendorRecord
  readonly now: Instant
  /** Of a link whose record is still a lead: what is kept in step of it, and how it looks while nobody has answered. */
  readonly lead?: { readonly rows: readonly Row[]; readonly open: Fields }
}

export function differsFromBase(of: Compared): boolean {
  const { side, lead, mapping, record } = of
  if ((lead?.rows ?? mapping.rows).some((row) => rowDiffers(of, row))) return true
  if (side === 'referral') return referralMoved(of)
  return lead ? !fits(record.fields, lead.open) : recordMoved(of)
}

function rowDiffers({ mapping, link, side, record, now }: Compared, row: Row): boolean {
  const silent = side === 'referral' ? row.direction === 'toReferral' : row.direction === 'toCrm'
  if (silent || (side === 'crm' && row.crm === mapping.idField && baseValue(link, row.id) !== undefined)) return false
  const env: Env = { referral: record.fields, crm: null, now }
  const shown = side === 'referral' ? row.fromReferral(env) : row.fromCrm(record.fields)
  if (shown.is === 'absent') return false
  const base = baseValue(link, row.id)
  return shown.is === 'refused' || base === undefined || !sameValue(shown.value, base)
}

function referralMoved({ link, record }: Compared): boolean {
  const facts = ReferralFacts.safeParse(record.fields['ref'])
  const { standing } = link.base
  if (!facts.success || standing === null) return true
  const stage = facts.data.stage === 'Received' && standing.stage === 'New' ? 'New' : facts.data.stage
  return stage !== standing.stage || (facts.data.step !== null && facts.data.step !== standing.step)
}

function recordMoved({ mapping, link, record }: Compared): boolean {
  const { keyField } = mapping.match
  if (
    keyField &&
    Object.hasOwn(record.fields, keyField) &&
    textOf(record.fields[keyField]).toLowerCase() !== (baseValue(link, keyRow) ?? '')
  )
    return true
  const row = stageRowOf(mapping.stages, record.fields)
  const { standing } = link.base
  return (
    row === null ||
    standing === null ||
    row.stage !== standing.stage ||
    (row.step !== null && row.step !== standing.step)
  )
}
