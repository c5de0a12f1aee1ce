// What Partner Center's refusals mean for us: status and code in, remedy out. The table is the specification, one line
// for each status that Microsoft documents; what is not in it follows from its class. Nothing else decides on a status.

import {
  Bug,
  type Code,
  FixConfig,
  type HttpAnswer,
  type Instant,
  isSyncError,
  later,
  NeedsHuman,
  parseJson,
  RetryLater,
  retryAfterMs,
  type SyncError,
  TransportFault,
  unreachable,
  type Who,
} from '#spi'
import { codes } from './codes.ts'
import { text } from './peek.ts'

/** One call, as far as an error about it needs to know. */
export interface Asked {
  /** Our own id of the call, which Microsoft's support can find: it stands in every message. */
  readonly requestId: string
  readonly now: Instant
  /** `move` is a write that changes where the deal stands. */
  readonly does: 'read' | 'write' | 'move'
  /** The values that were sent: none of them may come back to us in a message. */
  readonly sent?: readonly string[]
}

type Remedy = 'wait' | 'wait with this one' | 'fix' | 'ask a person' | 'our bug'
type Rule = readonly [Remedy, Code]

export const byStatus: Readonly<Record<number, { readonly read: Rule; readonly write: Rule; readonly move?: Rule }>> = {
  400: { read: ['fix', 'DB-1206'], write: ['ask a person', 'DB-3401'], move: ['ask a person', 'DB-3402'] },
  401: { read: ['fix', 'DB-1415'], write: ['fix', 'DB-1415'] },
  403: { read: ['fix', 'DB-1201'], write: ['ask a person', 'DB-3404'] },
  404: { read: ['fix', 'DB-1202'], write: ['ask a person', 'DB-3403'] },
  405: { read: ['fix', 'DB-1202'], write: ['fix', 'DB-1202'] },
  406: { read: ['fix', 'DB-1202'], write: ['fix', 'DB-1202'] },
  408: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  409: { read: ['wait', 'DB-1205'], write: ['ask a person', 'DB-3402'] },
  410: { read: ['fix', 'DB-1202'], write: ['ask a person', 'DB-3403'] },
  411: { read: ['our bug', 'DB-9001'], write: ['our bug', 'DB-9001'] },
  412: { read: ['our bug', 'DB-9001'], write: ['wait with this one', 'DB-3410'] },
  413: { read: ['our bug', 'DB-9001'], write: ['ask a person', 'DB-3405'] },
  415: { read: ['fix', 'DB-1202'], write: ['fix', 'DB-1202'] },
  416: { read: ['our bug', 'DB-9001'], write: ['our bug', 'DB-9001'] },
  422: { read: ['fix', 'DB-1206'], write: ['ask a person', 'DB-3401'], move: ['ask a person', 'DB-3402'] },
  423: { read: ['wait', 'DB-1205'], write: ['wait with this one', 'DB-3410'] },
  429: { read: ['wait', 'DB-1203'], write: ['wait', 'DB-1203'] },
  500: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  501: { read: ['fix', 'DB-1202'], write: ['fix', 'DB-1202'] },
  502: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  503: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  504: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  507: { read: ['wait', 'DB-1205'], write: ['wait', 'DB-1205'] },
  509: { read: ['wait', 'DB-1203'], write: ['wait', 'DB-1203'] },
}

function ruleFor(status: number, does: Asked['does']): Rule {
  const row = Object.hasOwn(byStatus, status) ? byStatus[status] : undefined
  if (row) return (does === 'move' ? row.move : undefined) ?? (does === 'read' ? row.read : row.write)
  if (status >= 500) return ['wait', 'DB-1205']
  if (status >= 400) return does === 'read' ? ['fix', 'DB-1206'] : ['ask a person', 'DB-3401']
  return status >= 300 ? ['wait', 'DB-1208'] : ['wait', 'DB-1202']
}

/** The remedy for an answer that is not a success. */
export function refusal(answer: HttpAnswer, asked: Asked): SyncError {
  const [remedy, code] = ruleFor(answer.status, asked.does)
  const said = envelope(answer.body)
  const facts = { requestId: asked.requestId, status: answer.status, said: said.codes.join('/') }
  const words = theirWords(said.message, asked.sent ?? [])
  const error = { code, facts, message: sentence(code, words, asked.requestId) }
  return made(remedy, error, waitFor(answer, asked.now))
}

