// What the ledger remembers after a write: one link or record at a time, as changes to commit. Pure, apart from the
// clock it is given: the same receipt settles the same way now and when it is recovered after a crash.

import type { Receipt } from '#spi'
import { asSyncError, type SyncError } from '#core/errors'
import type { RecordId, Version } from '#core/model/ids'
import { instantFromMs, msOf, type Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import type { Link, Waiting } from '#core/model/link'
import { refusalSubject } from '#core/reconcile/change'
import { outcomeSubject } from '#core/reconcile/outcome'
import type { Change } from '#core/reconcile/plan'
import type { LedgerChange, NewEvent } from '#ledger'

export interface Written {
  readonly id: RecordId
  readonly version: Version | null
}

/** The link after one of its changes was written. */
export function afterWrite(link: Link, change: Change, written: Written): Link {
  const { settles } = change
  const { released, ...rest } = link
  const base = { standing: settles.standing ?? link.base.standing, values: { ...link.base.values, ...settles.values } }
  const waiting = link.waiting.filter(
    (wait) =>
      wait.subject !== refusalSubject(change.id) &&
      wait.subject !== afterSubject(change.id) &&
      !isSettledOutcome(wait, change),
  )
  return {
    ...rest,
    ...(released && settles.closes === undefined ? { released } : {}),
    ...(settles.becomes ? { record: written.id, kind: change.kind } : {}),
    ...(isOwnRecord(link, change) ? sideAfter(change, written) : {}),
    base,
    waiting,
    turn: link.turn + 1,
    closes: link.closes + (settles.closes === undefined ? 0 : 1),
    closedBy: settles.closes ?? link.closedBy,
  }
}

const isOwnRecord = (link: Link, change: Change): boolean =>
  change.side === 'referral' ||
  change.settles.becomes !== undefined ||
  (change.record !== null && change.record === link.record)

function sideAfter(change: Change, { version }: Written): Partial<Link> {
  const seen = { version, at: null, before: change.write.do === 'update' ? change.write.expect : null }
  return change.side === 'referral' ? { left: seen } : { right: seen }
}

const isSettledOutcome = (wait: Waiting, change: Change): boolean =>
  change.settles.closes !== undefined &&
  change.settles.standing !== undefined &&
  wait.subject === outcomeSubject(change.settles.standing.stage)

export const afterSubject = (id: Change['id']): string => `after:${id}`

/** The link after a refusal: it waits, with growing patience where waiting helps, for a person where it does not. */
export function afterRefusal(link: Link, change: Change, error: SyncError, now: Instant): Link {
  return withWait(link, refusalSubject(change.id), { error, now })
}

/** The link of a change that could not be tried, because something it rests on was refused. */
export function afterDeferral(link: Link, change: Change, error: SyncError, now: Instant): Link {
  return withWait(link, afterSubject(change.id), { error, now })
}

function withWait(link: Link, subject: string, about: { readonly error: SyncError; readonly now: Instant }): Link {
  const { error, now } = about
  const before = link.waiting.find((wait) => wait.subject === subject)
  const tries = (before?.tries ?? 0) + 1
  const wait: Waiting = {
    for: 'problem',
    code: error.code,
    message: error.message,
    who: 'who' in error ? error.who : 'operations',
    since: before?.since ?? now,
    until: nextTry(error, tries, now),
    subject,
    tries,
    ...(error.remedy === 'needs-human' && error.choices.length > 0 ? { choices: [...error.choices] } : {}),
  }
  return { ...link, waiting: [...link.waiting.filter((other) => other.subject !== subject), wait] }
}

const firstWaitMs = 60_000
const longestWaitMs = 6 * 3_600_000

/** What can pass by itself is tried again by itself, and so is what an admin may have mended; a person's answer is waited for. */
function nextTry(error: SyncError, tries: number, now: Instant): Instant | null {
  if (error.remedy === 'needs-human' || error.remedy === 'bug') return null
  const ours = instantFromMs(msOf(now) + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries - 1, 20)))
  return error.remedy === 'retry-later' && error.notBefore !== undefined && error.notBefore > ours
    ? error.notBefore
    : ours
}

export const dropIntent = (change: Change): LedgerChange => ({ drop: 'intent', key: change.id })
export const keepLink = (link: Link): LedgerChange => ({ put: 'link', key: link.key, value: link })

export interface EventFrame {
  readonly run: string
  readonly now: Instant
  readonly who: string
}

export function writtenEvent(change: Change, written: Written, frame: EventFrame): NewEvent {
  const details: JsonObject = {
    system: change.system,
    side: change.side,
    action: change.action,
    kind: change.kind,
    record: written.id,
    fields: change.fields.map((field): JsonObject => ({
      path: field.path,
      from: field.ours,
      to: field.theirs,
      rule: field.rule ? `${field.rule.file}:${field.rule.line}` : null,
      origin: field.from,
      ...(field.lost === undefined ? {} : { lost: field.lost }),
    })),
  }
  return {
    at: frame.now,
    event: change.settles.becomes ? 'linked' : 'written',
    link: change.link,
    run: frame.run,
    who: frame.who,
    change: change.id,
    code: null,
    details,
  }
}

export function refusedEvent(change: Change, error: SyncError, frame: EventFrame): NewEvent {
  const details: JsonObject = {
    system: change.system,
    action: change.action,
    kind: change.kind,
    message: error.message,
  }
  return {
    at: frame.now,
    event: 'refused',
    link: change.link,
    run: frame.run,
    who: frame.who,
    change: change.id,
    code: error.code,
    details,
  }
}

/** What went wrong, when a receipt says so. */
export const errorOf = (receipt: Receipt): SyncError | null => ('error' in receipt ? asSyncError(receipt.error) : null)
