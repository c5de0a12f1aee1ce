// Packs writes into one call: as few calls as Salesforce allows, and never a row before the one it points to.
//
//   few rows     every row is a request of its own; later ones name the ids of earlier ones as @{p3.id}
//   many rows    creations travel in collections of up to 200 rows of one object, five of them in a call; where a
//                collection points into an earlier one of the same call it says @{p0[17].id}
//   updates      of a known state are single rows in either case, because only those can be made conditional
//
// Rows that do not fit, or whose parents are not made yet, wait for the next call.

import type { FieldName, JsonOut, LinkKey, RecordId } from '#spi'
import { bulkyMax, partsMax, type Request } from './api.ts'
import type { Prepared } from './prepare.ts'
import { stampOf } from './records.ts'

export interface Pending {
  readonly row: Prepared
  /** How many creations of the batch must come before it. */
  readonly level: number
  /** Rows of different lanes never share a call: that is how the one that refuses a whole call is found. */
  readonly lane: string
  /** Its parents could not be named within a call: they must have ids first. */
  readonly literalOnly: boolean
  /** Rows of one group may share a collection. */
  readonly group: string
  readonly isMove: boolean
}

export function pendingOf(row: Prepared, level: number): Pending {
  const { do: does, kind } = row.write
  const isMove = does === 'update' && Object.hasOwn(row.values, 'StageName')
  return { row, level, lane: '', literalOnly: false, group: `${level} ${does} ${kind}`, isMove }
}

export const withLiteralsOnly = (pending: Pending): Pending => ({
  ...pending,
  literalOnly: true,
  group: `${pending.group} with ids`,
})

export interface Parcel {
  readonly rows: readonly Pending[]
  readonly request: Request
  readonly isCollection: boolean
  /** Does it name ids that the same call makes? */
  readonly refers: boolean
}

export interface Known {
  /** What creations of this batch have made so far. */
  readonly made: ReadonlyMap<LinkKey, RecordId>
  readonly collectionMax: number
  /** Has this server been seen not to resolve references into collections? */
  readonly collectionReferences: boolean
}

interface Draft {
  readonly rows: Pending[]
  readonly isCollection: boolean
  readonly group: string
}

export interface Packed {
  readonly parcels: readonly Parcel[]
  readonly rest: readonly Pending[]
}

/** One call's worth, from the first lane in which anything can go. */
export function pack(pending: readonly Pending[], known: Known): Packed {
  if (pending.every((each) => each.lane === '')) return packLane(pending.toSorted(inOrder), known)
  const lanes = [...new Set(pending.map((each) => each.lane))].toSorted(
    (a, b) => a.length - b.length || (a < b ? -1 : 1),
  )
  for (const lane of lanes) {
    const ours = pending.filter((each) => each.lane === lane).toSorted(inOrder)
    const { parcels, rest } = packLane(ours, known)
    if (parcels.length > 0) return { parcels, rest: [...rest, ...pending.filter((each) => each.lane !== lane)] }
  }
  return { parcels: [], rest: pending }
}

function packLane(ours: readonly Pending[], known: Known): Packed {
  const isFew = ours.length <= partsMax
  const rest: Pending[] = []
  const drafts: Draft[] = []
  const places = new Map<LinkKey, Place>()
  for (const each of ours) {
    const draft = mayGo(each, places, known) ? draftFor(each, drafts, known, isFew) : undefined
    if (!draft) {
      rest.push(each)
      continue
    }
    if (each.row.write.do === 'create')
      places.set(each.row.write.key, { part: drafts.indexOf(draft), at: draft.isCollection ? draft.rows.length : null })
    draft.rows.push(each)
  }
  return { parcels: drafts.map((draft) => parcelOf(draft, places, known)), rest }
}

interface Place {
  readonly part: number
  /** Its row in a collection. */
  readonly at: number | null
}

/** Parents first; among equals, moves to another stage go before other edits. */
function inOrder(a: Pending, b: Pending): number {
  return a.level - b.level || Number(b.isMove) - Number(a.isMove) || a.row.index - b.row.index
}

function mayGo({ row, literalOnly }: Pending, places: ReadonlyMap<LinkKey, Place>, known: Known): boolean {
  for (const key of row.pointers.values()) {
    if (known.made.has(key)) continue
    const place = places.get(key)
    if (place === undefined || literalOnly || (place.at !== null && !known.collectionReferences)) return false
  }
  return true
}

function draftFor(each: Pending, drafts: Draft[], known: Known, isFew: boolean): Draft | undefined {
  const { write } = each.row
  const isRow = isFew || (write.do === 'update' && write.expect !== null)
  const open = isRow ? undefined : drafts.findLast((draft) => draft.group === each.group)
  if (open && open.rows.length < known.collectionMax) return open
  const bulky = drafts.filter((draft) => draft.isCollection).length
  if (drafts.length >= partsMax || (!isRow && bulky >= bulkyMax)) return undefined
  const draft: Draft = { rows: [], isCollection: !isRow, group: isRow ? '' : each.group }
  drafts.push(draft)
  return draft
}

function parcelOf(draft: Draft, places: ReadonlyMap<LinkKey, Place>, known: Known): Parcel {
  const refers = draft.rows.some(({ row }) => [...row.pointers.values()].some((key) => !known.made.has(key)))
  const bodies = draft.rows.map(({ row }) => ({ row, values: filledIn(row, places, known.made) }))
  const [first] = bodies
  const request = draft.isCollection || !first ? collection(bodies) : single(first)
  return { rows: draft.rows, request, isCollection: draft.isCollection, refers }
}

interface Body {
  readonly row: Prepared
  readonly values: Readonly<Record<FieldName, JsonOut>>
}

function filledIn(
  row: Prepared,
  places: ReadonlyMap<LinkKey, Place>,
  made: ReadonlyMap<LinkKey, RecordId>,
): Readonly<Record<FieldName, JsonOut>> {
  if (row.pointers.size === 0) return row.values
  const filled: Record<FieldName, JsonOut> = { ...row.values }
  for (const [field, key] of row.pointers) {
    const place = places.get(key)
    const inside = place && (place.at === null ? `@{p${place.part}.id}` : `@{p${place.part}[${place.at}].id}`)
    filled[field] = made.get(key) ?? inside ?? null
  }
  return filled
}

function single({ row: { write }, values }: Body): Request {
  if (write.do === 'create') return { method: 'POST', path: `/sobjects/${write.kind}`, body: values }
  const stamp = write.expect === null ? undefined : stampOf(write.expect)
  // The date has whole seconds, as the stamp has: whatever changed the record since then, in a later second, refuses us.
  const headers = stamp === undefined ? {} : { 'If-Unmodified-Since': new Date(stamp).toUTCString() }
  return { method: 'PATCH', path: `/sobjects/${write.kind}/${write.id}`, headers, body: values }
}

function collection(bodies: readonly Body[]): Request {
  const isCreate = bodies[0]?.row.write.do === 'create'
  const records = bodies.map(({ row: { write }, values }) => ({
    attributes: { type: write.kind },
    ...(write.do === 'update' ? { id: write.id } : {}),
    ...values,
  }))
  return { method: isCreate ? 'POST' : 'PATCH', path: '/composite/sobjects', body: { allOrNone: false, records } }
}
