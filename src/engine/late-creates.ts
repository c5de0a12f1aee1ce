// Creates that may still turn up: their answer was lost, and no field at the vendor holds their key, so nothing but time
// tells "not made" from "still on its way". How long that takes is the vendor's: none at all where a record's id follows
// from its key, some seconds where only a request may still be under way, longer where answers come from replicas.

import type { Clock } from '#spi'
import { later, msOf, type Instant } from '#core/model/instant'
import { replicaLagMs } from '#core/model/link'
import type { Intent } from '#ledger/entries'
import type { OpenIntents } from './intents.ts'
import type { Party } from './pipeline.ts'

/** A pass waits so long at most; what takes longer is left to a later one. */
const waitMaxMs = 15_000

type Of = Pick<Party, 'traits'>

/** When the last try of a create without a key can no longer turn up; null for everything else. */
export function lateUntil({ change, at }: Intent, { traits }: Of): Instant | null {
  const { write } = change
  if (write.do !== 'create' || write.keyField !== null) return null
  return later(at, traits.lateCreatesMs ?? replicaLagMs)
}

/** Lets what may still turn up do so, where that is a matter of seconds: then one look settles it. */
export async function awaitLateCreates(
  { clock, source, target }: { readonly clock: Clock; readonly source: Of; readonly target: Of },
  open: OpenIntents,
  signal: AbortSignal,
): Promise<void> {
  const left = open.creates.flatMap((intent) => {
    const until = lateUntil(intent, intent.change.side === 'crm' ? target : source)
    return until === null ? [] : [msOf(until) - msOf(clock.now())]
  })
  const soon = left.filter((ms) => ms > 0 && ms <= waitMaxMs)
  if (soon.length > 0) await clock.sleep(Math.max(...soon), signal)
}
