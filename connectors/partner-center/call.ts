// One call to Partner Center: its headers, its token, one renewal after a 401, and silence while it asked for silence.
// What the status means is decided by faults.ts; whether to try again, by the engine.

import { type Host, type HttpAnswer, type HttpRequest, isSyncError, msOf, RetryLater, type SyncError } from '#spi'
import type { Auth } from './auth.ts'
import { type Asked, noAnswer, refusal } from './faults.ts'
import type { Audience } from './oauth.ts'

export interface Call {
  readonly name: string
  readonly method: HttpRequest['method']
  readonly url: string
  readonly does: Asked['does']
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly sent?: readonly string[]
  readonly audience?: Audience
}

/** `answer`: whatever the status. `none`: no whole answer, and whether the request may have arrived. */
export type Reply =
  | { readonly is: 'answer'; readonly answer: HttpAnswer; readonly asked: Asked }
  | { readonly is: 'none'; readonly error: SyncError; readonly arrived: boolean; readonly asked: Asked }
  /** Not sent at all: we were asked to wait, or there is no token. */
  | { readonly is: 'unsent'; readonly error: SyncError; readonly asked: Asked }

/** A read that is aborted throws the abort's reason; a write always has a reply. */
export type Caller = (call: Call, signal: AbortSignal) => Promise<Reply>

export function openCaller(host: Host, auth: Auth): Caller {
  const silence = keepSilence(host)

  async function exchanged(call: Call, token: string | null, signal: AbortSignal): Promise<Reply> {
    const reply = await sent(host, call, { token, asked: askedBy(host, call), signal })
    silence.heed(reply)
    return reply
  }

  async function replied(call: Call, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted()
    silence.assertOver()
    const audience = call.audience ?? 'referrals'
    const token = await auth.token(audience)
    const first = await exchanged(call, token, signal)
    if (token === null || !isUnauthorized(first)) return first
    const second = await exchanged(call, await auth.renewed(audience, token), signal)
    if (isUnauthorized(second)) await auth.distrust(audience, refusal(second.answer, second.asked))
    return second
  }

  return async (call, signal) => {
    try {
      return await replied(call, signal)
    } catch (error) {
      if (signal.aborted && call.does === 'read') throw signal.reason
      if (signal.aborted) return { is: 'unsent', error: stopped(), asked: askedBy(host, call) }
      if (!isSyncError(error)) throw error
      return { is: 'unsent', error, asked: askedBy(host, call) }
    }
  }
}

const askedBy = (host: Host, { does, sent: values }: Call): Asked => ({
  requestId: host.random.uuid(),
  now: host.clock.now(),
  does,
  ...(values ? { sent: values } : {}),
})

type Answered = Extract<Reply, { readonly is: 'answer' }>
const isUnauthorized = (reply: Reply): reply is Answered => reply.is === 'answer' && reply.answer.status === 401

const stopped = (): RetryLater =>
  new RetryLater('Stopped before anything was sent. It is tried again.', { code: 'DB-1205', scope: 'record' })

interface SendWith {
  readonly token: string | null
  readonly asked: Asked
  readonly signal: AbortSignal
}

async function sent(host: Host, call: Call, { token, asked, signal }: SendWith): Promise<Reply> {
  const { name, method, url, body } = call
  const headers = {
    accept: 'application/json',
    'client-request-id': asked.requestId,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...call.headers,
  }
  const writes = call.does !== 'read'
  try {
    const answer = await host.http.send(
      { name, method, url, headers, ...(body === undefined ? {} : { body }), accept: 'any', writes },
      signal,
    )
    return { is: 'answer', answer, asked }
  } catch (error) {
    if (signal.aborted && !writes) throw signal.reason
    const fault = noAnswer(error, asked)
    return { is: 'none', error: fault.error, arrived: fault.arrived, asked }
  }
}

interface Silence {
  assertOver(): void
  heed(reply: Reply): void
}

/** After a Retry-After nothing is sent until it is over, whoever asks. */
function keepSilence(host: Host): Silence {
  let until = 0
  let because: RetryLater | undefined
  return {
    assertOver: () => {
      if (because && host.clock.monotonicMs() < until) throw because
    },
    heed: (reply) => {
      if (reply.is !== 'answer' || reply.answer.headers['retry-after'] === undefined || reply.answer.status < 400)
        return
      const error = refusal(reply.answer, reply.asked)
      if (!(error instanceof RetryLater) || error.notBefore === undefined || error.scope !== 'connection') return
      until = host.clock.monotonicMs() + msOf(error.notBefore) - msOf(reply.asked.now)
      because = error
    },
  }
}
