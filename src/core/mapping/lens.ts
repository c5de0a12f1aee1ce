// A row as a lens: it reads one neutral value from either side, and writes a value to either side. The merge sees
// values only. What was written and is read again is the same value; compile.ts refuses rows for which it would not be.

import { absent, reading, type Reading } from '../model/deal.ts'
import { formatDecimal, parseDecimal, round } from '../model/decimal.ts'
import {
  dateIn,
  instantAt,
  parseDate,
  parseInstant,
  timeIn,
  type CalendarDate,
  type Instant,
} from '../model/instant.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Fields } from '../model/record.ts'
import type { Value, ValueType } from '../model/value.ts'
import type { Refusal } from '../problem.ts'
import { blank, fieldReader, pathReader, readerOf } from './canonical.ts'
import { appended, type Combine } from './combine.ts'
import type { Direction, Env, Row, Written } from './mapping.ts'
import {
  compileTreatment,
  compileWayBack,
  isUntreated,
  keyOf,
  noEntry,
  type Treatment,
  type TreatmentContext,
} from './treatment.ts'

export interface LensSpec {
  readonly direction: Direction
  readonly type: ValueType
  readonly zone: string
  /** Where the value comes from on the referral's side. */
  readonly from: Origin
  readonly crm: Place
  readonly treatment: Treatment
  readonly combine: Combine
  readonly required: boolean
  readonly country: ((env: Env) => string | null) | null
}

export type Origin =
  /** `adds`: a list that writing only ever adds to; what else stands there is others'. */
  | { readonly is: 'path'; readonly place: Place; readonly adds: boolean }
  /** A formula or a constant: only ever read. */
  | { readonly is: 'worked out'; readonly read: (env: Env) => Reading }

/** A field or a property, and what is known of it. */
export interface Place {
  readonly name: string
  readonly type: ValueType | null
  readonly lengthMax: number | null
}

type Lens = Pick<Row, 'fromReferral' | 'fromCrm' | 'toCrm' | 'toReferral'>

export function lensOf(spec: LensSpec): Lens {
  if (spec.direction === 'toReferral') return lensToReferral(spec)
  return spec.direction === 'both' ? lensBoth(spec) : lensToCrm(spec)
}

const hidden = (): Reading => absent

function lensToCrm(spec: LensSpec): Lens {
  const { crm, combine } = spec
  const far = readerOf(spec.type, crm.name, spec.zone)
  const field = fieldReader(crm.name)
  return {
    fromReferral: coarse(spec, forward(spec)),
    // What stands there is text that others wrote too: it cannot be compared with what this row adds to it.
    fromCrm: combine === 'replace' ? coarse(spec, (fields: Fields) => far(field(fields))) : hidden,
    toCrm: writing(spec, crm, (value, now, at) => inCrm(spec, value, { now, at })),
  }
}

function lensToReferral(spec: LensSpec): Lens {
  const { crm, from, combine } = spec
  const { place, adds } = from.is === 'path' ? from : { place: { name: '', type: null, lengthMax: null }, adds: false }
  const field = fieldReader(crm.name)
  const near = readerOf(sourceType(spec, crm), crm.name, spec.zone)
  const treat = compileTreatment(spec.treatment, contextOf(spec, crm.name))
  const far = readerOf(spec.type, place.name, spec.zone)
  const path = pathReader(place.name)
  const read = isUntreated(spec.treatment)
    ? (fields: Fields): Reading => near(field(fields))
    : (fields: Fields): Reading => then(near(field(fields)), (value) => treat(value, null))
  return {
    fromReferral: combine === 'replace' && !adds ? coarse(spec, (env: Env) => far(path(env.referral))) : hidden,
    fromCrm: coarse(spec, read),
    toReferral: writing(spec, place, (value, now, at) => inReferral(spec, place, value, { now: now ?? {}, at })),
  }
}

