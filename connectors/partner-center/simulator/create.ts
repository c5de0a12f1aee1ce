// POST: the partner's own deal, active from its first moment whatever was asked for; or, with the engagement of a shared
// deal and Microsoft as its target, the copy that waits for a seller at Microsoft.

import { isList, isObject, type Json, type JsonObject, parseInstant, parseJson } from '#spi'
import { invalid, notFound } from './answers.ts'
import type { Setting } from './options.ts'
import { complete } from './shape.ts'
import { expiryFrom } from './time.ts'
import type { Held, Store } from './store.ts'

const MICROSOFT = 'msft'

export function created(body: string, store: Store, setting: Setting): Held {
  const given = parseJson(body)
  if (!isObject(given)) throw invalid('The body must be a referral.')
  const referral = complete(given)
  assertComplete(given, referral)
  return isForMicrosoft(referral)
    ? store.insert(microsoftCopy(referral, store, setting))
    : store.insert(ownDeal(referral, store, setting))
}

function assertComplete(given: JsonObject, referral: JsonObject): void {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  for (const name of ['type', 'customerProfile', 'consent', 'details'])
    if (!names.has(name.toLowerCase())) throw invalid(`The property ${name} is required.`, name)
  if (referral['type'] !== 'Shared' && referral['type'] !== 'Independent')
    throw invalid('The type is not known.', 'type')
  const details = inside(referral, 'details')
  if (details['closingDateTime'] !== null && parseInstant(text(details['closingDateTime'])) === undefined)
    throw invalid('The closing date is not valid.', 'details')
  if (!/^[A-Za-z]{2}$/.test(text(inside(inside(referral, 'customerProfile'), 'address')['country'])))
    throw invalid('The country must be a two-letter code.', 'customerProfile')
  if (referral['type'] === 'Shared' && !solutionsOf(referral)) throw invalid('Solution ID is required.', 'details')
}

function ownDeal(referral: JsonObject, store: Store, setting: Setting): JsonObject {
  const { engagementId } = referral
  if (engagementId !== null && store.connected(engagementId).length === 0) throw notFound()
  const { id, name, mpnId } = setting.organization
  const stamp = store.stamp()
  return {
    ...referral,
    organizationId: id,
    organizationName: name,
    mpnId: referral['mpnId'] ?? mpnId,
    status: 'Active',
    substatus: 'Accepted',
    direction: 'Outgoing',
    acceptedDateTime: stamp,
    expirationDateTime: null,
    salesStage: '10',
    inviteContext: { ...inside(referral, 'inviteContext'), invitedBy: { organizationId: id, organizationName: name } },
  }
}

function microsoftCopy(referral: JsonObject, store: Store, setting: Setting): JsonObject {
  const connected = store.connected(referral['engagementId'])
  if (connected.length === 0) throw notFound()
  if (connected.some(({ body }) => body['organizationId'] === MICROSOFT))
    throw invalid('Microsoft was already invited.', 'target')
  const { id, name } = setting.organization
  return {
    ...referral,
    organizationId: MICROSOFT,
    organizationName: 'Microsoft',
    status: 'New',
    substatus: 'Pending',
    direction: 'Incoming',
    expirationDateTime: expiryFrom(setting.now()),
    inviteContext: { ...inside(referral, 'inviteContext'), invitedBy: { organizationId: id, organizationName: name } },
  }
}

const isForMicrosoft = (referral: JsonObject): boolean =>
  isList(referral['target']) && referral['target'].some((target) => isObject(target) && target['id'] === MICROSOFT)

function solutionsOf(referral: JsonObject): boolean {
  const solutions = inside(inside(referral, 'details'), 'requirements')['solutions']
  return isList(solutions) && solutions.some((one) => isObject(one) && text(one['id']) !== '')
}

function inside(body: JsonObject, name: string): JsonObject {
  const value = body[name]
  return isObject(value) ? value : {}
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
