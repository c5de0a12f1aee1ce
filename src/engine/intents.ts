// Open intents: writes that were sent, or were about to be, and of which no result is known. They stay until the vendor
// shows what became of them; meanwhile they are evidence in every plan about their deal.

import type { ChangeId, LinkKey } from '#core/model/ids'
import { msOf } from '#core/model/instant'
import type { Change, Side } from '#core/reconcile/plan'
import type { Ledger } from '#ledger'
import type { Intent } from '#ledger/entries'

/** Far more than a crash can leave behind: one batch for each connection. */
const intentsMax = 20_000

export class OpenIntents {
  readonly all: readonly Intent[]
  readonly #byChange: ReadonlyMap<ChangeId, Intent>
  readonly #byLink: ReadonlyMap<LinkKey, readonly Intent[]>

  /** In the order in which they were sent. */
  constructor(intents: readonly Intent[]) {
    this.all = intents.toSorted((a, b) => msOf(a.at) - msOf(b.at))
    this.#byChange = new Map(this.all.map((intent) => [intent.change.id, intent]))
    this.#byLink = Map.groupBy(this.all, ({ change }) => change.link)
  }

  of(change: ChangeId): Intent | undefined {
    return this.#byChange.get(change)
  }

  get creates(): readonly Intent[] {
    return this.all.filter(({ change }) => change.write.do === 'create')
  }

  /** Updates of one side of a deal. */
  updates(link: LinkKey, side: Side): readonly Intent[] {
    return (this.#byLink.get(link) ?? []).filter(({ change }) => isUpdate(change) && change.side === side)
  }
}

const isUpdate = ({ write }: Change): boolean => write.do === 'update'

export async function openIntents(ledger: Ledger): Promise<OpenIntents> {
  const intents: Intent[] = []
  for await (const intent of ledger.all('intent')) {
    intents.push(intent)
    if (intents.length >= intentsMax) break
  }
  return new OpenIntents(intents)
}
