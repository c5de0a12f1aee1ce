// For a vendor that calls us when something changes. A call is a hint and nothing more: it says which record to read
// again, and losing every one of them changes nothing but how soon we look.

import type { Code, Kind, RecordId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Host } from './host.ts'

export interface PushFacet<S> {
  /** Null when these settings ask for no calls. */
  open(settings: S, host: Host): Push | null
}

export interface Push {
  /** Where these settings ask to be called; null where they do not say. */
  readonly address: string | null
  /** Is this call genuine, and what does it say? Never throws for anything a caller may send. */
  verifyAndRead(request: PushRequest, signal: AbortSignal): Promise<PushVerdict>
  /** What is registered at the vendor now, whoever registered it; null when nothing is. */
  registered(signal: AbortSignal): Promise<PushRegistration | null>
  /** Has the vendor call `url` from now on, instead of whatever is registered. */
  register(url: string, signal: AbortSignal): Promise<PushRegistration>
  /** Asks the vendor for a test call, and tells how it went, in the vendor's own word. Waits a bounded time. */
  roundTrip(signal: AbortSignal): Promise<PushTrial>
}

export interface PushRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Exactly as it came: the signature is over these characters. */
  readonly body: string
}

export type PushVerdict =
  /** `hint` is null for a repeated call, a test, and anything that names no record to read. */
  | { readonly genuine: true; readonly status: 200; readonly hint: PushHint | null; readonly test: boolean }
  | { readonly genuine: false; readonly status: 400 | 401 | 413 | 503; readonly code: Code; readonly why: string }

export interface PushHint {
  readonly kind: Kind
  readonly id: RecordId
  /** The record that changed is not this one but one connected to it. */
  readonly related: boolean
  readonly at: Instant | null
}

export interface PushRegistration {
  readonly url: string
  readonly events: readonly string[]
}

export interface PushTrial {
  readonly arrived: boolean
  /** What the vendor says of the delivery: a status, a response code. */
  readonly said: string
}
