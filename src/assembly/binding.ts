// A ledger belongs to the organizations it was filled from. Pointed at another tenant or org, its links would name
// records that are not there, and everything would be made again: so nothing starts.

import { FixConfig } from '#core/errors'
import type { Ledger } from '#ledger'
import { putFact, readFact, type FactOf } from './facts.ts'

export interface Organizations {
  readonly source: { readonly connection: string; readonly organization: string }
  readonly target: { readonly connection: string; readonly organization: string }
}

/** Binds a new ledger; throws where one is bound to somebody else. */
export async function bind(ledger: Ledger, now: Organizations): Promise<void> {
  const bound = await readFact(ledger, 'binding')
  const wanted: FactOf<'binding'> = { source: now.source.organization, target: now.target.organization }
  if (bound === null) return await ledger.commit([putFact('binding', wanted)])
  for (const role of ['source', 'target'] as const)
    if (bound[role] !== wanted[role]) throw otherOrganization(now[role], bound[role])
}

export const isBindingError = (error: unknown): boolean => error instanceof FixConfig && error.code === 'DB-1101'

function otherOrganization(now: Organizations['source'], bound: string): FixConfig {
  return new FixConfig(
    `The connection ${now.connection} leads to ${now.organization}, but this ledger belongs to ${bound}. Nothing is ` +
      'read or written. Correct the connection, or give the other organization a ledger of its own (store.path).',
    { code: 'DB-1101', who: 'operations', facts: { connection: now.connection } },
  )
}
