// What comes back about mappings, as plain values: printed by the command line, drawn by the console, sent as JSON.

import type { Instant } from '#core/model/instant'
import type { Json } from '#core/model/json'
import type { MappingVersion } from '#assembly/mapping-versions'
import type { Probe } from '#spi'

export interface SchemaAnswer {
  readonly connection: string
  /** When the CRM was asked; null when nobody has yet. */
  readonly at: Instant | null
  readonly probe: Probe | null
}

export interface Versions {
  readonly schema: 'dealbridge.mapping-versions/v1'
  readonly pipeline: string
  /** The mapping file. Absolute. */
  readonly path: string
  /** Oldest first; the newest is the one that works. */
  readonly versions: readonly MappingVersion[]
  /** The words of the version that was asked for; null when they are not kept any more. */
  readonly text: string | null
}

export interface Publication {
  readonly schema: 'dealbridge.mapping-publication/v1'
  readonly pipeline: string
  readonly version: MappingVersion
  /** False where this very file had been published before. */
  readonly isNew: boolean
}

export interface Preview {
  readonly schema: 'dealbridge.mapping-preview/v1'
  readonly pipeline: string
  /** The mapping's own name. */
  readonly mapping: string
  /** The version it is compared with; null where the pipeline has not worked yet. */
  readonly version: number | null
  /** Does it say something else than that version? */
  readonly isDraft: boolean
  readonly deal: PreviewedDeal | null
  readonly impact: Impact | null
}

export interface PreviewedDeal {
  readonly title: string
  readonly referral: string
  readonly record: string | null
  /** Why it is left alone, where it is. */
  readonly skipped: string | null
  readonly values: readonly PreviewedValue[]
}

/** One value a mapping makes of a deal, beside what the published one makes of it. */
export interface PreviewedValue {
  /** `Amount`, `details.notes`, `Account.Name`. */
  readonly name: string
  readonly direction: 'toCrm' | 'toReferral' | 'both'
  readonly value: Json
  /** Why there is no value. */
  readonly problem: string | null
  /** What the published mapping makes of it; absent where it has no such row. */
  readonly was?: Json
  readonly isChanged: boolean
  /** `mappings/cosell.yaml:78` */
  readonly rule: string
  /** `details.dealValue`, `formula`. */
  readonly from: string
}

/** What a mapping would change that the published one would not, over all linked deals. */
export interface Impact {
  /** Deals that were compared. */
  readonly linked: number
  /** Deals of which something would be written. */
  readonly deals: number
  /** How often each field would be written, most often first. */
  readonly fields: readonly { readonly name: string; readonly count: number }[]
  readonly outcomes: number
  /** Deals that could not be written any more. */
  readonly refusals: number
  readonly refusalCodes: readonly string[]
  /** Records it would make of referrals that have none yet. */
  readonly creates: number
  /** Calls it takes to write all that, about. */
  readonly calls: number
  /** So many deals at once wait for a person to agree. */
  readonly waits: boolean
}
