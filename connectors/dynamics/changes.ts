// What changed since a bookmark, for several tables in one call. Change tracking says which rows changed and which are
// gone; the rows themselves are then read whole, with what hangs on them. An idle look is one call, whatever it covers.
//
//   (new) ──► pass ──► delta ◄─┐        pass: the whole table once, ids only, for its first delta link
//              ▲        │  │   │        delta: what is new since the last link
//              └────────┘  └───┘        an expired link leads back to a pass, which tells what changed meanwhile
//   (new) ──► clock ◄──┐                clock: where tracking is off, by time of change, with an overlap
//                └─────┘

import {
  type Cursor,
  type Instant,
  type JsonObject,
  type Kind,
  later,
  own,
  type Page,
  parseInstant,
  recordId,
  textOf,
  unreachable,
  type Shape,
  type VendorRecord,
} from '#spi'
import { encoded, mustBePage, type Api, type PageAnswer, type PageRequest } from './api.ts'
import { everything, readCursor, writeCursor, type Place, type PlaceOf } from './cursor.ts'
import { isExpiredStamp, isNotOffered, isUntracked, unreadable } from './faults.ts'
import { closeKind, find, readerOf, viewsFor } from './find.ts'
import { goneRecord, recordFrom, selection, type View } from './records.ts'
import { isGuid } from './values.ts'

/** A slow transaction commits rows with an older time of change than what was seen before. */
export const overlapMs = 15 * 60_000
/** Microsoft lets a delta link expire after seven days, or as few as an administrator likes. */
const linkKeptMs = 12 * 60 * 60_000
/** One call reads this many pages of a table at most; the next goes on where it stopped. */
const roundsMax = 400
/** Etags remembered of the overlap, so that rows in it are told once. */
const seenMax = 50_000

export type Changes = (shapes: readonly Shape[], since: Cursor | null, signal: AbortSignal) => AsyncGenerator<Page>

type Seen = Map<Kind, Map<string, string>>

export function openChanges(api: Api): Changes {
  const seen: Seen = new Map()
  return async function* changes(shapes, since, signal) {
    const streams = await streamsFor(api, shapes, since, signal)
    for (let round = 0; round < roundsMax; round += 1) {
      const open = streams.filter(({ done }) => !done)
      if (open.length === 0) break
      const records = await advance(api, open, { seen, signal })
      yield {
        records,
        next: writeCursor(Object.fromEntries(streams.map(({ view, place }) => [view.table.kind, place]))),
      }
    }
  }
}

interface Stream {
  readonly shape: Shape
  readonly view: View
  place: Place
  done: boolean
  /** Etags of this look, to become the remembered ones. */
  readonly current: Map<string, string>
}

async function streamsFor(
  api: Api,
  shapes: readonly Shape[],
  since: Cursor | null,
  signal: AbortSignal,
): Promise<readonly Stream[]> {
  const places = readCursor(since)
  const isUnreadable = since !== null && Object.keys(places).length === 0
  const wanted = [...new Map(shapes.map((shape) => [shape.kind, withParent(shape)])).values()]
  const views = await viewsFor(
    api,
    wanted.map((shape) => ({ shape })),
    signal,
  )
  return [...views.values()].map((view): Stream => {
    const place = Object.hasOwn(places, view.table.kind) ? places[view.table.kind] : undefined
    const shape = wanted.find(({ kind }) => kind === view.table.kind) ?? { kind: view.table.kind, fields: [] }
    return {
      shape,
      view,
      place: place ?? beginning(view, isUnreadable ? everything : null),
      done: false,
      current: new Map(),
    }
  })
}

/** A close says which deal it belongs to, whether or not anybody asked. */
const withParent = (shape: Shape): Shape =>
  shape.kind === closeKind ? { ...shape, fields: [...new Set([...shape.fields, 'opportunityid'])] } : shape

const beginning = ({ table }: View, since: Instant | null): Place =>
  table.isTracked ? { is: 'pass', link: null, since } : { is: 'clock', since, link: null, upTo: null }

interface Looking {
  readonly seen: Seen
  readonly signal: AbortSignal
}

/** One page of every stream that has more, and the rows behind it. */
async function advance(api: Api, streams: readonly Stream[], looking: Looking): Promise<readonly VendorRecord[]> {
  const requests = streams.map(requestFor)
  const answers = await api.pages(requests, { name: 'changes' }, looking.signal)
  const told: VendorRecord[] = []
  const changed: { readonly stream: Stream; readonly ids: readonly string[] }[] = []
  for (const [index, stream] of streams.entries()) {
    const answer = answers[index]
    if (!answer) continue
    if (answer.is === 'page' && answer.next === requests[index]?.path) throw unreadable('a page leads to itself')
    const news = take(api, stream, answer, looking.seen)
    told.push(...news.records)
    if (news.ids.length > 0) changed.push({ stream, ids: news.ids })
  }
  const questions = changed.flatMap(({ stream, ids }) =>
    ids.map((id) => ({ shape: stream.shape, by: { id: recordId(id) } })),
  )
  const found = questions.length === 0 ? [] : await find(api, questions, looking.signal)
  return [...told, ...found.flat()].toSorted((a, b) =>
    a.changedAt < b.changedAt ? -1 : a.changedAt > b.changedAt ? 1 : 0,
  )
}

