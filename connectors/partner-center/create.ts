// One new deal. The API has no key that would make a repeated create harmless, so before anything is sent the deal is
// looked for by the partner's own reference, which it carries from its first moment; a create that was cut off is found.

import { type CreateWrite, NeedsHuman, type Receipt, unreachable } from '#spi'
import { cannotWrite } from './faults.ts'
import { invite } from './invite.ts'
import { isMicrosoftCopy } from './kinds.ts'
import { newDeal } from './new-deal.ts'
import { textsIn } from './patch.ts'
import { versionNow } from './referral.ts'
import type { Parts } from './parts.ts'

export async function create(parts: Parts, write: CreateWrite, signal: AbortSignal): Promise<Receipt> {
  const deal = newDeal(write.fields, write.key)
  if (deal instanceof NeedsHuman) return { outcome: 'refused', error: deal }
  const known = await parts.finder.byReference(deal.reference, signal)
  const own = known.filter((referral) => !isMicrosoftCopy(referral.body))
  if (own.length > 1) return { outcome: 'refused', error: cannotWrite('DB-3412', `${own.length} deals have it.`) }
  const [there] = own
  const receipt: Receipt = there
    ? { outcome: 'already-there', id: there.id, version: versionNow(there) }
    : await made(parts, write, deal.body, signal)
  if (deal.help === null || (receipt.outcome !== 'written' && receipt.outcome !== 'already-there')) return receipt
  return await invite(parts, { own: receipt.id, help: deal.help, soFar: receipt }, signal)
}

async function made(
  { api }: Parts,
  { fields }: CreateWrite,
  body: Parameters<typeof api.create>[0],
  signal: AbortSignal,
): Promise<Receipt> {
  const created = await api.create(body, textsIn(fields), signal)
  switch (created.did) {
    case 'write':
      return { outcome: 'written', id: created.referral.id, version: versionNow(created.referral) }
    case 'find it changed':
      return { outcome: 'stale' }
    case 'lose the answer':
      return { outcome: 'unknown', error: created.error }
    case 'get refused':
      return { outcome: 'refused', error: created.error }
    default:
      return unreachable(created)
  }
}
