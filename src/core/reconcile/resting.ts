// What rests on a change that cannot be written now waits with it: a record without its account is never sent half. The
// deals it belongs to are told why, also when the change they wait for is another deal's.

import type { ChangeId, LinkKey } from '../model/ids.ts'
import { later, type Instant } from '../model/instant.ts'
import type { Link } from '../model/link.ts'
import { inputsOf, refusalSubject } from './change.ts'
import type { Change } from './plan.ts'
import { waitFrom } from './waits.ts'

interface Known {
  /** As they will be remembered; added to here. */
  readonly links: Map<LinkKey, Link>
  readonly before: readonly Link[]
  readonly now: Instant
}

/** A change that cannot be written now, and why. */
interface Cause {
  readonly root: Change
  readonly why: NonNullable<Change['why']>
}

/** How long until a deal looks again whether what it rests on exists by now. */
const lookAgainMs = 60 * 60_000

/** Takes changes in their order: whatever one rests on comes before it. */
export function restingOn(ordered: readonly Change[], known: Known): readonly Change[] {
  const stuck = new Map<ChangeId, Change>()
  return ordered.map((change) => {
    const root = change.after.map((id) => stuck.get(id)).find((found) => found !== undefined)
    if (!root && change.state !== 'ready') stuck.set(change.id, change)
    if (!root?.why) return change
    stuck.set(change.id, root)
    tell(change, { root, why: root.why }, known)
    return { ...change, state: 'refused', why: root.why }
  })
}

function tell(change: Change, { root, why }: Cause, { links, before, now }: Known): void {
  const was = before.find(({ key }) => key === change.link)
  const link = links.get(change.link) ?? was
  const subject = refusalSubject(root.id)
  if (!link || link.waiting.some((wait) => wait.subject === subject)) return
  const known = was?.waiting.find((wait) => wait.subject === subject)
  const wait = known ?? {
    ...waitFrom(
      { for: 'problem', subject, ...why, until: why.until ?? later(now, lookAgainMs) },
      was?.waiting ?? [],
      now,
    ),
    inputs: inputsOf(root),
  }
  links.set(link.key, { ...link, waiting: [...link.waiting, wait] })
}
