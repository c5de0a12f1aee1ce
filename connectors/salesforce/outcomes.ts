// What became of each row of a parcel, told from the answer to it. An answer that does not say what became of a row
// leaves it unknown; it is never taken for a success or for a refusal.

import { z } from 'zod'
import { type Instant, isList, isObject, type Json, own, type RecordId, recordId } from '#spi'
import type { Answer } from './api.ts'
import { lost, type Subject, type VendorError, verdictOf } from './faults.ts'
import type { Parcel, Pending } from './parcels.ts'
import { isCertainId, isId, isSafeId, longId } from './soql.ts'
import { errorsIn } from './vendor-errors.ts'

export type Outcome =
  | { readonly is: 'written'; readonly id: RecordId }
  /** The key is taken; the id is null where Salesforce did not name the record that has it. */
  | { readonly is: 'taken'; readonly id: RecordId | null }
  /** Not written, and no fault of its own: a parent named within the call was not there. */
  | { readonly is: 'waits' }
  /** Not written, because the request it travelled in was refused as a whole. */
  | { readonly is: 'sunk'; readonly errors: readonly VendorError[]; readonly status: number }
  | ReturnType<typeof verdictOf>

export function outcomesOf(parcel: Parcel, answer: Answer | null, now: Instant): readonly Outcome[] {
  if (!answer) return parcel.rows.map(unknown)
  if (answer.status >= 300 && (parcel.isCollection || answer.isEnvelope))
    return parcel.rows.map((pending) => wholeRefusal(parcel, pending, answer, now))
  if (parcel.isCollection) return fromCollection(parcel, answer, now)
  return parcel.rows.map((pending) => fromRow(parcel, pending, answer, now))
}

const unknown = ({ row }: Pending): Outcome => ({ is: 'unknown', error: lost(row.write.kind) })

const subjectOf = ({ row }: Pending, now: Instant): Subject => ({
  kind: row.write.kind,
  isCreate: row.write.do === 'create',
  sent: row.texts(),
  now,
})

function wholeRefusal(parcel: Parcel, pending: Pending, { errors, status }: Answer, now: Instant): Outcome {
  if (parcel.refers && errors.some(({ code }) => code === 'PROCESSING_HALTED')) return { is: 'waits' }
  const verdict = verdictOf(status, errors, { ...subjectOf(pending, now), isCreate: true })
  const passes = verdict.is === 'refused' && verdict.error.remedy === 'retry-later'
  // What passes by itself is no row's fault, and no row is looked for.
  return passes || verdict.is === 'unknown' ? verdict : { is: 'sunk', errors, status }
}

const Result = z.object({ id: z.string().nullish(), success: z.boolean(), errors: z.unknown().optional() })

function fromCollection(parcel: Parcel, { json, status }: Answer, now: Instant): readonly Outcome[] {
  const results = isList(json) && json.length === parcel.rows.length ? json : []
  return parcel.rows.map((pending, index) => {
    const read = Result.safeParse(results[index])
    if (!read.success) return unknown(pending)
    const { success, id, errors } = read.data
    if (success) return writtenAs(pending, id ?? null)
    return failed(parcel, pending, { errors: errorsIn(errors), status, now })
  })
}

function fromRow(parcel: Parcel, pending: Pending, { status, json, errors }: Answer, now: Instant): Outcome {
  if (status >= 300) return failed(parcel, pending, { errors, status, now })
  const id = isObject(json) ? own(json, 'id') : undefined
  // "Success: false" in an answer that claims to be one.
  if (isObject(json) && own(json, 'success') === false)
    return failed(parcel, pending, { errors: errorsIn(own(json, 'errors')), status, now })
  return writtenAs(pending, textOf(id))
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

/** A creation without an id is not one we could go on with. */
function writtenAs(pending: Pending, id: string | null): Outcome {
  const { write } = pending.row
  if (write.do === 'update') return { is: 'written', id: write.id }
  return id !== null && isSafeId(id) ? { is: 'written', id: recordId(longId(id)) } : unknown(pending)
}

interface Failed {
  readonly errors: readonly VendorError[]
  readonly status: number
  readonly now: Instant
}

function failed(parcel: Parcel, pending: Pending, { errors, status, now }: Failed): Outcome {
  const { row } = pending
  if (parcel.refers && row.pointers.size > 0 && errors.some(({ code }) => referenceCodes.has(code)))
    return { is: 'waits' }
  const taken = row.write.do === 'create' ? keyTaken(row.write.keyField, errors) : undefined
  return taken ?? verdictOf(status, errors, subjectOf(pending, now))
}

/** What a server says that did not put the parent's id in the place of `@{p0.id}`. */
const referenceCodes: ReadonlySet<string> = new Set([
  'PROCESSING_HALTED',
  'MALFORMED_ID',
  'INVALID_CROSS_REFERENCE_KEY',
  'INVALID_ID_FIELD',
  'JSON_PARSER_ERROR',
])

/** "duplicate value found: F__c duplicates value on record with id: 006…", in whatever language the account reads. */
function keyTaken(keyField: string | null, errors: readonly VendorError[]): Outcome | undefined {
  const error = errors.find(({ code }) => code === 'DUPLICATE_VALUE')
  if (keyField === null || !error) return undefined
  const words = error.message.split(/[^A-Za-z0-9_]+/)
  const names = [...error.fields, ...words].filter((word) => word === keyField || word.endsWith('__c'))
  if (!names.includes(keyField) && names.length > 0) return undefined
  const id = words.findLast(isCertainId) ?? words.findLast((word) => isId(word) && /\d/.test(word))
  return { is: 'taken', id: id === undefined ? null : recordId(longId(id)) }
}
