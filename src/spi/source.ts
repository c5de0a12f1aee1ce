// What only a source of referrals has: its stages, the facts it derives, and which of its properties can be mapped.

import type { JsonObject } from '#core/model/json'
import type { Fields } from '#core/model/record'
import type { Property } from '#core/model/schema'
import type { SourceModel } from '#core/model/source-model'

export interface SourceFacet extends SourceModel {
  /** Pure: the `ref` values of one referral, as `ReferralFacts` and whatever else mappings may use. */
  facts(fields: Fields): JsonObject
  /** Every readable property, classified. */
  readonly properties: readonly Property[]
}

export type { Property }
