// What is derived from a referral: the `ref` values. Pure, total and without a clock, so that a plan made twice from the
// same referral is the same plan. A fact that cannot be told is null; what was not looked up is left out.

import { type Fields, type Instant, type Json, type JsonObject, later, parseInstant } from '#spi'
import { NO_HELP } from './assistance.ts'
import { isInformational, isMicrosoftCopy, type Sort, sortOf, visibilityOf } from './kinds.ts'
import { stageFrom, stepFrom } from './lifecycle.ts'
import { asObject, flag, objects, plain, sameText, text } from './peek.ts'
import { regionFrom } from './regions.ts'

/** Where the connector puts what it read of an engagement's other referrals. */
export const RELATED = 'relatedReferrals'

const portal = 'https://partner.microsoft.com/dashboard/referrals/v2/leads'
const callBackWithinMs = 72 * 60 * 60 * 1_000

export function facts(fields: Fields): JsonObject {
  const referral = asObject(fields)
  const sort = sortOf(referral)
  return {
    ...sort,
    visibility: visibilityOf(referral, sort),
    ...standing(referral),
    ...deadlines(referral, sort),
    ...customer(referral),
    ...offer(referral),
    ...microsoft(referral),
    title: title(referral),
    createdAt: createdAt(referral),
    registrable: registrable(referral, sort),
    url: url(referral),
  }
}

function standing(referral: JsonObject): JsonObject {
  const stage = stageFrom(text(referral, 'status'), text(referral, 'substatus'))
  return { stage, step: stage === 'Accepted' ? stepFrom(text(referral, 'salesStage')) : null }
}

/** The deadline is Partner Center's own; the 72 hours for calling back are the only ones counted here. */
function deadlines(referral: JsonObject, { direction }: Sort): JsonObject {
  const stage = stageFrom(text(referral, 'status'), text(referral, 'substatus'))
  const unanswered = stage === 'New' || stage === 'Received'
  const needsAnswer = unanswered && direction === 'inbound' && !isInformational(referral)
  const wantsCallBack = flag(referral, 'details.customerRequestedContact')
  const created = createdAt(referral)
  return {
    needsAnswer,
    answerBy: needsAnswer ? instant(referral, 'expirationDateTime') : null,
    wantsCallBack,
    callBackBy: wantsCallBack && created ? later(created, callBackWithinMs) : null,
  }
}

function customer(referral: JsonObject): JsonObject {
  const contact = primaryContact(referral)
  const country = text(referral, 'customerProfile.address.country')
  const name = text(referral, 'customerProfile.name')
  return {
    customer: name && plain(name),
    primaryContact: contact,
    customerDomain: domainOf(contact && text(contact, 'email')),
    duns: dunsOf(referral),
    country: country && country.toUpperCase(),
    region: regionFrom(country),
    emailValidity: emailValidity(referral, contact),
    phoneValidity: (contact && text(contact, 'phoneValidationStatus')) ?? 'Unknown',
  }
}

function primaryContact(referral: JsonObject): JsonObject | null {
  return objects(referral, 'customerProfile.team')[0] ?? null
}

function emailValidity(referral: JsonObject, contact: JsonObject | null): string {
  if (flag(referral, 'isSpam')) return 'Spam'
  return (contact && text(contact, 'emailValidationStatus')) ?? 'Unknown'
}

function dunsOf(referral: JsonObject): string | null {
  const found = objects(referral, 'customerProfile.ids').find((id) => text(id, 'profileType')?.toLowerCase() === 'duns')
  return found ? text(found, 'id') : null
}

/** Everybody's mail providers say nothing about whom a contact works for. */
const everybodys: ReadonlySet<string> = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com ' +
    'gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de orange.fr free.fr laposte.net libero.it mail.ru ' +
    'yandex.ru qq.com 163.com 126.com proton.me protonmail.com'
  ).split(' '),
)

function domainOf(email: string | null): string | null {
  const domain = /^[^\s@]+@([^\s@]+\.[^\s@.]+)$/.exec(email ?? '')?.[1]?.toLowerCase()
  return domain === undefined || everybodys.has(domain) ? null : domain
}

