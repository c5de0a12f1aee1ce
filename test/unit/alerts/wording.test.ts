// Words for every event, made of ids, codes and our own book. No test here can show that no customer is named; that there
// is no place for one is shown by the types of a notice, and watched over by the daemon's test with a whole pipeline.

import { describe, expect, test } from 'vitest'
import type { Notice } from '#alerts/decide'
import { letterOf, span, type Words } from '#alerts/wording'
import { reconcileCodes } from '#core/reconcile/codes'
import { alertEvents } from '#settings/schema/alerts'
import { later, parseInstant } from '#spi'

const now = parseInstant('2026-11-20T14:00:00Z') ?? expect.fail('not an instant')
const words: Words = { name: 'fabrikam', zone: 'Europe/Berlin', codes: reconcileCodes, now }
const hour = 3_600_000

const notice = (over: Partial<Notice>): Notice => ({
  event: 'problem.new',
  state: 'new',
  subject: 'cosell DB-3501',
  pipeline: 'cosell',
  connection: null,
  since: later(now, -2 * hour),
  due: null,
  code: 'DB-3501',
  count: 2,
  referrals: ['49d90c72'],
  url: null,
  step: 1,
  ...over,
})
const R = '49d90c72-0d7e-4c55-9a0e-6f5a1f6f2b10'
const referral = { subject: R, code: null, count: 1, due: later(now, 5 * hour) } as const
const letter = (...notices: readonly Notice[]) =>
  letterOf({ id: 'm-1', channel: 'ops', isDigest: false, notices }, words)

describe('says', () => {
  test.each<[string, Partial<Notice>, string]>([
    [
      'a new referral',
      { ...referral, event: 'referral.new' },
      'Referral 49d90c72 (cosell) is new; Microsoft waits for an answer until 20 Nov 2026 20:00.',
    ],
    [
      'a deadline',
      { ...referral, event: 'referral.answerSoon' },
      'Referral 49d90c72 (cosell) is closed by Microsoft in 5 h, on 20 Nov 2026 20:00, unless somebody answers.',
    ],
    [
      'a customer who waits for a call',
      { ...referral, event: 'referral.wantsCallBack', due: null },
      'Referral 49d90c72 (cosell): the customer asked to be called, 2 h ago.',
    ],
    [
      'questions',
      { event: 'conflict.waiting' },
      '2 deals of cosell wait for an answer: Both sides changed the same field (DB-3501).',
    ],
    [
      'a problem of one deal',
      { count: 1, code: 'DB-3112' },
      '1 deal of cosell is stuck: This outcome cannot be sent (DB-3112).',
    ],
    [
      'a problem of a pipeline, by a code nobody explains',
      { count: 0, code: 'DB-9999' },
      'cosell is stuck: see the code (DB-9999).',
    ],
    [
      'a connection',
      { event: 'connection.down', pipeline: null, connection: 'salesforce', count: 0, code: 'DB-3112' },
      'The connection salesforce does not work, and its pipelines pause: This outcome cannot be sent (DB-3112).',
    ],
    [
      'a pipeline that stands still',
      { event: 'pipeline.stale', subject: 'cosell', code: null, count: 0 },
      'cosell has had no good run for 2 h.',
    ],
    ['a plan', { event: 'plan.waiting', code: null }, 'The plan of cosell waits for a person.'],
  ])('%s', (_, over, said) => {
    expect(letter(notice(over)).lines.map(({ text }) => text)).toEqual([said])
  })

  test.each(alertEvents)('something of %s, and of its end', (event) => {
    const { lines, document } = letter(notice({ event }), notice({ event, state: 'over' }))
    expect(lines.map(({ text }) => text.length)).toSatisfy((lengths: number[]) => lengths.every((one) => one > 20))
    expect(lines.map(({ isOver }) => isOver)).toEqual([false, true])
    expect(document.notices.map(({ state }) => state)).toEqual(['new', 'over'])
  })
})

test('one thing is its own subject, several are counted', () => {
  const one = letter(notice({ event: 'plan.waiting', code: null }))
  expect(one.subject).toBe('[fabrikam] The plan of cosell waits for a person.')
  const many = letter(notice({}), notice({ code: 'DB-3112' }), notice({ state: 'over' }))
  expect(many.subject).toBe('[fabrikam] 2 to look at, 1 over')
})

test('a long list ends, and says how much is missing', () => {
  const { lines, more, closing, document } = letter(...Array.from({ length: 50 }, () => notice({})))
  expect([lines.length, more, document.notices.length, document.more]).toEqual([20, 30, 20, 30])
  expect(closing).toMatch(/^And 30 more\. /)
})

test('what to do and who can is the book’s', () => {
  expect(letter(notice({ code: 'DB-3113' })).lines[0]?.advice).toBe(
    'Answer the question the message names; the outcome follows by itself. Who: the seller. More: dealbridge explain DB-3113',
  )
})

test.each([
  [0, '0 min'],
  [59_000, '0 min'],
  [48 * 60_000, '48 min'],
  [5 * hour + 48 * 60_000, '5 h 48 min'],
  [53 * hour, '2 d 5 h'],
  [48 * hour + 60_000, '2 d'],
])('%i ms is %s', (ms, said) => {
  expect(span(ms)).toBe(said)
})
