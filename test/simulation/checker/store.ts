// What cannot be written down is not done (I26): after a commit that failed, nothing is tried anywhere until the process
// has been started again.

import type { History } from '../history.ts'
import type { Violation } from './pairs.ts'

export function checkStore({ attempts, blurs, lives, story }: History): readonly Violation[] {
  // A request that was late on its way was sent while the disk was still well.
  if (story.manners.delayRequest > 0) return []
  return blurs.flatMap(({ atMs, what }) => {
    if (what !== 'disk') return []
    const againMs = lives.find((beganMs) => beganMs > atMs) ?? Number.POSITIVE_INFINITY
    const unheeded = attempts.find((attempt) => attempt.atMs > atMs && attempt.atMs < againMs)
    return unheeded
      ? [{ invariant: 'I26', referral: unheeded.id ?? '', what: `written at ${unheeded.atMs}, after the disk failed` }]
      : []
  })
}
