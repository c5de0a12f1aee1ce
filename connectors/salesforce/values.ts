// One value on its way to Salesforce, in the form its field takes, or the reason why it must not go. Nothing is cut,
// rounded or guessed here: what does not fit is held back with the field's name on it.

import {
  canonicalDecimal,
  type Code,
  exactNumber,
  isList,
  type Json,
  type JsonOut,
  parseDate,
  parseInstant,
} from '#spi'
import { type Field, isNumber, type ObjectFacts } from './describe.ts'
import { isId, isSafeId } from './soql.ts'

export type Outgoing =
  { readonly ok: true; readonly value: JsonOut } | { readonly ok: false; readonly code: Code; readonly limit?: number }

const go = (value: JsonOut): Outgoing => ({ ok: true, value })
const held = (code: Code, limit?: number): Outgoing => ({ ok: false, code, ...(limit === undefined ? {} : { limit }) })

export function outgoing(facts: ObjectFacts, field: Field, value: Json): Outgoing {
  // Null clears the field; an absent one never comes here.
  if (value === null) return go(null)
  if (field.type === 'boolean') return booleanOf(value)
  if (isNumber(field)) return numberOf(field, value)
  if (field.type === 'multipicklist') return choicesOf(field, isList(value) ? value : textOf(value)?.split(';'))
  const text = textOf(value)
  if (text === undefined) return held('DB-3205')
  if (field.type === 'date') return parseDate(text) ? go(text) : held('DB-3205')
  if (field.type === 'datetime') return instantOf(text)
  if (field.name === 'RecordTypeId') return recordTypeOf(facts, text)
  if (field.type === 'reference' || field.type === 'id')
    return isSafeId(text) && /\d/.test(text) ? go(text) : held('DB-3217')
  if (field.length > 0 && text.length > field.length) return held('DB-3203', field.length)
  if (field.type === 'picklist') return choiceOf(field, text)
  return go(text)
}

const textOf = (value: Json): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? canonicalDecimal(value) : undefined

function booleanOf(value: Json): Outgoing {
  if (typeof value === 'boolean') return go(value)
  return value === 'true' || value === 'false' ? go(value === 'true') : held('DB-3205')
}

/** Exactly the digits we were given: no double in between. */
function numberOf(field: Field, value: Json): Outgoing {
  const digits = typeof value === 'string' || typeof value === 'number' ? canonicalDecimal(value) : undefined
  if (digits === undefined) return held('DB-3205')
  const whole = (digits.replace('-', '').split('.')[0] ?? '').replace(/^0+/, '')
  const room = field.type === 'int' ? field.digits : field.precision - field.scale
  if (room > 0 && whole.length > room) return held('DB-3204', room)
  return go(exactNumber(digits))
}

/** Whole seconds are all that Salesforce keeps. */
function instantOf(text: string): Outgoing {
  const instant = parseInstant(text)
  return instant ? go(`${instant.slice(0, 19)}Z`) : held('DB-3205')
}

function recordTypeOf(facts: ObjectFacts, text: string): Outgoing {
  const named = facts.recordTypes.find((type) => type.developerName === text || type.name === text)
  if (named) return named.active ? go(named.recordTypeId) : held('DB-3207')
  return isId(text) ? go(text) : held('DB-3207')
}

function choicesOf(field: Field, values: readonly Json[] | undefined): Outgoing {
  const texts = values?.filter((value) => typeof value === 'string') ?? []
  if (!values || texts.length < values.length) return held('DB-3205')
  const bad = texts.find((text) => !choiceOf(field, text).ok || text.includes(';'))
  return bad === undefined ? go(texts.join(';')) : held('DB-3207')
}

/**
 * A stage that does not exist is refused although Salesforce itself would take it: an unrestricted picklist accepts any
 * text, and the deal would fall out of every report.
 */
function choiceOf(field: Field, text: string): Outgoing {
  const isClosedSet = field.restrictedPicklist || field.name === 'StageName'
  const values = field.picklistValues ?? []
  if (!isClosedSet || values.length === 0) return go(text)
  if (values.some((each) => each.active && each.value === text)) return go(text)
  return held(field.name === 'CurrencyIsoCode' ? 'DB-3216' : 'DB-3207')
}
