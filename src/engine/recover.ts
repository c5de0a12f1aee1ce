// Settles open intents: writes whose answer never came, because it was lost or because we died. Each is looked up at
// the vendor before anything new is planned for its deal.
//
//   create   found by its key  → it was made: agreed on what was intended    not found → forget the intent
//   update   shows the value   → it was written                              unchanged → forget the intent
//            shows another one → somebody came after us: the intended value counts as what both sides knew
//            shows the old one although the record changed → cannot be told apart from "taken back": ask

import type { Question } from '#spi'
import { REFERRAL, recordId, type LinkKey, type RowId } from '#core/model/ids'
import { baseValue, type Link } from '#core/model/link'
import type { VendorRecord } from '#core/model/record'
import { ReferralFacts } from '#core/model/referral'
import { sameValue, type Value } from '#core/model/value'
import { sameThing } from '#core/mapping/compare'
import type { Env } from '#core/mapping/mapping'
import type { Change } from '#core/reconcile/plan'
import { waitFrom } from '#core/reconcile/waits'
import { textOf } from '#core/model/json'
import type { Intent } from '#ledger/entries'
import type { LedgerChange, NewEvent } from '#ledger'
import { ask } from './ask.ts'
import type { Pipeline } from './pipeline.ts'
import { afterWrite, dropIntent, keepLink, writtenEvent, type EventFrame, type Written } from './settle.ts'

/** Settled together; a crash can leave one batch of intents, not more. */
const intentsMax = 5_000

/** The links whose intents were settled: they are planned again at once. */
export async function recover(pipeline: Pipeline, frame: EventFrame, signal: AbortSignal): Promise<readonly LinkKey[]> {
  const intents: Intent[] = []
  for await (const intent of pipeline.ledger.all('intent')) {
    intents.push(intent)
    if (intents.length >= intentsMax) break
  }
  if (intents.length === 0) return []
  pipeline.log.info('recover.begin', { pipeline: pipeline.name, count: intents.length })
  const [left, right] = [
    intents.filter(({ change }) => change.side === 'referral'),
    intents.filter(({ change }) => change.side === 'crm'),
  ]
  const seen = new Map<Intent, readonly VendorRecord[]>()
  for (const [side, mine] of [
    ['source', left],
    ['target', right],
  ] as const) {
    const answers = await ask(
      pipeline,
      side,
      mine.map((intent) => questionFor(pipeline, intent.change)),
      signal,
    )
    for (const [index, intent] of mine.entries()) seen.set(intent, answers[index] ?? [])
  }
  return settleAll(pipeline, seen, frame)
}

function questionFor({ mapping }: Pipeline, change: Change): Question {
  const { write } = change
  const fields =
    change.side === 'referral'
      ? []
      : (mapping.shapes.find((shape) => shape.kind === change.kind)?.fields ?? Object.keys(write.fields))
  const shape = { kind: change.side === 'referral' ? REFERRAL : change.kind, fields }
  if (write.do === 'update') return { shape, by: { id: write.id } }
  if (write.keyField !== null) return { shape, by: { key: { field: write.keyField, value: write.key } } }
  return { shape, by: { match: change.findBy ?? [] } }
}

