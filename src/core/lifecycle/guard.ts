// May a referral move to a stage now, and if not, why not and what can be done instead?

import type { Code } from '../model/ids.ts'
import { isClosed, type Stage } from '../model/stage.ts'
import { unreachable } from '../invariant.ts'
import { transitions } from './transitions.ts'

export type Move =
  | { readonly may: 'stay' }
  /** Send this stage. It is the wanted one, or a stop on the way there. */
  | { readonly may: 'move'; readonly to: Stage; readonly final: boolean; readonly stopOnTheWay: boolean }
  | { readonly may: 'no'; readonly code: Code; readonly because: string }

export function mayMove(from: Stage, to: Stage): Move {
  const verdict = transitions[from][to]
  switch (verdict) {
    case 'same':
      return { may: 'stay' }
    case 'open':
      return { may: 'move', to, final: false, stopOnTheWay: false }
    case 'final':
      return { may: 'move', to, final: true, stopOnTheWay: false }
    case 'accept-first':
      return { may: 'move', to: 'Accepted', final: false, stopOnTheWay: true }
    case 'theirs':
      return { may: 'no', code: 'DB-3102', because: `Only Partner Center itself moves a referral to ${to}.` }
    case 'never':
      return isClosed(from)
        ? {
            may: 'no',
            code: 'DB-3103',
            because: `Microsoft has recorded this deal as ${from}. It cannot be reopened or changed there.`,
          }
        : { may: 'no', code: 'DB-3104', because: `A referral that is ${from} cannot become ${to}.` }
    default:
      return unreachable(verdict)
  }
}
