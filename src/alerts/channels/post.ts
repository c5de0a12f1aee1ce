// One message as one HTTP request, and what its answer means. The address is a secret: who has it can write there. So it
// is read when it is needed, stands in no message, and the door leads to its own origin only.

import { isSecureEnough } from '#core/origin'
import {
  FixConfig,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Instant,
  later,
  RetryLater,
  retryAfterMs,
  type SecretRef,
  type Secrets,
  TransportFault,
} from '#spi'

export interface Addressed {
  readonly http: Http
  readonly url: string
}

export interface OpenDoor extends Http {
  close(): void
}

/** Opens the door to an origin, and closes the one before when the address has moved. */
export class Addressee {
  readonly #channel: string
  readonly #ref: SecretRef
  readonly #secrets: Secrets
  readonly #open: (origin: string) => OpenDoor
  #door: { readonly origin: string; readonly http: OpenDoor } | null = null

  constructor(of: {
    readonly channel: string
    readonly ref: SecretRef
    readonly secrets: Secrets
    readonly open: (origin: string) => OpenDoor
  }) {
    this.#channel = of.channel
    this.#ref = of.ref
    this.#secrets = of.secrets
    this.#open = of.open
  }

  async reach(fresh: boolean): Promise<Addressed> {
    const text = (await this.#secrets.read(this.#ref, { fresh })).trim()
    const url = URL.parse(text)
    if (!url || !isSecureEnough(url) || url.username !== '')
      throw new FixConfig(`The address of the alert channel "${this.#channel}" is no https address.`, {
        code: 'DB-1701',
        who: 'operations',
      })
    if (this.#door?.origin !== url.origin) {
      this.#door?.http.close()
      this.#door = { origin: url.origin, http: this.#open(url.origin) }
    }
    return { http: this.#door.http, url: url.href }
  }

  close(): void {
    this.#door?.http.close()
  }
}

const timeoutMs = 30_000

/** Sends once. No answer is an error that passes; a refusal is the caller's to judge. */
export async function sent(
  http: Http,
  request: Omit<HttpRequest, 'timeoutMs' | 'writes' | 'method'>,
  { channel, signal }: { readonly channel: string; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  try {
    return await http.send({ ...request, method: 'POST', timeoutMs, writes: true }, signal)
  } catch (cause) {
    if (!(cause instanceof TransportFault)) throw cause
    throw new RetryLater(`The receiver of the alert channel "${channel}" cannot be reached (${cause.why}).`, {
      code: 'DB-1703',
      cause,
    })
  }
}

/** Throws unless the message was taken. */
export function assertTaken({ status, headers }: HttpAnswer, channel: string, now: Instant): void {
  if (status >= 200 && status < 300) return
  if (status === 408 || status === 429 || status >= 500) {
    const wait = retryAfterMs(headers['retry-after'], now)
    throw new RetryLater(`The receiver of the alert channel "${channel}" cannot take a message now (${status}).`, {
      code: 'DB-1703',
      notBefore: wait === undefined ? undefined : later(now, wait),
    })
  }
  throw new FixConfig(`The receiver of the alert channel "${channel}" refused a message (${status}).`, {
    code: 'DB-1702',
    who: 'operations',
  })
}
