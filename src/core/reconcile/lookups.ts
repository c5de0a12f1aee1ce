// The records a new deal points to (its account, its contact): found, or planned to be made, each once however many
// deals of one plan need it.

import type { Kind, LinkKey, RecordId } from '../model/ids.ts'
import { hashOf } from '../model/hash.ts'
import { textOf, type Json } from '../model/json.ts'
import type { Link } from '../model/link.ts'
import { pointer, type Fields } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import { sameThing } from '../mapping/compare.ts'
import { ruleOfMade, type Env, type Lookup, type MatchCriterion } from '../mapping/mapping.ts'
import { createId, createOf } from './change.ts'
import { choiceFor, lookupSubject, questionOf } from './choice.ts'
import type { Change } from './plan.ts'
import { identityOf, pick, severalCode, type PlannedRecords, type SearchVerdict } from './search.ts'
import { addFields, draft } from './side.ts'
import type { Found, PlanFrame } from './world.ts'
import type { Wait } from './waits.ts'

export interface NewDeal {
  readonly frame: PlanFrame
  readonly link: Link
  readonly facts: ReferralFacts
  readonly env: Env
  readonly found: Found
  readonly planned: PlannedRecords
}

/** What one lookup came to: a value for the field it fills, perhaps a record to make first. */
export interface Resolved {
  /** An id, or a pointer to a record of this plan; null: leave it empty. */
  readonly value: Json
  readonly makes: Change | null
  /** The create that has to be done first, made by this deal or by another one of this plan. */
  readonly after: Change['after']
}

export type LookupVerdict =
  | { readonly ok: true; readonly resolved: ReadonlyMap<string, Resolved> }
  | { readonly ok: false; readonly waits: readonly Wait[] }

const empty: Resolved = { value: null, makes: null, after: [] }

export function resolveLookups(deal: NewDeal): LookupVerdict {
  const resolved = new Map<string, Resolved>()
  const waits: Wait[] = []
  for (const lookup of deal.frame.mapping.lookups) {
    const parent = lookup.under ? resolved.get(lookup.under.lookup) : undefined
    const verdict = resolve(deal, lookup, parent)
    if ('subject' in verdict) waits.push(verdict)
    else resolved.set(lookup.name, verdict)
  }
  return waits.length > 0 ? { ok: false, waits } : { ok: true, resolved }
}

function resolve(deal: NewDeal, lookup: Lookup, parent: Resolved | undefined): Resolved | Wait {
  const { env, found, link } = deal
  if (lookup.tries.every((by) => by.criteria(env) === null)) return whenNothingToSearchWith(lookup)
  const parentIsNew = lookup.under !== null && typeof parent?.value !== 'string'
  const within: Fields = lookup.under && typeof parent?.value === 'string' ? { [lookup.under.field]: parent.value } : {}
  // Few are asked, so few are named.
  const question = (): string => questionOf(lookup, env, withinOf(parent))
  const choice = choiceFor(link, lookup, question)
  if (choice?.record === null && lookup.whenNone === 'create')
    return make(deal, lookup, { parent, noneOf: choice.among })
  const chosen = choice?.record ? found.chosen?.[lookup.name] : undefined
  if (chosen && !chosen.gone) return { value: chosen.id, makes: null, after: [] }
  const verdict = parentIsNew
    ? ({ found: 'none' } as const)
    : pick(
        { tries: lookup.tries, answers: found.lookups[lookup.name] ?? [], whenSeveral: lookup.whenSeveral, within },
        env,
      )
  if (choice?.record) return notShown(lookup, { question: question(), named: choice.record, verdict })
  if (verdict.found === 'one') return { value: verdict.record.id, makes: null, after: [] }
  if (verdict.found === 'several') return several(lookup, question(), verdict)
  return lookup.whenNone === 'create' ? make(deal, lookup, { parent }) : whenNone(lookup)
}

interface Making {
  readonly parent: Resolved | undefined
  /** Records that fit, and that a person said it is none of. */
  readonly noneOf?: readonly RecordId[]
}

const withinOf = (parent: Resolved | undefined): string => JSON.stringify(parent?.value ?? null)

