// What Salesforce's refusals mean for us: status and error code in, remedy out. The two tables are the specification;
// nothing else in this connector decides on a status or an error code.

import {
  type Code,
  FixConfig,
  type Instant,
  later,
  NeedsHuman,
  RetryLater,
  retryAfterMs,
  type SyncError,
  TransportFault,
  type TransportFailure,
} from '#spi'
import { codes } from './codes.ts'
import { theirWords } from './words.ts'

/** One entry of an error body: `errorCode` of a request, `statusCode` of a row in a collection. */
export interface VendorError {
  readonly code: string
  readonly message: string
  readonly fields: readonly string[]
}

/** A call that came to nothing. `executed`: may Salesforce have done what was asked? */
export class CallFailure extends Error {
  readonly error: SyncError
  readonly executed: 'no' | 'maybe'
  constructor(error: SyncError, executed: 'no' | 'maybe') {
    super(error.message, { cause: error })
    this.error = error
    this.executed = executed
  }
}

type Remedy = 'wait for the org' | 'wait with this one' | 'fix' | 'ask a person' | 'read again' | 'look again'
type Rule = readonly [Remedy, Code]

/** What a row's error code asks for. `read again`: it is stale. `look again`: what became of it is not known. */
export const byErrorCode: Readonly<Record<string, Rule>> = {
  UNABLE_TO_LOCK_ROW: ['wait with this one', 'DB-3211'],
  TOO_MANY_APEX_REQUESTS: ['wait with this one', 'DB-3211'],
  QUERY_TIMEOUT: ['wait with this one', 'DB-1302'],
  REQUEST_RUNNING_TOO_LONG: ['look again', 'DB-3224'],
  UNKNOWN_EXCEPTION: ['look again', 'DB-3224'],
  ALL_OR_NONE_OPERATION_ROLLED_BACK: ['wait with this one', 'DB-3223'],
  PROCESSING_HALTED: ['wait with this one', 'DB-3223'],
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: ['wait for the org', 'DB-1310'],
  ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE: ['read again', 'DB-3217'],
  ENTITY_IS_DELETED: ['read again', 'DB-3217'],
  ENTITY_IS_ARCHIVED: ['read again', 'DB-3217'],
  NOT_FOUND: ['read again', 'DB-3217'],
  DUPLICATE_VALUE: ['ask a person', 'DB-3209'],
  DUPLICATE_EXTERNAL_ID: ['ask a person', 'DB-3221'],
  MULTIPLE_CHOICES: ['ask a person', 'DB-3221'],
  DUPLICATES_DETECTED: ['ask a person', 'DB-3208'],
  REQUIRED_FIELD_MISSING: ['ask a person', 'DB-3202'],
  STRING_TOO_LONG: ['ask a person', 'DB-3203'],
  NUMBER_OUTSIDE_VALID_RANGE: ['ask a person', 'DB-3204'],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: ['ask a person', 'DB-3207'],
  INVALID_TYPE_ON_FIELD_IN_RECORD: ['ask a person', 'DB-3205'],
  JSON_PARSER_ERROR: ['ask a person', 'DB-3205'],
  INVALID_EMAIL_ADDRESS: ['ask a person', 'DB-3222'],
  INVALID_CURRENCY_ISO: ['ask a person', 'DB-3216'],
  MALFORMED_ID: ['ask a person', 'DB-3217'],
  INVALID_CROSS_REFERENCE_KEY: ['ask a person', 'DB-3217'],
  INVALID_ID_FIELD: ['ask a person', 'DB-3217'],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: ['ask a person', 'DB-3201'],
  FIELD_INTEGRITY_EXCEPTION: ['ask a person', 'DB-3201'],
  FIELD_FILTER_VALIDATION_EXCEPTION: ['ask a person', 'DB-3201'],
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: ['ask a person', 'DB-3214'],
  CANNOT_EXECUTE_FLOW_TRIGGER: ['ask a person', 'DB-3214'],
  APEX_ERROR: ['ask a person', 'DB-3214'],
  INVALID_FIELD: ['ask a person', 'DB-3206'],
  INVALID_FIELD_FOR_INSERT_UPDATE: ['ask a person', 'DB-3206'],
  INSUFFICIENT_ACCESS_OR_READONLY: ['ask a person', 'DB-3212'],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: ['ask a person', 'DB-3212'],
  TRANSFER_REQUIRES_READ: ['ask a person', 'DB-3212'],
  INACTIVE_OWNER_OR_USER: ['ask a person', 'DB-3213'],
  ENTITY_IS_LOCKED: ['ask a person', 'DB-3210'],
  CANNOT_UPDATE_CONVERTED_LEAD: ['ask a person', 'DB-3219'],
  STORAGE_LIMIT_EXCEEDED: ['ask a person', 'DB-3218'],
  INVALID_TYPE: ['fix', 'DB-1312'],
}

