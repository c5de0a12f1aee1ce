// What a person does to one deal: an answer to a question, an outcome let go, a link set or undone, a pause. Each is a
// change of the link with an event beside it; the next pass acts on it, and writes by the same rules as always.

import { NeedsHuman } from '#core/errors'
import { recordId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Json } from '#core/model/json'
import { noBase, unseen, type Answer, type Chosen, type Link, type Waiting } from '#core/model/link'
import { rowId } from '#core/model/ids'
import type { Lookup, Mapping } from '#core/mapping/mapping'
import { lookupOf } from '#core/reconcile/choice'
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

/** What leaves a link behind; forgetting does not, and is told in forget.ts. */
export type LinkRequest = Exclude<DealRequest, { readonly do: 'forget' }>

export function actOn(link: Link, request: LinkRequest, actor: Actor): Acted {
  switch (request.do) {
    case 'resolve':
      return resolve(link, request, actor)
    case 'release':
      return release(link, actor)
    case 'accept':
      return answer(link, 'Accepted', actor)
    case 'decline':
      return answer(link, 'Declined', actor)
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
type Take = Resolve['take']

function resolve(link: Link, request: Resolve, actor: Actor): Acted {
  const { take } = request
  const questions = link.waiting.filter((wait) => wait.for === 'question')
  if (isNaming(take)) return choose(link, questions, { ...actor, request, record: take.record })
  const question = questionMeant(link, questions, (wait) => {
    const row = rowOf(wait.subject)
    return row !== null && (request.field === undefined || isField(row, request.field, actor))
  })
  const row = rowId(rowOf(question.subject) ?? '')
  return {
    link: {
      ...link,
      answers: { ...link.answers, [row]: take },
      waiting: dueNow(link.waiting, actor.now, (wait) => wait === question),
    },
    event: 'answered',
    details: { row, take: typeof take === 'string' ? take : { value: take.value } },
    next: soon,
  }
}

const isNaming = (take: Take): take is Extract<Take, { record: unknown }> =>
  typeof take === 'object' && 'record' in take

interface Choosing extends Actor {
  readonly request: Resolve
  readonly record: string | null
}

/** Which account, which contact: kept until the deal is made, and looked at before it is used. */
function choose(link: Link, questions: readonly Waiting[], { request, record, ...actor }: Choosing): Acted {
  const { mapping, now } = actor
  // Which record the deal itself belongs to is answered by linking it.
  const [only] = questions
  if (record !== null && request.field === undefined && questions.length === 1 && only?.subject === 'match')
    return relink(link, record, actor)
  const question = questionMeant(link, questions, ({ subject }) => {
    const lookup = lookupOf(subject)
    return lookup !== null && (request.field === undefined || isLookup(lookup, request.field, actor))
  })
  const name = lookupOf(question.subject) ?? ''
  const lookup = mapping?.lookups.find((one) => one.name === name)
  if (record === null && lookup && lookup.whenNone !== 'create') throw neverMade(link, lookup)
  const among = (question.choices ?? []).map((id) => recordId(id))
  const choice: Chosen = { record: record === null ? null : recordId(record), question: question.inputs ?? '', among }
  return {
    link: {
      ...link,
      chosen: { ...link.chosen, [name]: choice },
      waiting: dueNow(link.waiting, now, (wait) => wait === question),
    },
    event: 'answered',
    details: { lookup: name, record },
    next: soon,
  }
}

const rowOf = (subject: string): string | null => (subject.startsWith('row:') ? subject.slice('row:'.length) : null)

function isField(row: string, field: string, { mapping }: Actor): boolean {
  const known = mapping?.rows.find((one) => one.id === row)
  return isNamed(field, [row, known?.crm, known?.referral])
}

function isLookup(lookup: string, field: string, { mapping }: Actor): boolean {
  const known = mapping?.lookups.find((one) => one.name === lookup)
  return isNamed(field, [lookup, known?.kind, known && 'field' in known.fills ? known.fills.field : null])
}

const isNamed = (word: string, names: readonly (string | null | undefined)[]): boolean =>
  names.some((name) => name?.toLowerCase() === word.toLowerCase())

/** The one question an answer is for. */
function questionMeant(link: Link, questions: readonly Waiting[], isMeant: (wait: Waiting) => boolean): Waiting {
  const [question, ...more] = questions.filter(isMeant)
  if (!question) throw noQuestion(link, questions)
  if (more.length > 0) throw whichQuestion([question, ...more])
  return question
}

function noQuestion(link: Link, questions: readonly Waiting[]): NeedsHuman {
  const [other] = questions
  return new NeedsHuman(`No question of ${link.referral.slice(0, 8)} is about that. ${asksInstead(other)}`, {
    code: 'DB-1152',
    who: 'operations',
  })
}

function asksInstead(other: Waiting | undefined): string {
  if (!other) return 'It asks nothing just now.'
  if (other.subject === 'match')
    return 'Its question is which record it belongs to: answer with `dealbridge referrals link`.'
  const lookup = lookupOf(other.subject)
  if (lookup !== null) return `It asks which record its ${lookup} is: answer with \`--record <id>\`.`
  return `It waits for something else: ${other.message}`
}

function neverMade(link: Link, { name, kind }: Lookup): NeedsHuman {
  return new NeedsHuman(
    `The mapping never makes one (lookups.${name}: ${kind}), so ${link.referral.slice(0, 8)} cannot get a new one. Name one that exists: \`--record <id>\`.`,
    { code: 'DB-1164', who: 'CRM admin' },
  )
}

function whichQuestion(questions: readonly Waiting[]): NeedsHuman {
  const names = questions.map(({ subject }) => rowOf(subject) ?? lookupOf(subject) ?? subject)
  return new NeedsHuman(`It asks about ${names.join(' and ')}. Name the one you are answering.`, {
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

/** The partner's answer to a referral, by hand: the stage of the record follows it. */
function answer(link: Link, said: Answer, { now }: Actor): Acted {
  const { standing } = link.base
  const isAnswered = standing !== null && standing.stage !== 'New' && standing.stage !== 'Received'
  if (link.record === null || isAnswered) throw nothingToAnswer(link, standing?.stage ?? null)
  const wait: Waiting = {
    for: 'problem',
    code: 'DB-3510',
    message: `A person has answered it: ${said}.`,
    who: 'nobody: it goes by itself',
    since: now,
    until: now,
    subject: 'answer',
    tries: 0,
  }
  return {
    link: { ...link, answer: said, waiting: [...link.waiting.filter(({ subject }) => subject !== 'answer'), wait] },
    event: 'answered',
    details: { answer: said },
    next: said === 'Accepted' ? soon : `${soon} It waits as long as every outcome waits, then it cannot be taken back.`,
  }
}

function nothingToAnswer(link: Link, stage: string | null): NeedsHuman {
  const id = link.referral.slice(0, 8)
  const why =
    stage === null || link.record === null
      ? `${id} has no record yet, which could show the answer.`
      : `${id} is ${stage} already.`
  return new NeedsHuman(`${why} Nothing was changed.`, { code: 'DB-1165', who: 'operations' })
}

/** Nothing both sides agree on is known of a record that was just named: the next pass compares and asks. */
function relink(link: Link, record: string, { now }: Actor): Acted {
  const { answers: _answers, chosen: _chosen, released: _released, missingSince: _missing, ...known } = link
  const { paused: _paused, ...rest } = known
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
  const { answers: _answers, chosen: _chosen, released: _released, missingSince: _missing, ...rest } = link
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
