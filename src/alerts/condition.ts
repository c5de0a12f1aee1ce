// What can be told of, as it stands at one moment. It holds ids, codes, counts and times: whoever makes one has no place
// to put a customer's name.

import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { AlertEvent } from '#settings/schema/alerts'

export interface Condition {
  readonly event: AlertEvent
  /** What it is about: the same for as long as it stands. */
  readonly subject: string
  /** Null for what several pipelines share: a connection. */
  readonly pipeline: string | null
  readonly connection: string | null
  readonly since: Instant
  /** When it is too late. */
  readonly due: Instant | null
  readonly code: Code | null
  /** Deals it concerns. */
  readonly count: number
  /** Some of them, by id. */
  readonly referrals: readonly string[]
  /** Where it is opened; holds an id at most. */
  readonly url: string | null
}

export interface PipelineSight {
  readonly name: string
  /** When its last pass that did what it should began; null when that is not known. */
  readonly lastGood: Instant | null
  /** Nothing can be said of it just now: somebody paused it. */
  readonly isSilent: boolean
}

/** Everything that stands, whether or not anybody was told. */
export interface Sight {
  readonly now: Instant
  readonly pipelines: readonly PipelineSight[]
  readonly conditions: readonly Condition[]
}
