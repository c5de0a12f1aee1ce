// What the CRM is asked about deals that have no record yet: is it there already, and are its account and contact?
// All questions of all deals travel together; which answers count is decided by the planner.

import type { Question } from '#spi'
import { recordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { FieldName, Shape, VendorRecord } from '#core/model/record'
import type { Env, MatchCriterion, MatchTry } from '#core/mapping/mapping'
import type { Found } from '#core/reconcile/world'
import { ask } from './ask.ts'
import type { Pipeline } from './pipeline.ts'

interface Part {
  readonly link: Link | null
  readonly referral: VendorRecord | null
}

/** Where an answer belongs. */
interface Asked {
  readonly part: number
  /** Null: the deal's own record. Otherwise the name of a lookup. */
  readonly lookup: string | null
  /** Which try of the mapping it is; null: the record that a person named. */
  readonly index: number | null
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
function isSettled({ mapping }: Pipeline, { link, referral }: Part): boolean {
  return !referral || referral.gone || (link?.record != null && link.kind !== mapping.lead?.record)
}

function questionsFor(pipeline: Pipeline, { referral, link }: Part, part: number): readonly Asked[] {
  const { mapping } = pipeline
  if (!referral) return []
  const env: Env = { referral: referral.fields, crm: null, now: pipeline.clock.now() }
  if (!mapping.take(env).taken) return []
  const own = mapping.shapes.find((shape) => shape.kind === mapping.record) ?? { kind: mapping.record, fields: [] }
  return [
    ...asks({ part, lookup: null, shape: own, tries: mapping.match.tries, env, fields: ownFields(pipeline) }),
    ...mapping.lookups.flatMap(({ name, shape, tries }) => [
      ...asks({ part, lookup: name, shape, tries, env, fields: noFields }),
      ...named({ part, lookup: name, shape, link }),
    ]),
  ]
}

interface Naming {
  readonly part: number
  readonly lookup: string
  readonly shape: Shape
  readonly link: Link | null
}

/** What a person named is looked at too, wherever it was found. */
function named({ part, lookup, shape, link }: Naming): readonly Asked[] {
  const id = link?.chosen && Object.hasOwn(link.chosen, lookup) ? link.chosen[lookup]?.record : null
  return id ? [{ part, lookup, index: null, question: { shape, by: { id } } }] : []
}

interface Asking {
  readonly part: number
  readonly lookup: string | null
  readonly shape: Shape
  readonly tries: readonly MatchTry[]
  readonly env: Env
  readonly fields: UniqueFields
}

/** Fields of which one record has one value: asked in a narrower form, where the vendor has one. */
interface UniqueFields {
  readonly id: FieldName | null
  readonly key: FieldName | null
}

const noFields: UniqueFields = { id: null, key: null }

const ownFields = ({ mapping }: Pipeline): UniqueFields => ({ id: mapping.idField, key: mapping.match.keyField })

function asks({ part, lookup, shape, tries, env, fields }: Asking): readonly Asked[] {
  return tries.flatMap((by, index) => {
    const criteria = by.criteria(env)
    return criteria ? [{ part, lookup, index, question: { shape, by: byOf(criteria, fields) } }] : []
  })
}

/** The narrowest form of a question is the cheapest one for the vendor. */
function byOf(criteria: readonly MatchCriterion[], { id, key }: UniqueFields): Question['by'] {
  const [only] = criteria
  const exact = criteria.length === 1 && only?.compare === 'exact' ? only : null
  if (exact && exact.field === id) return { id: recordId(exact.value) }
  if (exact && exact.field === key) return { key: { field: exact.field, value: exact.value } }
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
  const answer = (lookup: string | null, index: number | null): Answers[number] => {
    const one = asked.find((candidate) => candidate.lookup === lookup && candidate.index === index)
    return one ? (answers.get(JSON.stringify(one.question)) ?? []) : []
  }
  const of = (lookup: string | null, tries: readonly MatchTry[]): Answers =>
    tries.map((_, index) => answer(lookup, index))
  const chosen = mapping.lookups.flatMap(({ name }) => answer(name, null).map((record) => [name, record] as const))
  return {
    match: of(null, mapping.match.tries),
    lookups: Object.fromEntries(mapping.lookups.map(({ name, tries }) => [name, of(name, tries)])),
    ...(chosen.length > 0 ? { chosen: Object.fromEntries(chosen) } : {}),
    linkedElsewhere: linked,
  }
}
