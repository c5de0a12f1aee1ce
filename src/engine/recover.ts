// Settles open intents: writes whose answer never came, because it was lost or because we died. Each is held against
// what the vendor shows before anything new is planned for its deal.
//
//   create   found by its key  → it was made: agreed on what was intended
//            not found         → it may still appear: the very same create is sent again, under the same key
//   update   same version      → not written, or a replica lags: open until a write to that version succeeds or fails
//            shows the value   → it was written
//            shows another one → somebody came after us: the intended value counts as what both sides knew
//            shows the old one → although the record changed: cannot be told apart from "taken back": ask

import { later, type Instant } from '#core/model/instant'
import { version, type LinkKey } from '#core/model/ids'
import { actedOn, isOlder, replaced, type Link } from '#core/model/link'
import type { VendorRecord } from '#core/model/record'
import type { DealView } from '#core/reconcile/world'
import type { Side } from '#core/reconcile/plan'
import type { Intent } from '#ledger/entries'
import type { LedgerChange, NewEvent } from '#ledger'
import { findLostCreates } from './lost-creates.ts'
import { settledUpdate } from './lost-updates.ts'
import type { OpenIntents } from './intents.ts'
import type { Pipeline } from './pipeline.ts'
import { afterWrite, dropIntent, keepLink, writtenEvent, type EventFrame } from './settle.ts'

/** No answer comes later than this, and no replica lags so far: a record that stands as before was not written. */
const believedMs = 60 * 60_000
/** A create that was not found for so long is not looked for any more. */
const lookedForMs = 24 * 60 * 60_000

/** Creates whose answer was lost, looked up at the vendor. Those that are not found stay open. */
export async function recoverCreates(
  pipeline: Pipeline,
  open: OpenIntents,
  frame: EventFrame,
  signal: AbortSignal,
): Promise<void> {
  // Those at the source are sent again instead, once they are there or cannot be any more: see shared.ts.
  const ours = open.creates.filter(({ change }) => change.side === 'crm')
  const found = await findLostCreates(pipeline, ours, signal)
  const known = new Set(found.map(({ intent }) => intent))
  const given = open.creates.filter((intent) => !known.has(intent) && later(intent.at, lookedForMs) <= frame.now)
  if (found.length === 0 && given.length === 0) return
  const links = await linksOf(
    pipeline,
    found.map(({ intent }) => intent.change.link),
  )
  const moves: LedgerChange[] = given.map(({ change }) => dropIntent(change))
  const events: NewEvent[] = []
  for (const { intent, record } of found) {
    const { change } = intent
    const link = links.get(change.link)
    const written = { id: record.id, version: record.version }
    moves.push(dropIntent(change))
    if (change.settles.becomes === undefined && change.write.do === 'create') {
      const { key } = change.write
      moves.push({ put: 'made', key, value: { key, kind: change.kind, id: record.id, at: frame.now } })
    }
    if (link) {
      const made = afterWrite(link, change, { written, now: frame.now })
      links.set(link.key, seenAnew(made, change.side, { record, before: null, now: frame.now }))
    }
    events.push(writtenEvent(change, written, frame))
  }
  await pipeline.ledger.commit([...moves, ...[...links.values()].map(keepLink)], events)
  pipeline.log.info('recover.creates', { pipeline: pipeline.name, count: found.length })
}

export interface Recovered {
  /** With the links as they are once what is known was settled. */
  readonly views: readonly DealView[]
  readonly moves: readonly LedgerChange[]
  readonly events: readonly NewEvent[]
}

/** Updates whose answer was lost, held against the records in hand. */
export function recoverUpdates(
  pipeline: Pipeline,
  views: readonly DealView[],
  open: OpenIntents,
  frame: EventFrame,
): Recovered {
  if (open.all.length === 0) return { views, moves: [], events: [] }
  const moves: LedgerChange[] = []
  const events: NewEvent[] = []
  const settled = views
    .filter((view) => !turnedUp(view, open))
    .map((view): DealView => {
      if (!view.link) return view
      let { link } = view
      for (const side of ['referral', 'crm'] as const) {
        const record = side === 'referral' ? view.referral : view.crm
        const seen = side === 'referral' ? link.left : link.right
        const current = record && !isOlder(seen, record, frame.now) ? record : null
        const intents = open.updates(link.key, side)
        if (intents.length === 0) continue
        const verdict = verdictOn(intents, current, frame.now)
        const shown =
          verdict.settle && record ? settledUpdate({ pipeline, link, record, now: frame.now }, verdict.over) : null
        if (shown === 'nothing is shown') continue
        moves.push(...verdict.over.map(({ change }) => dropIntent(change)))
        if (!shown || !record) continue
        const { link: next, done, hidden } = shown
        if (hidden) moves.push({ put: 'intent', key: hidden.change.id, value: hidden })
        const before = verdict.over.at(-1)?.before ?? null
        link = seenAnew(next, side, { record, before, now: frame.now })
        events.push(...done.map((change) => writtenEvent(change, { id: record.id, version: record.version }, frame)))
      }
      if (link !== view.link) moves.push(keepLink(link))
      return link === view.link ? view : { ...view, link }
    })
  return { views: settled, moves, events }
}

/**
 * A lost create that was not there when it was looked for, and is now. What it was made with is known, so it is not
 * taken for somebody else's record: the next pass finds it.
 */
function turnedUp({ link, found }: DealView, open: OpenIntents): boolean {
  const lost = open.creates.some(({ change }) => change.link === link?.key && change.settles.becomes === 'record')
  return lost && link?.record === null && (found?.match.some((records) => records.length > 0) ?? false)
}

interface Verdict {
  /** Nothing more can be learned about these. */
  readonly over: readonly Intent[]
  /** They, or what came after them, left their mark on the record. */
  readonly settle: boolean
}

function verdictOn(intents: readonly Intent[], record: VendorRecord | null, now: Instant): Verdict {
  const untouched = !record || record.gone || intents.some(({ before }) => before === record.version)
  if (!untouched) return { over: intents, settle: true }
  return { over: intents.filter(({ at }) => later(at, believedMs) <= now), settle: false }
}

/** What we read now is newer than our own write; what was there before that write is older than both. */
function seenAnew(
  link: Link,
  side: Side,
  of: { readonly record: VendorRecord; readonly before: string | null; readonly now: Instant },
): Link {
  const { record, before, now } = of
  const seen = side === 'referral' ? link.left : link.right
  const old = before === null ? null : version(before)
  const anew = actedOn(replaced(seen, old, { made: null, now }), record, now)
  return side === 'referral' ? { ...link, left: anew } : { ...link, right: anew }
}

async function linksOf({ ledger }: Pipeline, keys: readonly LinkKey[]): Promise<Map<LinkKey, Link>> {
  const links = new Map<LinkKey, Link>()
  for (const link of await ledger.getMany('link', [...new Set(keys)])) if (link) links.set(link.key, link)
  return links
}
