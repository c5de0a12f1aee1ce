// The forms of this API's answers: JSON with the headers it always sends, and its two error envelopes.

import { bare, instantFromMs, type JsonOut, msOf, type SimulatedAnswer, type SimulatedCall, stringifyJson } from '#spi'
import type { Setting } from './options.ts'

/** A refusal on its way out. Thrown where it is found, answered at the door. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly target: string
  readonly inner: string | null
  constructor(status: number, code: string, message: string, more: { target?: string; inner?: string } = {}) {
    super(message)
    this.status = status
    this.code = code
    this.target = more.target ?? 'referral'
    this.inner = more.inner ?? null
  }
}

export const invalid = (message: string, target?: string): Refused =>
  new Refused(400, 'invalidRequest', message, target === undefined ? {} : { target })

export const notFound = (): Refused => new Refused(404, 'itemNotFound', 'The resource could not be found.')

export interface Headed {
  readonly [name: string]: string
}

export function headers(setting: Setting, call: SimulatedCall): Record<string, string> {
  const sent = bare<string>()
  sent['date'] = new Date(msOf(setting.now())).toUTCString()
  sent['request-id'] = guid(setting)
  const echoed = call.headers['client-request-id']
  if (echoed !== undefined) sent['client-request-id'] = echoed
  return sent
}

export function json(status: number, body: Exclude<JsonOut, undefined>, more: Headed): SimulatedAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...more }, body: stringifyJson(body) }
}

export const empty = (status: number, more: Headed): SimulatedAnswer => ({ status, headers: { ...more }, body: '' })

export function refusal(refused: Refused, more: Headed): SimulatedAnswer {
  const { status, code, message, target, inner } = refused
  const error = { code, message, target, ...(inner === null ? {} : { innerError: { code: inner, message } }) }
  return json(status, { error }, more)
}

/** The gateway in front of the API has an envelope of its own. */
export function throttled(seconds: number, more: Headed): SimulatedAnswer {
  const message = `Rate limit is exceeded. Try again in ${seconds} seconds.`
  return json(429, { statusCode: 429, message }, { ...more, 'retry-after': String(seconds) })
}

/** Made of the simulator's own randomness, so that a seeded one is the same every time. */
export function guid({ random }: Pick<Setting, 'random'>): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}

export const stampOf = (ms: number): string => `${instantFromMs(ms).slice(0, 23)}0000Z`
