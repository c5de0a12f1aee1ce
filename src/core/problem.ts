// Problems are values: parsers return all of them at once, each saying what, where and how to mend it.

import type { Code } from './model/ids.ts'

/** A place in a file a person can open. Lines and columns count from 1. */
export interface Where {
  readonly file: string
  readonly line: number
  readonly column: number
  /** How many characters of the line the problem covers. */
  readonly length?: number
}

/** Who can mend it: each message goes to that person only. */
export type Who =
  | 'the seller'
  | 'Salesforce admin'
  | 'Dynamics admin'
  | 'Partner Center admin'
  | 'CRM admin'
  | 'operations'
  | 'dealbridge'

export interface Problem {
  readonly code: Code
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly where?: Where
  /** Shown under the underlined words of the line: `did you mean "Amount"?` */
  readonly hint?: string
  readonly fix?: string
  readonly who?: Who
  /** An edit that mends it without a decision: `mappings validate --fix` applies these. */
  readonly edit?: { readonly start: number; readonly end: number; readonly text: string }
}

/** Why one deal cannot be written as it stands; it waits, and says whose turn it is. */
export interface Refusal {
  readonly code: Code
  readonly message: string
  readonly who: Who
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export const parsed = <T>(value: T, warnings: readonly Problem[] = []): Parsed<T> => ({ ok: true, value, warnings })
export const refused = (problems: readonly Problem[]): Parsed<never> => ({ ok: false, problems })