function offer(referral: JsonObject): JsonObject {
  const [named] = [...objects(referral, 'details.requirements.offers'), ...objects(referral, solutionsAt)]
  return {
    offerName: named ? (text(named, 'name') ?? text(named, 'id')) : null,
    callToAction: text(referral, 'callToAction'),
    solutionAreas: solutionAreas(referral),
    solutions: objects(referral, solutionsAt).flatMap((solution) => text(solution, 'id') ?? []),
  }
}

const solutionsAt = 'details.requirements.solutions'

/** The taxonomy has moved about over the years; each place it has stood is looked at. */
function solutionAreas(referral: JsonObject): readonly string[] {
  const attributes = objects(referral, 'details.requirements.additionalRequirements.attributes')
  const found = [
    ...texts(referral['solutionArea']),
    ...texts(referral['solutionAreas']),
    ...attributes.filter((one) => text(one, 'type') === 'SolutionArea').map((one) => text(one, 'id')),
    ...objects(referral, solutionsAt)
      .filter((one) => text(one, 'type') === 'Category')
      .map((one) => text(one, 'name') ?? text(one, 'id')),
  ]
  return [...new Set(found.filter((area) => area !== null))]
}

function texts(value: Json | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((item) => typeof item === 'string' && item.trim() !== '').map((item) => item.trim())
}

/** Microsoft's side of the deal. Its referral is known only where it was read; then `microsoft` is there, if only as null. */
function microsoft(referral: JsonObject): JsonObject {
  const looked = Object.hasOwn(referral, RELATED)
  const copy = objects(referral, RELATED).find(isMicrosoftCopy) ?? null
  const help =
    text(copy ?? undefined, 'inviteContext.assistanceRequestCode') ??
    text(referral, 'inviteContext.assistanceRequestCode')
  const ours = text(referral, 'trackingInfo.microsoftMsxId')
  const msxId = ours ?? text(copy ?? undefined, 'trackingInfo.microsoftMsxId')
  return {
    ...helpFrom(help, looked || !sameText(text(referral, 'type'), 'Shared')),
    microsoftTeam: microsoftTeam(referral, copy),
    microsoftMsxId: msxId,
    ...(looked ? { microsoft: copy && copyFacts(copy) } : {}),
  }
}

/** That nothing is asked can be told only of a deal without a second referral, or where that one was read too. */
function helpFrom(code: string | null, isCertain: boolean): JsonObject {
  if (code !== null && code !== 'Unknown') return { helpRequired: code }
  return isCertain ? { helpRequired: NO_HELP } : {}
}

function copyFacts(copy: JsonObject): JsonObject {
  const [status, substatus] = [text(copy, 'status'), text(copy, 'substatus')]
  return { referralId: text(copy, 'id'), status, substatus, stage: stageFrom(status, substatus) }
}

function microsoftTeam(referral: JsonObject, copy: JsonObject | null): readonly JsonObject[] {
  const theirs = copy ? objects(copy, 'team') : []
  const among = objects(referral, 'team').filter((member) =>
    /@(?:[\w-]+\.)*microsoft\.com$/i.test(text(member, 'email') ?? ''),
  )
  return [...theirs, ...among]
}

function title(referral: JsonObject): string {
  const parts = [text(referral, 'customerProfile.name'), text(referral, 'name')].flatMap((part) =>
    part ? [plain(part)] : [],
  )
  return parts.length > 0 ? parts.join(' – ') : (text(referral, 'id') ?? '')
}

const createdAt = (referral: JsonObject): Instant | null =>
  instant(referral, 'createdDateTime') ?? instant(referral, 'acceptedDateTime') ?? instant(referral, 'updatedDateTime')

function instant(referral: JsonObject, path: string): Instant | null {
  return parseInstant(text(referral, path) ?? '') ?? null
}

/** Deals that Microsoft cannot see, and leads, cannot be registered. The rest is decided by facts the API does not give. */
function registrable(referral: JsonObject, sort: Sort): boolean | null {
  if (objects(referral, 'registrations').length > 0) return true
  if (sort.kind === 'lead' || visibilityOf(referral, sort) === 'private') return false
  return null
}

function url(referral: JsonObject): string | null {
  const id = text(referral, 'id')
  return id && `${portal}/${encodeURIComponent(id.toWellFormed())}`
}
