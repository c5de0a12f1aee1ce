// Small facts a pipeline keeps in its ledger under a name. What comes back is checked again, whoever wrote it; a fact
// that cannot be read counts as unknown, because every one of them can be found out anew.

import { z } from 'zod'
import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import type { Ledger, LedgerChange } from '#ledger'

const instant = z.string().transform((text) => text as Instant)
const mode = z.enum(['observe', 'review', 'auto'])

export const facts = {
  /** The organizations this ledger belongs to, by the role they play. */
  binding: z.object({ source: z.string(), target: z.string() }),
  /** A mode a person set while the file said another one; it holds until the file says something new. */
  mode: z.object({ mode, over: mode, who: z.string(), at: instant }),
  paused: z.object({ who: z.string(), at: instant }),
  /** When both sides were last compared in full. */
  reconciled: z.object({ at: instant }),
  /** The mapping file that cannot be used, by its words, and since when it has been like that. */
  'refused-mapping': z.object({
    fingerprint: z.string(),
    since: instant,
    /** The version that works in its stead. */
    version: z.int(),
    code: z.custom<Code>((value) => typeof value === 'string'),
    message: z.string(),
  }),
  /** The mapping under which all pairs were last compared, and the brake that stopped what it wanted, if one did. */
  compared: z.object({
    mapping: z.string(),
    stopped: z.object({ message: z.string(), limit: z.number(), wanted: z.number() }).nullable(),
  }),
} as const

export type FactName = keyof typeof facts
export type FactOf<N extends FactName> = z.infer<(typeof facts)[N]>

export async function readFact<N extends FactName>(ledger: Ledger, name: N): Promise<FactOf<N> | null> {
  const kept = await ledger.get('fact', name)
  const parsed = facts[name].safeParse(kept)
  return parsed.success ? (parsed.data as FactOf<N>) : null
}

export const putFact = <N extends FactName>(name: N, value: FactOf<N> & JsonObject): LedgerChange => ({
  put: 'fact',
  key: name,
  value,
})

export const dropFact = (name: FactName): LedgerChange => ({ drop: 'fact', key: name })
