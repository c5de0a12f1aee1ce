// Deals that somebody asked to forget. Nothing of them is kept but a keyed mark: enough to leave the referral alone when
// it is met again, and too little to tell which one it was.

import { hashOf } from '#core/model/hash'
import type { LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { textOf } from '#core/model/json'
import type { Ledger, LedgerChange } from '#ledger'

const saltName = 'forgotten'
const factName = (salt: string, key: LinkKey): string => `${saltName}/${hashOf(`${salt}|${key}`, 40)}`

const saltOf = async (ledger: Ledger): Promise<string> => textOf((await ledger.get('fact', saltName))?.['salt'])

/** To be kept as the deal is let go of. `fresh` becomes the salt where none is kept yet: random, and never told. */
export async function markForgotten(
  ledger: Ledger,
  key: LinkKey,
  { fresh, at }: { readonly fresh: string; readonly at: Instant },
): Promise<readonly LedgerChange[]> {
  const kept = await saltOf(ledger)
  const salt = kept === '' ? fresh : kept
  return [
    ...(kept === '' ? [{ put: 'fact', key: saltName, value: { salt } } as const] : []),
    { put: 'fact', key: factName(salt, key), value: { at } },
  ]
}

/** Those among them that somebody asked to forget. Costs nothing where nobody ever did. */
export async function forgottenAmong(ledger: Ledger, keys: readonly LinkKey[]): Promise<ReadonlySet<LinkKey>> {
  const salt = keys.length === 0 ? '' : await saltOf(ledger)
  if (salt === '') return new Set()
  const marks = await ledger.getMany(
    'fact',
    keys.map((key) => factName(salt, key)),
  )
  return new Set(keys.filter((_, index) => marks[index] !== undefined))
}
