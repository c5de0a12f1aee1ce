// Conditions as functions. One that cannot be worked out for a deal is no yes: whoever asks decides what that means.

import { Stop, type Formula } from '../../formula/formula.ts'
import type { Placed } from '../grammar/form.ts'
import type { Env } from '../mapping.ts'
import type { Desk } from './desk.ts'

/** Yes, no, or why it could not be worked out. */
export type Condition = (env: Env) => boolean | Stop

export function conditionOf(desk: Desk, given: Placed<string> | undefined): Condition | undefined {
  const formula = given && desk.formula(given.node, 'condition')
  return formula && runs(formula)
}

const runs =
  (formula: Formula): Condition =>
  (env) => {
    const value = formula.run(env)
    return value instanceof Stop ? value : value === true || value === 'true'
  }
