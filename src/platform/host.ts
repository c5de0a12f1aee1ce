// What one connection gets of us: the door to its own origins, its own part of the vault, a log that names it, and the
// clock, randomness and secrets that all share.

import type { Clock, Host, Log, Random, Secrets, Vault } from '#spi'
import type { Metrics } from '#core/metrics'
import { openHttp } from './transport/http.ts'
import type { PaceRules } from './transport/pace.ts'
import { vaultOf } from './vault.ts'

/** What there is once in a process. */
export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly vault: Vault
  readonly secrets: Secrets
  readonly metrics?: Pick<Metrics, 'call'>
}

export interface HostOptions {
  readonly connection: string
  /** Every origin it may talk to. */
  readonly origins: readonly string[]
  readonly requests: PaceRules
}

export interface OpenHost extends Host {
  /** Ends idle connections; calls in flight go on. */
  close(): void
}

export function openHost(surroundings: Surroundings, { connection, origins, requests }: HostOptions): OpenHost {
  const { clock, random, log, vault, secrets, metrics } = surroundings
  const http = openHttp({ connection, origins, clock, log, pace: requests, ...(metrics ? { metrics } : {}) })
  return {
    http,
    clock,
    random,
    log: log.with({ connection }),
    vault: vaultOf(vault, connection),
    secrets,
    close: () => http.close(),
  }
}
