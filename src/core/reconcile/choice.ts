// A lookup that several records fit is a question, and a person's answer to it is a choice: one of them, another record
// altogether, or a new one. It holds for the search it was asked about: a customer that changes its name asks anew.

import { hashOf } from '../model/hash.ts'
import type { Chosen, Link } from '../model/link.ts'
import type { Env, Lookup } from '../mapping/mapping.ts'
import { identityOf } from './search.ts'

const prefix = 'lookup:'

export const lookupSubject = (lookup: string): string => `${prefix}${lookup}`

/** The name of the lookup that a wait is about. */
export const lookupOf = (subject: string): string | null =>
  subject.startsWith(prefix) ? subject.slice(prefix.length) : null

/** What a lookup asks about one referral, hashed: all it searches with, and the record it searches under. */
export const questionOf = (lookup: Lookup, env: Env, within: string): string =>
  hashOf(`${identityOf(lookup.kind, lookup.tries, env)}|${within}`, 16)

export function choiceFor({ chosen }: Link, lookup: Lookup, question: () => string): Chosen | null {
  const choice = chosen && Object.hasOwn(chosen, lookup.name) ? chosen[lookup.name] : undefined
  return choice && choice.question === question() ? choice : null
}
