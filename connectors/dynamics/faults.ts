// What the refusals of Dynamics mean for us: code in, remedy out. The table is the specification; what is not in it
// follows from the status. Nothing else in this connector decides on a status or a code.

import {
  Bug,
  type Code,
  FixConfig,
  type HttpAnswer,
  type Instant,
  isSyncError,
  later,
  NeedsHuman,
  RetryLater,
  retryAfterMs,
  type SyncError,
  TransportFault,
  unreachable,
} from '#spi'
import { codes, fixOf, titleOf } from './codes.ts'
import { requestIdOf, vendorFault, type VendorFault } from './vendor-fault.ts'

type Remedy = 'wait' | 'wait with this one' | 'fix' | 'ask a person' | 'our bug'
type Rule = readonly [Remedy, Code]

export const byCode: Readonly<Record<string, Rule>> = {
  // Service protection and outages.
  '0x80072322': ['wait', 'DB-1510'],
  '0x80072321': ['wait', 'DB-1510'],
  '0x80072326': ['wait', 'DB-1510'],
  '0x8005f103': ['wait', 'DB-1510'],
  '0x8004a104': ['wait', 'DB-1520'],
  '0x80050401': ['fix', 'DB-1520'],
  '0x80050402': ['fix', 'DB-1520'],
  // Locks, deadlocks, time-outs: the same row later.
  '0x80044150': ['wait with this one', 'DB-3314'],
  '0x80044151': ['wait with this one', 'DB-3314'],
  '0x80044339': ['wait with this one', 'DB-3314'],
  '0x8004ed47': ['wait with this one', 'DB-3314'],
  '0x80040255': ['wait with this one', 'DB-3314'],
  '0x80044171': ['wait with this one', 'DB-3314'],
  '0x80044172': ['wait with this one', 'DB-3314'],
  '0x80044173': ['wait with this one', 'DB-3314'],
  // Who may.
  '0x80072560': ['fix', 'DB-1503'],
  '0x80040225': ['fix', 'DB-1504'],
  '0x80040220': ['fix', 'DB-1505'],
  '0x80048306': ['fix', 'DB-1505'],
  '0x80048405': ['fix', 'DB-1505'],
  '0x80040299': ['fix', 'DB-1505'],
  '0x8004f502': ['fix', 'DB-1514'],
  '0x8004f504': ['fix', 'DB-1514'],
  '0x8004f507': ['fix', 'DB-1514'],
  '0x80040277': ['fix', 'DB-1501'],
  '0x8004a100': ['fix', 'DB-1501'],
  '0x8004a101': ['fix', 'DB-1501'],
  '0x80040231': ['ask a person', 'DB-3310'],
  '0x80041d1f': ['ask a person', 'DB-3310'],
  // What is not there.
  '0x80060888': ['fix', 'DB-1507'],
  '0x80048d19': ['fix', 'DB-1507'],
  '0x8006088a': ['fix', 'DB-1507'],
  '0x80060890': ['fix', 'DB-1506'],
  '0x8006088f': ['fix', 'DB-1506'],
  '0x8006088d': ['fix', 'DB-1513'],
  '0x80072491': ['fix', 'DB-1508'],
  '0x80040217': ['ask a person', 'DB-3312'],
  '0x80040500': ['ask a person', 'DB-3312'],
  '0x80060891': ['ask a person', 'DB-3311'],
  // The values.
  '0x80044331': ['ask a person', 'DB-3301'],
  '0x8004431a': ['ask a person', 'DB-3302'],
  '0x80061005': ['ask a person', 'DB-3302'],
  '0x8004432f': ['ask a person', 'DB-3303'],
  '0x80044330': ['ask a person', 'DB-3303'],
  '0x80040239': ['ask a person', 'DB-3303'],
  '0x80040203': ['ask a person', 'DB-3303'],
  '0x80048cec': ['ask a person', 'DB-3303'],
  '0x80048ceb': ['ask a person', 'DB-3303'],
  '0x80040278': ['ask a person', 'DB-3304'],
  '0x80048479': ['ask a person', 'DB-3309'],
  '0x80048cf6': ['ask a person', 'DB-3309'],
  '0x80048cef': ['ask a person', 'DB-3309'],
  '0x80048cfb': ['ask a person', 'DB-3309'],
  // The rules of the house.
  '0x80040265': ['ask a person', 'DB-3305'],
  '0x80048550': ['ask a person', 'DB-3305'],
  '0x80040251': ['ask a person', 'DB-3305'],
  '0x80040333': ['ask a person', 'DB-3306'],
  '0x80040237': ['ask a person', 'DB-3313'],
  '0x80060892': ['ask a person', 'DB-3313'],
  // States.
  '0x8004022e': ['ask a person', 'DB-3307'],
  '0x80040230': ['ask a person', 'DB-3307'],
  '0x80040515': ['ask a person', 'DB-3308'],
  '0x80040516': ['ask a person', 'DB-3308'],
  '0x8004051a': ['wait with this one', 'DB-3314'],
  '0x80048408': ['ask a person', 'DB-3302'],
  '0x80100005': ['our bug', 'DB-9001'],
  '0x80060883': ['our bug', 'DB-9001'],
  '0x80060882': ['wait with this one', 'DB-3314'],
  '0x80040216': ['ask a person', 'DB-3315'],
}

