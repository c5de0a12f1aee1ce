// One update: only what the plan names, guarded by the eTag it was planned on. Moves, additions to lists and invitations
// are looked at once more right before they are sent: a closed deal is closed for good, and nobody is added twice.

import { isClosed, NeedsHuman, type Receipt, type UpdateWrite, unreachable } from '#spi'
import type { Operation } from './api.ts'
import { cannotWrite } from './faults.ts'
import { invite } from './invite.ts'
import { stageFrom } from './lifecycle.ts'
import { missing, type Wish, wishFrom } from './patch.ts'
import { sameText, text } from './peek.ts'
import { eTagOf, isAt, type Referral, renewed, versionNow } from './referral.ts'
import type { Parts } from './parts.ts'

export async function update(parts: Parts, write: UpdateWrite, signal: AbortSignal): Promise<Receipt> {
  const wish = wishFrom(write.fields)
  if (wish instanceof NeedsHuman) return { outcome: 'refused', error: wish }
  const eTag = write.expect === null ? null : eTagOf(write.expect)
  const mustLook = wish.moves || wish.additions.length > 0 || wish.help !== null || eTag === null
  if (!mustLook) return await change(parts, write, { wish, operations: wish.operations, eTag, now: null }, signal)
  const now = await parts.api.read(write.id, signal)
  if (!now) return { outcome: 'refused', error: cannotWrite('DB-3403', 'it is not there any more.') }
  const early = beforeWriting(write, wish, now)
  if (early) return early
  const operations = [...missing(wish, now.body), ...sharing(wish, now), ...wish.operations]
  const changed = await change(parts, write, { wish, operations, eTag: now.eTag, now }, signal)
  if (wish.help === null || (changed.outcome !== 'written' && changed.outcome !== 'already-there')) return changed
  return await invite(parts, { own: write.id, help: wish.help, soFar: changed }, signal)
}

/** A look right before a move: the server may not heed If-Match, and a closed deal is closed for good. */
function beforeWriting(write: UpdateWrite, wish: Wish, now: Referral): Receipt | null {
  const stage = stageFrom(text(now.body, 'status'), text(now.body, 'substatus'))
  if (wish.moves && isWhereWanted(write, now)) return { outcome: 'already-there', id: now.id, version: versionNow(now) }
  if (write.expect !== null && !isAt(now, write.expect)) return { outcome: 'stale' }
  if (stage !== null && isClosed(stage))
    return { outcome: 'refused', error: cannotWrite('DB-3402', `it is ${stage} at Partner Center, which is final.`) }
  const isCosell = sameText(text(now.body, 'type'), 'Shared')
  if (isCosell && missing(wish, now.body).some(({ path }) => path === '/customerProfile/team/-'))
    return {
      outcome: 'refused',
      error: cannotWrite('DB-3407', 'the contacts of a co-sell deal are fixed.', 'customerProfile.team'),
    }
  return null
}

/** Closed as we would close it: an earlier attempt arrived, or somebody else did the same. */
function isWhereWanted({ fields }: UpdateWrite, { body }: Referral): boolean {
  const wanted = stageFrom(text(fields, 'status'), text(fields, 'substatus'))
  const stage = stageFrom(text(body, 'status'), text(body, 'substatus'))
  return wanted !== null && isClosed(wanted) && wanted === stage
}

/** A deal that Microsoft is invited to is shared with it, by the deal's own words. */
function sharing({ help }: Wish, { body }: Referral): readonly Operation[] {
  if (help === null || sameText(text(body, 'type'), 'Shared')) return []
  return [
    { op: 'replace', path: '/type', value: 'Shared' },
    { op: 'replace', path: '/consent/consentToShareReferralWithMicrosoftSellers', value: true },
  ]
}

interface Patching {
  readonly wish: Wish
  readonly operations: readonly Operation[]
  readonly eTag: string | null
  readonly now: Referral | null
}

async function change(
  { api }: Parts,
  { id, expect }: UpdateWrite,
  { wish, operations, eTag, now }: Patching,
  signal: AbortSignal,
): Promise<Receipt> {
  if (operations.length === 0) return { outcome: 'already-there', id, version: now ? versionNow(now) : expect }
  const patch = { operations, ifMatch: eTag, moves: wish.moves, sent: wish.sent }
  const written = await api.change(id, patch, signal)
  switch (written.did) {
    case 'write':
      return { outcome: 'written', id, version: written.eTag === null ? null : renewed(expect, written.eTag) }
    case 'find it changed':
      return { outcome: 'stale' }
    case 'lose the answer':
      return { outcome: 'unknown', error: written.error }
    case 'get refused':
      return { outcome: 'refused', error: written.error }
    default:
      return unreachable(written)
  }
}
