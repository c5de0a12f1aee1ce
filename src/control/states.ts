// How a link stands, in one word, and how many stand so.

import type { Link } from '#core/model/link'
import type { LinkStates } from '#core/metrics'
import type { Ledger } from '#ledger'

export type LinkState = 'in-step' | 'waiting' | 'stuck' | 'paused'

/** Stuck: something is wrong. Waiting: for a time, or for a person to choose. */
export function stateOf(link: Link): LinkState {
  if (link.paused) return 'paused'
  if (link.waiting.some((wait) => wait.for === 'problem')) return 'stuck'
  return link.waiting.length > 0 ? 'waiting' : 'in-step'
}

export interface Counted extends LinkStates {
  readonly linked: number
  readonly heldByCode: Readonly<Record<string, number>>
}

/** Looks at every link: not for every pass. */
export async function countLinks(ledger: Ledger): Promise<Counted> {
  const counts = { linked: 0, inStep: 0, waiting: 0, stuck: 0 }
  const heldByCode = new Map<string, number>()
  for await (const link of ledger.all('link')) {
    counts.linked += link.record === null || link.unshared ? 0 : 1
    const state = stateOf(link)
    if (state === 'in-step') counts.inStep += 1
    else if (state === 'stuck') counts.stuck += 1
    else counts.waiting += 1
    for (const { code } of link.waiting) heldByCode.set(code, (heldByCode.get(code) ?? 0) + 1)
  }
  return { ...counts, heldByCode: Object.fromEntries(heldByCode) }
}
