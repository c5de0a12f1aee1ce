// One event for each call: its static name, how it ended and how long it took. Never a URL, a header or a body.

import type { Metrics } from '#core/metrics'
import type { Clock, HttpAnswer, HttpRequest, Log } from '#spi'
import { TransportFault } from '#spi'

/** Counts calls; the registry behind it is none of the door's business. */
export type CallMeter = Pick<Metrics, 'call'>

export interface Trace {
  answered(answer: HttpAnswer, bytes: number): void
  failed(error: unknown): void
}

/** Where vendors put the name of a call that their support asks for. */
const requestIds = ['request-id', 'x-ms-request-id', 'x-ms-service-request-id', 'ms-requestid', 'x-request-id']

export interface TraceOptions {
  readonly connection: string
  readonly clock: Clock
  readonly log: Log
  readonly meter: CallMeter | undefined
}

export function startTrace(request: HttpRequest, { connection, clock, log, meter }: TraceOptions): Trace {
  const started = clock.monotonicMs()
  const call = request.name
  const count = (outcome: string, ms: number): void => meter?.call({ connection, call, outcome, ms })
  return {
    answered: ({ status, headers }, bytes) => {
      const ms = clock.monotonicMs() - started
      const requestId = requestIds.map((name) => headers[name]).find((id) => id !== undefined)
      log.debug('http.answered', { call, status, ms, bytes, ...(requestId === undefined ? {} : { requestId }) })
      count(`${Math.trunc(status / 100)}xx`, ms)
    },
    failed: (error) => {
      const ms = clock.monotonicMs() - started
      log.warn(error instanceof TransportFault ? 'http.failed' : 'http.refused', { call, ms, error })
      count(error instanceof TransportFault ? error.why : 'not-allowed', ms)
    },
  }
}
