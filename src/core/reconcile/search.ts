// Picks the record that a list of tries found: the first try with an exact hit decides. Several hits are a question
// unless the mapping says which to take; none is a create unless it says otherwise.

import type { Code, Kind } from '../model/ids.ts'
import { canonicalJson, textOf } from '../model/json.ts'
import type { Fields, VendorRecord } from '../model/record.ts'
import { comparable, sameThing } from '../mapping/compare.ts'
import type { Env, MatchCriterion, MatchTry, WhenSeveral } from '../mapping/mapping.ts'

export type SearchVerdict =
  | { readonly found: 'one'; readonly record: VendorRecord; readonly by: MatchTry }
  | { readonly found: 'none' }
  | {
      readonly found: 'several'
      readonly records: readonly VendorRecord[]
      readonly by: MatchTry
      readonly may: 'ask' | 'fail'
    }

export interface Search {
  readonly tries: readonly MatchTry[]
  readonly answers: readonly (readonly VendorRecord[])[]
  readonly whenSeveral: WhenSeveral
  /** Candidates must also hold these fields (a contact under its account). */
  readonly within?: Fields
}

export function pick(search: Search, env: Env): SearchVerdict {
  for (const [index, by] of search.tries.entries()) {
    const criteria = by.criteria(env)
    if (!criteria) continue
    const hits = (search.answers[index] ?? []).filter(
      (record) => !record.gone && isHit(record.fields, criteria, search.within),
    )
    const [first, ...rest] = hits
    if (!first) continue
    if (rest.length === 0) return { found: 'one', record: first, by }
    if (search.whenSeveral === 'ask' || search.whenSeveral === 'fail')
      return { found: 'several', records: hits, by, may: search.whenSeveral }
    const order = hits.toSorted((a, b) =>
      a.changedAt < b.changedAt ? -1 : a.changedAt > b.changedAt ? 1 : a.id < b.id ? -1 : 1,
    )
    const taken = search.whenSeveral === 'oldest' ? order[0] : order.at(-1)
    if (taken) return { found: 'one', record: taken, by }
  }
  return { found: 'none' }
}

function isHit(fields: Fields, criteria: readonly MatchCriterion[], within: Fields | undefined): boolean {
  const holds = (field: string, value: unknown): boolean => Object.hasOwn(fields, field) && fields[field] === value
  if (within && !Object.entries(within).every(([field, value]) => holds(field, value))) return false
  return criteria.every(({ field, value, compare }) => sameThing(compare, textOf(fields[field]), value))
}

/** Records that this very plan is going to make, so that twenty referrals of one new customer make one account. */
export class PlannedRecords {
  readonly #byForm = new Map<string, string>()
  readonly #claims = new Map<string, string>()

  /** One record for one referral: false when another deal of this plan has it already. */
  claim(record: string, by: string): boolean {
    const holder = this.#claims.get(record) ?? by
    this.#claims.set(record, holder)
    return holder === by
  }

  /** The key of a planned record that a search would find, were it already there. */
  find(kind: Kind, tries: readonly MatchTry[], env: Env, within: string): string | undefined {
    for (const by of tries) {
      const criteria = by.criteria(env)
      const known = criteria && this.#byForm.get(formOf(kind, criteria, within))
      if (known) return known
    }
    return undefined
  }

  /** Remembers a record about to be made under every form its own fields answer to. */
  add(
    kind: Kind,
    key: string,
    fields: Fields,
    about: { readonly tries: readonly MatchTry[]; readonly env: Env; readonly within: string },
  ): void {
    for (const by of about.tries) {
      const criteria = by.criteria(about.env)
      const answers = criteria?.every(({ field, value, compare }) => sameThing(compare, textOf(fields[field]), value))
      if (criteria && answers) this.#byForm.set(formOf(kind, criteria, about.within), key)
    }
  }
}

function formOf(kind: Kind, criteria: readonly MatchCriterion[], within: string): string {
  return canonicalJson([
    kind,
    within,
    ...criteria.map(({ field, value, compare }) => [field, comparable(compare, value)]),
  ])
}

/** The words a new record is named by when nothing better is: all that it would have been searched with. */
export function identityOf(kind: Kind, tries: readonly MatchTry[], env: Env): string {
  const forms = tries.flatMap((by) =>
    (by.criteria(env) ?? []).map(({ field, value, compare }) => [field, comparable(compare, value)]),
  )
  return canonicalJson([kind, ...forms])
}

export const severalCode: Code = 'DB-3502'