export type Verdict =
  | { readonly is: 'stale' }
  | { readonly is: 'unknown'; readonly error: SyncError }
  | { readonly is: 'refused'; readonly error: SyncError }

export interface Subject {
  readonly kind: string
  /** A record that is yet to be made cannot be read again; what it points to can. */
  readonly isCreate: boolean
  /** The texts that were sent: none of them may come back to us in a message. */
  readonly sent: readonly string[]
  readonly now: Instant
}

/** What became of one row that was not written. Of several errors the one that needs the most decides. */
export function verdictOf(status: number, errors: readonly VendorError[], subject: Subject): Verdict {
  if (status === 412) return { is: 'stale' }
  const ruled = errors.map((error) => ({ error, rule: ruleOf(error) }))
  const [worst] = ruled.toSorted((a, b) => weight(b.rule) - weight(a.rule))
  if (!worst) return unanswered(status, subject)
  const [remedy, code] = worst.rule
  if (remedy === 'read again' && !subject.isCreate) return { is: 'stale' }
  const error = made(remedy, code, worst.error, subject)
  return { is: remedy === 'look again' ? 'unknown' : 'refused', error }
}

function ruleOf(error: VendorError): Rule {
  const known = Object.hasOwn(byErrorCode, error.code) ? byErrorCode[error.code] : undefined
  if (!known) return ['ask a person', 'DB-3299']
  // A trigger that could not get hold of a record says so in its own words.
  const waits = known[1] === 'DB-3214' && error.message.includes('UNABLE_TO_LOCK_ROW')
  return waits ? ['wait with this one', 'DB-3211'] : known
}

const weight = ([remedy]: Rule): number =>
  ['wait with this one', 'wait for the org', 'read again', 'look again', 'ask a person', 'fix'].indexOf(remedy)

function unanswered(status: number, subject: Subject): Verdict {
  const details = { code: 'DB-3299', facts: { kind: subject.kind, status } } as const
  const message = `Salesforce refused a ${subject.kind} with status ${status} and no reason.`
  // No resource of that name: the address is not that of the API.
  if (status === 404 || status === 405 || status === 501) return { is: 'refused', error: fix('DB-1304', status) }
  if (status >= 500) return { is: 'unknown', error: lost(subject.kind) }
  return { is: 'refused', error: new NeedsHuman(message, { ...details, who: 'Salesforce admin' }) }
}

/** The answer about this record is missing or does not tell. */
export const lost = (kind: string): RetryLater =>
  new RetryLater(`Whether a ${kind} was written is not known. It is looked up before anything is repeated.`, {
    code: 'DB-3224',
    facts: { kind },
    scope: 'record',
  })

function made(remedy: Remedy, code: Code, error: VendorError, subject: Subject): SyncError {
  const entry = codes[code]
  const where = error.fields.length > 0 ? `${subject.kind}, ${error.fields.join(', ')}` : subject.kind
  const facts = { kind: subject.kind, said: plainCode(error.code), fields: [...error.fields] }
  const message = `${entry?.title ?? 'Salesforce refused a record'} (${where}).${quoted(code, error, subject)} ${entry?.fix ?? ''}`
  const details = { code, facts }
  if (remedy === 'wait with this one' || remedy === 'look again' || remedy === 'read again')
    return new RetryLater(message, { ...details, scope: 'record' })
  if (remedy === 'wait for the org')
    return new RetryLater(message, { ...details, notBefore: later(subject.now, maintenancePauseMs) })
  const who = entry?.who ?? 'Salesforce admin'
  return remedy === 'fix' ? new FixConfig(message, { ...details, who }) : new NeedsHuman(message, { ...details, who })
}