function lensBoth(spec: LensSpec): Lens {
  const { crm, from, treatment } = spec
  const place = from.is === 'path' ? from.place : { name: '', type: null, lengthMax: null }
  const field = fieldReader(crm.name)
  const near = readerOf(spec.type, crm.name, spec.zone)
  const back = isUntreated(treatment) ? reading : wayBack(spec)
  return {
    fromReferral: coarse(spec, forward(spec)),
    fromCrm: coarse(spec, then2(fieldReading(field, near), tidying(spec))),
    toCrm: writing(spec, crm, (value, now, at) => inCrm(spec, value, { now, at })),
    toReferral: writing(spec, place, (value, now, at) => {
      const sent = back(value)
      if (sent.is !== 'value') return refusedOr(sent)
      return inReferral(spec, place, sent.value, { now: now ?? {}, at })
    }),
  }
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

const then = (read: Reading, next: (value: Value) => Reading): Reading =>
  read.is === 'value' ? next(read.value) : read

const then2 =
  (read: (fields: Fields) => Reading, next: (value: Value) => Reading) =>
  (fields: Fields): Reading =>
    then(read(fields), next)

const fieldReading =
  (field: (fields: Fields) => Json | undefined, read: (data: Json | undefined) => Reading) =>
  (fields: Fields): Reading =>
    read(field(fields))

const contextOf = (spec: LensSpec, name: string): TreatmentContext => ({
  name,
  type: spec.type,
  zone: spec.zone,
  country: spec.country,
})

/** Before transforms and tables a value is what its own side says; after them it is the row's type. */
function sourceType({ treatment, type }: LensSpec, place: Place): ValueType {
  const isChanged = treatment.transforms.length > 0 || treatment.table !== null
  return isChanged ? (place.type ?? 'text') : type
}

function forward(spec: LensSpec): (env: Env) => Reading {
  const { from, treatment } = spec
  const name = from.is === 'path' ? from.place.name : spec.crm.name
  const raw = from.is === 'path' ? pathReading(spec, from.place) : from.read
  if (isUntreated(treatment)) return raw
  const treat = compileTreatment(treatment, contextOf(spec, name))
  return (env) => {
    const read = raw(env)
    return read.is === 'value' ? treat(read.value, env) : read
  }
}

function pathReading(spec: LensSpec, place: Place): (env: Env) => Reading {
  const path = pathReader(place.name)
  const read = readerOf(sourceType(spec, place), place.name, spec.zone)
  // A stand-in for a blank stands in for what is not there at all, too.
  const missing = spec.treatment.fallback === null ? absent : blank
  return ({ referral }) => {
    const data = path(referral)
    return data === undefined ? missing : read(data)
  }
}

/** A row that goes both ways reads the CRM's value as the mapping would have written it. */
function tidying(spec: LensSpec): (value: Value) => Reading {
  const { table, fallback, ...rest } = spec.treatment
  const tidy = compileTreatment({ ...rest, table: null, fallback: null }, contextOf(spec, spec.crm.name))
  const standIn = fallback
  return (value) => {
    const read = tidy(value, null)
    if (read.is !== 'value') return read
    if (read.value === null) return standIn ? standIn(nowhere) : read
    if (table === null || table.back.has(keyOf(read.value))) return read
    const isKept = table.otherwise.is === 'keep' && !table.entries.has(keyOf(read.value))
    return isKept ? read : { is: 'refused', refusal: noEntry(spec.crm.name) }
  }
}

/** Stand-ins of rows that go both ways are constants: they look at nothing. */
const nowhere: Env = { referral: {}, crm: null, now: '0001-01-01T00:00:00.000Z' as Instant }

function wayBack(spec: LensSpec): (value: Value) => Reading {
  if (
    spec.treatment.table === null &&
    spec.treatment.transforms.every(({ transform }) => transform.back === 'tidies')
  ) {
    return reading
  }
  const back = compileWayBack(spec.treatment, contextOf(spec, spec.crm.name))
  return (value) => back(value, null)
}

/** Rounds to what the field can hold, half to even: then a CRM that rounds changes nothing. */
function coarse<T>({ treatment: { scale }, type }: LensSpec, read: (from: T) => Reading): (from: T) => Reading {
  if (scale === null || (type !== 'money' && type !== 'decimal')) return read
  return (from) => {
    const found = read(from)
    if (found.is !== 'value' || typeof found.value !== 'string') return found
    const point = found.value.indexOf('.')
    if (point === -1 || found.value.length - point - 1 <= scale) return found
    const value = parseDecimal(found.value)
    return value ? reading(formatDecimal(round(value, scale))) : found
  }
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

type Write = (value: Value, now: JsonObject | null, at: Instant | undefined) => Written

/** What every write is asked first: is it there if it must be, does it fit? */
function writing(spec: LensSpec, place: Place, write: Write): Write {
  const { lengthMax } = place
  if (lengthMax === null && !spec.required) return write
  return (value, now, at) => {
    if (spec.required && isBlank(value)) return refuse(missing(spec))
    if (lengthMax !== null && typeof value === 'string' && value.length > lengthMax) {
      return refuse(tooLong(place.name, lengthMax))
    }
    return write(value, now, at)
  }
}

const isBlank = (value: Value): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** A literal with a computed name would say the same, five times as slowly. */
function written(name: string, value: Json): Written {
  const fields: Record<string, Json> = {}
  fields[name] = value
  return { ok: true, fields }
}

const refuse = (refusal: Refusal): Written => ({ ok: false, refusal })
const refusedOr = (read: Reading): Written => (read.is === 'refused' ? refuse(read.refusal) : { ok: true, fields: {} })

const missing = ({ crm }: LensSpec): Refusal => ({
  code: 'DB-2202',
  message: `${crm.name} is empty, and the mapping requires it. Fill it in and save.`,
  who: 'the seller',
})

const tooLong = (name: string, lengthMax: number): Refusal => ({
  code: 'DB-2203',
  message: `The value for ${name} is longer than the ${lengthMax} characters it holds. Shorten it, or give the row transform: [truncate:${lengthMax}].`,
  who: 'CRM admin',
})

interface Circumstance<T> {
  readonly now: T
  readonly at: Instant | undefined
}

function inCrm(spec: LensSpec, value: Value, { now, at }: Circumstance<JsonObject | null>): Written {
  const { crm, combine, type, zone } = spec
  if (combine !== 'replace')
    return appended(combine, crm.name, value, { stands: now ? fieldReader(crm.name)(now) : null, at, zone })
  if (type === 'date' && crm.type === 'instant' && typeof value === 'string') {
    return moment(crm.name, value, zone, now ? fieldReader(crm.name)(now) : null)
  }
  return written(crm.name, value)
}

function inReferral(spec: LensSpec, place: Place, value: Value, { now, at }: Circumstance<JsonObject>): Written {
  const { combine, type, zone } = spec
  const stands = pathReader(place.name)(now)
  if (combine !== 'replace') return appended(combine, place.name, value, { stands, at, zone })
  if (type === 'date' && place.type === 'instant' && typeof value === 'string') {
    return moment(place.name, value, zone, stands)
  }
  return written(place.name, value)
}

/**
 * A date where a point in time is kept: the date changes, the time of day stays. A new one begins at midnight, as
 * Partner Center's own form does it.
 */
function moment(name: string, text: string, zone: string, stands: Json | undefined): Written {
  const date = parseDate(text)
  if (!date) return refuse(noSuchDay(name))
  const before = typeof stands === 'string' ? parseInstant(stands) : undefined
  if (before && dateIn(before, zone) === date) return written(name, stands ?? null)
  const made = instantAt(date, before ? timeIn(before, zone) : '00:00:00.000', zone)
  if (dateIn(made, zone) === date) return written(name, made)
  return middayOr(name, date, zone)
}

/** A day whose wanted hour does not exist has another one; a day that a place skipped altogether cannot be written. */
function middayOr(name: string, date: CalendarDate, zone: string): Written {
  const made = instantAt(date, '12:00:00.000', zone)
  return dateIn(made, zone) === date ? written(name, made) : refuse(noSuchDay(name))
}

const noSuchDay = (name: string): Refusal => ({
  code: 'DB-2203',
  message: `The day in ${name} does not exist in the mapping's time zone.`,
  who: 'the seller',
})
