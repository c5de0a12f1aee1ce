// What changed since a bookmark. The API promises no filter on dates, so the list is read newest first, down to what is
// known. Three things would be missed by stopping exactly there, and are not:
//
//   late updates        a row may appear with a stamp of a few minutes ago. So each read goes down to the newest known
//                       stamp minus an overlap, until the server's own clock says that the overlap is over.
//   edits while paging  lift their row above what was already read. They are newer than everything on the first page,
//                       and the bookmark is never set beyond that.
//   skipped rows        after any hint of one, the read is made again until it shows nothing new, a bounded number of times.
//
// Nothing changed and everything settled: one call.

import { type Cursor, type Host, type Instant, msOf, type Page, type VendorRecord } from '#spi'
import type { Api } from './api.ts'
import { fingerprint, formatCursor, fromTheStart, type Mark, parseCursor, stateOf } from './cursor.ts'
import { newNotes, pass, type PassNotes, type Rest } from './pass.ts'
import type { Reader } from './reader.ts'
import type { Referral } from './referral.ts'
import type { Settings } from './settings.ts'
import { before, type Stamp, stampAt } from './stamps.ts'

export interface ChangesOptions {
  readonly api: Api
  readonly host: Host
  readonly settings: Settings
  readonly reader: Reader
  readonly memory: Memory
  readonly microsoft: boolean
}

/** What the last complete read of this session handed over, for as long as its bookmark is the one in use. */
export interface Memory {
  cursor: Cursor | null
  states: ReadonlySet<string>
}
export const noMemory = (): Memory => ({ cursor: null, states: new Set() })

const pagesMax = 5_000
const roundsMax = 3
/** After the overlap has passed by the server's clock, a little longer still: two servers may differ. */
const graceMs = 60_000
const firstRestMs = 30_000

export async function* changes(
  options: ChangesOptions,
  since: Cursor | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const run = newRun(options, since)
  const meanwhile = run.mark && since !== null ? since : fromTheStart
  for (let round = 1; round <= roundsMax; round += 1) {
    const before = run.handed.size
    const notes = newNotes()
    for await (const records of oneRound(options, { run, notes, signal })) yield { records, next: meanwhile }
    run.first ??= notes
    if (!needsAnother(run, notes, run.handed.size - before)) break
    if (round === roundsMax) options.host.log.warn('partner-center.list-unsteady', { count: round })
  }
  // An empty list says nothing about what was there before: nothing is taken for gone, but somebody should know.
  if (run.mark && run.first?.newest === null) options.host.log.warn('partner-center.list-empty')
  const recent = recentStates(run)
  const next = nextCursor(run, since, recent)
  const sameWindow = run.mark !== null && run.mark.newest === run.first?.newest
  remember(options.memory, next, sameWindow ? [...run.known, ...recent] : recent)
  yield { records: [], next }
}

interface Run {
  readonly mark: Mark | null
  readonly floor: Stamp | null
  readonly overlapMs: number
  /** States handed over before this run. */
  readonly known: ReadonlySet<string>
  /** The stamp under which each referral was handed over in this run. */
  readonly handed: Map<string, Stamp | null>
  /** Every state seen in this run, with its stamp. */
  readonly seen: Map<string, Stamp | null>
  /** Notes of the first round: the bookmark is made of them. */
  first: PassNotes | null
  beyondFirstPage: boolean
}

function newRun({ settings: { read }, memory }: ChangesOptions, since: Cursor | null): Run {
  const mark = parseCursor(since)
  const start = read.since === undefined ? null : stampAt(read.since)
  return {
    mark,
    floor: mark ? before(mark.newest, read.overlap) : start,
    overlapMs: read.overlap,
    known: mark && memory.cursor === since ? memory.states : new Set(),
    handed: new Map(),
    seen: new Map(),
    first: null,
    beyondFirstPage: false,
  }
}

