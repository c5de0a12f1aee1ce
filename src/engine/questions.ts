// What the CRM is asked about deals that have no record yet: is it there already, and are its account and contact?
// All questions of all deals travel together; which answers count is decided by the planner.

import type { Question } from '#spi'
import { recordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Shape, VendorRecord } from '#core/model/record'
import type { Env, MatchCriterion, MatchTry } from '#core/mapping/mapping'
import type { Found } from '#core/reconcile/world'
import { ask } from './ask.ts'
import type { Pipeline } from './pipeline.ts'

interface Part {
  readonly link: Link | null
  readonly referral: VendorRecord
}

/** Where an answer belongs. */
interface Asked {
  readonly part: number
  /** Null: the deal's own record. Otherwise the name of a lookup. */
  readonly lookup: string | null
  readonly index: number
  readonly question: Question
}

type Answers = readonly (readonly VendorRecord[])[]

/** One entry for each part; null where there was nothing to ask. */
export async function searchFor(
  pipeline: Pipeline,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<readonly (Found | null)[]> {
  const asked = parts.flatMap((part, index) => (isSettled(pipeline, part) ? [] : questionsFor(pipeline, part, index)))
  // Twenty referrals of one customer ask the same question; it is put once.
  const distinct = new Map(asked.map(({ question }) => [JSON.stringify(question), question]))
  const answers = await ask(pipeline, 'target', [...distinct.values()], signal)
  const byQuestion = new Map([...distinct.keys()].map((key, index) => [key, answers[index] ?? []]))
  const linked = await linkedElsewhere(pipeline, asked, byQuestion)
  const mine = Map.groupBy(asked, (one) => one.part)
  return parts.map((part, index) =>
    isSettled(pipeline, part)
      ? null
      : gatherAnswers(pipeline, mine.get(index) ?? [], byQuestion, linked.get(index) ?? new Set()),
  )
}

/** Linked to its deal: nothing to search. A lead may still become a deal, which needs its account and contact. */
function isSettled({ mapping }: Pipeline, { link }: Part): boolean {
  return link?.record != null && link.kind !== mapping.lead?.record
}

function questionsFor(pipeline: Pipeline, { referral }: Part, part: number): readonly Asked[] {
  const { mapping } = pipeline
  const env: Env = { referral: referral.fields, crm: null, now: pipeline.clock.now() }
  if (!mapping.take(env).taken) return []
  const own = mapping.shapes.find((shape) => shape.kind === mapping.record) ?? { kind: mapping.record, fields: [] }
  return [
    ...asks({ part, lookup: null, shape: own, tries: mapping.match.tries, env, idField: mapping.idField }),
    ...mapping.lookups.flatMap(({ name, shape, tries }) =>
      asks({ part, lookup: name, shape, tries, env, idField: mapping.idField }),
    ),
  ]
}

interface Asking {
  readonly part: number
  readonly lookup: string | null
  readonly shape: Shape
  readonly tries: readonly MatchTry[]
  readonly env: Env
  readonly idField: string
}

function asks({ part, lookup, shape, tries, env, idField }: Asking): readonly Asked[] {
  return tries.flatMap((by, index) => {
    const criteria = by.criteria(env)
    return criteria
      ? [{ part, lookup, index, question: { shape, by: byOf(criteria, lookup === null ? idField : '') } }]
      : []
  })
}

/** The narrowest form of a question is the cheapest one for the vendor. */
function byOf(criteria: readonly MatchCriterion[], idField: string): Question['by'] {
  const [only] = criteria
  if (only && criteria.length === 1 && only.compare === 'exact') {
    return only.field === idField ? { id: recordId(only.value) } : { key: { field: only.field, value: only.value } }
  }
  return { match: criteria }
}

async function linkedElsewhere(
  pipeline: Pipeline,
  asked: readonly Asked[],
  answers: ReadonlyMap<string, Answers[number]>,
): Promise<ReadonlyMap<number, Set<string>>> {
  const own = asked.filter(({ lookup }) => lookup === null)
  const candidates = own.flatMap(({ part, question }) =>
    (answers.get(JSON.stringify(question)) ?? []).map((record) => ({ part, record })),
  )
  const links = await pipeline.ledger.linksOf(candidates.map(({ record }) => ({ kind: record.kind, id: record.id })))
  const taken = new Map<number, Set<string>>()
  for (const [index, { part, record }] of candidates.entries()) {
    if (links[index]) taken.set(part, (taken.get(part) ?? new Set()).add(record.id))
  }
  return taken
}

function gatherAnswers(
  pipeline: Pipeline,
  asked: readonly Asked[],
  answers: ReadonlyMap<string, Answers[number]>,
  linked: ReadonlySet<string>,
): Found {
  const { mapping } = pipeline
  const of = (lookup: string | null, tries: readonly MatchTry[]): Answers =>
    tries.map((_, index) => {
      const one = asked.find((candidate) => candidate.lookup === lookup && candidate.index === index)
      return one ? (answers.get(JSON.stringify(one.question)) ?? []) : []
    })
  return {
    match: of(null, mapping.match.tries),
    lookups: Object.fromEntries(mapping.lookups.map(({ name, tries }) => [name, of(name, tries)])),
    linkedElsewhere: linked,
  }
}
