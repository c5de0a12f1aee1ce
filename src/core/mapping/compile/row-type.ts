// What a row's value is: a text, money, a date. The CRM's field decides where it is known, else the referral's.

import type { FieldSchema, Property } from '../../model/schema.ts'
import type { ValueType } from '../../model/value.ts'
import { isZone } from '../../model/instant.ts'
import { nearest } from '../../nearest.ts'
import type { Span } from '../../source.ts'
import type { RowDocument } from '../document/values.ts'
import type { Direction } from '../mapping.ts'
import type { Desk } from './desk.ts'
import { fieldTypeWords } from './words.ts'

export interface TypeParts {
  readonly document: Omit<RowDocument, 'node'>
  readonly direction: Direction
  readonly at: Span
  readonly crmName: string
  readonly field: FieldSchema | null
  /** What comes from the referral's side; null when that is already reported as wrong. */
  readonly from: { readonly type: ValueType; readonly property: Property | null } | null
  readonly isChanged: boolean
  readonly zone: string | null
}

const named = { date: 'date', dateTime: 'instant', money: 'money', text: 'text' } as const

export function rowType(desk: Desk, parts: TypeParts): ValueType {
  const type = wantedType(parts)
  checkReference(desk, parts)
  checkZone(desk, parts, type)
  if (!parts.isChanged) checkConversion(desk, parts, type)
  return type
}

function wantedType({ document, direction, field, from, isChanged }: TypeParts): ValueType {
  if (document.as) return named[document.as.value]
  const fieldType = field && (field.type === 'reference' ? 'text' : field.type)
  if (direction === 'toReferral') return from?.type ?? fieldType ?? 'text'
  if (fieldType) return fieldType
  if (document.values) return 'text'
  if (isChanged && from?.type !== 'money' && from?.type !== 'decimal') return 'text'
  return from?.type ?? 'text'
}

function checkReference(desk: Desk, { document, direction, field, crmName }: TypeParts): void {
  if (direction === 'toReferral' || field?.type !== 'reference' || !document.crm) return
  const what = `${crmName} points to another record, and no value of a referral is one.`
  desk.notes.error(document.crm.node, 'DB-2105', what, {
    fix: 'find the record under lookups, or its owner under assign',
  })
}

/** A date without a zone is the classic error by one day. */
function checkZone(desk: Desk, { document, at, field, from, zone }: TypeParts, type: ValueType): void {
  if (document.timezone && !isZone(document.timezone.value))
    noZone(desk, document.timezone.value, document.timezone.node)
  const sides = [field?.type, from?.type]
  if (type !== 'date' || zone !== null || !sides.includes('instant')) return
  const what = 'Which day a point in time falls on depends on the place; UTC is used.'
  desk.notes.warn(document.as?.node ?? at, 'DB-2109', what, { fix: 'add timezone: Europe/Berlin, or another place' })
}

export function noZone(desk: Pick<Desk, 'notes'>, zone: string, at: Span): void {
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'))
  const more =
    near === undefined ? {} : { hint: `did you mean ${near}?`, edit: { start: at.start, end: at.end, text: near } }
  desk.notes.error(at, 'DB-2169', `There is no time zone "${zone}".`, more)
}

function checkConversion(desk: Desk, parts: TypeParts, type: ValueType): void {
  const { document, from, field, at, crmName, direction } = parts
  if (!from) return
  const lists = from.type === 'list' && type !== 'list'
  if (lists) {
    const fix = 'join it: formula: JOIN(' + (from.property?.path ?? 'list') + ', ";")'
    desk.notes.error(at, 'DB-2105', `A list does not fit into ${crmName}.`, { fix })
    return
  }
  // Whoever says what a value is knows how it is written.
  if (document.as) return
  const [start, end] = direction === 'toReferral' ? [field?.type ?? from.type, type] : [from.type, type]
  if (start === 'reference' || fits(start, end, direction)) return
  const name = direction === 'toReferral' ? (from.property?.path ?? 'the referral') : crmName
  const what = `${capital(fieldTypeWords(start))} does not fit into ${name} (${fieldTypeWords(end)}).`
  desk.notes.error(at, 'DB-2105', what, { fix: fixFor(start, end) })
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`

const numbers: ReadonlySet<ValueType> = new Set(['money', 'decimal'])

/** Anything can be shown as text; back from text only text is certain. */
function fits(from: ValueType, to: ValueType, direction: Direction): boolean {
  if (from === to || (numbers.has(from) && numbers.has(to))) return true
  if (to === 'date') return from === 'instant'
  if (to === 'text') return direction !== 'both' && from !== 'list'
  // JOIN(…, ";") is how admins write several choices; reading one back could not tell where a choice ends.
  if (to === 'list') return from === 'text' && direction !== 'both'
  return false
}

function fixFor(from: ValueType, to: ValueType): string {
  if (to === 'text') return 'direction: toCrm, or as: money'
  if (from === 'date' && to === 'instant') return 'add as: date and timezone:'
  if (numbers.has(to)) return 'use a formula: VALUE(…)'
  if (to === 'date') return 'use a formula: DATEVALUE(…)'
  if (to === 'instant') return 'choose another field'
  return to === 'list' ? 'point the row at a text field' : 'give the row a table of values'
}