/** No whole answer came. `arrived`: Partner Center may have seen the request all the same. */
export function noAnswer(fault: unknown, asked: Asked): { readonly error: SyncError; readonly arrived: boolean } {
  if (isSyncError(fault)) return { error: fault, arrived: false }
  if (!(fault instanceof TransportFault)) throw fault
  const code = fault.why === 'not-json' || fault.why === 'too-large' ? 'DB-1202' : 'DB-1205'
  const message = sentence(code, fault.why, asked.requestId)
  const facts = { requestId: asked.requestId, why: fault.why }
  return { error: new RetryLater(message, { code, cause: fault, facts }), arrived: fault.sent }
}

/** An answer came and said nothing that can be read. */
export function unreadable(asked: Asked, what: string): RetryLater {
  return new RetryLater(sentence('DB-1202', what, asked.requestId), {
    code: 'DB-1202',
    facts: { requestId: asked.requestId },
  })
}

/** A write whose answer was lost, for whatever reason: look before doing it again. */
export function lostAnswer(cause: SyncError, asked: Asked): RetryLater {
  return new RetryLater(sentence('DB-3406', '', asked.requestId), {
    code: 'DB-3406',
    cause,
    scope: 'record',
    notBefore: cause instanceof RetryLater ? cause.notBefore : undefined,
    facts: { requestId: asked.requestId, because: cause.code },
  })
}

/** One deal that cannot be written as it stands, found out before anything was sent. */
export function cannotWrite(code: Code, what: string, field: string | null = null): NeedsHuman {
  return new NeedsHuman(`${titleOf(code)}: ${what}`, { code, who: whoOf(code), facts: field === null ? {} : { field } })
}

interface Made {
  readonly code: Code
  readonly message: string
  readonly facts: Readonly<Record<string, string | number>>
}

function made(remedy: Remedy, { code, message, facts }: Made, notBefore: Instant | undefined): SyncError {
  switch (remedy) {
    case 'wait':
      return new RetryLater(message, { code, facts, notBefore })
    case 'wait with this one':
      return new RetryLater(message, { code, facts, notBefore, scope: 'record' })
    case 'fix':
      return new FixConfig(message, { code, facts, who: whoOf(code) })
    case 'ask a person':
      return new NeedsHuman(message, { code, facts, who: whoOf(code) })
    case 'our bug':
      return new Bug(message, { code, facts })
    default:
      return unreachable(remedy)
  }
}

/** Retry-After is kept to the second; a 429 that names no time is left to the engine's own waiting. */
function waitFor(answer: HttpAnswer, now: Instant): Instant | undefined {
  const ms = retryAfterMs(answer.headers['retry-after'], now)
  return ms === undefined ? undefined : later(now, ms)
}

interface Said {
  readonly codes: readonly string[]
  readonly message: string
}

/** Both envelopes: `{ error: { code, message, innerError } }` of this API, `{ statusCode, message }` of its gateway. */
export function envelope(body: string): Said {
  const parsed = parseJson(body)
  const codesSaid: string[] = []
  const path = ['error']
  for (let depth = 0; depth < 5; depth += 1) {
    const code = text(parsed, [...path, 'code'].join('.'))
    if (code !== null && /^\w{1,60}$/.test(code)) codesSaid.push(code)
    const inner = ['innerError', 'innererror'].find((name) => text(parsed, [...path, name, 'code'].join('.')) !== null)
    if (inner === undefined) break
    path.push(inner)
  }
  return { codes: codesSaid, message: text(parsed, 'error.message') ?? text(parsed, 'message') ?? '' }
}

/** What Partner Center says in its own words, without anything that was sent and without anything quoted. */
function theirWords(message: string, sent: readonly string[]): string {
  let words = message.replaceAll(/\s+/g, ' ').slice(0, 300)
  for (const value of sent) if (value.trim().length > 2) words = words.replaceAll(value.trim(), '…')
  return words
    .replaceAll(/'[^']*'|"[^"]*"|“[^”]*”/g, '…')
    .replaceAll(/[^\s@]+@[^\s@]+/g, '…')
    .trim()
}

function sentence(code: Code, words: string, requestId: string): string {
  const said = words === '' ? '' : ` (${words.replace(/[.]+$/, '')})`
  return `${titleOf(code)}${said}. Request ${requestId}.`
}

const titleOf = (code: Code): string => codes[code]?.title ?? 'Partner Center answered with something unexpected'
const whoOf = (code: Code): Who => codes[code]?.who ?? 'operations'
