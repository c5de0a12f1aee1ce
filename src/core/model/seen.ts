// What we last saw on one side of a link, and which states of it are older. Replicas lag: an answer may show a record as
// it was before our own write, or before a state that was acted on already. To read that as news would undo what
// happened since.

import { z } from 'zod'
import type { Version } from './ids.ts'
import { later, type Instant } from './instant.ts'

const named = <T extends string>() => z.string().transform((text) => text as T)

export const Seen = z.object({
  /** The state in which there was nothing to do; null when nothing of the sort is known. */
  version: named<Version>().nullable(),
  /** The vendor's stamp of the newest state that was acted on. */
  at: named<Instant>().nullable(),
  /** The state that was acted on last. */
  acted: named<Version>().optional(),
  /** States that are known to be replaced, newest first. */
  older: z.array(named<Version>()).optional(),
  /** Until then an older answer is taken for a lagging replica's, and waited out. */
  freshUntil: named<Instant>().optional(),
})
export type Seen = z.infer<typeof Seen>

export interface StateMark {
  readonly version: Version
  readonly changedAt: Instant
}

export const unseen: Seen = { version: null, at: null }

/** How long a replica of a vendor may lag behind. Older answers within that time are no news. */
export const replicaLagMs = 10 * 60_000

const olderMax = 5

/** Believed for a while only: a clock may have been set back, and a write may have changed nothing. */
export function isOlder({ freshUntil, older, at }: Seen, state: StateMark, now: Instant): boolean {
  if (freshUntil === undefined || freshUntil <= now) return false
  return older?.includes(state.version) === true || (at !== null && state.changedAt < at)
}

/** A plan rests on this state: what was acted on before is older. */
export function actedOn(seen: Seen, { version, changedAt }: StateMark, now: Instant): Seen {
  const older = seen.acted === undefined || seen.acted === version ? seen.older : withOlder(seen.older, seen.acted)
  return {
    version: seen.version === version ? version : null,
    at: changedAt,
    acted: version,
    ...(older ? { older: older.filter((one) => one !== version) } : {}),
    freshUntil: later(now, replicaLagMs),
  }
}

/**
 * Our own write has replaced a state. What the vendor made of it is compared like any other, so it is not named seen; but
 * whatever is acted on after it makes it old.
 */
export function replaced(seen: Seen, version: Version | null, by: { made: Version | null; now: Instant }): Seen {
  const { acted: _, ...rest } = seen
  const older = version === null ? seen.older : withOlder(seen.older, version)
  return {
    ...rest,
    version: null,
    ...(by.made === null ? {} : { acted: by.made }),
    ...(older ? { older } : {}),
    freshUntil: later(by.now, replicaLagMs),
  }
}

/** What rests on the state that was acted on was written just now: from here on it is believed for as long again. */
export const believedAnew = (seen: Seen, now: Instant): Seen =>
  seen.acted === undefined ? seen : { ...seen, freshUntil: later(now, replicaLagMs) }

const withOlder = (older: Seen['older'], version: Version): Version[] =>
  [version, ...(older ?? []).filter((one) => one !== version)].slice(0, olderMax)