function ruleFor({ status, code }: VendorFault): Rule {
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined
  if (known) return known
  if (status === 429) return ['wait', 'DB-1510']
  if (status === 401) return ['fix', 'DB-1501']
  if (status === 403) return ['fix', 'DB-1505']
  if (status === 408 || status === 425) return ['wait', 'DB-1511']
  if (status === 404 || status === 405 || status === 415 || status === 501) return ['fix', 'DB-1509']
  if (status === 409 || status === 412 || status === 423) return ['wait with this one', 'DB-3314']
  if (status >= 500) return ['wait', 'DB-1511']
  return status >= 400 ? ['ask a person', 'DB-3315'] : ['wait', 'DB-1509']
}

/** What an error about one call has to say. */
export interface About {
  readonly now: Instant
  /** `opportunity`; null for the connection as a whole. */
  readonly kind: string | null
  /** The columns that were sent: the only words of an answer that are ever repeated. */
  readonly columns?: readonly string[]
}

/** The remedy for a refusal. Inside a batch, waiting concerns the one record; the whole call failing, the connection. */
export function errorFor(fault: VendorFault, about: About): SyncError {
  const [remedy, code] = ruleFor(fault)
  const column = namedColumn(fault, about.columns ?? [])
  const facts = {
    status: fault.status,
    said: fault.code,
    requestId: requestIdOf(fault.headers),
    ...(about.kind === null ? {} : { kind: about.kind }),
    ...(column === undefined ? {} : { field: column }),
  }
  const what = [about.kind, column].filter((part) => part !== null && part !== undefined).join('.')
  const message = `${titleOf(code)}${what === '' ? '' : ` (${what})`}. ${fixOf(code)}`
  // The vendor's own words stay with the error for whoever may see values, and out of its message.
  const details = { code, facts, cause: new Error(fault.words) }
  return made(remedy, message, details, waitFor(fault, about.now))
}

interface Details {
  readonly code: Code
  readonly facts: Readonly<Record<string, string | number>>
  readonly cause: Error
}

function made(remedy: Remedy, message: string, details: Details, notBefore: Instant | undefined): SyncError {
  const who = codes[details.code]?.who ?? 'Dynamics admin'
  switch (remedy) {
    case 'wait':
      return new RetryLater(message, { ...details, notBefore, scope: 'connection' })
    case 'wait with this one':
      return new RetryLater(message, { ...details, notBefore, scope: 'record' })
    case 'fix':
      return new FixConfig(message, { ...details, who })
    case 'ask a person':
      return new NeedsHuman(message, { ...details, who })
    case 'our bug':
      return new Bug('Dynamics was sent something it can never take.', details)
    default:
      return unreachable(remedy)
  }
}

/** For a 429 that names no time. */
const assumedWaitMs = 30_000

