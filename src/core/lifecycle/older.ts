// The names of the lifecycle before 2020, for partners who still speak them. They cannot be told from the stage alone
// (a Declined may have been a Skipped), so they are derived from the stages a referral is known to have been in.

import { unreachable } from '../invariant.ts'
import type { Stage } from '../model/stage.ts'

export type OlderName =
  'New' | 'Evaluating' | 'Negotiating' | 'Skipped' | 'Missed' | 'Declined' | 'Expired' | 'Won' | 'Lost' | 'Error'

/** The last stage is where it stands now. */
export function olderName(history: readonly Stage[]): OlderName {
  const now = history.at(-1) ?? 'New'
  const wasEvaluated = history.includes('Received')
  switch (now) {
    case 'New':
    case 'Won':
    case 'Lost':
    case 'Error':
      return now
    case 'Received':
      return 'Evaluating'
    case 'Accepted':
      return 'Negotiating'
    case 'Declined':
      return wasEvaluated ? 'Declined' : 'Skipped'
    case 'Expired':
      return wasEvaluated ? 'Expired' : 'Missed'
    default:
      return unreachable(now)
  }
}
