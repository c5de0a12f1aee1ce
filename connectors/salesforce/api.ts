// The calls we make, and what comes back, read at the door. One jsforce connection for each session builds the URLs,
// carries the token and renews it; everything else about a call is decided here.

import { Connection } from 'jsforce'
import { z } from 'zod'
import {
  type Host,
  type HttpAnswer,
  isSyncError,
  type Json,
  type JsonOut,
  parseJson,
  stringifyJson,
  TransportFault,
} from '#spi'
import type { SignedIn, SignIn } from './auth.ts'
import type { Budget } from './budget.ts'
import { DoorTransport } from './door.ts'
import { type VendorError, CallFailure, failureOf, fix, strangeAnswer, transportFailure } from './faults.ts'
import { Gate } from './gate.ts'
import { dataOrigin, type Settings } from './settings.ts'
import { errorsIn } from './vendor-errors.ts'

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below the version (`/composite`), or from the root (`/services/data`). */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: JsonOut
}

export interface Manner {
  /** A static name for logs: `changes`. */
  readonly name: string
  readonly writes: boolean
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly json: Json | undefined
  readonly errors: readonly VendorError[]
  readonly lastModified: string | undefined
  /** A refusal of the whole envelope, which says nothing about any one part of it. */
  readonly isEnvelope?: true
}

/** What one composite takes, and how many of its parts may be collections or queries. */
export const partsMax = 25
export const bulkyMax = 5

/** A longer address is refused on its way; a body has no such limit. */
const addressMax = 8_000
/** Salesforce itself gives up after ten minutes; a composite of full collections may need a good part of them. */
const writeTimeoutMs = 5 * 60_000
const readTimeoutMs = 2 * 60_000

const Versions = z.array(z.object({ version: z.string() }))
const Composite = z.object({
  compositeResponse: z.array(z.object({ body: z.unknown(), httpStatusCode: z.int(), referenceId: z.string() })),
})

export interface ApiParts {
  readonly settings: Settings
  readonly host: Host
  readonly signIn: SignIn
  readonly budget: Budget
}

export class Api {
  readonly #parts: ApiParts
  readonly #connection: Connection
  readonly #gate: Gate
  readonly #closed = new AbortController()
  #ready: Promise<void> | null = null
  /** Why the last renewal failed; null when it did not. */
  #renewal: unknown = null
  #signedIn: SignedIn | null = null

