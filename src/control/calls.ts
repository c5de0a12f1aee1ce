// How many calls it takes to write a plan, about: writes to one system travel together, as many as it takes at once.

import type { Plan, Side } from '#core/reconcile/plan'
import type { Traits } from '#spi'

export type BatchSizes = Readonly<Record<Side, Pick<Traits, 'batchMax'>>>

export function callsFor({ changes }: Pick<Plan, 'changes'>, sizes: BatchSizes): number {
  const ready = changes.filter(({ state }) => state === 'ready')
  return (['referral', 'crm'] as const).reduce((calls, side) => {
    const writes = ready.filter((change) => change.side === side).length
    return calls + Math.ceil(writes / Math.max(1, sizes[side].batchMax))
  }, 0)
}
