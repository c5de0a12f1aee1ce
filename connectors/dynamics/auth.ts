// The access token: obtained when it is first needed, kept in memory until shortly before it ends, renewed once for all
// who wait for it. A refused credential is not tried again for a minute, unless its secret has changed meanwhile.

import { FixConfig, type Host, type SyncError } from '#spi'
import { machineToken } from './machine-identity.ts'
import { applicationToken } from './application-token.ts'
import type { Grant, Granted } from './grant.ts'
import { audienceOf, type Settings } from './settings.ts'
import { tokenFault } from './token-fault.ts'

export interface AuthSource {
  /** Null where the connection needs no sign-in. */
  token(): Promise<string | null>
  /** After a 401: a token other than the refused one. */
  renewed(refused: string): Promise<string | null>
  /** A fresh token was refused too: nobody asks for another for a minute. */
  distrust(because: SyncError): void
  close(): void
}

/** Renewed this long before it ends, or at half of a short life. */
const renewBeforeMs = 5 * 60_000
const lifeMaxMs = 24 * 60 * 60_000
/** For a token that does not say how long it lives, or says something odd. */
const assumedLifeMs = 5 * 60_000
const quietMs = 60_000

export function openAuth(settings: Settings, host: Host): AuthSource {
  const grant = grantOf(settings, host)
  if (grant) return new Tokens(grant, host)
  return {
    token: () => Promise.resolve(null),
    renewed: () => Promise.resolve(null),
    distrust: () => undefined,
    close: () => undefined,
  }
}

function grantOf(settings: Settings, host: Host): Grant | null {
  const { auth } = settings
  if (auth.flow === 'none') return null
  if (auth.flow === 'managedIdentity') return machineToken(auth, audienceOf(settings), host)
  return applicationToken(settings, auth, host)
}

class Tokens implements AuthSource {
  readonly #grant: Grant
  readonly #host: Host
  readonly #closed = new AbortController()
  #kept: { readonly token: string; readonly until: number } | null = null
  #pending: Promise<string> | null = null
  #failed: { readonly error: SyncError; readonly until: number } | null = null

  constructor(grant: Grant, host: Host) {
    this.#grant = grant
    this.#host = host
  }

  async token(): Promise<string> {
    const now = this.#host.clock.monotonicMs()
    return this.#kept && now < this.#kept.until ? this.#kept.token : await this.#renew(false)
  }

  async renewed(refused: string): Promise<string> {
    if (this.#kept && this.#kept.token !== refused) return this.#kept.token
    this.#kept = null
    return await this.#renew(true)
  }

  distrust(because: SyncError): void {
    this.#kept = null
    this.#failed = { error: because, until: this.#host.clock.monotonicMs() + quietMs }
  }

  close(): void {
    this.#closed.abort()
  }

  /** One request for all who wait. */
  #renew(fresh: boolean): Promise<string> {
    this.#pending ??= this.#request(fresh).finally(() => {
      this.#pending = null
    })
    return this.#pending
  }

  async #request(fresh: boolean): Promise<string> {
    const { clock } = this.#host
    if (this.#failed && clock.monotonicMs() < this.#failed.until) throw this.#failed.error
    this.#failed = null
    const granted = await this.#granted(fresh)
    const life = lifeMs(granted.lifeSeconds)
    this.#kept = { token: granted.token, until: clock.monotonicMs() + life - Math.min(renewBeforeMs, life / 2) }
    return granted.token
  }

  /** A secret that was replaced where it lives is read once more before its refusal counts. */
  async #granted(fresh: boolean): Promise<Granted> {
    try {
      return await this.#grant(fresh, this.#closed.signal)
    } catch (first) {
      const fault = tokenFault(first, this.#host)
      if (!(fault instanceof FixConfig)) throw fault
      if (fresh) throw this.#remember(fault)
      return await this.#secondTry()
    }
  }

  async #secondTry(): Promise<Granted> {
    try {
      return await this.#grant(true, this.#closed.signal)
    } catch (second) {
      const fault = tokenFault(second, this.#host)
      throw fault instanceof FixConfig ? this.#remember(fault) : fault
    }
  }

  #remember(fault: FixConfig): FixConfig {
    this.#failed = { error: fault, until: this.#host.clock.monotonicMs() + quietMs }
    return fault
  }
}

function lifeMs(seconds: number | undefined): number {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds <= 0) return assumedLifeMs
  return Math.min(seconds * 1000, lifeMaxMs)
}
