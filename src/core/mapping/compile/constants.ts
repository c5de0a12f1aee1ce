// Constants of a mapping: are they of the right type, and does the side they go to have such a value?

import type { Property, FieldSchema } from '../../model/schema.ts'
import type { Value, ValueType } from '../../model/value.ts'
import type { Span } from '../../source.ts'
import { constantOf } from '../canonical.ts'
import { either, listed, suggestion } from '../notes.ts'
import type { CrmPlace, Desk } from './desk.ts'

/** Where constants go: a field, or a property; null while nothing is known of it. */
export interface Target {
  readonly name: string
  readonly type: ValueType
  readonly field: FieldSchema | null
  readonly property: Property | null
  readonly place: CrmPlace | null
}

const wanted: Readonly<Record<ValueType, string>> = {
  text: 'a text',
  decimal: 'a number: 84000.50',
  money: 'an amount: 84000.50',
  date: 'a date: 2026-12-18',
  instant: 'a point in time: 2026-12-18T09:00:00Z',
  boolean: 'true or false',
  list: 'texts with semicolons between them',
}

/** A constant as a value; undefined when it is none, which has then been noted. */
export function constant(desk: Desk, target: Target, text: string | null, at: Span): Value | undefined {
  const value = constantOf(target.type, text)
  if (value === undefined) {
    desk.notes.error(at, 'DB-2105', `${target.name} needs ${wanted[target.type]}.`)
    return undefined
  }
  if (value === null || typeof value === 'boolean') return value
  const texts = typeof value === 'string' ? [value] : value
  for (const one of texts) checkFits(desk, target, one, at)
  return typeof value === 'string'
    ? (choiceValue(target.field, value) ?? value)
    : value.map((one) => choiceValue(target.field, one) ?? one)
}

/** The value of a choice given by its value or by its label. */
export function choiceValue(field: FieldSchema | null, text: string): string | undefined {
  const choices = field?.choices
  const found = choices?.find((choice) => choice.value === text) ?? choices?.find((choice) => choice.label === text)
  return found?.value
}

export function checkFits(desk: Desk, target: Target, text: string, at: Span): void {
  const { field, property, name } = target
  if (field?.choices) return checkChoice(desk, target, text, at)
  // Microsoft adds values without telling: a set of theirs is never known to be whole.
  if (property?.values && !property.values.includes(text)) {
    const known = `known: ${property.values.slice(0, 12).join(', ')}`
    desk.notes.warn(
      at,
      'DB-2107',
      `"${text}" is not a value of ${name}.`,
      either(suggestion(text, property.values, at), known),
    )
  }
  if (field?.lengthMax !== undefined && target.type === 'text' && text.length > field.lengthMax) {
    desk.notes.error(at, 'DB-2108', `${name} holds ${field.lengthMax} characters; this has ${text.length}.`)
  }
  const places = text.split('.')[1]?.length ?? 0
  if (field?.scale !== undefined && (target.type === 'money' || target.type === 'decimal') && places > field.scale) {
    desk.notes.error(at, 'DB-2108', `${name} holds ${field.scale} decimal places; this has ${places}.`)
  }
}

interface Passing {
  readonly property: Property | null
  readonly at: Span
}

/** Values that go through unchanged must be values the field has. */
export function checkChoices(desk: Desk, { field, name }: Target, { property, at }: Passing): void {
  const choices = field?.choices
  const strangers = (property?.values ?? []).filter(
    (value) => choices && !choices.some((choice) => choice.value === value || choice.label === value),
  )
  if (strangers.length === 0 || !property) return
  const shown =
    strangers.length > 3 ? `${strangers.slice(0, 3).join(', ')} and ${strangers.length - 3} more` : listed(strangers)
  desk.notes.warn(at, 'DB-2112', `${property.path} can be ${shown}, which ${name} does not have.`, {
    fix: 'add values: with what each becomes',
  })
}

function checkChoice(desk: Desk, { field, name, place }: Target, text: string, at: Span): void {
  const choices = field?.choices ?? []
  const found = choices.find((choice) => choice.value === text || choice.label === text)
  if (found?.active) return
  const active = choices.filter((choice) => choice.active)
  const removed = place ? desk.lately.removed(place.kind, place.name, text) : undefined
  const what = found ? `"${text}" is switched off in ${name}.` : `"${text}" is not a value of ${name}.`
  const labels = active.flatMap((choice) => [choice.value, choice.label])
  const known = `it has ${listed(active.slice(0, 12).map((choice) => choice.label))}`
  const more = active.length === 0 ? {} : either(suggestion(text, labels, at), known)
  desk.notes.error(at, 'DB-2107', what, removed === undefined ? more : { ...more, hint: removed })
}
