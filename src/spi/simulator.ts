// A pretended vendor: its state and its answers. The sandbox and the tests serve it over real HTTP; it never listens
// by itself. It is written from the vendor's documentation, never from our own client.

import type { Instant } from '#core/model/instant'
import type { Kind, RecordId } from '#core/model/ids'
import type { Fields } from '#core/model/record'

export interface Simulator {
  readonly name: string
  handle(call: SimulatedCall): Promise<SimulatedAnswer>
  /** Lets time-driven things happen (an expiry, a webhook retry) after its clock was turned. */
  tick(): Promise<void>
  /** For stories and checks: what a person would see on the vendor's own screen. */
  readonly desk: Desk
}

export interface SimulatedCall {
  readonly method: string
  /** Path and query, as sent. */
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SimulatedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The hands of pretended people at the vendor. Fields and kinds are the vendor's own. */
export interface Desk {
  all(kind: Kind): readonly DeskRecord[]
  read(kind: Kind, id: RecordId): DeskRecord | undefined
  add(kind: Kind, fields: Fields): RecordId
  edit(kind: Kind, id: RecordId, fields: Fields): void
  remove(kind: Kind, id: RecordId): void
}

export interface DeskRecord {
  readonly id: RecordId
  readonly changedAt: Instant
  readonly fields: Fields
}

export interface SimulatorOptions {
  /** Its own clock, which the sandbox can turn. */
  readonly now: () => Instant
  readonly random: () => number
  /** Where it is served, for the absolute links in its answers. Known only after the port is. */
  readonly baseUrl: () => string
}
