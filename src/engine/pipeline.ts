// What a cycle works with: two connections, a mapping between them, a ledger, and how much it may do. Built by the
// daemon from settings, and by the simulation from fakes; the engine knows no difference.

import type { SourceFacet, TargetFacet, Clock, Log, Random, Session, Traits } from '#spi'
import type { ConnectionName, PipelineName } from '#core/model/ids'
import type { Owner } from '#core/model/owner'
import type { Mapping } from '#core/mapping/mapping'
import type { Limits } from '#core/reconcile/limits'
import type { Ledger } from '#ledger'
import type { Line } from './line.ts'
import type { Meter } from './meter.ts'

/** One connection as a cycle sees it. */
export interface Party {
  readonly name: ConnectionName
  readonly session: Session
  readonly traits: Traits
  /** Every call goes through it: it retries, and rests when the vendor asks for it. Shared by all that use the connection. */
  readonly line: Line
}

export type Mode = 'observe' | 'review' | 'auto'

export interface Pipeline {
  readonly name: PipelineName
  readonly mode: Mode
  readonly mapping: Mapping
  readonly source: Party & { readonly facet: SourceFacet }
  readonly target: Party & { readonly facet: TargetFacet }
  readonly owners: readonly Owner[]
  readonly timezone: string
  /** The CRM's name for the user we act as, where it tells who changed a record. */
  readonly self?: string
  readonly limits: Limits
  /** How long a change that a vendor does not take for now is tried before it waits for a person. */
  readonly giveUpAfterMs?: number
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meter: Meter
}
