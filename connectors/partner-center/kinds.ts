// Which sort of referral is this, and who brought it? Told by type, qualification and who invited whom. `direction`
// alone is not trusted: deals that a partner made itself have been seen as "Incoming".

import type { JsonObject, ReferralFacts } from '#spi'
import { flag, objects, sameText, text } from './peek.ts'

export const MICROSOFT = 'msft'

type Kind = ReferralFacts['kind']
type Direction = ReferralFacts['direction']
type Inviter = 'microsoft' | 'ourselves' | 'another partner' | 'nobody'

export interface Sort {
  readonly kind: Kind
  readonly direction: Direction
}

export function sortOf(referral: JsonObject): Sort {
  const direction = directionOf(referral)
  return { kind: kindOf(referral, direction), direction }
}

function kindOf(referral: JsonObject, direction: Direction): Kind {
  if (isSolutionAssessment(referral)) return 'solutionAssessment'
  const inviter = inviterOf(referral)
  const shared = sameText(text(referral, 'type'), 'Shared')
  const independent = sameText(text(referral, 'type'), 'Independent')
  const qualification = (text(referral, 'qualification') ?? 'None').toLowerCase()
  if (inviter === 'another partner') return 'partnerToPartner'
  if (inviter === 'ourselves') return invitesPartner(referral) ? 'partnerToPartner' : shared ? 'cosell' : 'own'
  if (qualification === 'direct') return 'lead'
  if (shared) return 'cosell'
  if (!independent) return 'unknown'
  if (direction === 'outbound') return invitesPartner(referral) ? 'partnerToPartner' : 'own'
  return qualification === 'salesqualified' || qualification === 'marketingqualified' ? 'lead' : 'unknown'
}

function directionOf(referral: JsonObject): Direction {
  const inviter = inviterOf(referral)
  if (inviter === 'ourselves') return 'outbound'
  if (inviter !== 'nobody') return 'inbound'
  if (sameText(text(referral, 'qualification'), 'Direct')) return 'inbound'
  return sameText(text(referral, 'direction'), 'Outgoing') ? 'outbound' : 'inbound'
}

function inviterOf(referral: JsonObject): Inviter {
  const inviter = text(referral, 'inviteContext.invitedBy.organizationId')
  if (inviter === null) return 'nobody'
  if (sameText(inviter, MICROSOFT)) return 'microsoft'
  const owner = text(referral, 'organizationId')
  if (owner === null) return sameText(text(referral, 'direction'), 'Incoming') ? 'another partner' : 'ourselves'
  return sameText(inviter, owner) ? 'ourselves' : 'another partner'
}

/** Our own deal, aimed at another partner's location. */
const invitesPartner = (referral: JsonObject): boolean =>
  objects(referral, 'target').some(
    (target) => sameText(text(target, 'type'), 'BusinessProfileLocation') && !sameText(text(target, 'id'), MICROSOFT),
  )

/** The API has no documented mark for these; the program's name or a tag is where one would stand. */
function isSolutionAssessment(referral: JsonObject): boolean {
  const marks = [text(referral, 'referralProgram'), text(referral, 'createdVia'), ...tags(referral)]
  return marks.some((mark) => mark !== null && /solution\s*assessment/i.test(mark))
}

function tags(referral: JsonObject): readonly string[] {
  const value = Object.hasOwn(referral, 'tags') ? referral['tags'] : undefined
  return Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : []
}

/** The second referral of an engagement, which belongs to Microsoft: seen by us, never a deal of its own. */
export function isMicrosoftCopy(referral: JsonObject): boolean {
  if (sameText(text(referral, 'organizationId'), MICROSOFT)) return true
  return objects(referral, 'target').some((target) => sameText(text(target, 'id'), MICROSOFT))
}

export type Visibility = 'private' | 'visible' | 'shared'

/** Who else sees it: nobody, Microsoft's sellers, or Microsoft as a party to the deal. */
export function visibilityOf(referral: JsonObject, { kind, direction }: Sort): Visibility {
  if (kind === 'cosell') return 'shared'
  const sellersSee = flag(referral, 'consent.consentToShareReferralWithMicrosoftSellers')
  if (kind === 'own' || kind === 'partnerToPartner') return sellersSee ? 'visible' : 'private'
  return direction === 'inbound' || sellersSee ? 'visible' : 'private'
}

const informational: ReadonlySet<string> = new Set(['getitnow', 'freetrial', 'testdrive'])

/** Offer leads that only tell what a customer did in the marketplace: nobody waits for an answer, and none expires. */
export function isInformational(referral: JsonObject): boolean {
  const action = text(referral, 'callToAction')
  return action !== null && informational.has(action.toLowerCase().replaceAll(/[^a-z]/g, ''))
}
