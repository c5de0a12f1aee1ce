// The configuration as the rest of the house sees it: checked, resolved, units read. Secrets are still references.

import type { Connector, SecretRef } from '#spi'
import type { ConnectionName, PipelineName } from '#core/model/ids'
import type { Limits as ChangeLimits } from '#core/reconcile/limits'
import type { Document } from './schema.ts'

export interface Settings {
  /** The file it was read from, as people name it. */
  readonly file: string
  /** The folder that holds `config/`: relative paths of the file begin here. Absolute. */
  readonly root: string
  readonly profile: string | null
  readonly name: string
  readonly timezone: string
  readonly language: string
  readonly connections: ReadonlyMap<ConnectionName, ConnectionSettings>
  readonly pipelines: readonly PipelineSettings[]
  readonly limits: Limits
  readonly store: StoreSettings
  /** The proxy that leads out: its address, or where that is kept. */
  readonly proxy: string | null
  readonly http: HttpSettings
  readonly alerts: Document['alerts']
  readonly logging: Document['logging']
}

export interface ConnectionSettings {
  readonly name: ConnectionName
  readonly role: 'source' | 'target'
  /** As the file names the connector. */
  readonly type: string
  readonly connector: Connector<unknown>
  /** Parsed by the connector's own schema; for its `open` only. */
  readonly settings: unknown
  /** Every origin it may talk to. */
  readonly origins: readonly string[]
  readonly requests: RequestSettings
}

/** How fast the network door lets it ask. What else a vendor limits is among its connector's own settings. */
export interface RequestSettings {
  readonly parallel: number
  readonly perMinute?: number
}

export interface PipelineSettings {
  readonly name: PipelineName
  readonly source: ConnectionName
  readonly target: ConnectionName
  /** The mapping file. Absolute. */
  readonly mapping: string
  readonly mode: 'observe' | 'review' | 'auto'
  readonly schedule: ScheduleSettings
  readonly reconcile: { readonly everyMs: number; readonly at: string }
}

export interface ScheduleSettings {
  readonly everyMs: number
  readonly jitterMs: number
  /** `06:00-22:00` in the configured zone; null: at any hour. */
  readonly between: string | null
  /** How often outside these hours; null: not at all. */
  readonly outsideMs: number | null
}

export interface Limits {
  readonly changes: ChangeLimits
  readonly retries: {
    readonly tries: number
    readonly firstMs: number
    readonly maxMs: number
    readonly giveUpAfterMs: number
  }
  readonly shutdownMs: number
}

export type StoreSettings =
  | { readonly type: 'memory' }
  | {
      readonly type: 'lowdb'
      /** A directory of its own. Absolute. */
      readonly path: string
      readonly encryptionKey?: SecretRef
      readonly formerKeys?: readonly SecretRef[]
      readonly allowNetworkDisk?: boolean
      readonly keep: { readonly historyMs: number; readonly payloadsMs: number; readonly contactDetailsMs: number }
      readonly backup?: { readonly everyMs: number; readonly to: string; readonly keep: number }
    }

export interface HttpSettings {
  readonly host: string
  readonly port: number
  readonly publicUrl: string | null
  readonly console: { readonly enabled: boolean; readonly editMappings: 'files' | 'gitPatch' | 'readOnly' }
  readonly health: { readonly live: string; readonly ready: string }
  readonly metrics: { readonly path: string; readonly allow: readonly string[] }
}