function waitFor({ status, headers }: VendorFault, now: Instant): Instant | undefined {
  const ms = retryAfterMs(headers['retry-after'], now) ?? (status === 429 ? assumedWaitMs : undefined)
  return ms === undefined ? undefined : later(now, ms)
}

/** A column of ours that the answer names. Nothing else of its words leaves. */
function namedColumn({ words }: VendorFault, columns: readonly string[]): string | undefined {
  const named = [...words.matchAll(/'(\w{1,100})'/g)].map(([, name]) => name ?? '')
  return named.find((name) => columns.includes(name))
}

// ── questions others ask of a fault ──────────────────────────────────────────────────────────────────────────

const duplicates = new Set(['0x80040237', '0x80060892'])
const duplicateRule = '0x80040333'
const missing = new Set(['0x80040217', '0x80060891', '0x80040500'])
const tooMuch = new Set(['0x80044151', '0x80044171', '0x80044172', '0x80044173'])

/** Of an update: somebody saved it first. */
export const isStale = ({ status, code }: VendorFault): boolean =>
  code === '0x80060882' || (status === 412 && !duplicates.has(code) && code !== duplicateRule)
/** Of a create: the key is taken. */
export const isDuplicate = ({ status, code }: VendorFault): boolean =>
  duplicates.has(code) || (status === 412 && code !== duplicateRule)
export const isMissing = ({ status, code }: VendorFault): boolean =>
  missing.has(code) || (status === 404 && code === '')
/** A smaller piece may pass. */
export const isTooMuch = ({ status, code }: VendorFault): boolean => status === 413 || tooMuch.has(code)
/** The service as such takes nothing now: no use in trying the rows one by one. */
export const isBusy = ({ status }: VendorFault): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504
export const isExpiredStamp = ({ status, code }: VendorFault): boolean => code === '0x80044352' || status === 410
export const isUntracked = ({ code }: VendorFault): boolean => code === '0x80072491'
/** The action, or `$batch` itself, is not offered there. */
export const isNotOffered = ({ status, code }: VendorFault): boolean =>
  status === 501 || status === 405 || code === '0x8006088a' || (status === 404 && !missing.has(code))
/** A column the cached schema still knows, and Dynamics does not. */
export const isUnknownColumn = ({ code }: VendorFault): boolean => code === '0x80060888' || code === '0x80048d19'

// ── when no whole answer came ────────────────────────────────────────────────────────────────────────────────

/** `arrived`: Dynamics may have seen the request all the same. */
export function noAnswer(error: unknown): { readonly error: SyncError; readonly arrived: boolean } {
  if (isSyncError(error)) return { error, arrived: false }
  if (!(error instanceof TransportFault)) throw error
  const code = error.why === 'not-json' || error.why === 'too-large' ? 'DB-1517' : 'DB-1511'
  const message = `${titleOf(code)}: ${error.why}. It is tried again.`
  return {
    error: new RetryLater(message, { code, cause: error, facts: { why: error.why } }),
    arrived: error.sent,
  }
}

/** An answer came and cannot be what was asked for. */
export function unreadable(what: string, headers: HttpAnswer['headers'] = {}): RetryLater {
  return new RetryLater(`${titleOf('DB-1517')}: ${what}. It is tried again.`, {
    code: 'DB-1517',
    facts: { requestId: requestIdOf(headers) },
  })
}

/** A write whose answer was lost, for whatever reason: look before doing it again. */
export function lostAnswer(cause: SyncError): RetryLater {
  return new RetryLater(`${titleOf('DB-3317')}. It is looked up before anything is tried again.`, {
    code: 'DB-3317',
    cause,
    scope: 'record',
    facts: { because: cause.code },
  })
}

/** One record that cannot be written as it stands, found out before anything was sent. */
export function cannotWrite(code: Code, kind: string, column: string | null): NeedsHuman {
  const where = column === null ? kind : `${kind}.${column}`
  return new NeedsHuman(`${titleOf(code)} (${where}). ${fixOf(code)}`, {
    code,
    who: codes[code]?.who ?? 'Dynamics admin',
    facts: column === null ? { kind } : { kind, field: column },
  })
}

export { vendorFault, type VendorFault }
