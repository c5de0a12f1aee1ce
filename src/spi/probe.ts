// What a connection can see and do: for `check`, for mapping validation, and for noticing when a schema drifts.

import type { Owner } from '#core/model/owner'
import type { FieldName } from '#core/model/record'
import type { Code, Kind } from '#core/model/ids'
import type { ValueType } from '#core/model/value'
import type { Who } from '#core/problem'

export interface Probe {
  /** Who the connection acts as, for people: `dealbridge@fabrikam.example`. */
  readonly account: string
  /** A stable id of the tenant or org. The ledger is bound to it: another one starts nothing. */
  readonly organization: string
  /** One line for people: host, edition, API version. */
  readonly label: string
  readonly kinds: readonly KindSchema[]
  /** Whom a record may be assigned to. */
  readonly owners: readonly Owner[]
  readonly currencies: readonly string[]
  readonly findings: readonly Finding[]
}

export interface KindSchema {
  readonly kind: Kind
  readonly label: string
  readonly fields: readonly FieldSchema[]
  /** Which kinds of owner its records may have. */
  readonly ownedBy: readonly Owner['kind'][]
}

export interface FieldSchema {
  readonly name: FieldName
  readonly label: string
  readonly type: ValueType | 'reference'
  readonly creatable: boolean
  readonly updatable: boolean
  /** A create without it is refused. */
  readonly required: boolean
  /** May serve as a key: unique, and found by value. */
  readonly unique: boolean
  readonly lengthMax?: number
  readonly scale?: number
  readonly precision?: number
  /** A closed set of values; absent where any text is accepted. */
  readonly choices?: readonly Choice[]
  readonly references?: readonly Kind[]
  /** Calculated by the vendor: can only be read. */
  readonly calculated?: boolean
}

export interface Choice {
  readonly value: string
  readonly label: string
  readonly active: boolean
  /** For a stage field: what a record with this value is. */
  readonly means?: 'open' | 'won' | 'lost'
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

export type { Owner }
