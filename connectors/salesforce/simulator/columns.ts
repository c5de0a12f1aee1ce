// From the JSON of a save to stored values: which columns exist, and whether each value can be one at all. An unknown
// column or a value of the wrong JSON type refuses the whole request; a value that reads but does not fit refuses its row.

import { canonicalDecimal, canonicalJson, isObject, type Json, type JsonObject, parseDate, parseInstant } from '#spi'
import { type ApiError, refuse } from './answers.ts'
import { parseId } from './ids.ts'
import type { Stored, StoredFields } from './knobs.ts'
import type { Org } from './org.ts'
import { type FieldDef, isNumeric, type ObjectDef } from './schema.ts'

export interface Columns {
  readonly values: StoredFields
  readonly errors: readonly ApiError[]
}

/** Who saves, and whether field-level security applies. Setup data is loaded without it. */
export interface Saver {
  readonly userId: string
  readonly rights: 'connected' | 'person' | 'setup'
}

export function readColumns(org: Org, object: ObjectDef, input: JsonObject, saver: Saver): Columns {
  const values: Record<string, Stored> = {}
  const errors: ApiError[] = []
  for (const [name, json] of Object.entries(input)) {
    if (name === 'attributes') continue
    const field = visibleField(org, object, name, saver)
    if (field) {
      const stored = storedOf(field, json)
      if (typeof stored === 'object' && stored !== null) errors.push(stored)
      else values[field.name] = stored
      continue
    }
    const parent = parentByKey(org, object, name, json)
    if ('error' in parent) errors.push(parent.error)
    else values[parent.field] = parent.id
  }
  return { values, errors }
}

function visibleField(org: Org, object: ObjectDef, name: string, saver: Saver): FieldDef | undefined {
  const lower = name.toLowerCase()
  const field = object.fields.get(name) ?? [...object.fields.values()].find((each) => each.name.toLowerCase() === lower)
  if (!field || (saver.rights === 'connected' && org.knobs.hidden.has(`${object.name}.${field.name}`))) return undefined
  return field
}

/** `"Account": {"Key__c": "A-1"}`: a parent named by one of its external ids. */
function parentByKey(
  org: Org,
  object: ObjectDef,
  name: string,
  json: Json,
): { readonly field: string; readonly id: string } | { readonly error: ApiError } {
  const field = [...object.fields.values()].find((each) => each.relationshipName === name)
  if (!field || !isObject(json))
    throw refuse(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`)
  const target = org.objects.get(field.referenceTo?.[0] ?? '')
  const [key, value] = Object.entries(json).find(([each]) => each !== 'attributes') ?? ['', null]
  const keyField = target?.fields.get(key)
  if (!target || !keyField?.externalId) throw refuse(400, 'INVALID_FIELD', `Field ${key} is not an external ID field`)
  const id = org.holderOf(target.name, keyField, plain(value))
  if (id !== undefined) return { field: field.name, id }
  return {
    error: {
      errorCode: 'INVALID_FIELD',
      message: `Foreign key external ID: ${plain(value)} not found for field ${key} in entity ${target.name}`,
      fields: [],
    },
  }
}

const plain = (json: Json): string => (typeof json === 'string' ? json : canonicalJson(json))

function storedOf(field: FieldDef, json: Json): Stored | ApiError {
  if (json === null || json === '') return null
  if (field.type === 'boolean') return booleanOf(json)
  if (isNumeric(field.type)) return numberOf(field, json)
  if (typeof json === 'object') throw unreadable(field, 'START_OBJECT', '')
  const text = plain(json)
  if (field.type === 'date') return dateOf(field, text)
  if (field.type === 'datetime') return instantOf(field, text)
  if (field.type === 'reference' || field.type === 'id') return idOf(field, text)
  if (field.type === 'email') return emailOf(field, text)
  if (field.type === 'multipicklist') return inTheirOrder(field, text)
  // Texts are stored without the blanks around them, and a blank text is no text.
  return text.trim() === '' ? null : text.trim()
}

/** Several choices are kept in the order of the field's own list, not in the one they came in. */
function inTheirOrder(field: FieldDef, text: string): Stored {
  const chosen = [...new Set(text.split(';').map((each) => each.trim()))].filter((each) => each !== '')
  const known = (field.values ?? []).map(({ value }) => value)
  const listed = known.filter((value) => chosen.includes(value))
  const all = [...listed, ...chosen.filter((value) => !known.includes(value))]
  return all.length === 0 ? null : all.join(';')
}

function booleanOf(json: Json): Stored {
  if (typeof json === 'boolean') return json
  throw refuse(400, 'JSON_PARSER_ERROR', `Cannot deserialize instance of boolean from value ${plain(json)}`)
}

function numberOf(field: FieldDef, json: Json): Stored | ApiError {
  // More digits than a double holds reach us as text, because no one may lose them; any other text is no number.
  const digits = typeof json === 'number' || isLongNumber(json) ? canonicalDecimal(json) : undefined
  if (digits === undefined) throw unreadable(field, 'VALUE_STRING', plain(json))
  const rounded = roundHalfUp(digits, field.type === 'int' ? 0 : (field.scale ?? 0))
  const whole = rounded.replace('-', '').split('.')[0] ?? ''
  const room = (field.precision ?? 18) - (field.scale ?? 0)
  if (whole.length <= room || whole === '0') return rounded
  return {
    errorCode: 'NUMBER_OUTSIDE_VALID_RANGE',
    message: `${field.label}: value outside of valid range on numeric field: ${rounded}`,
    fields: [field.name],
  }
}

const isLongNumber = (json: Json): json is string =>
  typeof json === 'string' && json.replace(/\D/g, '').length > 15 && canonicalDecimal(json) === json

function roundHalfUp(digits: string, scale: number): string {
  const [whole = '0', fraction = ''] = digits.replace('-', '').split('.')
  if (fraction.length <= scale) return digits
  const kept = BigInt(whole + fraction.slice(0, scale)) + (Number(fraction[scale]) >= 5 ? 1n : 0n)
  const text = kept.toString().padStart(scale + 1, '0')
  const unsigned = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
  return canonicalDecimal(digits.startsWith('-') ? `-${unsigned}` : unsigned) ?? '0'
}

function dateOf(field: FieldDef, text: string): Stored {
  const date = parseDate(text.slice(0, 10))
  if (date && (text.length === 10 || parseInstant(text))) return date
  throw unreadable(field, 'VALUE_STRING', text)
}

function instantOf(field: FieldDef, text: string): Stored {
  const instant = parseInstant(text)
  if (instant) return `${instant.slice(0, 19)}.000Z`
  throw unreadable(field, 'VALUE_STRING', text)
}

function idOf(field: FieldDef, text: string): Stored | ApiError {
  const id = parseId(text)
  if (id !== undefined) return id
  return {
    errorCode: 'MALFORMED_ID',
    message: `${field.label}: id value of incorrect type: ${text}`,
    fields: [field.name],
  }
}

function emailOf(field: FieldDef, text: string): Stored | ApiError {
  const email = text.trim().toLowerCase()
  if (/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(email)) return email
  return {
    errorCode: 'INVALID_EMAIL_ADDRESS',
    message: `${field.label}: invalid email address: ${text}`,
    fields: [field.name],
  }
}

const unreadable = (field: FieldDef, token: string, value: string) =>
  refuse(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from ${token} value ${value} or request may be missing a required field`,
  )
