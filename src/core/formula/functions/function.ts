// What a function of the formula language is: data for the checker, the help and the tests, and the code that runs it.

import type { Json, JsonObject } from '../../model/json.ts'
import type { Type } from '../types.ts'
import type { Context, Thunk, Value } from '../values.ts'

export interface FormulaFunction {
  readonly name: string
  /** Exactly the same function under the name another product gives it. */
  readonly synonyms?: readonly string[]
  readonly group: Group
  readonly params: readonly Param[]
  readonly gives: Type | ((args: readonly Type[]) => Type | undefined)
  readonly help: string
  readonly examples: readonly Example[]
  readonly run: Run
}

export const groups = ['Text', 'Number', 'Date', 'Logic', 'List', 'CRM'] as const
export type Group = (typeof groups)[number]

export interface Param {
  readonly name: string
  readonly takes: Takes
  readonly optional?: true
  /** The last parameter, or the last two together, as often as wanted. */
  readonly repeats?: true
}

/**
 * What may stand there. `value` is any single value, `anything` a list as well. A zone or a language is written out in
 * the formula, so that it can be checked.
 */
export type Takes =
  'text' | 'number' | 'date' | 'dateOrInstant' | 'boolean' | 'list' | 'value' | 'anything' | 'zone' | 'language'

export interface Example {
  readonly formula: string
  /** The referral it looks at, where it looks at one. */
  readonly with?: JsonObject
  readonly gives: Json
}

export type Run =
  /** Arguments are worked out first; one that is left out is blank. */
  | { readonly with: (context: Context, a: Value, b: Value, c: Value) => Value }
  | { readonly withAll: (context: Context, args: readonly Value[]) => Value }
  /** Works its arguments out itself, and only those it needs. */
  | { readonly lazily: (args: readonly Thunk[]) => Thunk }

export const param = (name: string, takes: Takes): Param => ({ name, takes })
export const optional = (name: string, takes: Takes): Param => ({ name, takes, optional: true })
export const repeated = (name: string, takes: Takes): Param => ({ name, takes, repeats: true })
