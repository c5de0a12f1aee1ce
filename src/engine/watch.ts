// Whoever looks over a pass's shoulder: a progress bar, a list of open answers. Told as it happens; changes nothing.

import type { Receipt } from '#spi'
import type { Change, Plan } from '#core/reconcile/plan'
import type { DealView } from '#core/reconcile/world'

export interface Watch {
  readonly seen?: (views: readonly DealView[]) => void
  readonly planned?: (plan: Plan) => void
  readonly wrote?: (change: Change, outcome: Receipt['outcome']) => void
}
