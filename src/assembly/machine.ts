// What the machine lends to everything that is assembled: made by main from the platform, by tests from fakes.

import type { Metrics } from '#core/metrics'
import type { StoreSettings } from '#settings/settings'
import type { KeptLedger } from '#ledger'
import type { Clock, Log, Random, Secrets, Vault } from '#spi'
import type { ReadMapping } from './mapping-draft.ts'

export interface Machine {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  /** Reads references of a configuration whose relative paths begin at `root`. */
  readonly secretsFor: (root: string) => Secrets
  /** The text of a file a person wrote; undefined when there is none. */
  readonly readText: (path: string) => Promise<string | undefined>
  readonly readMapping: ReadMapping
  readonly openLedger: (store: StoreSettings, about: LedgerNeeds) => Promise<KeptLedger>
  /** Nobody else may serve this store while it is held; absent where a store cannot be shared anyway. */
  readonly holdStore?: (store: StoreSettings) => Promise<HeldStore>
  readonly openVault: (store: StoreSettings, secrets: Secrets) => Promise<Vault>
}

export interface HeldStore {
  release(): Promise<void>
}

export interface LedgerNeeds {
  /** One ledger for each pipeline, in a directory of its own. */
  readonly pipeline: string
  readonly secrets: Secrets
  readonly log: Log
}
