// What only a source of referrals has: its stages, the facts it derives, and which of its properties can be mapped.

import type { Fields } from '#core/model/record'
import type { JsonObject } from '#core/model/json'
import type { Stage, Step } from '#core/model/stage'
import type { ValueType } from '#core/model/value'

export interface SourceFacet {
  /** Pure: the `ref` values of one referral, as `ReferralFacts` and whatever else mappings may use. */
  facts(fields: Fields): JsonObject
  /** How a move to a stage is written, where it can be written at all. */
  readonly moves: Readonly<Partial<Record<Stage, Fields>>>
  /** The field that takes a free-text reason for losing or declining. */
  readonly reasonField: string
  /** The field that holds how far an accepted deal has come, and how each step is written. */
  readonly step: { readonly field: string; readonly write: Readonly<Record<Step, string>> }
  /** Every readable property, classified. */
  readonly properties: readonly Property[]
}

export interface Property {
  /** A dotted path: `details.dealValue`; a path through a list names its members' property. */
  readonly path: string
  readonly type: ValueType | 'object'
  readonly list?: boolean
  /** `both`: may be read and written; `toCrm`: only read; `none`: not for mapping. */
  readonly direction: 'both' | 'toCrm' | 'none'
  /** Known values, where the source has a closed set. */
  readonly values?: readonly string[]
  readonly about: string
  /** Why it cannot go further than it does. */
  readonly why?: string
  readonly personal?: boolean
}
