// What the ledger remembers after a write: one link or record at a time, as changes to commit. Pure, apart from the
// clock it is given: the same receipt settles the same way now and when it is recovered after a crash.

import type { Receipt } from '#spi'
import { asSyncError, RetryLater, type SyncError } from '#core/errors'
import { linkKey, type LinkKey, type RecordId, type Version } from '#core/model/ids'
import { later, type Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import { believedAnew, replaced, type Link, type Waiting } from '#core/model/link'
import { shareSubject } from '#core/reconcile/share'
import { inputsOf, movingMax, movingSubject, refusalSubject } from '#core/reconcile/change'
import { latelyName, loopWithinMs, loopWritesMax } from '#core/reconcile/loops'
import { outcomeSubject } from '#core/reconcile/outcome'
import type { Change } from '#core/reconcile/plan'
import type { LedgerChange, NewEvent } from '#ledger'

export interface Written {
  readonly id: RecordId
  readonly version: Version | null
}

/** The link after one of its changes was written. */
export function afterWrite(link: Link, change: Change, { written, now }: { written: Written; now: Instant }): Link {
  const { settles } = change
  const { released, answers, answeredFor, owed, chosen, ...rest } = link
  const base = { standing: settles.standing ?? link.base.standing, values: { ...link.base.values, ...settles.values } }
  return {
    ...rest,
    ...withoutMade(owed, change),
    ...(released && settles.closes === undefined ? { released } : {}),
    ...withoutUsed({ answers, answeredFor }, settles),
    ...(settles.becomes === 'record' ? { record: written.id, kind: change.kind } : chosen ? { chosen } : {}),
    ...(settles.becomes === 'record' ? { left: believedAnew(link.left, now) } : {}),
    ...(isOwnRecord(link, change) ? sideAfter(link, change, { written, now }) : {}),
    base,
    waiting: link.waiting.filter((wait) => wait.subject !== refusalSubject(change.id) && !isSettledBy(wait, change)),
    lately: writtenLately(link, change, now),
    turn: link.turn + 1,
    closes: link.closes + (settles.closes === undefined ? 0 : 1),
    closedBy: settles.closes ?? link.closedBy,
  }
}

const isOwnRecord = (link: Link, change: Change): boolean =>
  change.side === 'referral' ||
  change.settles.becomes !== undefined ||
  (change.record !== null && change.record === link.record)

/**
 * The new version is not remembered as seen, on purpose: what the vendor made of our write is compared like any other
 * state. What is remembered is the version that is now old.
 */
function sideAfter(link: Link, change: Change, { written, now }: { written: Written; now: Instant }): Partial<Link> {
  const old = change.write.do === 'update' && change.write.expect !== written.version ? change.write.expect : null
  return change.side === 'referral'
    ? { left: replaced(link.left, old, { made: written.version, now }) }
    : { right: replaced(link.right, old, { made: written.version, now }) }
}

function withoutMade(owed: Link['owed'], { write }: Change): Pick<Link, 'owed'> {
  const still = (owed ?? []).filter(({ key }) => write.do !== 'create' || key !== write.key)
  return still.length > 0 ? { owed: still } : {}
}

/** An answer holds for the conflict it was given in, and not for the next one. */
function withoutUsed(
  { answers, answeredFor }: { answers: Link['answers']; answeredFor: Link['answeredFor'] },
  { values }: Change['settles'],
): Pick<Link, 'answers' | 'answeredFor'> {
  const open = <T>(of: Record<string, T> | undefined): Record<string, T> =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([row]) => !Object.hasOwn(values, row)))
  const still = open(answers)
  return Object.keys(still).length > 0 ? { answers: still, answeredFor: open(answeredFor) } : {}
}

/** An outcome that was waited for and has been sent, and a record that stood still at last. */
const isSettledBy = ({ subject }: Waiting, { settles }: Change): boolean =>
  subject === movingSubject ||
  (settles.closes !== undefined && settles.standing !== undefined && subject === outcomeSubject(settles.standing.stage))

function writtenLately(link: Link, change: Change, now: Instant): NonNullable<Link['lately']> {
  const since = later(now, -loopWithinMs)
  const kept = Object.entries(link.lately ?? {}).map(
    ([path, times]) => [path, times.filter((at) => at > since)] as const,
  )
  const lately = Object.fromEntries(kept.filter(([, times]) => times.length > 0))
  if (change.write.do === 'create') return lately
  for (const path of Object.keys(change.write.fields)) {
    const name = latelyName(change.side, path)
    lately[name] = [...(lately[name] ?? []), now].slice(-loopWritesMax)
  }
  return lately
}

