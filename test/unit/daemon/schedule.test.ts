import { describe, expect, test } from 'vitest'
import { dueIn, isReconcileDue, nextReconcile, type LastRun, type Moment } from '#daemon/schedule'
import { later, parseInstant } from '#core/model/instant'
import type { ScheduleSettings } from '#settings/settings'

const instant = (text: string) => parseInstant(text) ?? expect.fail(text)
const zone = 'Europe/Berlin'
const minute = 60_000
const hour = 60 * minute
const noon: Moment = { at: instant('2026-11-20T12:00:00Z'), ms: 1_000_000 }
const after = (ms: number, wallMs = ms): Moment => ({ at: later(noon.at, wallMs), ms: noon.ms + ms })
const last: LastRun = { began: noon, chance: 0 }

const every5: ScheduleSettings = { everyMs: 5 * minute, jitterMs: 0, between: null, outsideMs: null }

describe('every so often', () => {
  test.each<[string, LastRun | null, Moment, number]>([
    ['the first run is due at once', null, noon, 0],
    ['just begun', last, noon, 5 * minute],
    ['two minutes later', last, after(2 * minute), 3 * minute],
    ['its time has come', last, after(5 * minute), 0],
    ['long past: due once, not several times', last, after(60 * minute), 0],
    ['F120: the machine slept, the monotonic clock with it', last, after(10_000, 8 * hour), 0],
    ['F119: the wall clock was set back ten years', last, after(2 * minute, -87_600 * hour), 3 * minute],
    ['F119: the wall clock was set ahead ten years', last, after(2 * minute, 87_600 * hour), 0],
  ])('%s', (_, before, now, wait) => expect(dueIn(every5, zone, before, now)).toBe(wait))

  test('jitter only ever makes it later, by its share', () => {
    const schedule = { ...every5, jitterMs: 30_000 }
    expect(dueIn(schedule, zone, { ...last, chance: 0.5 }, noon)).toBe(5 * minute + 15_000)
    expect(dueIn(schedule, zone, { ...last, chance: 0 }, noon)).toBe(5 * minute)
  })

  test('a second is a possible rhythm, whatever the jitter', () => {
    const schedule = { ...every5, everyMs: 1_000, jitterMs: 30_000 }
    expect(dueIn(schedule, zone, last, after(400))).toBe(600)
    expect(dueIn(schedule, zone, { ...last, chance: 0.99 }, after(400))).toBeLessThan(700)
  })
})

describe('between hours', () => {
  const office: ScheduleSettings = { ...every5, between: '06:00-22:00' }
  const at = (text: string): Moment => ({ at: instant(text), ms: 5 })
  test.each<[string, ScheduleSettings, Moment, number]>([
    ['open, in the zone and not in UTC', office, at('2026-11-20T05:00:00Z'), 0],
    ['not yet open', office, at('2026-11-20T04:30:00Z'), 30 * minute],
    ['closed for today', office, at('2026-11-20T21:00:00Z'), 8 * hour],
    ['over midnight, open', { ...office, between: '22:00-06:00' }, at('2026-11-20T22:30:00Z'), 0],
    ['over midnight, closed', { ...office, between: '22:00-06:00' }, at('2026-11-20T20:00:00Z'), hour],
    ['closed in the night the clocks go forward', office, at('2027-03-27T22:00:00Z'), 6 * hour],
  ])('%s', (_, schedule, now, wait) => expect(dueIn(schedule, zone, null, now)).toBe(wait))

  test('outside them more rarely, and on time when they open', () => {
    const schedule = { ...office, outsideMs: hour }
    const night = at('2026-11-20T22:00:00Z')
    expect(dueIn(schedule, zone, null, night)).toBe(0)
    expect(dueIn(schedule, zone, { began: night, chance: 0 }, night)).toBe(hour)
    const dawn = at('2026-11-21T04:50:00Z')
    expect(dueIn(schedule, zone, { began: dawn, chance: 0 }, dawn)).toBe(10 * minute)
  })
})

describe('the full comparison', () => {
  const daily = { everyMs: 24 * hour, at: '03:15' }
  test.each([
    ['the appointed hour after the last one', daily, '2026-11-20T12:00:00Z', '2026-11-21T02:15:00.000Z'],
    ['also when the last one ran late', daily, '2026-11-20T11:59:00Z', '2026-11-21T02:15:00.000Z'],
    ['in summer', daily, '2026-07-01T12:00:00Z', '2026-07-02T01:15:00.000Z'],
    ['every week', { ...daily, everyMs: 168 * hour }, '2026-11-20T02:15:00Z', '2026-11-27T02:15:00.000Z'],
    [
      'every two hours: no hour is appointed',
      { ...daily, everyMs: 2 * hour },
      '2026-11-20T12:00:00Z',
      '2026-11-20T14:00:00.000Z',
    ],
    [
      'an hour that the spring change skips',
      { ...daily, at: '02:30' },
      '2027-03-27T12:00:00Z',
      '2027-03-28T01:00:00.000Z',
    ],
  ])('%s', (_, settings, before, next) => expect(nextReconcile(settings, zone, instant(before))).toBe(next))

  test('an hour that the autumn change repeats comes once', () => {
    const first = nextReconcile({ ...daily, at: '02:30' }, zone, instant('2026-10-24T12:00:00Z'))
    expect(first).toBe('2026-10-25T00:30:00.000Z')
    expect(nextReconcile({ ...daily, at: '02:30' }, zone, first) > instant('2026-10-25T12:00:00Z')).toBe(true)
  })

  test('a daemon that was off at that hour catches up once', () => {
    const before = instant('2026-11-10T02:15:00Z')
    expect(isReconcileDue(daily, zone, before, noon.at)).toBe(true)
    expect(isReconcileDue(daily, zone, noon.at, noon.at)).toBe(false)
  })
})
