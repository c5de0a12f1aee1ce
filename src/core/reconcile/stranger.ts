// Somebody else who writes under our own name: a second dealbridge with the same credentials, a ledger that is older than
// what it once wrote, or a program inside the CRM that acts as our user. Nothing is held up by it, but it is told.

import { baseValue } from '../model/link.ts'
import { later } from '../model/instant.ts'
import { isClosed } from '../model/stage.ts'
import { sameValue } from '../model/value.ts'
import type { LinkedDeal } from './linked-deal.ts'
import type { Wait } from './waits.ts'

const subject = 'stranger'
/** It is told for so long after it was seen last. */
const toldForMs = 24 * 3_600_000

export function strangeHand(deal: LinkedDeal): Wait | null {
  const { frame, link } = deal
  const told = link.waiting.find((wait) => wait.subject === subject)
  const until = isStrange(deal) ? later(frame.now, toldForMs) : (told?.until ?? null)
  if (until === null || until <= frame.now) return null
  return {
    for: 'problem',
    subject,
    code: 'DB-3511',
    message: `This ${link.kind} was changed under the name of dealbridge, and not by this installation.`,
    who: 'operations',
    until,
  }
}

/**
 * Only a deal at rest can tell: while something of it is open, the record may say what people wrote before our own last
 * write. What follows from such a write, by a rule of the CRM, is stamped with our name too: it comes soon after. And once
 * the referral is over, what people change here stays here: the two sides differ for good, whoever writes next.
 */
function isStrange({ frame, link, facts, crm }: LinkedDeal): boolean {
  if (facts.stage === null || isClosed(facts.stage)) return false
  const { freshUntil, version } = link.right
  if (link.unfinished !== undefined || link.waiting.some((wait) => wait.subject !== subject)) return false
  const isFollowing = freshUntil !== undefined && freshUntil > frame.now
  const isOurs = frame.self !== undefined && crm.changedBy === frame.self
  return isOurs && !isFollowing && crm.version !== version && movedInCrm({ frame, link, crm })
}

/**
 * By its fields alone: what both sides last agreed on of those is what the record showed. Of the stage it is not: a deal
 * that was lost before anybody answered is declined at Microsoft, and stays lost here.
 */
function movedInCrm({ frame, link, crm }: Pick<LinkedDeal, 'frame' | 'link' | 'crm'>): boolean {
  return frame.mapping.rows.some((row) => {
    if (row.direction === 'toCrm') return false
    const [base, shown] = [baseValue(link, row.id), row.fromCrm(crm.fields)]
    return base !== undefined && shown.is === 'value' && !sameValue(base, shown.value)
  })
}
