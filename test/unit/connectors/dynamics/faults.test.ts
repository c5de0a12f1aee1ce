import { describe, expect, test } from 'vitest'
import { instantFromMs, RetryLater } from '#spi'
import { connector } from '../../../../connectors/dynamics/index.ts'
import { byCode, errorFor, isDuplicate, isStale, vendorFault } from '../../../../connectors/dynamics/faults.ts'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const answer = (status: number, code?: string, message = '', headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: code === undefined ? '' : JSON.stringify({ error: { code, message } }),
})
const judged = (...of: Parameters<typeof answer>) => {
  const fault = vendorFault(answer(...of))
  if (!fault) throw new Error('that is a success')
  return errorFor(fault, { now, kind: 'opportunity', columns: ['name', 'estimatedvalue'] })
}

describe('by code', () => {
  test.each(Object.entries(byCode))('%s is told with a code that is explained', (code, [, ours]) => {
    const error = judged(400, code)
    expect(error.code).toBe(ours)
    expect(ours === 'DB-9001' || connector.codes[ours]?.fix).toBeTruthy()
  })

  test.each([
    ['0x80072322', 429, 'retry-later', 'DB-1510'],
    ['0x80044150', 500, 'retry-later', 'DB-3314'],
    ['0x80040220', 403, 'fix-config', 'DB-1505'],
    ['0x80072560', 403, 'fix-config', 'DB-1503'],
    ['0x80044331', 400, 'needs-human', 'DB-3301'],
    ['0x80040265', 400, 'needs-human', 'DB-3305'],
    ['0x80040333', 500, 'needs-human', 'DB-3306'],
    ['0x80040333', 412, 'needs-human', 'DB-3306'],
    ['0x80100005', 400, 'bug', 'DB-9001'],
  ] as const)('%s with %i', (code, status, remedy, ours) =>
    expect(judged(status, code)).toMatchObject({ remedy, code: ours }),
  )

  test('one code in all its spellings', () => {
    for (const code of ['0x80044331', '0X80044331', '80044331', '-2147204303'])
      expect(vendorFault(answer(400, code))?.code).toBe('0x80044331')
  })
})

describe('by status, where no code helps', () => {
  test.each([
    [401, 'fix-config', 'DB-1501'],
    [403, 'fix-config', 'DB-1505'],
    [404, 'fix-config', 'DB-1509'],
    [408, 'retry-later', 'DB-1511'],
    [418, 'needs-human', 'DB-3315'],
    [429, 'retry-later', 'DB-1510'],
    [500, 'retry-later', 'DB-1511'],
    [503, 'retry-later', 'DB-1511'],
    [302, 'retry-later', 'DB-1509'],
  ] as const)('%i', (status, remedy, code) => expect(judged(status)).toMatchObject({ remedy, code }))
})

describe('how long to wait (F34)', () => {
  const wait = (header?: string): number => {
    const error = judged(429, undefined, '', header === undefined ? {} : { 'retry-after': header })
    return error instanceof RetryLater && error.notBefore ? Date.parse(error.notBefore) - Date.parse(now) : -1
  }
  test.each([
    ['7', 7_000],
    ['Fri, 20 Nov 2026 14:01:00 GMT', 60_000],
    ['-5', 1_000],
    ['10000000000', 86_400_000],
    ['abc', 30_000],
    [undefined, 30_000],
  ])('%s', (header, ms) => expect(wait(header)).toBe(ms))
})

describe('what a message may say (I41)', () => {
  test('the column, and nothing else of the vendor’s words', () => {
    const error = judged(400, '0x80044331', "The length of the 'name' attribute of 'Contoso AG' exceeded '300'.")
    expect(error.message).toContain('opportunity.name')
    expect(`${error.message}${JSON.stringify(error.facts)}`).not.toContain('Contoso')
  })
  test('a column we did not send is not repeated', () => {
    expect(judged(400, '0x80044331', "the 'contoso_secret' attribute").message).not.toContain('contoso_secret')
  })
})

describe('412 means two things', () => {
  const fault = (code: string) => vendorFault(answer(412, code)) ?? expect.fail('a refusal')
  test('somebody saved it first', () =>
    expect([isStale(fault('0x80060882')), isDuplicate(fault('0x80040237'))]).toEqual([true, true]))
  test('a duplicate rule is neither', () =>
    expect([isStale(fault('0x80040333')), isDuplicate(fault('0x80040333'))]).toEqual([false, false]))
  test('the documents print no code: then the question decides', () =>
    expect([isStale(fault('')), isDuplicate(fault(''))]).toEqual([true, true]))
})

test('every code this connector may say is explained', () => {
  const used = Object.values(byCode).map(([, code]) => code)
  expect(used.filter((code) => code !== 'DB-9001' && !connector.codes[code])).toEqual([])
  for (const [code, entry] of Object.entries(connector.codes)) {
    expect(code).toMatch(/^DB-(15|33)\d\d$/)
    for (const part of [entry?.title, entry?.means, entry?.why, entry?.fix]) expect(part).toMatch(/\S/)
  }
})
