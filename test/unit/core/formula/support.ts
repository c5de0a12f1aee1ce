// A small referral schema for formulas, and a formula's answer in plain data.

import { formatDecimal } from '#core/model/decimal'
import type { Json, JsonObject } from '#core/model/json'
import type { Property } from '#core/model/schema'
import type { Instant } from '#core/model/instant'
import { compileFormula, Stop, type FormulaProblem, type Value, type Wanted } from '#core/formula/formula'
import { any, namesOf, type ObjectType, type Type } from '#core/formula/types'
import { isDecimal } from '#core/formula/values'

const property = (path: string, type: Property['type'], more: Partial<Property> = {}): Property => ({
  path,
  type,
  direction: 'both',
  about: path,
  ...more,
})

export const properties: readonly Property[] = [
  property('name', 'text'),
  property('status', 'text', { values: ['New', 'Active', 'Closed'] }),
  property('qualification', 'text', { values: ['None', 'Direct', 'MarketingQualified', 'SalesQualified'] }),
  property('createdDateTime', 'instant'),
  property('customerProfile.name', 'text'),
  property('customerProfile.address.country', 'text'),
  property('details.dealValue', 'money'),
  property('details.probability', 'decimal'),
  property('details.notes', 'text'),
  property('details.closingDateTime', 'instant'),
  property('details.startDate', 'date'),
  property('details.requirements.solutions', 'object', { list: true }),
  property('details.requirements.solutions.name', 'text'),
  property('ref.kind', 'text', { values: ['lead', 'cosell'] }),
  property('ref.wantsCallBack', 'boolean'),
  property('ref.solutionAreas', 'list'),
  property('ref.microsoftTeam', 'object', { list: true }),
  property('ref.microsoftTeam.email', 'text'),
  property('ref.microsoftTeam.firstName', 'text'),
]

export const names: ObjectType = {
  ...namesOf(properties),
  members: new Map<string, Type>([
    ...namesOf(properties).members,
    ['crm', { is: 'object', members: new Map<string, Type>([['Amount', { is: 'money' }]]), open: true }],
    ['anything', any],
  ]),
}

export const now = '2026-11-20T14:00:00.000Z' as Instant

export interface Given {
  readonly referral?: JsonObject
  readonly crm?: JsonObject
  readonly zone?: string | null
  readonly wanted?: Wanted
}

export function problemsOf(
  text: string,
  { zone = 'Europe/Berlin', wanted = 'value' }: Given = {},
): readonly FormulaProblem[] {
  return compileFormula(text, { names, zone }, wanted).problems
}

/** What a formula gives, in plain data; throws what is wrong with it. */
export function valueOf(
  text: string,
  { referral = {}, crm, zone = 'Europe/Berlin', wanted = 'value' }: Given = {},
): Json {
  const compiled = compileFormula(text, { names, zone }, wanted)
  if (!compiled.ok) throw new Error(compiled.problems.map((problem) => problem.what).join(' '))
  const value = compiled.formula.run({ referral, crm: crm ?? null, now })
  return value instanceof Stop ? { stopped: value.message } : plain(value)
}

function plain(value: Value): Json {
  if (isDecimal(value)) return formatDecimal(value)
  return Array.isArray(value) ? value.map(plain) : (value as Json)
}
