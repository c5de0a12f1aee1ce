// What goes back over the wire: JSON with the content type Salesforce sends, and its two shapes of error. A row or a
// whole request is refused with `errorCode`; a row inside a collection with `statusCode`.

import { type JsonOut, type SimulatedAnswer, stringifyJson } from '#spi'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Undefined: no body at all, as with 204. */
  readonly body: JsonOut
}

export interface ApiError {
  readonly errorCode: string
  readonly message: string
  readonly fields?: readonly string[]
  /** Candidates of a duplicate rule and the like, sent as they are. */
  readonly more?: Readonly<Record<string, JsonOut>>
}

/** Ends the handling of one request, or of one subrequest of a composite. */
export class Refusal extends Error {
  readonly status: number
  readonly errors: readonly ApiError[]
  constructor(status: number, ...errors: readonly ApiError[]) {
    super(errors[0]?.errorCode ?? String(status))
    this.status = status
    this.errors = errors
  }
}

export const refuse = (status: number, errorCode: string, message: string, fields?: readonly string[]): Refusal =>
  new Refusal(status, { errorCode, message, ...(fields ? { fields } : {}) })

export const notFound = (): Refusal => refuse(404, 'NOT_FOUND', 'The requested resource does not exist')

export const ok = (body: JsonOut, status = 200): Reply => ({ status, body })
export const noContent: Reply = { status: 204, body: undefined }

export const refusalReply = (refusal: Refusal): Reply => ({
  status: refusal.status,
  body: refusal.errors.map(({ errorCode, message, fields, more }) => ({
    message,
    errorCode,
    ...(fields ? { fields } : {}),
    ...more,
  })),
})

/** One row's failure inside a collection. */
export const failedRow = (errors: readonly ApiError[], id?: string): JsonOut => ({
  ...(id === undefined ? {} : { id }),
  success: false,
  errors: errors.map(({ errorCode, message, fields = [], more }) => ({
    statusCode: errorCode,
    message,
    fields,
    ...more,
  })),
})

export function onTheWire(reply: Reply): SimulatedAnswer {
  if (reply.body === undefined) return { status: reply.status, headers: { ...reply.headers }, body: '' }
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...reply.headers },
    body: typeof reply.body === 'string' ? reply.body : stringifyJson(reply.body),
  }
}
