// The last stage: what is remembered of the pass as a whole. The bookmarks move only now, and only when everything
// they stand for is either written, waiting with a reason, or known to need nothing.

import { later } from '#core/model/instant'
import type { LedgerChange } from '#ledger'
import type { Pipeline } from './pipeline.ts'
import type { Seen } from './read.ts'

/** A quiet pass commits nothing; but a bookmark is not left behind for longer than this. */
const bookmarkEveryMs = 15 * 60_000
/** More records than this are not read twice just to save a commit. */
const rereadMax = 200

export async function record(pipeline: Pipeline, seen: Seen, options: { readonly quiet: boolean }): Promise<void> {
  const { ledger, clock } = pipeline
  const now = clock.now()
  const many = seen.referrals.size + seen.records.size > rereadMax
  const moves: LedgerChange[] = []
  for (const { stream, cursor, moved } of seen.bookmarks) {
    const known = await ledger.get('bookmark', stream)
    const old = known === undefined || later(known.at, bookmarkEveryMs) <= now
    if (moved && (!options.quiet || many || old))
      moves.push({ put: 'bookmark', key: stream, value: { cursor, at: now } })
  }
  if (moves.length > 0) await ledger.commit(moves)
}