/** The link after a refusal: it waits, with growing patience where waiting helps, for a person where it does not. */
export function afterRefusal(link: Link, change: Change, { error, now, giveUpAfterMs }: TriedFor): Link {
  const subject = refusalSubject(change.id)
  const inputs = inputsOf(change)
  const since = waitOf(link, subject, inputs)?.since ?? now
  const isOver = error.remedy === 'retry-later' && giveUpAfterMs !== undefined && later(since, giveUpAfterMs) <= now
  const told = isOver ? givenUp(error, giveUpAfterMs) : error
  return withWait(link, subject, { error: told, now, inputs, until: isOver ? () => null : nextTry })
}

/** It may pass by itself, but it has had its time: from now on it waits for somebody. */
function givenUp({ message, code }: SyncError, afterMs: number): SyncError {
  const minutes = Math.round(afterMs / 60_000)
  const time = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`
  return new RetryLater(`${message} Tried for ${time}, and given up: dealbridge replay tries it again.`, {
    code,
    scope: 'record',
  })
}

/**
 * The link of a change that could not be tried, because something it rests on was refused. It may be another deal's
 * record that a person mends: so it looks again by itself, now and then.
 */
export function afterDeferral(link: Link, root: Change, { error, now }: Refused): Link {
  const subject = refusalSubject(root.id)
  if (link.waiting.some((wait) => wait.subject === subject)) return link
  return withWait(link, subject, { error, now, inputs: inputsOf(root), until: (_, tries) => patience(tries, now) })
}

/** The link of a record that somebody changed every time we were about to write it. */
export function afterMoving(link: Link, now: Instant): Link {
  const error = new RetryLater('The record was changed each time just before it was to be written.', {
    code: 'DB-3128',
    scope: 'record',
  })
  const until = (_: SyncError, tries: number): Instant => (tries < movingMax ? now : patience(tries, now))
  return withWait(link, movingSubject, { error, now, until })
}

interface Refused {
  readonly error: SyncError
  readonly now: Instant
}

interface TriedFor extends Refused {
  /** How long what can pass by itself is tried; for ever when absent. */
  readonly giveUpAfterMs?: number | undefined
}

interface Waited extends Refused {
  readonly inputs?: string
  readonly until: (error: SyncError, tries: number, now: Instant) => Instant | null
}

function withWait(link: Link, subject: string, { error, now, inputs, until }: Waited): Link {
  const before = waitOf(link, subject, inputs)
  const tries = (before?.tries ?? 0) + 1
  const wait: Waiting = {
    for: 'problem',
    code: error.code,
    message: error.message,
    who: 'who' in error ? error.who : 'operations',
    since: before?.since ?? now,
    until: until(error, tries, now),
    subject,
    ...(inputs === undefined ? {} : { inputs }),
    tries,
    ...(error.remedy === 'needs-human' && error.choices.length > 0 ? { choices: [...error.choices] } : {}),
  }
  return { ...link, waiting: [...link.waiting.filter((other) => other.subject !== subject), wait] }
}

const waitOf = ({ waiting }: Link, subject: string, inputs: string | undefined): Waiting | undefined =>
  waiting.find((wait) => wait.subject === subject && wait.inputs === inputs)

const firstWaitMs = 60_000
const longestWaitMs = 6 * 3_600_000

const patience = (tries: number, now: Instant): Instant =>
  later(now, Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries - 1, 20)))

/** What can pass by itself is tried again by itself, and so is what an admin may have mended; a person's answer is waited for. */
function nextTry(error: SyncError, tries: number, now: Instant): Instant | null {
  if (error.remedy === 'needs-human' || error.remedy === 'bug') return null
  const ours = patience(tries, now)
  return error.remedy === 'retry-later' && error.notBefore !== undefined && error.notBefore > ours
    ? error.notBefore
    : ours
}

/** A deal that began in the CRM has a referral: its link takes the key that every link has. */
export function afterShare(link: Link, change: Change, { written, now }: { written: Written; now: Instant }): Link {
  const { unshared: _, released: __, ...made } = afterWrite(link, change, { written, now })
  return sharedAs(made, written.id)
}

export const sharedAs = (link: Link, referral: RecordId): Link => ({
  ...link,
  key: linkKey(referral),
  referral,
  waiting: link.waiting.filter(({ subject }) => subject !== shareSubject),
})

/** The link an event belongs to, which may be known by another name since. */
const nameOf = ({ link, settles }: Change, { id }: Written): LinkKey =>
  settles.becomes === 'referral' ? linkKey(id) : link

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
    link: nameOf(change, written),
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
