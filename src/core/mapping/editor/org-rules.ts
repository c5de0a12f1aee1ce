// What only an org can say about a row: which fields can be written, and which values a field has. As conditions of JSON
// Schema, so that an editor completes and refuses values field by field. Nothing is refused here that a mapping may say.

import type { Json, JsonObject } from '../../model/json.ts'
import type { Choice, FieldSchema, KindSchema } from '../../model/schema.ts'

/** For a row of `fields`. */
export function fieldRules(record: KindSchema | undefined, kinds: readonly KindSchema[]): JsonObject {
  if (!record) return {}
  const own = new Set(record.fields.map(({ name }) => name))
  const strange = new Set(kinds.flatMap(({ fields }) => fields.flatMap(({ name }) => (own.has(name) ? [] : [name]))))
  const readOnly = record.fields.filter(isReadOnly).map(({ name }) => name)
  return {
    allOf: [
      ...(strange.size > 0 ? [{ properties: { crm: { not: { enum: [...strange] } } } }] : []),
      ...(readOnly.length > 0 ? [towards({}, { crm: { not: { enum: readOnly } } })] : []),
      ...record.fields.filter(isChosen).map((field) => whenCrm(field.name, valuesOf(field))),
    ],
  }
}

/** For the table of stages: its words are the values of the field it is about, whichever that is. */
export function stageRules(record: KindSchema | undefined): JsonObject {
  const chosen = record?.fields.filter(isChosen) ?? []
  return {
    allOf: chosen.map((field) => {
      const place = { anyOf: [{ $ref: choicesOf(field) }, { type: 'object' }] }
      const rows = { items: { properties: { crm: { anyOf: [...place.anyOf, { type: 'array', items: place }] } } } }
      const ignore = { items: { properties: { crm: { $ref: choicesOf(field) } } } }
      return whenCrm(field.name, { properties: { rows, ignore } })
    }),
  }
}

/** One definition for each field that has a set of values. */
export function choiceDefinitions(record: KindSchema | undefined): JsonObject {
  const chosen = record?.fields.filter(isChosen) ?? []
  return Object.fromEntries(
    chosen.map((field) => [choiceName(field), { anyOf: (field.choices ?? []).flatMap(option) }]),
  )
}

export const isReadOnly = ({ calculated, updatable, creatable }: FieldSchema): boolean =>
  calculated === true || (!updatable && !creatable)

const choiceName = ({ name }: FieldSchema): string => `values-of-${name}`
const choicesOf = (field: FieldSchema): string => `#/definitions/${choiceName(field)}`

/** Several values of a list stand in one text; they are for validation to judge. */
const isChosen = ({ type, choices }: FieldSchema): boolean =>
  type !== 'list' && choices !== undefined && choices.some(({ active }) => active)

function option({ value, label, active, means }: Choice): readonly JsonObject[] {
  if (!active) return []
  const title = means ? `${label} (${means})` : label
  return [...new Set<Json>([label, value, ...asData(label), ...asData(value)])].map((one) => ({ const: one, title }))
}

/** What YAML makes of a value that is written without quotation marks. */
function asData(text: string): readonly Json[] {
  if (/^(?:true|false)$/i.test(text)) return [text.toLowerCase() === 'true']
  return /^-?\d+(?:\.\d+)?$/.test(text) ? [Number(text)] : []
}

const whenCrm = (name: string, rule: JsonObject): JsonObject =>
  condition({ required: ['crm'], properties: { crm: { const: name } } }, rule)

/** What holds for rows that only go to the referral, and for those that write the CRM. */
const towards = (referral: JsonObject, crm: JsonObject): JsonObject =>
  condition({ properties: { direction: { const: 'toReferral' } } }, { properties: referral }, { properties: crm })

const condition = (holds: JsonObject, rule: JsonObject, otherwise: JsonObject = {}): JsonObject => ({
  if: holds,
  // oxlint-disable-next-line no-thenable -- a word of JSON Schema; nobody waits for it
  then: rule,
  else: otherwise,
})

/** Towards the CRM a table ends in values of the field; towards the referral it begins with them. */
function valuesOf(field: FieldSchema): JsonObject {
  const value = { $ref: choicesOf(field) }
  const valueOrBlank = { anyOf: [value, { type: 'null' }] }
  const keys = { propertyNames: value }
  return towards(
    { values: keys },
    {
      set: valueOrBlank,
      values: { additionalProperties: valueOrBlank },
      valuesBack: keys,
      otherwise: { anyOf: [{ enum: ['fail', 'keep', 'blank'] }, value] },
      default: { anyOf: [valueOrBlank, { type: 'string', pattern: '^=' }] },
    },
  )
}
