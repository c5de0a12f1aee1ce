// What a connection can see and do: for `check`, for mapping validation, and for noticing when a schema drifts.

import type { Instant } from '#core/model/instant'
import type { Owner } from '#core/model/owner'
import type { KindSchema, SchemaChange } from '#core/model/schema'
import type { Code } from '#core/model/ids'
import type { Who } from '#core/problem'

export interface Probe {
  /** Who the connection acts as, for people: `dealbridge@fabrikam.example`. */
  readonly account: string
  /** The same, as records name whoever changed them (`changedBy`). */
  readonly user?: string
  /** A stable id of the tenant or org. The ledger is bound to it: another one starts nothing. */
  readonly organization: string
  /** One line for people: host, edition, API version. */
  readonly label: string
  readonly kinds: readonly KindSchema[]
  /** Whom a record may be assigned to. */
  readonly owners: readonly Owner[]
  readonly currencies: readonly string[]
  readonly findings: readonly Finding[]
  /** When what it signs in with ends, where that is known: the day of a certificate. */
  readonly credentialEnds?: Instant
  /** What was added to or taken from the schema lately, where the vendor's own history tells. */
  readonly history?: readonly SchemaChange[]
}

/** One line of `check`. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  readonly what: string
  readonly code?: Code
  readonly consequence?: string
  readonly fix?: string
  readonly who?: Who
}

export type { Choice, FieldSchema, KindSchema, SchemaChange } from '#core/model/schema'
export type { Owner }
