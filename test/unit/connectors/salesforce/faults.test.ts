// Which refusal means what. The first table is the catalogue of Salesforce's own error codes; the second one is about
// whole calls.

import { describe, expect, test } from 'vitest'
import { type Code, instantFromMs, later, TransportFault, type TransportFailure } from '#spi'
import { codes } from '../../../../connectors/salesforce/codes.ts'
import {
  byErrorCode,
  failureOf,
  transportFailure,
  type VendorError,
  verdictOf,
} from '../../../../connectors/salesforce/faults.ts'
import { theirWords } from '../../../../connectors/salesforce/words.ts'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const subject = { kind: 'Opportunity', isCreate: false, sent: ['Contoso AG', 'sue.smith@contoso.example'], now }
const said = (code: string, message = 'no', fields: readonly string[] = []): VendorError => ({ code, message, fields })

const rows: readonly (readonly [code: string, is: string, remedy: string, our: Code])[] = [
  ['UNABLE_TO_LOCK_ROW', 'refused', 'retry-later', 'DB-3211'],
  ['TOO_MANY_APEX_REQUESTS', 'refused', 'retry-later', 'DB-3211'],
  ['QUERY_TIMEOUT', 'refused', 'retry-later', 'DB-1302'],
  ['REQUEST_RUNNING_TOO_LONG', 'unknown', 'retry-later', 'DB-3224'],
  ['UNKNOWN_EXCEPTION', 'unknown', 'retry-later', 'DB-3224'],
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'refused', 'retry-later', 'DB-3223'],
  ['PROCESSING_HALTED', 'refused', 'retry-later', 'DB-3223'],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', 'refused', 'retry-later', 'DB-1310'],
  ['ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE', 'stale', '', 'DB-3217'],
  ['ENTITY_IS_DELETED', 'stale', '', 'DB-3217'],
  ['ENTITY_IS_ARCHIVED', 'stale', '', 'DB-3217'],
  ['NOT_FOUND', 'stale', '', 'DB-3217'],
  ['DUPLICATE_VALUE', 'refused', 'needs-human', 'DB-3209'],
  ['DUPLICATE_EXTERNAL_ID', 'refused', 'needs-human', 'DB-3221'],
  ['MULTIPLE_CHOICES', 'refused', 'needs-human', 'DB-3221'],
  ['DUPLICATES_DETECTED', 'refused', 'needs-human', 'DB-3208'],
  ['REQUIRED_FIELD_MISSING', 'refused', 'needs-human', 'DB-3202'],
  ['STRING_TOO_LONG', 'refused', 'needs-human', 'DB-3203'],
  ['NUMBER_OUTSIDE_VALID_RANGE', 'refused', 'needs-human', 'DB-3204'],
  ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'refused', 'needs-human', 'DB-3207'],
  ['INVALID_TYPE_ON_FIELD_IN_RECORD', 'refused', 'needs-human', 'DB-3205'],
  ['JSON_PARSER_ERROR', 'refused', 'needs-human', 'DB-3205'],
  ['INVALID_EMAIL_ADDRESS', 'refused', 'needs-human', 'DB-3222'],
  ['INVALID_CURRENCY_ISO', 'refused', 'needs-human', 'DB-3216'],
  ['MALFORMED_ID', 'refused', 'needs-human', 'DB-3217'],
  ['INVALID_CROSS_REFERENCE_KEY', 'refused', 'needs-human', 'DB-3217'],
  ['INVALID_ID_FIELD', 'refused', 'needs-human', 'DB-3217'],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'refused', 'needs-human', 'DB-3201'],
  ['FIELD_INTEGRITY_EXCEPTION', 'refused', 'needs-human', 'DB-3201'],
  ['FIELD_FILTER_VALIDATION_EXCEPTION', 'refused', 'needs-human', 'DB-3201'],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'refused', 'needs-human', 'DB-3214'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'refused', 'needs-human', 'DB-3214'],
  ['APEX_ERROR', 'refused', 'needs-human', 'DB-3214'],
  ['INVALID_FIELD', 'refused', 'needs-human', 'DB-3206'],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', 'refused', 'needs-human', 'DB-3206'],
  ['INSUFFICIENT_ACCESS_OR_READONLY', 'refused', 'needs-human', 'DB-3212'],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'refused', 'needs-human', 'DB-3212'],
  ['TRANSFER_REQUIRES_READ', 'refused', 'needs-human', 'DB-3212'],
  ['INACTIVE_OWNER_OR_USER', 'refused', 'needs-human', 'DB-3213'],
  ['ENTITY_IS_LOCKED', 'refused', 'needs-human', 'DB-3210'],
  ['CANNOT_UPDATE_CONVERTED_LEAD', 'refused', 'needs-human', 'DB-3219'],
  ['STORAGE_LIMIT_EXCEEDED', 'refused', 'needs-human', 'DB-3218'],
  ['INVALID_TYPE', 'refused', 'fix-config', 'DB-1312'],
]

