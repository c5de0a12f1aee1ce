// A formula as a tree. Spans count characters of the formula's own text; whoever owns the file turns them into lines.

import type { Decimal } from '../model/decimal.ts'
import type { Code } from '../model/ids.ts'

export interface At {
  readonly start: number
  readonly end: number
}

export type Expression =
  | (At & { readonly is: 'text'; readonly value: string })
  | (At & { readonly is: 'number'; readonly value: Decimal })
  | (At & { readonly is: 'boolean'; readonly value: boolean })
  | (At & { readonly is: 'blank' })
  | Path
  | Call
  | (At & { readonly is: 'member'; readonly of: Expression; readonly name: Name })
  | (At & { readonly is: 'not' | 'minus'; readonly of: Expression })
  | Binary

export interface Name extends At {
  readonly text: string
}

export interface Path extends At {
  readonly is: 'path'
  readonly names: readonly Name[]
}

export interface Call extends At {
  readonly is: 'call'
  readonly name: Name
  readonly args: readonly Expression[]
}

export interface Binary extends At {
  readonly is: 'binary'
  readonly op: Operator
  /** Where the operator itself stands. */
  readonly sign: At
  readonly left: Expression
  readonly right: Expression
}

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='
export type Operator = Comparison | '+' | '-' | '*' | '/' | '&' | 'and' | 'or'

/** What is wrong with a formula, and where in its text. */
export interface FormulaProblem extends At {
  readonly code: Code
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly hint?: string
  readonly fix?: string
  readonly edit?: { readonly start: number; readonly end: number; readonly text: string }
}

export const pathText = (path: Path): string => path.names.map((name) => name.text).join('.')

/** Longer than any formula a person can read. */
export const formulaLengthMax = 16_384
/** Brackets within brackets, or operators in a row. */
export const depthMax = 200
