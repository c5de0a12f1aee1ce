// Every property of a referral that can be read, classified: may a mapping read it, may it write it, and why not. A
// property that Microsoft adds is in none of these tables: it is kept with the record, shown, and reported once.

import { isList, isObject, type Json, type JsonObject, type Property } from '#spi'
import { onCreate } from './given.ts'
import { deal } from './properties/deal.ts'
import { derivedProperties } from './properties/derived.ts'
import { microsoft } from './properties/microsoft.ts'
import { people } from './properties/people.ts'
import { requirements } from './properties/requirements.ts'

/** What Partner Center sends. */
export const vendorProperties: readonly Property[] = [...deal, ...requirements, ...people, ...microsoft].map(
  withCreation,
)
/** That, and what is derived from it. */
export const properties: readonly Property[] = [...vendorProperties, ...derivedProperties.map(withCreation)]

function withCreation(property: Property): Property {
  const given = onCreate(property.path)
  return given ? { ...property, onCreate: given } : property
}

const known: ReadonlyMap<string, Property> = new Map(vendorProperties.map((property) => [property.path, property]))
const branches: ReadonlySet<string> = new Set(
  vendorProperties.flatMap(({ path }) => {
    const steps = path.split('.')
    return steps.map((_, count) => steps.slice(0, count).join('.'))
  }),
)

export const propertyAt = (path: string): Property | undefined => known.get(path)

/** Closed sets, as far as they are documented: a value outside of one is news. */
export interface News {
  readonly path: string
  readonly what: 'property' | 'value'
}

/** What this version does not know yet of a referral. Bounded by the referral's own size. */
export function newsIn(referral: JsonObject): readonly News[] {
  const news: News[] = []
  walk(referral, '', news)
  return news
}

function walk(value: Json, path: string, news: News[]): void {
  if (isList(value)) return value.forEach((item) => walk(item, path, news))
  const property = known.get(path)
  if (isObject(value) && property?.direction !== 'none' && (property === undefined || property.type === 'object')) {
    if (path !== '' && !branches.has(path) && !property) return void news.push({ path, what: 'property' })
    for (const [name, inner] of Object.entries(value))
      if (!name.includes('@')) walk(inner, path ? `${path}.${name}` : name, news)
    return
  }
  if (!property) {
    if (!branches.has(path)) news.push({ path, what: 'property' })
    return
  }
  if (property.values && typeof value === 'string' && value !== '' && !saysKnown(property, value))
    news.push({ path, what: 'value' })
}

/** Known if it is in the set, however it is capitalised; the sales stage is stored as a number. */
function saysKnown(property: Property, value: string): boolean {
  if (property.path === 'salesStage') return /^\d{1,3}$/.test(value) || hasValue(property, value)
  return hasValue(property, value)
}

const hasValue = ({ values = [] }: Property, value: string): boolean =>
  values.some((one) => one.toLowerCase() === value.toLowerCase())
