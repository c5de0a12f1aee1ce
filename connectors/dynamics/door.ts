// One HTTP call to the Web API: its headers, its token, one renewal after a 401, and our limits. What a status means
// is decided by faults.ts; whether to try again, by the engine.

import { type Host, type HttpAnswer, type HttpRequest, isSyncError, RetryLater, type SyncError } from '#spi'
import type { AuthSource } from './auth.ts'
import { errorFor, noAnswer, vendorFault } from './faults.ts'
import type { Limits } from './limits.ts'
import { requestIdOf } from './vendor-fault.ts'

export interface Call {
  /** A static name for logs and metrics. */
  readonly name: string
  readonly method: HttpRequest['method']
  /** After `/api/data/v9.2/`, encoded, with its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly writes: boolean
  readonly timeoutMs?: number
}

export type Reply =
  | { readonly is: 'answer'; readonly answer: HttpAnswer }
  /** No whole answer. It may have been done. */
  | { readonly is: 'lost'; readonly error: SyncError }
  /** Certainly not done: it never left, or was turned away at the door. */
  | { readonly is: 'unsent'; readonly error: SyncError }

/** A read that is aborted throws the abort's reason; a write always has a reply. */
export type Door = (call: Call, signal: AbortSignal) => Promise<Reply>

export interface DoorParts {
  readonly host: Host
  readonly auth: AuthSource
  readonly limits: Limits
  /** `https://fabrikam.crm4.dynamics.com/api/data/v9.2` */
  readonly root: string
}

export function openDoor(parts: DoorParts): Door {
  return async (call, signal) => {
    try {
      signal.throwIfAborted()
      return await replied(parts, call, signal)
    } catch (error) {
      if (signal.aborted && !call.writes) throw signal.reason
      if (signal.aborted) return { is: 'unsent', error: stopped() }
      if (!isSyncError(error)) throw error
      return { is: 'unsent', error }
    }
  }
}

const stopped = (): RetryLater =>
  new RetryLater('Stopped before anything was sent. It is tried again.', { code: 'DB-1511', scope: 'record' })

async function replied(parts: DoorParts, call: Call, signal: AbortSignal): Promise<Reply> {
  const { auth, host } = parts
  const token = await auth.token()
  const first = await sent(parts, call, { token, signal })
  if (token === null || !isUnauthorized(first)) return judged(first, host)
  const second = await sent(parts, call, { token: await auth.renewed(token), signal })
  if (isUnauthorized(second)) {
    const fault = vendorFault(second.answer)
    if (fault) auth.distrust(errorFor(fault, { now: host.clock.now(), kind: null }))
  }
  return judged(second, host)
}

type Answered = Extract<Reply, { is: 'answer' }>
const isUnauthorized = (reply: Reply): reply is Answered => reply.is === 'answer' && reply.answer.status === 401

/** Turned away before anything was looked at: no token, no membership, too many requests. */
function judged(reply: Reply, host: Host): Reply {
  if (reply.is !== 'answer') return reply
  const fault = vendorFault(reply.answer)
  const isTurnedAway = fault && (fault.status === 401 || fault.status === 429)
  return isTurnedAway ? { is: 'unsent', error: errorFor(fault, { now: host.clock.now(), kind: null }) } : reply
}

interface SendWith {
  readonly token: string | null
  readonly signal: AbortSignal
}

async function sent({ host, limits, root }: DoorParts, call: Call, { token, signal }: SendWith): Promise<Reply> {
  limits.enter()
  const { name, method, body, writes, timeoutMs } = call
  try {
    const answer = await host.http.send(
      {
        name,
        method,
        url: `${root}/${call.path}`,
        headers: {
          ...standing,
          ...typeOf(call),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...call.headers,
        },
        ...(body === undefined ? {} : { body }),
        accept: 'any',
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        writes,
      },
      signal,
    )
    const fault = vendorFault(answer)
    limits.heed(answer, fault ? errorFor(fault, { now: host.clock.now(), kind: null }) : null)
    if (fault)
      host.log.debug('dynamics refused', { call: name, status: fault.status, requestId: requestIdOf(answer.headers) })
    return { is: 'answer', answer }
  } catch (error) {
    if (signal.aborted && !writes) throw signal.reason
    const { error: fault, arrived } = noAnswer(error)
    return { is: arrived ? 'lost' : 'unsent', error: fault }
  }
}

/** `If-None-Match: null` is no condition: it keeps caches on the way from answering. */
const standing = {
  accept: 'application/json',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  'if-none-match': 'null',
} as const

const typeOf = ({ body }: Call): Record<string, string> =>
  body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
