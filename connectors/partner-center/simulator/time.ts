// What time does here: unanswered referrals expire, Microsoft's seller gets round to things, old offer leads are archived.

import {
  type Instant,
  instantFromMs,
  isList,
  isObject,
  type Json,
  type JsonObject,
  later,
  msOf,
  parseInstant,
} from '#spi'
import type { Setting } from './options.ts'
import type { Held, Store } from './store.ts'

const day = 24 * 60 * 60 * 1_000
const answerWithinDays = 14
const archivedAfterMs = 183 * day

/** Fourteen days on, at midnight UTC. */
export function expiryFrom(created: Instant): string {
  const midnight = Math.floor((msOf(created) + answerWithinDays * day) / day) * day
  return `${instantFromMs(midnight).slice(0, 19)}.0000000Z`
}

/** Brings everything up to the clock. Safe to call as often as one likes. */
export function settle(store: Store, setting: Setting): void {
  const now = setting.now()
  for (const held of store.held.values()) {
    if (isArchived(held.body, now)) store.remove(held.id)
    else act(held, store, setting)
    if (isExpired(held.body, now)) expire(held, store)
  }
}

function isExpired(body: JsonObject, now: Instant): boolean {
  if (body['status'] !== 'New') return false
  const at = instantAt(body['expirationDateTime'])
  return at !== undefined && at <= now
}

/** The sender is told; who the customer's people are is no longer shown. */
function expire(held: Held, store: Store): void {
  const profile = isObject(held.body['customerProfile']) ? held.body['customerProfile'] : {}
  const hidden = held.body['type'] === 'Independent' ? { ...profile, team: [] } : profile
  store.revise(held, {
    ...held.body,
    status: 'Closed',
    substatus: 'Expired',
    closedDateTime: held.body['expirationDateTime'] ?? null,
    customerProfile: hidden,
  })
}

const informational: ReadonlySet<Json> = new Set(['GetItNow', 'FreeTrial', 'TestDrive'])

function isArchived(body: JsonObject, now: Instant): boolean {
  if (!informational.has(body['callToAction'] ?? null)) return false
  const created = instantAt(body['createdDateTime'])
  return created !== undefined && msOf(now) - msOf(created) > archivedAfterMs
}

/** Microsoft's copy waits for its seller, who follows the script. */
function act(held: Held, store: Store, setting: Setting): void {
  const { body } = held
  if (body['organizationId'] !== 'msft' || body['status'] === 'Closed') return
  const created = instantAt(body['createdDateTime'])
  if (created === undefined) return
  const { does, afterMs } = setting.seller(typeof body['name'] === 'string' ? body['name'] : '')
  const due = later(created, afterMs)
  const expires = instantAt(body['expirationDateTime'])
  if (does === 'ignore' || due > setting.now() || (expires !== undefined && due > expires)) return
  if (body['status'] === 'New' && does === 'decline')
    return store.revise(held, { ...body, status: 'Closed', substatus: 'Declined', closedDateTime: store.stamp() })
  if (body['status'] === 'New') accept(held, store)
  if (does === 'win')
    store.revise(held, { ...held.body, status: 'Closed', substatus: 'Won', closedDateTime: store.stamp() })
}

/** Microsoft's own number of the deal then appears on every copy. */
function accept(held: Held, store: Store): void {
  const number = `7-${held.id.replaceAll(/\D/g, '').slice(0, 10).padEnd(10, '0')}`
  const accepted = {
    status: 'Active',
    substatus: 'Accepted',
    acceptedDateTime: store.stamp(),
    expirationDateTime: null,
  }
  store.revise(held, withNumber({ ...held.body, ...accepted, team: [seller] }, number))
  for (const other of store.connected(held.body['engagementId']))
    if (other !== held) store.revise(other, withNumber(other.body, number))
}

const withNumber = (body: JsonObject, number: string): JsonObject => ({
  ...body,
  trackingInfo: { ...(isObject(body['trackingInfo']) ? body['trackingInfo'] : {}), microsoftMsxId: number },
})

const seller: JsonObject = {
  firstName: 'Robin',
  lastName: 'Counts',
  email: 'robin.counts@seller.example',
  phoneNumber: null,
  title: 'Account Executive',
  contactPreference: { locale: 'en-US', disableNotifications: true },
}

const instantAt = (value: Json | undefined): Instant | undefined =>
  typeof value === 'string' ? parseInstant(value) : undefined

/** May somebody see this referral? An admin sees all; a user, those whose team they are on. */
export function maySee(body: JsonObject, email: string): boolean {
  return isList(body['team']) && body['team'].some((member) => isObject(member) && member['email'] === email)
}
