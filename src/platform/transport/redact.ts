// What remains of a library's error: its class and its code. The error itself carries the request, and with it the
// bearer token and the customer's data; it must never reach a log, a report or an error's cause.

export class WireError extends Error {
  readonly code: string
  constructor(name: string, code: string) {
    super(`${name} ${code}`)
    this.code = code
  }
}

export function redacted(error: unknown): WireError {
  if (!(error instanceof Error)) return new WireError('unknown', 'UNKNOWN')
  const name = /^[A-Za-z_$][\w$]{0,60}$/.test(error.constructor.name) ? error.constructor.name : 'Error'
  return new WireError(name, codeOf(error) ?? 'UNKNOWN')
}

/** A system's or a library's code: `ECONNRESET`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_-]{1,60}$/.test(code) ? code : undefined
}
