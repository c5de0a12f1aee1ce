// May this field or property be written at all?

import type { RowDocument } from '../document/values.ts'
import type { Direction } from '../mapping.ts'
import type { CrmPlace, Desk } from './desk.ts'

export interface Writing {
  readonly place: CrmPlace
  readonly direction: Direction
  /** The referral path; null for a formula or a constant. */
  readonly path: string | null
  /** Given to a new deal at the source, and never written again. */
  readonly forNew: boolean
}

export function checkWritable(
  desk: Desk,
  document: Omit<RowDocument, 'node'>,
  { place, direction, path, forNew }: Writing,
): void {
  if (direction !== 'toReferral') checkCrm(desk, document, place)
  if (path === null) return
  if (forNew) checkNewDeal(desk, document, path)
  else checkReferral(desk, document, path, direction)
}

function checkCrm(desk: Desk, document: Omit<RowDocument, 'node'>, place: CrmPlace): void {
  const { target, crm } = desk.world
  const node = document.crm?.node
  if (!node) return
  if (place.kind === desk.record && place.name === target.idField(desk.record)) {
    const what = `${place.full} is the id of the record: ${target.label} gives it, nobody writes it.`
    return desk.notes.error(node, 'DB-2102', what, { fix: 'direction: toReferral' })
  }
  const { schema } = place
  if (!crm || !schema) return
  if (schema.calculated) {
    const what = `${place.full} is calculated by ${target.label} and cannot be written.`
    return desk.notes.error(node, 'DB-2102', what, { fix: 'direction: toReferral, or another field' })
  }
  if (schema.updatable) return
  if (!schema.creatable) {
    const what = `${place.full} cannot be written by the account dealbridge uses.`
    return desk.notes.error(node, 'DB-2102', what, { fix: 'give that account the permission to edit the field' })
  }
  if (document.write?.value === 'once') return
  const what = `${place.full} can be given to a new record only, not changed later.`
  desk.notes.error(document.write?.node ?? node, 'DB-2102', what, { fix: 'write: once' })
}

function checkReferral(desk: Desk, document: Omit<RowDocument, 'node'>, path: string, direction: Direction): void {
  const property = desk.property(path)
  const node = document.referral?.node
  if (!node || !property) return
  const why = property.why === undefined ? {} : { hint: property.why.replace(/\.$/, '') }
  if (property.direction === 'none') {
    return desk.notes.error(node, 'DB-2104', `"${path}" is not for mapping.`, why)
  }
  if (direction === 'toCrm' || property.direction === 'both') return
  desk.notes.error(node, 'DB-2104', `"${path}" cannot be changed in a referral.`, { ...why, fix: 'direction: toCrm' })
}

function checkNewDeal(desk: Desk, document: Omit<RowDocument, 'node'>, path: string): void {
  const property = desk.property(path)
  const node = document.referral?.node
  if (!node || !property || property.onCreate) return
  const fix = property.direction === 'both' ? { fix: 'give it a row under fields' } : {}
  desk.notes.error(node, 'DB-2154', `"${path}" cannot be given to a new deal.`, fix)
}
