// Notices when a field is written again and again: a workflow or another tool always writes it back, or people cannot
// agree. After a few times within an hour we stop, and say so; every hour it is tried once more.

import { later, type Instant } from '../model/instant.ts'
import type { Link } from '../model/link.ts'
import type { Row } from '../mapping/mapping.ts'
import type { Side } from './plan.ts'
import type { Wait } from './waits.ts'

/** A field is written at most so often within this time. */
export const loopWritesMax = 4
export const loopWithinMs = 60 * 60_000

export const latelyName = (side: Side, path: string): string => `${side}:${path}`

/** Until when a field rests; null when it may be written. */
export function restsUntil(link: Link, name: string, now: Instant): Instant | null {
  const times = (link.lately?.[name] ?? []).filter((at) => later(at, loopWithinMs) > now)
  const first = times.at(-loopWritesMax)
  return first === undefined ? null : later(first, loopWithinMs)
}

/** The wait of a group of rows that may not be written to a side just now; null when they may. */
export function loopOf(link: Link, side: Side, rows: readonly Row[], now: Instant): Wait | null {
  for (const row of rows) {
    const path = side === 'crm' ? row.crm : row.referral
    const until = path === null ? null : restsUntil(link, latelyName(side, path), now)
    if (until === null) continue
    const message = `${row.crm} was written ${loopWritesMax} times within an hour, and has changed again. It rests until the hour is over, in case an automation always writes it back.`
    return { for: 'problem', subject: `loop:${row.id}`, code: 'DB-3127', message, who: 'CRM admin', until }
  }
  return null
}