function requestFor({ view, place }: Stream): PageRequest {
  const { set, idColumn } = view.table
  switch (place.is) {
    case 'delta':
      return { path: place.link }
    case 'pass':
      return { path: place.link ?? `${set}?$select=${idColumn},modifiedon`, prefer: ['odata.track-changes'] }
    case 'clock': {
      if (place.link !== null) return { path: place.link }
      if (place.since === null) return { path: `${set}?$select=modifiedon&$orderby=modifiedon%20desc`, rows: 1 }
      const from = `${later(place.since, -overlapMs).slice(0, 19)}Z`
      const order = encoded(`modifiedon asc,${idColumn} asc`)
      return { path: `${set}?${selection(view)}&$filter=${encoded(`modifiedon ge ${from}`)}&$orderby=${order}` }
    }
    default:
      return unreachable(place)
  }
}

interface News {
  readonly records: readonly VendorRecord[]
  /** Changed rows, still to be read whole. */
  readonly ids: readonly string[]
}
const nothing: News = { records: [], ids: [] }

function take(api: Api, stream: Stream, answer: PageAnswer, seen: Seen): News {
  const { place } = stream
  switch (place.is) {
    case 'delta':
      return takeDelta(api, stream, place, answer)
    case 'pass':
      return takePass(api, stream, place, answer)
    case 'clock':
      return takeClock(api, stream, place, { answer, seen })
    default:
      return unreachable(place)
  }
}

function takeDelta(api: Api, stream: Stream, place: PlaceOf<'delta'>, answer: PageAnswer): News {
  if (answer.is === 'refused' && isExpiredStamp(answer.fault)) {
    api.host.log.warn('dynamics delta expired', { kind: stream.view.table.kind })
    stream.place = { is: 'pass', link: null, since: later(place.at, -overlapMs) }
    return nothing
  }
  const { rows, next, delta, at } = mustBePage(answer)
  const now = at ?? api.host.clock.now()
  if (next !== null) stream.place = { ...place, link: next }
  else if (delta === null) stream.place = { is: 'clock', since: place.at, link: null, upTo: null }
  else finish(stream, rows.length === 0 && isFresh(place, now) ? place : { is: 'delta', link: delta, at: now })
  const { table } = stream.view
  return {
    records: rows.filter(isDeletion).flatMap((row) => {
      const id = own(row, 'id')
      return isGuid(id) ? [goneRecord(table, id, now)] : []
    }),
    ids: rows.flatMap((row) => idIn(row, table.idColumn)),
  }
}

/** An idle look leaves the bookmark as it is, so that nothing has to be stored; links live for days. */
const isFresh = ({ at }: PlaceOf<'delta'>, now: Instant): boolean => now < later(at, linkKeptMs)

const isDeletion = (row: JsonObject): boolean =>
  own(row, 'reason') !== undefined || textOf(own(row, '@odata.context')).endsWith('/$deletedEntity')

const idIn = (row: JsonObject, column: string): readonly string[] => {
  const id = own(row, column)
  return typeof id === 'string' && !isDeletion(row) ? [id] : []
}

function takePass(api: Api, stream: Stream, place: PlaceOf<'pass'>, answer: PageAnswer): News {
  if (answer.is === 'refused' && (isUntracked(answer.fault) || (place.link === null && isNotOffered(answer.fault)))) {
    stream.place = { is: 'clock', since: place.since, link: null, upTo: null }
    return nothing
  }
  const { rows, next, delta, at } = mustBePage(answer)
  // What changes while the pass is under way may be on a page already behind us: it is told now, and perhaps again.
  const began = at ?? later(api.host.clock.now(), -overlapMs)
  const since = place.since ?? began
  if (next !== null) stream.place = { is: 'pass', link: next, since }
  else if (delta === null) stream.place = { is: 'clock', since: earlier(since, latestOf(rows)), link: null, upTo: null }
  else finish(stream, { is: 'delta', link: delta, at: began })
  const { idColumn } = stream.view.table
  const ids = rows.filter((row) => changedSince(row, since)).flatMap((row) => idIn(row, idColumn))
  return { records: [], ids }
}

/** The server keeps seconds, so the second in which we began belongs to what came after. */
function changedSince(row: JsonObject, since: Instant): boolean {
  const modified = own(row, 'modifiedon')
  return typeof modified !== 'string' || modified.slice(0, 19) >= since.slice(0, 19)
}

function takeClock(
  api: Api,
  stream: Stream,
  place: PlaceOf<'clock'>,
  { answer, seen }: { readonly answer: PageAnswer; readonly seen: Seen },
): News {
  const { rows, next, at } = mustBePage(answer)
  const latest = latestOf(rows) ?? place.upTo ?? place.since
  if (place.since === null) {
    finish(stream, {
      is: 'clock',
      since: latest ?? at ?? later(api.host.clock.now(), -overlapMs),
      link: null,
      upTo: null,
    })
    return nothing
  }
  const known = seen.get(stream.view.table.kind) ?? new Map<string, string>()
  const reader = readerOf(api, stream.view, at)
  const records = rows.flatMap((row) => recordFrom(row, reader) ?? [])
  for (const { id, version } of records) if (stream.current.size < seenMax) stream.current.set(id, version)
  if (next !== null) stream.place = { ...place, link: next, upTo: latest }
  else {
    seen.set(stream.view.table.kind, stream.current)
    finish(stream, { is: 'clock', since: latest, link: null, upTo: null })
  }
  return { records: records.filter(({ id, version }) => version === '' || known.get(id) !== version), ids: [] }
}

/** The newest time of change among these rows, as the server wrote it. */
function latestOf(rows: readonly JsonObject[]): Instant | null {
  const times = rows.flatMap((row) => parseInstant(textOf(own(row, 'modifiedon'))) ?? [])
  return times.toSorted().at(-1) ?? null
}

/** Where a server's own clock and the times in its rows disagree, the rows are believed. */
const earlier = (a: Instant, b: Instant | null): Instant => (b !== null && b < a ? b : a)

function finish(stream: Stream, place: Place): void {
  stream.place = place
  stream.done = true
}
