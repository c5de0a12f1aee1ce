// The checker: reads how a world went and ended, and says which promises were broken. It shares no code with the
// product, so that a mistake in one cannot hide in the other. The numbers of the promises are those of docs/reliability.md.

import type { History } from '../history.ts'
import { checkEconomy } from './economy.ts'
import { checkEdits } from './edits.ts'
import { checkIdentity } from './identity.ts'
import { checkOutcomes } from './outcomes.ts'
import { pairsOf, type Violation } from './pairs.ts'
import { checkStore } from './store.ts'

export type { Violation } from './pairs.ts'

export function check(history: History): readonly Violation[] {
  const pairs = pairsOf(history)
  return [
    ...checkIdentity(history, pairs),
    ...pairs.flatMap((pair) => [...checkEdits(history, pair), ...checkOutcomes(history, pair)]),
    ...checkEconomy(history, pairs),
    ...checkStore(history),
  ]
}
