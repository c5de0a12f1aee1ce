// One connection of the configuration, opened: its own door to the network, its own part of the vault, a session that
// opens when first needed, and the line every pipeline that uses it shares. It decides nothing about deals.

import type { Host, Secrets, Session, Vault } from '#spi'
import { Line } from '#engine/line'
import type { Party } from '#engine/pipeline'
import { openHttp } from '#platform/transport/http'
import { proxyAddress } from '#platform/transport/proxy'
import { vaultOf } from '#platform/vault'
import type { ConnectionSettings, Limits } from '#settings/settings'
import type { ConnectionName } from '#core/model/ids'
import { lazySession } from './lazy-session.ts'
import type { Machine } from './machine.ts'

export interface Connection {
  readonly name: ConnectionName
  readonly settings: ConnectionSettings
  /** For what a person does with a connection: signing in, probing. */
  readonly host: Host
  readonly session: Session
  readonly party: Party
  close(): Promise<void>
}

export interface OpenedWith {
  readonly machine: Machine
  readonly secrets: Secrets
  readonly vault: Vault
  readonly retries: Limits['retries']
  /** The proxy that leads out, as the settings name it. */
  readonly proxy?: string | null
}

/** One call is tried this often at most; beyond that the line rests and a later pass goes on. */
const triesMax = 4

export function openConnection(
  settings: ConnectionSettings,
  { machine, secrets, vault, retries, proxy = null }: OpenedWith,
): Connection {
  const { clock, random, metrics } = machine
  const { name, connector } = settings
  const log = machine.log.with({ connection: name })
  const http = openHttp({
    connection: name,
    origins: settings.origins,
    clock,
    log,
    metrics,
    pace: settings.requests,
    ...(proxy === null ? {} : { proxy: proxyAddress(proxy, secrets) }),
  })
  const host: Host = { http, clock, random, log, vault: vaultOf(vault, name), secrets }
  const session = lazySession(async () => await connector.open(settings.settings, host))
  const { tries, firstMs, maxMs } = retries
  const line = new Line({ name, clock, random, log, retries: { tries: Math.min(tries, triesMax), firstMs, maxMs } })
  return {
    name,
    settings,
    host,
    session,
    party: { name, session, traits: connector.traits, line },
    close: async () => {
      await session.close()
      http.close()
    },
  }
}
