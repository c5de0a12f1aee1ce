// What a person does to one deal: an answer to a question, an outcome let go, a link set or undone, a pause. Each is a
// change of the link with an event beside it; the next pass acts on it, and writes by the same rules as always.

import { NeedsHuman } from '#core/errors'
import { recordId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Json } from '#core/model/json'
import { noBase, unseen, type Link, type Waiting } from '#core/model/link'
import { rowId } from '#core/model/ids'
import type { Mapping } from '#core/mapping/mapping'
import { unreachable } from '#core/invariant'
import type { LedgerChange, NewEvent } from '#ledger'
import type { DealRequest } from './requests.ts'

export interface Acted {
  readonly link: Link
  readonly event: NewEvent['event']
  readonly details: Readonly<Record<string, Json>>
  readonly next: string
}

export interface Actor {
  readonly now: Instant
  /** Null where the pipeline could not be made ready: what needs a field's name is refused then. */
  readonly mapping: Mapping | null
}

export function actOn(link: Link, request: DealRequest, actor: Actor): Acted {
  switch (request.do) {
    case 'resolve':
      return resolve(link, request, actor)
    case 'release':
      return release(link, actor)
    case 'link':
      return relink(link, request.record, actor)
    case 'unlink':
      return unlink(link)
    case 'pause':
      return {
        link: { ...link, paused: true },
        event: 'held',
        details: { by: 'pause' },
        next: 'Nothing is written to either side until it is resumed.',
      }
    case 'resume':
      return resume(link, actor)
    default:
      return unreachable(request)
  }
}

export const changesFor = (acted: Acted, who: string, now: Instant): [LedgerChange[], NewEvent[]] => [
  [{ put: 'link', key: acted.link.key, value: acted.link }],
  [
    {
      at: now,
      event: acted.event,
      link: acted.link.key,
      run: null,
      who,
      change: null,
      code: null,
      details: { ...acted.details },
    },
  ],
]

/** Waits whose time has come are looked at by the next pass, whether or not anything was read about the deal. */
const dueNow = (waits: readonly Waiting[], now: Instant, isMeant: (wait: Waiting) => boolean): Waiting[] =>
  waits.map((wait) => (isMeant(wait) ? { ...wait, until: now } : wait))

const soon = 'The next pass takes it up.'

type Resolve = Extract<DealRequest, { do: 'resolve' }>

function resolve(link: Link, request: Resolve, actor: Actor): Acted {
  const questions = link.waiting.filter((wait) => wait.for === 'question')
  const rows = questions.filter((wait) => wait.subject.startsWith('row:'))
  const wanted = request.field === undefined ? rows : rows.filter((wait) => isAbout(wait, request.field ?? '', actor))
  const [question, ...more] = wanted
  if (!question) throw noQuestion(link, questions)
  if (more.length > 0) throw whichQuestion(wanted)
  const row = rowId(question.subject.slice('row:'.length))
  const answer = request.take
  return {
    link: {
      ...link,
      answers: { ...link.answers, [row]: answer },
      waiting: dueNow(link.waiting, actor.now, (wait) => wait === question),
    },
    event: 'answered',
    details: { row, take: typeof answer === 'string' ? answer : { value: answer.value } },
    next: soon,
  }
}

function isAbout(wait: Waiting, field: string, { mapping }: Actor): boolean {
  const row = wait.subject.slice('row:'.length)
  const known = mapping?.rows.find((one) => one.id === row)
  return [row, known?.crm, known?.referral].some((name) => name?.toLowerCase() === field.toLowerCase())
}

function noQuestion(link: Link, questions: readonly Waiting[]): NeedsHuman {
  const [other] = questions
  const message =
    other?.subject === 'match'
      ? 'Its question is which record it belongs to: answer with `dealbridge referrals link`.'
      : other
        ? `It waits for something else: ${other.message}`
        : 'It asks nothing just now.'
  return new NeedsHuman(`No question of ${link.referral.slice(0, 8)} is about that field. ${message}`, {
    code: 'DB-1152',
    who: 'operations',
  })
}

function whichQuestion(questions: readonly Waiting[]): NeedsHuman {
  const names = questions.map((wait) => wait.subject.slice('row:'.length))
  return new NeedsHuman(`It asks about ${names.join(' and ')}. Name the field you are answering.`, {
    code: 'DB-1152',
    who: 'operations',
    choices: names,
  })
}

function release(link: Link, { now }: Actor): Acted {
  const outcome = link.waiting.find((wait) => wait.for === 'outcome')
  if (!outcome)
    throw new NeedsHuman(`No outcome of ${link.referral.slice(0, 8)} is being held.`, {
      code: 'DB-1153',
      who: 'operations',
    })
  return {
    link: { ...link, released: outcome.subject, waiting: dueNow(link.waiting, now, (wait) => wait === outcome) },
    event: 'released',
    details: { subject: outcome.subject },
    next: `${soon} It cannot be taken back at Microsoft.`,
  }
}

/** Nothing both sides agree on is known of a record that was just named: the next pass compares and asks. */
function relink(link: Link, record: string, { now }: Actor): Acted {
  const { answers: _answers, released: _released, missingSince: _missing, paused: _paused, ...rest } = link
  const wait: Waiting = {
    for: 'question',
    code: 'DB-3506',
    message: 'A person has linked it to this record; both sides are compared next.',
    who: 'operations',
    since: now,
    until: now,
    subject: 'link',
    tries: 0,
  }
  return {
    link: {
      ...rest,
      record: recordId(record),
      base: noBase,
      left: unseen,
      right: unseen,
      waiting: [wait],
      closedBy: null,
    },
    event: 'linked',
    details: { record, by: 'hand' },
    next: `${soon} Values that differ are settled by the mapping's rules.`,
  }
}

/** Kept, without a record and at rest: otherwise the next pass would make or match one again. */
function unlink(link: Link): Acted {
  const { answers: _answers, released: _released, missingSince: _missing, ...rest } = link
  return {
    link: { ...rest, record: null, base: noBase, waiting: [], paused: true, closedBy: null },
    event: 'unlinked',
    details: { record: link.record },
    next: 'Nothing is written for this referral any more. `dealbridge referrals resume` lets it find a record again.',
  }
}

function resume(link: Link, { now }: Actor): Acted {
  const { paused: _, ...rest } = link
  // A wait that is due brings it to the next pass; without one it would rest until something about it changed.
  const waiting: Waiting[] =
    link.waiting.length > 0
      ? dueNow(link.waiting, now, () => true)
      : [
          {
            for: 'problem',
            code: 'DB-3508',
            message: 'It was paused, and is compared anew.',
            who: 'operations',
            since: now,
            until: now,
            subject: 'resume',
            tries: 0,
          },
        ]
  return { link: { ...rest, waiting }, event: 'answered', details: { by: 'resume' }, next: soon }
}
