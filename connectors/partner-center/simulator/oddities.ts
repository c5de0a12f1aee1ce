// What real data looks like on the wire where the documentation looks tidy: empty text for missing, an object for an
// empty list, the wrong direction on own deals. Applied to what is shown, never to what is held.

import { hashOf, type Json, type JsonObject, withAt } from '#spi'
import type { Setting } from './options.ts'

/** Chosen by the referral's id, so that one referral is always odd in the same way. */
const oddities: readonly ((row: JsonObject) => JsonObject)[] = [
  (row) => row,
  (row) => withAt(row, 'customerProfile.size', null),
  (row) => (isEmptyList(row, 'ids') ? withAt(row, 'customerProfile.ids', {}) : row),
  (row) => (row['externalReferenceId'] === '' ? { ...row, externalReferenceId: null } : row),
  (row) => (isOwn(row) ? { ...row, direction: 'Incoming' } : row),
  (row) => trailing(row, 'customerProfile', (name) => `${name.replaceAll('&', '&amp;')} `),
  (row) => (Array.isArray(row['team']) && row['team'].length === 0 ? { ...row, team: null } : row),
]

export function shown(row: JsonObject, { oddities: untidy }: Setting): JsonObject {
  if (!untidy) return row
  const choice = Number.parseInt(hashOf(typeof row['id'] === 'string' ? row['id'] : '', 4), 16) % oddities.length
  return oddities[choice]?.(row) ?? row
}

function inside(row: JsonObject, name: string): JsonObject {
  const value = row[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function isEmptyList(row: JsonObject, name: string): boolean {
  const value: Json | undefined = inside(row, 'customerProfile')[name]
  return Array.isArray(value) && value.length === 0
}

const isOwn = (row: JsonObject): boolean =>
  inside(inside(row, 'inviteContext'), 'invitedBy')['organizationId'] === row['organizationId']

function trailing(row: JsonObject, at: string, change: (name: string) => string): JsonObject {
  const { name } = inside(row, at)
  return typeof name === 'string' ? withAt(row, `${at}.name`, change(name)) : row
}