  constructor(parts: ApiParts) {
    this.#parts = parts
    this.#gate = new Gate(parts.settings.limits.parallel)
    this.#connection = new Connection({
      instanceUrl: dataOrigin(parts.settings),
      version: parts.settings.apiVersion,
      callOptions: { client: 'dealbridge' },
      refreshFn: (_, done) => void this.#refresh(done),
    })
  }

  get version(): string {
    return this.#connection.version
  }

  /** Who we act as, if the sign-in told. */
  get userId(): string | null {
    return this.#signedIn?.userId ?? null
  }

  get organizationId(): string | null {
    return this.#signedIn?.organizationId ?? null
  }

  /** Where the sign-in says the org is, when that is not where we ask. */
  get movedTo(): string | null {
    const here = dataOrigin(this.#parts.settings)
    const told = URL.parse(this.#signedIn?.instanceUrl ?? '')?.origin ?? null
    return told === here || this.#parts.settings.endpoint !== undefined ? null : told
  }

  close(): Promise<void> {
    this.#closed.abort()
    return this.#parts.budget.save()
  }

  /** One request. Answers that speak of records come back, whatever their status; everything else is a CallFailure. */
  async send(request: Request, manner: Manner): Promise<Answer> {
    return this.#gate.through(async () => {
      await (this.#ready ??= this.#start(manner.signal))
      return this.#exchange(request, manner)
    })
  }

  /**
   * Several requests in one call; one alone goes by itself. Null stands where an answer is missing. Parts run in order,
   * so that later ones may refer to the answers of earlier ones as `p0`, `p1`, …
   */
  async together(requests: readonly Request[], manner: Manner): Promise<readonly (Answer | null)[]> {
    const [first] = requests
    if (first && requests.length === 1 && first.path.length <= addressMax) return [await this.send(first, manner)]
    const compositeRequest = requests.map(({ method, path, headers, body }, index) => ({
      method,
      url: path.startsWith('/services/') ? path : `/services/data/v${this.version}${path}`,
      referenceId: `p${index}`,
      ...(headers === undefined ? {} : { httpHeaders: headers }),
      ...(body === undefined ? {} : { body }),
    }))
    const envelope = { allOrNone: false, collateSubrequests: false, compositeRequest }
    const answer = await this.send({ method: 'POST', path: '/composite', body: envelope }, manner)
    if (answer.status >= 400) return requests.map(() => ({ ...answer, isEnvelope: true }))
    const read = Composite.safeParse(answer.json)
    if (!read.success) throw strangeAnswer(answer.status)
    const byName = new Map(read.data.compositeResponse.map((part) => [part.referenceId, part]))
    return requests.map((_, index) => {
      const part = byName.get(`p${index}`)
      return part ? partAnswer(part.httpStatusCode, part.body) : null
    })
  }

  async #start(signal: AbortSignal): Promise<void> {
    try {
      await this.#renew(false)
      await this.#settleVersion(signal)
    } catch (error) {
      this.#ready = null
      throw isSyncError(error) ? new CallFailure(error, 'no') : error
    }
  }

  /** The configured version, or the newest one the org offers if that is older. */
  async #settleVersion(signal: AbortSignal): Promise<void> {
    const request = { method: 'GET', path: '/services/data' } as const
    const answer = await this.#exchange(request, { name: 'versions', writes: false, signal }, true)
    const offered = Versions.safeParse(answer.json)
    const versions = offered.success
      ? offered.data.map(({ version }) => version).filter((each) => /^\d+\.0$/.test(each))
      : []
    const newest = Math.max(...versions.map(Number))
    if (versions.length === 0 || newest >= Number(this.#connection.version)) return
    if (newest < versionMin) throw fix('DB-1306', answer.status)
    this.#parts.host.log.info('salesforce.older-version', { version: `${newest}.0` })
    this.#connection.version = `${newest}.0`
  }

  async #renew(fresh: boolean): Promise<string> {
    const signedIn = await this.#parts.signIn.renew(fresh, this.#closed.signal)
    // Without a sign-in there is nothing to renew: whoever asks for one has been refused.
    if (!signedIn && fresh) throw fix('DB-1424', 401)
    if (!signedIn) return ''
    this.#connection.accessToken = signedIn.token
    this.#signedIn = signedIn
    return signedIn.token
  }

  /** For jsforce, which waits for ever where this rejects instead of calling back. */
  async #refresh(done: (error: Error | null, token?: string) => void): Promise<void> {
    let token: string
    try {
      token = await this.#renew(true)
    } catch (error) {
      this.#renewal = error
      done(error instanceof Error ? error : new Error('no new token'))
      return
    }
    this.#renewal = null
    done(null, token)
  }

  async #exchange(request: Request, manner: Manner, free = false): Promise<Answer> {
    const { host, budget } = this.#parts
    if (!free) await budget.take()
    const timeoutMs = manner.writes ? writeTimeoutMs : readTimeoutMs
    const transport = new DoorTransport({ http: host.http, timeoutMs, ...manner })
    const errors = await this.#ask(request, transport)
    const { answer } = transport
    if (!answer) throw strangeAnswer(0)
    budget.note(answer.headers['sforce-limit-info'])
    const retryAfter = answer.headers['retry-after']
    const failure = failureOf({ status: answer.status, errors, retryAfter, now: host.clock.now() })
    if (failure && answer.status === 401) throw this.#signedOut(failure)
    if (failure) throw failure
    return answerOf(answer, errors)
  }

  /**
   * Refused even with a new token, or there was no new one; then its reason counts. jsforce takes a failed renewal for a
   * done one where several calls wait for it.
   */
  #signedOut(refused: CallFailure): CallFailure {
    if (isSyncError(this.#renewal)) return new CallFailure(this.#renewal, 'no')
    this.#parts.signIn.rest(refused.error)
    return refused
  }

  /** Through jsforce. Its errors say what Salesforce said; the answer itself stays with the transport. */
  async #ask(request: Request, transport: DoorTransport): Promise<readonly VendorError[]> {
    const { method, path, headers = {}, body } = request
    const content = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? {} : { body: stringifyJson(body) }
    try {
      await this.#connection.request({ method, url: path, headers: { ...headers, ...content }, ...text }, { transport })
      return []
    } catch (error) {
      if (error instanceof TransportFault) throw transportFailure(error)
      // A FixConfig of the host: the address is not ours.
      if (isSyncError(error)) throw new CallFailure(error, 'no')
      if (transport.answer?.status === 401) throw this.#signedOut(new CallFailure(fix('DB-1424', 401), 'no'))
      if (transport.answer && 'data' in Object(error)) return errorsIn((error as { readonly data: unknown }).data)
      throw error
    }
  }
}

/** Collections with keys, and `created` in answers, came with this version. */
const versionMin = 46

function answerOf({ status, headers, body }: HttpAnswer, errors: readonly VendorError[]): Answer {
  const json = body === '' ? undefined : parseJson(body)
  if (body !== '' && json === undefined && status < 300) throw strangeAnswer(status)
  return { status, json, errors, lastModified: headers['last-modified'] }
}

function partAnswer(status: number, body: unknown): Answer {
  const json = body === undefined ? undefined : (body as Json)
  return { status, json, errors: status >= 400 ? errorsIn(body) : [], lastModified: undefined }
}
