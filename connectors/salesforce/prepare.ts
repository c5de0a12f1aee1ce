// Before anything is sent: is each write one that Salesforce can take at all? What it cannot take is held back here, so
// that one bad column does not refuse two hundred rows.

import {
  Bug,
  type Code,
  type FieldName,
  type Fields,
  FixConfig,
  isList,
  isPointer,
  type Json,
  type JsonOut,
  type LinkKey,
  NeedsHuman,
  type SyncError,
  textOf,
  type Write,
} from '#spi'
import { codes } from './codes.ts'
import type { Field, ObjectFacts, Objects } from './describe.ts'
import type { Products } from './products.ts'
import { validUnder } from './schema.ts'
import { isIdentifier, isSafeId } from './soql.ts'
import { outgoing } from './values.ts'

/** One write, checked, its values in the form they are sent in. */
export interface Prepared {
  /** Its place in the batch. */
  readonly index: number
  readonly write: Write
  readonly values: Readonly<Record<FieldName, JsonOut>>
  /** Fields that take the id of a record which another write of the batch makes. */
  readonly pointers: ReadonlyMap<FieldName, LinkKey>
  /** Its texts, so that none of them is repeated in a message. */
  readonly texts: readonly string[]
}

export type Checked = { readonly ok: true; readonly row: Prepared } | { readonly ok: false; readonly error: SyncError }

export async function prepare(
  { objects, products }: { readonly objects: Objects; readonly products: Products },
  write: Write,
  index: number,
  signal: AbortSignal,
): Promise<Checked> {
  if (!isIdentifier(write.kind)) return bug('a kind that is no name')
  const facts = await objects.get(write.kind, signal)
  const checked = check(facts, products, write, index)
  if (checked.ok || checked.error.remedy === 'bug') return checked
  // Our knowledge may be a day old: a field or a stage may have been added since.
  const fresh = await objects.again(write.kind, signal)
  return fresh === facts ? checked : check(fresh, products, write, index)
}

function check(facts: ObjectFacts, products: Products, write: Write, index: number): Checked {
  const isCreate = write.do === 'create'
  if (!isCreate && !isSafeId(write.id)) return bug('an id that is none')
  if (!(isCreate ? facts.createable : facts.updateable)) return refused('DB-1312', write, [])
  const keyField = isCreate && write.keyField !== null ? facts.fields.get(write.keyField) : undefined
  // Without the two marks a repeated creation would make a second record.
  if (isCreate && write.keyField !== null && !(keyField?.unique && keyField.externalId))
    return refused('DB-1313', write, [write.keyField])
  if (!isCreate && Object.hasOwn(write.fields, 'Amount') && products.has(write.id) === true)
    return refused('DB-3215', write, ['Amount'])
  const values: Record<FieldName, JsonOut> = {}
  const pointers = new Map<FieldName, LinkKey>()
  for (const [name, value] of Object.entries(write.fields)) {
    const field = facts.fields.get(name)
    if (!field || !(isCreate ? field.createable : field.updateable)) return refused('DB-3206', write, [name])
    if (isPointer(value)) {
      pointers.set(name, value.$write)
      continue
    }
    const out = outgoing(facts, field, value)
    if (!out.ok) return refused(out.code, write, [name], out.limit)
    values[name] = out.value
  }
  const unfit = Object.keys(write.fields).find((name) => !fitsController(facts, name, write.fields))
  if (unfit !== undefined) return refused('DB-3207', write, [unfit])
  return { ok: true, row: { index, write, values, pointers, texts: textsOf(write, facts) } }
}

/** A dependent choice must be one of those its controlling field allows, where both are written together. */
function fitsController(facts: ObjectFacts, name: FieldName, fields: Fields): boolean {
  const field = facts.fields.get(name)
  const controller = field?.controllerName ? facts.fields.get(field.controllerName) : undefined
  if (!field || !controller || !Object.hasOwn(fields, controller.name)) return true
  const choice = field.picklistValues?.find(({ value }) => value === fields[name])
  const under = validUnder(controller, choice?.validFor)
  return under === null || under.length === 0 || under.includes(textOf(fields[controller.name]))
}

/** Choices are the admin's words, everything else may be a customer's. */
function textsOf(write: Write, facts: ObjectFacts): readonly string[] {
  return Object.entries(write.fields).flatMap(([name, value]) => (isChoice(facts.fields.get(name)) ? [] : texts(value)))
}

const isChoice = (field: Field | undefined): boolean => field?.type === 'picklist' || field?.type === 'multipicklist'

function texts(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return isList(value) ? value.flatMap(texts) : []
}

function refused(code: Code, write: Write, fields: readonly FieldName[], limit?: number): Checked {
  const entry = codes[code]
  const where = [write.kind, ...fields].join('.')
  const room = limit === undefined ? '' : ` It holds ${limit}.`
  const message = `${entry?.title ?? 'Not sent'} (${where}).${room} ${entry?.fix ?? ''}`
  const facts = { kind: write.kind, fields: [...fields] }
  const who = entry?.who ?? 'Salesforce admin'
  const isSetting = code === 'DB-1312' || code === 'DB-1313'
  return {
    ok: false,
    error: isSetting ? new FixConfig(message, { code, facts, who }) : new NeedsHuman(message, { code, facts, who }),
  }
}

const bug = (what: string): Checked => ({
  ok: false,
  error: new Bug(`dealbridge was about to send ${what}.`, { code: 'DB-9001' }),
})