function make(deal: NewDeal, lookup: Lookup, { parent, noneOf }: Making): Resolved | Wait {
  const { frame, link, facts, env, planned } = deal
  const within = withinOf(parent)
  const known = planned.find(lookup.kind, lookup.tries, env, within)
  if (known !== undefined)
    return { value: { ...pointer(known as LinkKey) }, makes: null, after: [createId(lookup.kind, known)] }
  const written = lookup.create(env)
  if (!written.ok) return { for: 'problem', subject: lookupSubject(lookup.name), ...written.refusal }
  // Whatever was made for this customer before is among those it is none of: a new one goes by another key.
  const apart = noneOf ? `|${noneOf.toSorted().join()}` : ''
  const key = keyOf(lookup.kind, identityOf(lookup.kind, lookup.tries, env), within + apart)
  const to = draft('crm', null)
  for (const [field, value] of Object.entries(withoutNulls(written.fields)))
    addFields(to, { [field]: value }, { rule: ruleOfMade(lookup, field), from: `lookups.${lookup.name}` })
  if (lookup.under && parent)
    addFields(to, { [lookup.under.field]: parent.value }, { rule: lookup.rule, from: `lookups.${lookup.under.lookup}` })
  const findBy = lookup.tries.map((by) => by.criteria(env)).find((criteria) => isShownBy(to.fields, criteria)) ?? []
  const makes = createOf(
    to,
    { do: 'create', kind: lookup.kind, key, keyField: null, fields: {} },
    { frame, link, facts },
    { after: parent?.after ?? [], findBy: [...findBy], settles: { values: {} }, ...(noneOf ? { noneOf } : {}) },
  )
  planned.add(lookup.kind, key, to.fields, { tries: lookup.tries, env, within })
  return { value: { ...pointer(key) }, makes, after: [makes.id] }
}

/** A record may be searched with more than is written into a new one; that would never find the new one again. */
const isShownBy = (fields: Fields, criteria: readonly MatchCriterion[] | null): boolean =>
  criteria?.every(({ field, value, compare }) => sameThing(compare, textOf(fields[field]), value)) ?? false

function keyOf(kind: Kind, identity: string, within: string): LinkKey {
  return `${kind}-${hashOf(`${identity}|${within}`, 24)}`.toLowerCase() as LinkKey
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

function whenNothingToSearchWith(lookup: Lookup): Resolved | Wait {
  return lookup.whenNone === 'fail' ? whenNone(lookup) : empty
}

function whenNone(lookup: Lookup): Resolved | Wait {
  if (lookup.whenNone === 'leaveEmpty') return empty
  return {
    for: 'problem',
    subject: lookupSubject(lookup.name),
    code: 'DB-2204',
    message: `No ${lookup.kind} fits this referral, and the mapping never makes one (lookups.${lookup.name}).`,
    who: 'CRM admin',
  }
}

type Several = Extract<SearchVerdict, { found: 'several' }>

function several(lookup: Lookup, question: string, { records, may }: Several): Wait {
  return {
    for: may === 'ask' ? 'question' : 'problem',
    subject: lookupSubject(lookup.name),
    code: severalCode,
    message: `${records.length} records of kind ${lookup.kind} fit this referral. Which one is it?`,
    who: may === 'ask' ? 'the seller' : 'CRM admin',
    inputs: question,
    choices: records.map((record) => record.id),
  }
}

interface NotShown {
  readonly question: string
  readonly named: RecordId
  readonly verdict: SearchVerdict
}

/** A slip of the finger, or deleted since: what a person named is not guessed at. */
function notShown(lookup: Lookup, { question, named, verdict }: NotShown): Wait {
  const fitting = verdict.found === 'several' ? verdict.records : verdict.found === 'one' ? [verdict.record] : []
  return {
    for: 'question',
    subject: lookupSubject(lookup.name),
    code: severalCode,
    message: `The CRM shows no ${lookup.kind} ${named}, which was named for this referral. Which one is it?`,
    who: 'the seller',
    inputs: question,
    choices: fitting.map((record) => record.id),
  }
}
