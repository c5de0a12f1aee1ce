// The formula language: what Excel, Salesforce and Power Fx share, and nothing more. A formula is read (read.ts),
// checked against the names and types there are (check.ts), and turned into closures (evaluate.ts). It is total: no
// loops, no recursion, no code from text, no clock but the run's own, and a bound on every step.
//
// It must not know mappings, files or vendors.

import type { Instant } from '../model/instant.ts'
import type { JsonObject } from '../model/json.ts'
import type { Expression, FormulaProblem } from './ast.ts'
import { checkFormula } from './check.ts'
import type { Scope } from './checking.ts'
import { compile } from './evaluate.ts'
import { readFormula } from './read.ts'
import { typeWords, type Type } from './types.ts'
import { Stop, stepsMax, type Thunk, type Value } from './values.ts'

export type { FormulaProblem } from './ast.ts'
export type { Scope } from './checking.ts'
export { Stop, type Value } from './values.ts'

/** What a formula may look at. `now` is fixed for a run, so that the same formula gives the same answer. */
export interface Sight {
  readonly referral: JsonObject
  readonly crm: JsonObject | null
  readonly now: Instant
}

export interface Formula {
  readonly text: string
  readonly expression: Expression
  readonly type: Type
  /** Every path it reads, in the order of the text. */
  readonly reads: readonly string[]
  /** The value, or why it could not be worked out. Never throws. */
  readonly run: (sight: Sight) => Value | Stop
}

export type CompiledFormula =
  | { readonly ok: true; readonly formula: Formula; readonly problems: readonly FormulaProblem[] }
  | { readonly ok: false; readonly problems: readonly FormulaProblem[] }

/** `condition`: yes or no. `value`: one value that a field can hold. */
export type Wanted = 'condition' | 'value'

/** A leading `=` is the mark of a formula and not part of it; leave it out before calling. */
export function compileFormula(text: string, scope: Scope, wanted: Wanted): CompiledFormula {
  const read = readFormula(text)
  if (!read.ok) return read
  const checked = checkFormula(read.expression, scope)
  const problems = [...read.problems, ...checked.problems, ...unwanted(read.expression, checked.type, wanted)]
  if (problems.some((problem) => problem.severity === 'error')) return { ok: false, problems }
  const thunk = compile(read.expression, checked.types)
  const budget = stepsMax - checked.types.size
  const run = running(thunk, scope.zone ?? 'UTC', budget)
  return {
    ok: true,
    formula: { text, expression: read.expression, type: checked.type, reads: [...checked.reads], run },
    problems,
  }
}

function running(thunk: Thunk, zone: string, budget: number): Formula['run'] {
  return ({ referral, crm, now }) => {
    try {
      return thunk({ referral, crm, now, zone, left: budget })
    } catch (stop) {
      if (stop instanceof Stop) return stop
      throw stop
    }
  }
}

function unwanted(expression: Expression, type: Type, wanted: Wanted): readonly FormulaProblem[] {
  const at = { code: 'DB-2165', severity: 'error', start: expression.start, end: expression.end } as const
  if (wanted === 'condition') {
    if (type.is === 'boolean' || type.is === 'any' || type.is === 'blank') return []
    const what = `A condition is yes or no; this is ${typeWords(type)}.`
    return [{ ...at, what, fix: type.is === 'text' ? 'compare it: … = "value"' : 'compare it with something' }]
  }
  if (type.is !== 'list' && type.is !== 'object') return []
  const fix =
    type.is === 'list' ? 'use JOIN(list, "; "), FIRST(list) or LAST(list)' : 'name one of its fields after a dot'
  return [{ ...at, what: `A field holds one value; this is ${typeWords(type)}.`, fix }]
}
