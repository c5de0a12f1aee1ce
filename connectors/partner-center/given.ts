// What a new deal may be given, and how each value is written. Anything else is refused: a typo must not get lost.

import { isList, type Json, type JsonObject } from '#spi'
import { amountAsNumber, person, solution, toWire, type Wire } from './wire.ts'

const memberOf = (list: string): readonly string[] =>
  ['firstName', 'lastName', 'email', 'phoneNumber', 'title'].map((name) => `${list}.${name}`)

/** Lists of people, whose first one may also be given piece by piece: `customerProfile.team.email`. */
export const peopleLists = ['customerProfile.team', 'team'] as const

const text = (value: Json): Wire => toWire('text', value)
const textThatStays = (value: Json): Wire => toWire('text that stays', value)
const flag = (value: Json): Wire => toWire('flag', value)

export const given: Readonly<Record<string, (value: Json) => Wire>> = {
  name: textThatStays,
  externalReferenceId: textThatStays,
  campaignId: text,
  mpnId: text,
  partnerRole: text,
  solutionArea: text,
  solutionPlay: text,
  'customerProfile.name': textThatStays,
  'customerProfile.size': text,
  ...Object.fromEntries(
    ['addressLine1', 'addressLine2', 'city', 'state', 'postalCode'].map((line) => [
      `customerProfile.address.${line}`,
      text,
    ]),
  ),
  'customerProfile.address.country': country,
  'customerProfile.team': (value) => entries(value, person, 'an e-mail address'),
  'details.notes': text,
  'details.dealValue': amountAsNumber,
  'details.currency': (value) => toWire('currency', value),
  'details.closingDateTime': (value) => toWire('date', value),
  'details.requirements.solutions': (value) => entries(value, solution, 'an id'),
  team: (value) => entries(value, person, 'an e-mail address'),
  'consent.consentToContact': flag,
  'consent.consentToToShareInfoWithOthers': flag,
  'consent.consentToMicrosoftToContactSpecificPartners': flag,
}

/** What tells how the deal is made, and is no property of its own. */
export const told: ReadonlySet<string> = new Set([
  'ref.helpRequired',
  'ref.visibility',
  'consent.consentToShareReferralWithMicrosoftSellers',
])

const pieces: ReadonlySet<string> = new Set(peopleLists.flatMap(memberOf))

/** What Partner Center asks of every deal. */
export const always = [
  'name',
  'customerProfile.name',
  'customerProfile.address.country',
  'details.dealValue',
  'details.currency',
  'details.closingDateTime',
] as const
const needed: ReadonlySet<string> = new Set(always)

/** Whether a mapping may, or must, give a path to a new deal. */
export function onCreate(path: string): 'may' | 'must' | undefined {
  if (needed.has(path)) return 'must'
  return Object.hasOwn(given, path) || told.has(path) || pieces.has(path) ? 'may' : undefined
}

/** A person's pieces as the person they make. Lists of one are what a mapping makes of a path through a list. */
export function withWholePeople(fields: JsonObject): JsonObject {
  const whole = Object.entries(fields).filter(([path]) => !pieces.has(path))
  const people = peopleLists.flatMap((list) => {
    const named = memberOf(list).flatMap((path) => {
      const value = Object.hasOwn(fields, path) ? fields[path] : null
      const [only] = isList(value) ? value : [value]
      return typeof only === 'string' ? [[path.slice(list.length + 1), only] as const] : []
    })
    return named.length === 0 || Object.hasOwn(fields, list) ? [] : [[list, [Object.fromEntries(named)]] as const]
  })
  return Object.fromEntries([...whole, ...people])
}

function entries(value: Json, make: (value: Json) => JsonObject | undefined, needs: string): Wire {
  const items = (isList(value) ? value : value === null ? [] : [value]).map(make)
  const whole = items.filter((item) => item !== undefined)
  return whole.length < items.length ? { ok: false, why: `each entry needs ${needs}` } : { ok: true, value: whole }
}

function country(value: Json): Wire {
  if (typeof value === 'string' && /^[A-Za-z]{2}$/.test(value.trim()))
    return { ok: true, value: value.trim().toUpperCase() }
  return { ok: false, why: 'it must be a country code of two letters' }
}
