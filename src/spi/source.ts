// What only a source of referrals has: its stages, the facts it derives, and which of its properties can be mapped.

import type { JsonObject } from '#core/model/json'
import type { Fields } from '#core/model/record'
import type { SourceModel } from '#core/model/source-model'
import type { ValueType } from '#core/model/value'

export interface SourceFacet extends SourceModel {
  /** Pure: the `ref` values of one referral, as `ReferralFacts` and whatever else mappings may use. */
  facts(fields: Fields): JsonObject
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
