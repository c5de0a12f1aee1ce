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
  isSyncError,
  type Json,
  type JsonOut,
  type Kind,
  type LinkKey,
  NeedsHuman,
  type SyncError,
  textOf,
  type Write,
} from '#spi'
import type { Api } from './api.ts'
import { codes } from './codes.ts'
import type { Field, ObjectFacts, Objects } from './describe.ts'
import { CallFailure } from './faults.ts'
import type { Products } from './products.ts'
import { type Ask, askAll, isRows } from './queries.ts'
import { productsField } from './records.ts'
import { validUnder } from './schema.ts'
import { isIdentifier, isSafeId, quote } from './soql.ts'
import { outgoing } from './values.ts'

/** One write, checked, its values in the form they are sent in. */
export interface Prepared {
  /** Its place in the batch. */
  readonly index: number
  readonly write: Write
  readonly values: Readonly<Record<FieldName, JsonOut>>
  /** Fields that take the id of a record which another write of the batch makes. */
  readonly pointers: ReadonlyMap<FieldName, LinkKey>
  /** Its texts, so that none of them is repeated in a message. Asked for when something went wrong. */
  readonly texts: () => readonly string[]
}

export type Checked = { readonly ok: true; readonly row: Prepared } | { readonly ok: false; readonly error: SyncError }

export interface PrepareParts {
  readonly api: Api
  readonly objects: Objects
  readonly products: Products
}

/** One verdict for each write, in the same order. */
export async function prepare(
  parts: PrepareParts,
  batch: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Checked[]> {
  const facts = new Map<Kind, ObjectFacts | SyncError>()
  const { objects, products } = parts
  for (const kind of new Set(batch.map((write) => write.kind)))
    facts.set(kind, isIdentifier(kind) ? await factsOf(() => objects.get(kind, signal)) : bug('a kind that is no name'))
  const unsure = await learnProducts(parts, batch, facts, signal)
  const verdict = (write: Write, index: number): Checked => {
    const known = facts.get(write.kind)
    if (!known || isSyncError(known)) return { ok: false, error: known ?? bug('a kind nobody knows') }
    const isUnsure = unsure && write.do === 'update' && setsAmount(write) && products.has(write.id) === undefined
    return isUnsure ? { ok: false, error: unsure } : check(known, products, write, index)
  }
  const first = batch.map(verdict)
  const doubtful = new Set(batch.filter((_, index) => isDoubtful(first[index])).map((write) => write.kind))
  // Our knowledge may be a day old: a field or a stage may have been added since.
  for (const kind of doubtful) facts.set(kind, await factsOf(() => objects.again(kind, signal)))
  return batch.map((write, index) => {
    const checked = first[index]
    return checked && !(isDoubtful(checked) && doubtful.has(write.kind)) ? checked : verdict(write, index)
  })
}

const isDoubtful = (checked: Checked | undefined): boolean =>
  checked !== undefined &&
  !checked.ok &&
  (checked.error.remedy === 'needs-human' || checked.error.remedy === 'fix-config')

async function factsOf(read: () => Promise<ObjectFacts>): Promise<ObjectFacts | SyncError> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof CallFailure) return error.error
    throw error
  }
}

const setsAmount = (write: Write): boolean => write.kind === 'Opportunity' && Object.hasOwn(write.fields, 'Amount')

/** Has each deal whose amount is to be written any products? Most have just been read; the others are asked for. */
async function learnProducts(
  { api, products }: PrepareParts,
  batch: readonly Write[],
  facts: ReadonlyMap<Kind, ObjectFacts | SyncError>,
  signal: AbortSignal,
): Promise<SyncError | null> {
  const asked = batch.filter((write) => write.do === 'update' && setsAmount(write) && isSafeId(write.id))
  const ids = asked.flatMap((write) =>
    write.do === 'update' && products.has(write.id) === undefined ? [write.id] : [],
  )
  const deal = asked[0] && facts.get(asked[0].kind)
  if (!deal || isSyncError(deal) || !deal.fields.has(productsField) || ids.length === 0) return null
  const asks = Array.from({ length: Math.ceil(ids.length / idsMax) }, (_, n): Ask => {
    const list = ids.slice(n * idsMax, (n + 1) * idsMax).map((id) => quote(id))
    const soql = `SELECT Id, ${productsField} FROM Opportunity WHERE Id IN (${list.join(', ')})`
    return { from: { soql, withDeleted: false } }
  })
  try {
    const answers = await askAll(api, asks, { name: 'products', writes: false, signal })
    for (const answer of answers) if (isRows(answer)) for (const row of answer.records) products.note(deal.name, row)
    return null
  } catch (error) {
    if (error instanceof CallFailure) return error.error
    throw error
  }
}

const idsMax = 1_000

function check(facts: ObjectFacts, products: Products, write: Write, index: number): Checked {
  const isCreate = write.do === 'create'
  if (!isCreate && !isSafeId(write.id)) return { ok: false, error: bug('an id that is none') }
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
  return { ok: true, row: { index, write, values, pointers, texts: () => textsOf(write, facts) } }
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

const bug = (what: string): Bug => new Bug(`dealbridge was about to send ${what}.`, { code: 'DB-9001' })