async function settleAll(
  pipeline: Pipeline,
  seen: ReadonlyMap<Intent, readonly VendorRecord[]>,
  frame: EventFrame,
): Promise<readonly LinkKey[]> {
  const links = new Map<LinkKey, Link>()
  const keys = [...new Set([...seen.keys()].map(({ change }) => change.link))]
  for (const link of await pipeline.ledger.getMany('link', keys)) if (link) links.set(link.key, link)
  const moves: LedgerChange[] = []
  const events: NewEvent[] = []
  // In the order in which they were sent: an edit before the outcome that followed it.
  for (const [intent, records] of [...seen].toSorted(([a], [b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    const { change } = intent
    const link = links.get(change.link)
    moves.push(dropIntent(change))
    const written = change.write.do === 'create' ? foundCreate(change, records) : null
    if (change.write.do === 'create' && change.settles.becomes === undefined && written) {
      moves.push({
        put: 'made',
        key: change.write.key,
        value: { key: change.write.key, kind: change.kind, id: written.id, at: frame.now },
      })
    }
    const next =
      link &&
      (change.write.do === 'create'
        ? written && afterWrite(link, change, written)
        : afterUpdate(pipeline, link, intent, records[0]))
    if (!next) continue
    links.set(next.key, next)
    events.push(
      writtenEvent(
        change,
        written ?? { id: change.record ?? recordId(''), version: records[0]?.version ?? null },
        frame,
      ),
    )
  }
  await pipeline.ledger.commit([...moves, ...[...links.values()].map(keepLink)], events)
  pipeline.log.info('recover.done', { pipeline: pipeline.name, count: events.length })
  return keys
}

function foundCreate(change: Change, records: readonly VendorRecord[]): Written | null {
  const fits = records.filter(
    (record) =>
      !record.gone &&
      (change.findBy ?? []).every(({ field, value, compare }) =>
        sameThing(compare, textOf(record.fields[field]), value),
      ),
  )
  const [first] = fits
  return first ? { id: first.id, version: first.version } : null
}

/** Undefined when it was not written at all: then nothing is known that was not known before. */
function afterUpdate(
  pipeline: Pipeline,
  link: Link,
  intent: Intent,
  record: VendorRecord | undefined,
): Link | undefined {
  if (!record || record.gone) return undefined
  const untouched = intent.before !== null && record.version === intent.before
  if (untouched) return undefined
  const { change } = intent
  const shown = shownBy(pipeline, change, record)
  const doubtful = shown.filter(
    ({ now, intended, row }) =>
      now !== undefined && !sameValue(now, intended) && sameValue(now, baseValue(link, row) ?? null),
  )
  const settled = afterWrite(
    link,
    { ...change, settles: standingIfShown(change, record) },
    { id: record.id, version: record.version },
  )
  const values = { ...settled.base.values }
  for (const { row } of doubtful) {
    const before = baseValue(link, row)
    if (before === undefined) delete values[row]
    else values[row] = before
  }
  // What we read now is newer than our own write: it must not be taken for a stale answer.
  const next: Link = {
    ...settled,
    base: { ...settled.base, values },
    ...(change.side === 'referral' ? { left: { version: null, at: null } } : { right: { version: null, at: null } }),
  }
  return doubtful.length === 0
    ? next
    : withDoubt(
        pipeline,
        next,
        doubtful.map(({ row }) => row),
      )
}

interface Shown {
  readonly row: RowId
  readonly intended: Value
  /** Undefined when the side does not show it. */
  readonly now: Value | undefined
}

function shownBy({ mapping, clock }: Pipeline, change: Change, record: VendorRecord): readonly Shown[] {
  const env: Env = { referral: record.fields, crm: null, now: clock.now() }
  return mapping.rows.flatMap((row): readonly Shown[] => {
    if (!Object.hasOwn(change.settles.values, row.id)) return []
    const reading = change.side === 'referral' ? row.fromReferral(env) : row.fromCrm(record.fields)
    return [
      {
        row: row.id,
        intended: change.settles.values[row.id] ?? null,
        now: reading.is === 'value' ? reading.value : undefined,
      },
    ]
  })
}

/** An outcome counts as sent only when the referral shows it. */
function standingIfShown(change: Change, record: VendorRecord): Change['settles'] {
  const { standing, closes, ...rest } = change.settles
  if (change.side !== 'referral' || standing === undefined) return change.settles
  const facts = ReferralFacts.safeParse(record.fields['ref'])
  const shown = facts.success && facts.data.stage === standing.stage
  return shown ? { ...rest, standing, ...(closes === undefined ? {} : { closes }) } : rest
}

/** A question for each row: the planner asks it until it is answered. */
function withDoubt({ clock }: Pipeline, link: Link, rows: readonly RowId[]): Link {
  const doubts = rows.map((row) =>
    waitFrom(
      { for: 'question', subject: `row:${row}`, code: 'DB-3507', message: 'An answer was lost.', who: 'the seller' },
      [],
      clock.now(),
    ),
  )
  const subjects = new Set(doubts.map(({ subject }) => subject))
  return { ...link, waiting: [...link.waiting.filter(({ subject }) => !subjects.has(subject)), ...doubts] }
}
