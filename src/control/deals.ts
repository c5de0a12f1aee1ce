// Finds the deal a person means: by the beginning of a referral's id, or by the id of a CRM record.

import { NeedsHuman } from '#core/errors'
import { linkKey } from '#core/model/ids'
import { baseValue, type Link } from '#core/model/link'
import { textOf } from '#core/model/json'
import type { Runner } from '#assembly/runner'
import type { Notebook } from './notebook.ts'

export interface FoundDeal {
  readonly runner: Runner
  readonly link: Link
}

/** Fewer characters than this begin the ids of too many. */
export const prefixMin = 4
const shownMax = 5

export async function findDeals(runners: Iterable<Runner>, deal: string): Promise<readonly FoundDeal[]> {
  const key = linkKey(deal.trim())
  const found: FoundDeal[] = []
  for (const runner of runners) {
    const exact = await runner.ledger.get('link', key)
    if (exact) found.push({ runner, link: exact })
  }
  if (found.length > 0 || key.length < prefixMin) return found
  for (const runner of runners)
    for await (const link of runner.ledger.all('link'))
      if (link.key.startsWith(key) || link.record?.toLowerCase() === key) found.push({ runner, link })
  return found
}

/** The one deal that is meant; throws what to do when there is none, or more than one. */
export async function findDeal(runners: Iterable<Runner>, deal: string): Promise<FoundDeal> {
  const found = await findDeals(runners, deal)
  const [only] = found
  if (only && found.length === 1) return only
  throw only ? ambiguous(deal, found) : unknownDeal(deal)
}

export const unknownDeal = (deal: string): NeedsHuman =>
  new NeedsHuman(
    `No deal is known under "${deal}". Give the beginning of the referral's id (four characters at least) or the id of ` +
      'its CRM record; `dealbridge referrals list` shows both.',
    { code: 'DB-1150', who: 'operations' },
  )

const ambiguous = (deal: string, found: readonly FoundDeal[]): NeedsHuman =>
  ambiguousDeal(
    deal,
    found.map(({ runner, link }) => `${link.referral} (${runner.name})`),
  )

export function ambiguousDeal(deal: string, found: readonly string[]): NeedsHuman {
  const choices = found.slice(0, shownMax)
  return new NeedsHuman(
    `"${deal}" fits ${found.length} deals: ${choices.join(', ')}. Give more of the id, or --pipeline.`,
    { code: 'DB-1151', who: 'operations', choices },
  )
}

/** What people call it: as last read, or as both sides last agreed on its name. Empty where neither is known. */
export function titleOf(runner: Runner, notebook: Notebook, link: Link): string {
  const read = notebook.roster.title(link.key)
  if (read !== undefined) return read
  const row = runner.mapping?.rows.find(({ crm }) => /^name$/i.test(crm))
  return row ? textOf(baseValue(link, row.id)) : ''
}
