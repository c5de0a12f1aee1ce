// People at Partner Center's own pages: they see everything and may do what the API would refuse.

import {
  type Desk,
  type DeskRecord,
  type Fields,
  type Instant,
  instantFromMs,
  isList,
  type JsonObject,
  parseInstant,
  recordId,
  REFERRAL,
  withAt,
} from '#spi'
import { complete, completeMember } from './shape.ts'
import type { Held, Store } from './store.ts'
import { settled } from './transitions.ts'

export function openDesk(store: Store): Desk {
  return {
    all: (kind) => (kind === REFERRAL ? [...store.held.values()].map(shown) : []),
    read: (kind, id) => {
      const held = kind === REFERRAL ? store.get(id) : undefined
      return held && shown(held)
    },
    add: (_, fields) => recordId(store.insert(complete(filledIn({}, fields))).id),
    edit: (_, id, fields) => {
      const held = store.get(id)
      if (!held) throw new Error(`there is no referral ${id}`)
      const after = filledIn(held.body, fields)
      store.revise(held, settled(held.body, after, store.stamp()))
    },
    remove: (_, id) => store.remove(id),
  }
}

/** Fields may be named by a dotted path. */
function filledIn(body: JsonObject, fields: Fields): JsonObject {
  let whole = body
  for (const [path, value] of Object.entries(fields)) {
    const entire = isList(value) ? value.map((item) => completeMember(item, path)) : value
    whole = withAt(whole, path, entire)
  }
  return whole
}

const shown = ({ id, body }: Held): DeskRecord => ({ id: recordId(id), changedAt: changedAt(body), fields: body })

function changedAt({ updatedDateTime }: JsonObject): Instant {
  return (typeof updatedDateTime === 'string' ? parseInstant(updatedDateTime) : undefined) ?? instantFromMs(0)
}