interface Round {
  readonly run: Run
  readonly notes: PassNotes
  readonly signal: AbortSignal
}

async function* oneRound(
  { api, host, reader, microsoft }: ChangesOptions,
  { run, notes, signal }: Round,
): AsyncGenerator<readonly VendorRecord[]> {
  const read = pass(
    {
      api,
      log: host.log,
      query: { orderBy: 'updatedDateTime desc' },
      floor: run.floor,
      rest: (servedAt) => restOf(run, servedAt),
      signal,
      pagesMax,
    },
    notes,
  )
  for await (const referrals of read) {
    const fresh = referrals.filter((referral) => isFresh(referral, run))
    if (fresh.length === 0) continue
    run.beyondFirstPage ||= notes.pages > 1
    for (const { id, updated } of fresh) run.handed.set(id, updated)
    const records = await reader.records(fresh, { microsoft }, signal)
    if (records.length > 0) yield records
  }
}

/** Not older than the floor, and not handed over yet in this very state, nor in a later one. */
function isFresh(referral: Referral, run: Run): boolean {
  const { updated } = referral
  if (updated !== null && run.floor !== null && updated < run.floor) return false
  const state = stateOf(referral)
  const repeated = run.seen.has(state)
  run.seen.set(state, updated)
  if (repeated || run.known.has(state) || run.mark?.seen.has(fingerprint(state))) return false
  const handed = run.handed.get(referral.id)
  return handed === undefined || handed === null || updated === null || updated >= handed
}

/**
 * When the overlap holds more than a page, it is not read whole at every poll: again after half a minute, then each time
 * that twice as long has passed, by the server's clock. Once it was read whole after all of the overlap, it is settled.
 */
function restOf({ mark, overlapMs }: Run, servedAt: Instant | null): Rest {
  if (!mark?.shownSince || !mark.readAt || servedAt === null) return { is: 'not now' }
  const shownMs = msOf(servedAt) - msOf(mark.shownSince)
  const readMs = msOf(mark.readAt) - msOf(mark.shownSince)
  const wholeMs = overlapMs + graceMs
  if (readMs >= wholeMs) return { is: 'settled', upTo: mark.newest }
  const nextMs = Math.min(Math.max(2 * readMs, firstRestMs), wholeMs)
  return shownMs >= 0 && shownMs < nextMs ? { is: 'resting', upTo: mark.newest } : { is: 'not now' }
}

/** A read of several pages that brought something new is made again if it may have skipped a row. */
function needsAnother(run: Run, notes: PassNotes, added: number): boolean {
  if (notes.pages < 2 || added === 0) return false
  return notes.doubtful || (run.mark !== null && run.beyondFirstPage)
}

/** Those that the next read will meet again. */
function recentStates({ first, seen, overlapMs }: Run): readonly string[] {
  const floor = first?.newest ? before(first.newest, overlapMs) : null
  return [...seen].filter(([, stamp]) => stamp === null || floor === null || stamp >= floor).map(([state]) => state)
}

/** The same bookmark as before when nothing is new, so that an idle poll leaves nothing to write down. */
function nextCursor({ mark, first, handed }: Run, since: Cursor | null, recent: readonly string[]): Cursor {
  const newest = first?.newest ?? null
  if (first === null || newest === null) return mark && since !== null ? since : fromTheStart
  const { pages, rested, servedAt } = first
  if (mark?.newest !== newest) return formatCursor({ newest, shownSince: servedAt, readAt: servedAt }, recent)
  const wasReadAgain = pages > 1
  if (handed.size === 0 && !wasReadAgain && since !== null) return since
  const readAt = rested || !wasReadAgain ? mark.readAt : servedAt
  return formatCursor({ newest, shownSince: mark.shownSince, readAt }, recent)
}

function remember(memory: Memory, next: Cursor, states: readonly string[]): void {
  memory.states = new Set(states)
  memory.cursor = next
}
