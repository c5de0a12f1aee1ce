// What can happen between a connector and its vendor, decided call by call. A wire that is asked for nothing is perfect.

import type { Kind } from '#spi'

export interface FakeCall {
  readonly number: number
  readonly vendor: string
  readonly does: 'changes' | 'find' | 'write' | 'probe'
  /** How many questions or writes it carries; which page it is. */
  readonly size: number
  readonly kinds: readonly Kind[]
}

export type FakeFault =
  /** Nobody answers; nothing was sent. */
  | { readonly do: 'outage' }
  /** The vendor asks for a pause. */
  | { readonly do: 'throttle'; readonly waitMs: number | null }
  /** Cut on the way there: the vendor saw nothing, and the caller cannot know. */
  | { readonly do: 'lose-request' }
  /** The vendor did it; its answer was lost. */
  | { readonly do: 'lose-answer' }
  /** The caller stops waiting; the request arrives later, on its own. */
  | { readonly do: 'delay-request'; readonly ms: number }
  /** Some of a batch could not be locked just now. */
  | { readonly do: 'lock'; readonly every: number }
  /** A replica answers that is this far behind. */
  | { readonly do: 'stale'; readonly behindMs: number }

export type Moment = 'before' | 'effect' | 'answer'

export interface FakeWire {
  /** What happens to this call; null: nothing. */
  fault(call: FakeCall): FakeFault | null
  /** Passed at each moment of each call: time may pass here, others may act, the caller may die. */
  hop(call: FakeCall, moment: Moment): Promise<void>
  /** Does something later, whoever is still there. */
  later(ms: number, what: () => void): void
}

export const perfectWire: FakeWire = {
  fault: () => null,
  hop: () => Promise.resolve(),
  later: (_ms, what) => what(),
}
