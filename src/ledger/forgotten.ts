// What goes when a deal is forgotten, the same in every ledger.

import type { LinkKey } from '#core/model/ids'
import type { Ledger, LedgerChange } from './ledger.ts'

/** The link and every intent on its way for it. Intents are few: they last from a write to its receipt. */
export async function changesToForget(ledger: Ledger, link: LinkKey, also: readonly LedgerChange[] = []) {
  const changes: LedgerChange[] = [{ drop: 'link', key: link }, ...also]
  for await (const intent of ledger.all('intent'))
    if (intent.change.link === link) changes.push({ drop: 'intent', key: intent.change.id })
  return changes
}
