// Two clocks on every call: one for being connected, one for the whole of it, body included. A server that sends a
// byte a second is cut off like one that sends nothing.

/** Why we ended a call ourselves. */
export class Expired extends Error {
  readonly phase: 'connect' | 'whole'
  constructor(phase: 'connect' | 'whole') {
    super(`${phase} deadline passed`)
    this.phase = phase
  }
}

export interface Deadline extends Disposable {
  /** Aborted by the caller, or by one of the clocks with an `Expired`. */
  readonly signal: AbortSignal
  /** From now on only the whole deadline counts. */
  connected(): void
}

export function startDeadline(connectMs: number, wholeMs: number, caller: AbortSignal): Deadline {
  const ended = new AbortController()
  const expire = (phase: 'connect' | 'whole') => () => ended.abort(new Expired(phase))
  const connect = setTimeout(expire('connect'), Math.min(connectMs, wholeMs))
  const whole = setTimeout(expire('whole'), wholeMs)
  // Tied by hand and untied at the end: the caller's signal may live as long as the daemon, and must not grow.
  const give = (): void => ended.abort(caller.reason)
  if (caller.aborted) give()
  caller.addEventListener('abort', give)
  return {
    signal: ended.signal,
    connected: () => clearTimeout(connect),
    [Symbol.dispose]: () => {
      clearTimeout(connect)
      clearTimeout(whole)
      caller.removeEventListener('abort', give)
    },
  }
}
