// What a deal remembers of a change that was not taken: how long it waits, for whom, and when it is given up.

import { describe, expect, test } from 'vitest'
import { Bug, FixConfig, later, NeedsHuman, RetryLater, type Instant } from '#spi'
import type { Change } from '#core/reconcile/plan'
import { afterDeferral, afterMoving, afterRefusal } from '#engine/settle'
import type { Link } from '#core/model/link'
import { refusalSubject } from '#core/reconcile/change'
import { at, linkOf, now, planDeal } from '../../support/deal-plan.ts'

const minute = 60_000
const hour = 60 * minute

const change: Change =
  planDeal({ referral: { stage: 'Accepted', step: 'Qualified' }, deal: { Amount: '1' }, link: linkOf('R-1') })
    .changes[0] ?? expect.fail('nothing was planned')

const locked = (notBefore?: Instant): RetryLater =>
  new RetryLater('The row is locked.', { code: 'DB-3205', scope: 'record', ...(notBefore ? { notBefore } : {}) })

const only = (link: Link) => link.waiting[0] ?? expect.fail('it waits for nothing')

/** Refused again and again, each time it is looked at. */
function refused(times: number, error: Error, giveUpAfterMs?: number): Link {
  let link = linkOf('R-1')
  let moment = now
  for (let time = 0; time < times; time += 1) {
    link = afterRefusal(link, change, { error: error as RetryLater, now: moment, giveUpAfterMs })
    moment = only(link).until ?? later(moment, hour)
  }
  return link
}

describe('a change that was not taken', () => {
  test.each([
    [1, minute],
    [2, 2 * minute],
    [5, 16 * minute],
    [9, 256 * minute],
    [10, 6 * hour],
    [40, 6 * hour],
  ])('for now, for the %d. time: tried again after %d ms', (times, ms) => {
    const before = refused(times - 1, locked())
    const moment = before.waiting[0]?.until ?? now
    const wait = only(afterRefusal(before, change, { error: locked(), now: moment }))
    expect(wait).toMatchObject({ for: 'problem', code: 'DB-3205', tries: times, until: later(moment, ms), since: now })
  })

  test('is left alone as long as the vendor said, where that is longer', () => {
    const link = linkOf('R-1')
    expect(only(afterRefusal(link, change, { error: locked(later(now, hour)), now })).until).toBe(later(now, hour))
    expect(only(afterRefusal(link, change, { error: locked(later(now, 1)), now })).until).toBe(later(now, minute))
  })

  test.each([
    ['a person must settle', new NeedsHuman('no', { code: 'DB-3201', who: 'the seller', choices: ['a', 'b'] }), null],
    ['is a fault of ours', new Bug('no', { code: 'DB-9001' }), null],
    ['an admin may have mended meanwhile', new FixConfig('no', { code: 'DB-1301' }), later(now, minute)],
  ] as const)('that %s', (_what, error, until) => {
    expect(only(afterRefusal(linkOf('R-1'), change, { error, now })).until).toBe(until)
  })

  test('keeps the choices a person has, and whose turn it is', () => {
    const error = new NeedsHuman('no', { code: 'DB-3201', who: 'the seller', choices: ['a', 'b'] })
    const wait = only(afterRefusal(linkOf('R-1'), change, { error, now }))
    expect([wait.who, wait.choices]).toEqual(['the seller', ['a', 'b']])
    expect(only(afterRefusal(linkOf('R-1'), change, { error: locked(), now }))).not.toHaveProperty('choices')
  })

  test('is not confused with anything else that is waited for', () => {
    const other = { ...only(refused(3, locked())), subject: 'row:Topic' }
    const link = afterRefusal(linkOf('R-1', { waiting: [other] }), change, { error: locked(), now })
    expect(link.waiting.map(({ subject, tries }) => [subject, tries])).toEqual([
      ['row:Topic', 3],
      [refusalSubject(change.id), 1],
    ])
    const error = new NeedsHuman('no', { code: 'DB-3201', who: 'the seller' })
    expect(afterDeferral(linkOf('R-1', { waiting: [other] }), change, { error, now }).waiting).toHaveLength(2)
    expect(afterRefusal(linkOf('R-1'), change, { error, now }).waiting[0]).not.toHaveProperty('choices')
  })

  test('with other words is another change: its time begins anew', () => {
    const other: Change = { ...change, write: { ...change.write, fields: { Amount: '2' } } }
    const wait = only(afterRefusal(refused(5, locked()), other, { error: locked(), now: at('2026-11-21T09:00:00Z') }))
    expect(wait).toMatchObject({ tries: 1, since: '2026-11-21T09:00:00.000Z' })
  })
})

describe('limits.retries.giveUpAfter', () => {
  test('what passes by itself is given up after that long, and then waits for a person', () => {
    const day = 24 * hour
    const before = refused(12, locked(), day)
    expect(only(before).until).not.toBeNull()
    const over = only(afterRefusal(before, change, { error: locked(), now: later(now, day), giveUpAfterMs: day }))
    expect(over).toMatchObject({ code: 'DB-3205', until: null, since: now })
    expect(over.message).toBe('The row is locked. Tried for 24 h, and given up: dealbridge replay tries it again.')
    for (const [minutes, words] of [
      [5, '5 min'],
      [60, '1 h'],
      [90, '90 min'],
    ] as const) {
      const moment = later(now, 2 * hour)
      const of = { error: locked(), now: moment, giveUpAfterMs: minutes * minute }
      expect(only(afterRefusal(refused(1, locked()), change, of)).message).toContain(`Tried for ${words}, and given up`)
    }
  })

  test('and not a moment before', () => {
    const link = refused(1, locked())
    const at = (ms: number) =>
      only(afterRefusal(link, change, { error: locked(), now: later(now, ms), giveUpAfterMs: hour }))
    expect([at(hour - 1).until === null, at(hour).until === null]).toEqual([false, true])
  })

  test('what an admin may mend is looked at for ever', () => {
    const error = new FixConfig('no', { code: 'DB-1301' })
    const link = afterRefusal(linkOf('R-1'), change, { error, now })
    const much = afterRefusal(link, change, { error, now: later(now, 30 * 24 * hour), giveUpAfterMs: hour })
    expect(only(much).until).not.toBeNull()
  })
})

describe('what could not be tried', () => {
  test('waits with what it rests on, and a second time says nothing new', () => {
    const error = new NeedsHuman('no', { code: 'DB-3201', who: 'the seller' })
    const link = afterDeferral(linkOf('R-1'), change, { error, now })
    expect(only(link)).toMatchObject({ code: 'DB-3201', who: 'the seller', until: later(now, minute) })
    expect(afterDeferral(link, change, { error, now: later(now, hour) })).toBe(link)
  })

  test('F31: a record that moves each time is met again at once, and after three times ever more rarely', () => {
    let link = linkOf('R-1')
    const untils: (string | null)[] = []
    for (let time = 0; time < 4; time += 1) {
      link = afterMoving(link, now)
      untils.push(only(link).until)
    }
    expect(only(link)).toMatchObject({ code: 'DB-3128', tries: 4 })
    expect(untils).toEqual([now, now, later(now, 4 * minute), later(now, 8 * minute)])
  })
})
