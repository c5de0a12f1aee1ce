// All that a connector sees of us.

import type { Instant } from '#core/model/instant'
import type { Code } from '#core/model/ids'
import type { SecretRef } from './secret.ts'

export interface Host {
  /** The one door to the network: paced, bounded, redacted, and open to the connector's own origins only. */
  readonly http: Http
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** A sealed place for a token that the vendor rotates. A put is on disk when it returns. */
  readonly vault: Vault
  /** Reads what a reference stands for, afresh each time it is asked after a refusal. */
  readonly secrets: Secrets
}

export interface Clock {
  now(): Instant
  /** Milliseconds that never jump, for measuring and pacing. */
  monotonicMs(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Random {
  /** In [0, 1). */
  next(): number
  uuid(): string
}

export interface Vault {
  get(name: string): Promise<string | null>
  put(name: string, secret: string): Promise<void>
  /** What the last put replaced: for a rotated token that the vendor then refuses. Kept until the next put. */
  previous(name: string): Promise<string | null>
}

export interface Secrets {
  read(ref: SecretRef, options?: { readonly fresh?: boolean }): Promise<string>
}

export interface Http {
  /**
   * Sends once. Any status is an answer, not an error; redirects are answers too and are never followed.
   * Throws a TransportFault when there is no whole answer, and a FixConfig when the origin is not allowed.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** What the body must be; another content type is a fault, because a login page is not data. */
  readonly accept?: 'json' | 'any'
  /** How the body is handed over: `base64` for what is not text, such as a certificate. */
  readonly as?: 'text' | 'base64'
  readonly timeoutMs?: number
  /** A static name for logs and metrics: `referrals.list`. Never holds an id. */
  readonly name: string
  /** Does it change anything at the vendor? Then a lost answer means that the outcome is unknown. */
  readonly writes: boolean
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** No whole answer came. `sent` tells whether the vendor may have seen the request. */
export class TransportFault extends Error {
  readonly why: TransportFailure
  readonly sent: boolean
  constructor(why: TransportFailure, sent: boolean, cause?: unknown) {
    super(`no answer: ${why}`, { cause })
    this.why = why
    this.sent = sent
  }
}

export type TransportFailure =
  'name-not-found' | 'refused' | 'connect-timeout' | 'timeout' | 'cut' | 'tls' | 'too-large' | 'not-json' | 'aborted'

/** The only things a log line may hold. Names of customers, people and deals have no place to stand here. */
export interface LogFacts {
  readonly code?: Code
  readonly pipeline?: string
  readonly connection?: string
  readonly run?: string
  readonly referral?: string
  readonly record?: string
  readonly kind?: string
  readonly change?: string
  readonly field?: string
  readonly call?: string
  readonly status?: number
  readonly ms?: number
  readonly count?: number
  readonly attempt?: number
  readonly bytes?: number
  readonly at?: string
  readonly file?: string
  readonly line?: number
  readonly requestId?: string
  readonly signal?: string
  readonly version?: string
  readonly value?: number | boolean
  readonly error?: unknown
}

export interface Log {
  debug(event: string, facts?: LogFacts): void
  info(event: string, facts?: LogFacts): void
  warn(event: string, facts?: LogFacts): void
  error(event: string, facts?: LogFacts): void
  /** The same log with facts added to every line. */
  with(facts: LogFacts): Log
}
