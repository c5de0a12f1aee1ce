// The part of a connection that its vendor calls, opened once: the door that hears the calls, and whoever registers it
// or tries it, share what it knows.

import type { Push } from '#spi'
import type { Connection } from './connection.ts'

const opened = new WeakMap<Connection, Push | null>()

/** Null where the vendor never calls, or the settings ask for no calls. */
export function connectionPush(connection: Connection): Push | null {
  const known = opened.get(connection)
  if (known !== undefined) return known
  const { connector, settings } = connection.settings
  const push = connector.push?.open(settings, connection.host) ?? null
  opened.set(connection, push)
  return push
}
