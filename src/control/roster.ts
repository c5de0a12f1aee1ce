// Which referrals Microsoft will close unless somebody answers, and what open deals are called. Filled from every deal a
// pass looks at. Names of customers stay in memory; only ids and deadlines are kept on disk, for the next start.

import { z } from 'zod'
import { linkKey, type LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { DealView } from '#core/reconcile/world'
import type { Ledger, LedgerChange } from '#ledger'

export interface Awaited {
  readonly referral: string
  readonly answerBy: Instant
  readonly kind: string
  readonly createdAt: Instant | null
  readonly wantsCallBack: boolean
  /** Where it is opened at its source; holds its id and nothing else. */
  readonly url: string | null
}

/** Deadlines kept: the soonest. Nobody acts on the ten-thousandth. */
const keptMax = 1_000
const titlesMax = 50_000
const factKey = 'unanswered'

const instant = z.string().transform((text) => text as Instant)

const Kept = z.object({
  referrals: z.array(
    z.object({
      referral: z.string(),
      answerBy: instant,
      kind: z.string(),
      createdAt: instant.nullable().default(null),
      wantsCallBack: z.boolean().default(false),
      url: z.string().nullable().default(null),
    }),
  ),
})

function awaitedOf(referral: string, answerBy: Instant, facts: DealView['facts']): Awaited {
  const { kind = 'unknown', createdAt = null, wantsCallBack = false, url = null } = facts ?? {}
  return { referral, answerBy, kind, createdAt, wantsCallBack, url }
}

export class Roster {
  readonly #awaited: Map<LinkKey, Awaited>
  readonly #titles = new Map<LinkKey, string>()
  #isNew = false

  private constructor(awaited: readonly Awaited[]) {
    this.#awaited = new Map(awaited.map((one) => [linkKey(one.referral), one]))
  }

  static async open(ledger: Ledger): Promise<Roster> {
    const kept = Kept.safeParse(await ledger.get('fact', factKey))
    return new Roster(kept.success ? kept.data.referrals : [])
  }

  see(views: readonly DealView[]): void {
    for (const { referral, facts } of views) {
      if (referral === null) continue
      const key = linkKey(referral.id)
      if (facts) this.#name(key, facts.title)
      const isOpen = facts?.stage === 'New' || facts?.stage === 'Received'
      const answerBy = isOpen && facts.needsAnswer && !referral.gone ? facts.answerBy : null
      const before = this.#awaited.get(key)
      if (before?.answerBy === answerBy || (!before && answerBy === null)) continue
      this.#isNew = true
      if (answerBy === null) this.#awaited.delete(key)
      else this.#awaited.set(key, awaitedOf(referral.id, answerBy, facts))
    }
  }

  forget(key: LinkKey): void {
    this.#isNew = this.#awaited.delete(key) || this.#isNew
    this.#titles.delete(key)
  }

  #name(key: LinkKey, title: string): void {
    this.#titles.delete(key)
    this.#titles.set(key, title)
    const [oldest] = this.#titles.keys()
    if (this.#titles.size > titlesMax && oldest !== undefined) this.#titles.delete(oldest)
  }

  /** Referrals that were seen, by the beginning of their id: also those no pipeline has linked. */
  seenBy(prefix: string): readonly LinkKey[] {
    const keys = new Set([...this.#titles.keys(), ...this.#awaited.keys()])
    return [...keys].filter((key) => key.startsWith(prefix))
  }

  title(key: LinkKey): string | undefined {
    return this.#titles.get(key)
  }

  /** Soonest first. */
  awaited(): readonly Awaited[] {
    return [...this.#awaited.values()].sort((a, b) => (a.answerBy < b.answerBy ? -1 : a.answerBy > b.answerBy ? 1 : 0))
  }

  /** What has to be kept since the last time; nothing when nothing is new. */
  changes(): readonly LedgerChange[] {
    if (!this.#isNew) return []
    this.#isNew = false
    return [
      {
        put: 'fact',
        key: factKey,
        value: {
          referrals: this.awaited()
            .slice(0, keptMax)
            .map((one) => ({ ...one })),
        },
      },
    ]
  }
}