/** An admin's own words help; everybody else's would only repeat the customer's. */
function quoted(code: Code, error: VendorError, subject: Subject): string {
  if (code === 'DB-3299') return ` Its error code is ${plainCode(error.code)}.`
  if (code !== 'DB-3201' && code !== 'DB-3214') return ''
  const words = theirWords(error.message, subject.sent)
  return words === '' ? '' : ` Salesforce says: “${words}”`
}

const plainCode = (code: string): string => (/^[A-Z][A-Z0-9_]{0,80}$/.test(code) ? code : 'unreadable')

// ── whole calls ──────────────────────────────────────────────────────────────────────────────────────────────────

const limitPauseMs = 15 * 60_000
const maintenancePauseMs = 10 * 60_000
const busyPauseMs = 60_000

export interface Answered {
  readonly status: number
  readonly errors: readonly VendorError[]
  readonly retryAfter: string | undefined
  readonly now: Instant
}

/** A failure that concerns the whole call and not one record in it; undefined when the answer speaks of records. */
export function failureOf({ status, errors, retryAfter, now }: Answered): CallFailure | undefined {
  const code = errors[0]?.code ?? ''
  const wait = (ms: number) => later(now, retryAfterMs(retryAfter, now) ?? ms)
  if (status === 401) return new CallFailure(fix('DB-1424', status), 'no')
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    const concurrent = errors.some((error) => error.message.includes('Concurrent'))
    return concurrent
      ? new CallFailure(pause('DB-1309', status, wait(busyPauseMs)), 'no')
      : new CallFailure(pause('DB-1307', status, wait(limitPauseMs)), 'no')
  }
  if (code === 'API_DISABLED_FOR_ORG') return new CallFailure(fix('DB-1315', status), 'no')
  if (code === 'API_CURRENTLY_DISABLED') return new CallFailure(pause('DB-1302', status, wait(limitPauseMs)), 'no')
  if (status === 410) return new CallFailure(fix('DB-1306', status), 'no')
  // 304 is the answer to a conditional read, 300 tells of several records: both are answers.
  if (status > 304 && status < 400) return new CallFailure(fix('DB-1305', status), 'no')
  if (status === 301 || status === 302 || status === 303) return new CallFailure(fix('DB-1305', status), 'no')
  if (status === 429 || status === 420) return new CallFailure(pause('DB-1309', status, wait(busyPauseMs)), 'no')
  if (status >= 500 || status === 408)
    return new CallFailure(pause('DB-1302', status, retryAfter === undefined ? undefined : wait(busyPauseMs)), 'maybe')
  return undefined
}

const rulesOfTransport: Readonly<Record<TransportFailure, readonly ['pause' | 'fix', Code]>> = {
  'name-not-found': ['pause', 'DB-1301'],
  refused: ['pause', 'DB-1301'],
  'connect-timeout': ['pause', 'DB-1301'],
  timeout: ['pause', 'DB-1302'],
  cut: ['pause', 'DB-1302'],
  aborted: ['pause', 'DB-1302'],
  tls: ['fix', 'DB-1303'],
  'too-large': ['pause', 'DB-1304'],
  'not-json': ['pause', 'DB-1304'],
}

/** No whole answer came. */
export function transportFailure(fault: TransportFault): CallFailure {
  const [remedy, code] = rulesOfTransport[fault.why]
  const error = remedy === 'fix' ? fix(code, 0, fault) : pause(code, 0, undefined, fault)
  return new CallFailure(error, fault.sent ? 'maybe' : 'no')
}

/** The answer came whole, and is not what the API answers. */
export const strangeAnswer = (status: number, cause?: unknown): CallFailure =>
  new CallFailure(pause('DB-1304', status, undefined, cause), 'maybe')

export const fix = (code: Code, status: number, cause?: unknown): FixConfig =>
  new FixConfig(sentence(code), {
    code,
    ...(cause === undefined ? {} : { cause }),
    facts: { status },
    who: codes[code]?.who ?? 'operations',
  })

export function pause(code: Code, status: number, notBefore: Instant | undefined, cause?: unknown): RetryLater {
  return new RetryLater(sentence(code), {
    code,
    ...(cause === undefined ? {} : { cause }),
    facts: { status },
    notBefore,
  })
}

function sentence(code: Code): string {
  const entry = codes[code]
  return entry ? `${entry.title}. ${entry.fix}` : code
}
