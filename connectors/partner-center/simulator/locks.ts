// What cannot be changed once a referral exists: what the service owns, what is fixed at creation, and what freezes once
// it was shared with Microsoft.

import { isObject, type Json, type JsonObject } from '#spi'
import { invalid } from './answers.ts'

const owned: ReadonlySet<string> = new Set([
  'id',
  'engagementId',
  'organizationId',
  'organizationName',
  'createdDateTime',
  'updatedDateTime',
  'expirationDateTime',
  'acceptedDateTime',
  'closedDateTime',
  'eTag',
  'links',
  'direction',
  'trackingInfo',
  'registrationStatus',
  'quality',
  'isSpam',
  'referralSource',
  'callToAction',
  'qualification',
  'target',
])
const fixed: ReadonlySet<string> = new Set(['mpnId', 'inviteContext'])
const fixedOfCustomer: ReadonlySet<string> = new Set(['name', 'address', 'ids'])

export const isRegistration = ([head]: readonly string[]): boolean => head === 'registrations'

export function assertWritable(before: JsonObject, path: readonly string[], value: Json): void {
  const [head = '', second = ''] = path
  const at = path.join('/')
  if (owned.has(head) || fixed.has(head)) throw invalid(`The property ${at} is read-only.`, head)
  if (head === 'customerProfile' && fixedOfCustomer.has(second)) throw invalid(`The property ${at} is read-only.`, head)
  if (head === 'customerProfile' && second === 'team' && before['type'] === 'Shared')
    throw invalid('The contacts of a shared referral are read-only.', head)
  if (head === 'consent') assertConsent(before, second, value)
  if (head === 'type' && (value !== 'Shared' || before['type'] !== 'Independent'))
    throw invalid('The type cannot be changed so.', head)
  if (isRegistration(path) && before['substatus'] !== 'Won')
    throw invalid('Only a won referral can be registered.', head)
}

function assertConsent(before: JsonObject, name: string, value: Json): void {
  if (name !== 'consentToShareReferralWithMicrosoftSellers')
    throw invalid('A consent is read-only once given.', 'consent')
  const consent = isObject(before['consent']) ? before['consent'] : {}
  if (consent[name] === true && value !== true) throw invalid('Sharing with Microsoft cannot be undone.', 'consent')
}
