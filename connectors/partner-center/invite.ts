// Inviting Microsoft: a second referral of the same engagement, addressed to Microsoft. There is at most one: whether it
// is there already is asked before it is made. Our own deal stands by then, so a failure here is never "not written".

import { isSyncError, NeedsHuman, type Receipt, type RecordId, type SyncError } from '#spi'
import { codes } from './codes.ts'
import { cannotWrite } from './faults.ts'
import { isMicrosoftCopy } from './kinds.ts'
import { invitation } from './new-deal.ts'
import { text } from './peek.ts'
import { versionNow } from './referral.ts'
import type { Parts } from './parts.ts'

type Standing = Extract<Receipt, { readonly outcome: 'written' | 'already-there' }>

interface Invitation {
  readonly own: RecordId
  readonly help: string
  /** What became of our own deal. */
  readonly soFar: Standing
}

export async function invite(
  { api, reader }: Parts,
  { own, help, soFar }: Invitation,
  signal: AbortSignal,
): Promise<Receipt> {
  try {
    const deal = await api.read(own, signal)
    const engagementId = deal && text(deal.body, 'engagementId')
    if (!deal || engagementId === null) return { outcome: 'unknown', error: notAsked('the deal has no engagement') }
    const engaged = await reader.engagement(engagementId, signal)
    if (engaged.some(({ body }) => isMicrosoftCopy(body))) return soFar
    const made = await api.create(invitation(deal, help), [], signal)
    if (made.did === 'write') return { ...soFar, outcome: 'written', version: versionNow(deal) }
    return half(made.did === 'find it changed' ? notAsked('it changed meanwhile') : made.error)
  } catch (error) {
    if (isSyncError(error)) return half(error)
    if (signal.aborted) return { outcome: 'unknown', error: notAsked('stopped half-way') }
    throw error
  }
}

/** A refusal is for a person; after anything else the next attempt looks what is there, and goes on from that. */
function half(error: SyncError): Receipt {
  if (!(error instanceof NeedsHuman)) return { outcome: 'unknown', error }
  const message = `${codes['DB-3409']?.title}. ${error.message}`
  return {
    outcome: 'refused',
    error: new NeedsHuman(message, { code: 'DB-3409', who: 'the seller', cause: error, facts: error.facts }),
  }
}

const notAsked = (why: string): NeedsHuman => cannotWrite('DB-3409', `${why}.`)