describe('one record', () => {
  test.each(rows)('%s: %s, %s, %s', (code, is, remedy, our) => {
    const verdict = verdictOf(400, [said(code)], subject)
    expect(verdict.is).toBe(is)
    if ('error' in verdict) expect([verdict.error.remedy, verdict.error.code]).toEqual([remedy, our])
  })

  test('the table tells of every code that is ruled, and every ruling has words', () => {
    expect(rows.map(([code]) => code).toSorted()).toEqual(Object.keys(byErrorCode).toSorted())
    expect(Object.values(byErrorCode).filter(([, code]) => !codes[code])).toEqual([])
  })

  test('a code nobody knows needs a person, and names itself', () => {
    const verdict = verdictOf(400, [said('SOMETHING_NEW')], subject)
    expect(verdict).toMatchObject({ is: 'refused', error: { remedy: 'needs-human', code: 'DB-3299' } })
    expect('error' in verdict && verdict.error.message).toContain('SOMETHING_NEW')
    expect(verdictOf(400, [said('__proto__')], subject)).toMatchObject({ is: 'refused', error: { code: 'DB-3299' } })
  })

  test.each([
    ['412 without a body', 412, [], 'stale'],
    ['400 without a body', 400, [], 'refused'],
    ['500 without a body', 500, [], 'unknown'],
    ['404 without a body: no such resource', 404, [], 'refused'],
  ] as const)('%s', (_, status, errors, is) => {
    expect(verdictOf(status, errors, subject).is).toBe(is)
  })

  test('F37: a trigger that could not get hold of a record is a wait', () => {
    const message = 'OpportunityTrigger: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access'
    const verdict = verdictOf(400, [said('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message)], subject)
    expect(verdict).toMatchObject({ is: 'refused', error: { code: 'DB-3211', scope: 'record' } })
  })

  test('of several errors the one that needs the most decides', () => {
    const verdict = verdictOf(400, [said('UNABLE_TO_LOCK_ROW'), said('REQUIRED_FIELD_MISSING')], subject)
    expect(verdict).toMatchObject({ error: { code: 'DB-3202' } })
  })

  test('a parent that is gone is no staleness of a record that is yet to be made', () => {
    const verdict = verdictOf(400, [said('ENTITY_IS_DELETED')], { ...subject, isCreate: true })
    expect(verdict).toMatchObject({ is: 'refused', error: { code: 'DB-3217', remedy: 'retry-later', scope: 'record' } })
  })

  test('I41: an admin’s words are shown, what was sent is not, and no other message is repeated at all', () => {
    const rule = verdictOf(400, [said('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Contoso AG needs a loss reason')], subject)
    expect('error' in rule && rule.error.message).toContain('“… needs a loss reason”')
    const long = verdictOf(400, [said('STRING_TOO_LONG', 'Name: data value too large: Contoso AG')], subject)
    expect('error' in long && long.error.message).not.toContain('Contoso')
  })
})

const calls: readonly (readonly [
  what: string,
  status: number,
  errors: readonly VendorError[],
  code: Code,
  remedy: string,
  executed: string,
])[] = [
  ['401', 401, [said('INVALID_SESSION_ID')], 'DB-1424', 'fix-config', 'no'],
  [
    'F36: the daily limit',
    403,
    [said('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')],
    'DB-1307',
    'retry-later',
    'no',
  ],
  [
    'too many at once',
    403,
    [said('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.')],
    'DB-1309',
    'retry-later',
    'no',
  ],
  ['no API for this org', 403, [said('API_DISABLED_FOR_ORG')], 'DB-1315', 'fix-config', 'no'],
  ['the API is down', 500, [said('API_CURRENTLY_DISABLED')], 'DB-1302', 'retry-later', 'no'],
  ['301', 301, [], 'DB-1305', 'fix-config', 'no'],
  ['302', 302, [], 'DB-1305', 'fix-config', 'no'],
  ['307', 307, [], 'DB-1305', 'fix-config', 'no'],
  ['408', 408, [], 'DB-1302', 'retry-later', 'maybe'],
  ['410', 410, [said('GONE')], 'DB-1306', 'fix-config', 'no'],
  ['420', 420, [], 'DB-1309', 'retry-later', 'no'],
  ['429', 429, [], 'DB-1309', 'retry-later', 'no'],
  ['500', 500, [], 'DB-1302', 'retry-later', 'maybe'],
  ['F28: 502', 502, [], 'DB-1302', 'retry-later', 'maybe'],
  ['503', 503, [said('SERVER_UNAVAILABLE')], 'DB-1302', 'retry-later', 'maybe'],
  ['504', 504, [], 'DB-1302', 'retry-later', 'maybe'],
]

describe('a whole call', () => {
  test.each(calls)('%s', (...[, status, errors, ...expected]) => {
    const failure = failureOf({ status, errors, retryAfter: undefined, now })
    expect([failure?.error.code, failure?.error.remedy, failure?.executed]).toEqual(expected)
  })

  test.each([200, 201, 204, 300, 304, 400, 403, 404, 412, 413, 414, 431])('%i is an answer about records', (status) => {
    expect(failureOf({ status, errors: [], retryAfter: undefined, now })).toBeUndefined()
  })

  test.each([
    ['30', 30_000],
    ['Fri, 20 Nov 2026 14:02:00 GMT', 120_000],
    ['-5', 1_000],
    ['10000000000', 86_400_000],
    ['abc', 60_000],
    [undefined, 60_000],
  ])('F33, F34: Retry-After %s waits %i ms', (retryAfter, ms) => {
    const failure = failureOf({ status: 429, errors: [], retryAfter, now })
    expect(failure?.error).toMatchObject({ notBefore: later(now, ms), scope: 'connection' })
  })
})

const wires: readonly (readonly [TransportFailure, Code, string])[] = [
  ['name-not-found', 'DB-1301', 'retry-later'],
  ['refused', 'DB-1301', 'retry-later'],
  ['connect-timeout', 'DB-1301', 'retry-later'],
  ['timeout', 'DB-1302', 'retry-later'],
  ['cut', 'DB-1302', 'retry-later'],
  ['aborted', 'DB-1302', 'retry-later'],
  ['tls', 'DB-1303', 'fix-config'],
  ['too-large', 'DB-1304', 'retry-later'],
  ['not-json', 'DB-1304', 'retry-later'],
]

test.each(wires)('no answer: %s is %s, %s', (why, code, remedy) => {
  for (const sent of [true, false]) {
    const failure = transportFailure(new TransportFault(why, sent))
    expect([failure.error.code, failure.error.remedy, failure.executed]).toEqual([code, remedy, sent ? 'maybe' : 'no'])
  }
})

test('every code this connector uses is explained, in all its parts', () => {
  for (const [code, entry] of Object.entries(codes)) {
    expect(code).toMatch(/^DB-(?:13|142|32)\d+$/)
    for (const part of [entry?.title, entry?.means, entry?.why, entry?.fix]) expect(part?.length).toBeGreaterThan(5)
  }
})

describe('a vendor’s words', () => {
  test.each([
    ['Contoso AG: no', ['Contoso AG'], '…: no'],
    ['mail sue@contoso.example', [], 'mail …'],
    ['call +49 30 1234567 now', [], 'call +… now'],
    ['one\ntwo\u001b[31m', [], 'one two [31m'],
    ['DE is not allowed', ['DE'], 'DE is not allowed'],
    ['', [], ''],
  ])('%j without what was sent', (message, sent, shown) => {
    expect(theirWords(message, sent)).toBe(shown)
  })

  test('never more than a line of 200', () => {
    expect(theirWords('x'.repeat(100_000), []).length).toBe(200)
  })
})
