import { describe, expect, test } from 'vitest'
import { dateIn, instantAt, parseDate, parseInstant, timeIn, type CalendarDate } from '#core/model/instant'

const instant = (text: string) => parseInstant(text) ?? expect.fail(`${text} is no instant`)
const date = (text: string): CalendarDate => parseDate(text) ?? expect.fail(`${text} is no date`)

describe('instants', () => {
  test.each([
    ['2022-02-24T21:04:06.0372014Z', '2022-02-24T21:04:06.037Z'],
    ['2013-05-20T20:49:32.000+0000', '2013-05-20T20:49:32.000Z'],
    ['2026-11-20T15:00:00+01:00', '2026-11-20T14:00:00.000Z'],
    ['2018-02-17T00:05:39.5485487+00:00', '2018-02-17T00:05:39.548Z'],
  ])('%s is %s', (text, canonical) => expect(parseInstant(text)).toBe(canonical))
  test.each(['2026-11-20', '2026-11-20T15:00:00', '2026-02-30T00:00:00Z', 'yesterday', ''])('%s is none', (text) =>
    expect(parseInstant(text)).toBeUndefined(),
  )
})

describe('F111: calendar dates do not drift', () => {
  test.each([
    ['2022-03-04T03:00:00Z', 'America/Sao_Paulo', '2022-03-04'],
    ['2026-12-17T23:00:00Z', 'Europe/Berlin', '2026-12-18'],
    ['2026-12-31T23:30:00-11:00', 'Pacific/Niue', '2026-12-31'],
    ['2024-02-29T12:00:00Z', 'UTC', '2024-02-29'],
  ])('%s read in %s is %s', (text, zone, expected) => expect(dateIn(instant(text), zone)).toBe(expected))

  test('every zone, both clock changes: date and time of day come back', () => {
    const days = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-12-31', '2024-02-29'].map(date)
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      for (const day of days) expect(dateIn(instantAt(day, '12:00:00.000', zone), zone), `${day} in ${zone}`).toBe(day)
    }
  })
  test('an hour that the spring change skips is moved on, not back', () => {
    const skipped = instantAt(date('2026-03-29'), '02:30:00.000', 'Europe/Berlin')
    expect(skipped).toBe('2026-03-29T01:30:00.000Z')
    expect(timeIn(skipped, 'Europe/Berlin')).toBe('03:30:00.000')
  })
  test('an hour that the autumn change repeats means its first occurrence', () =>
    expect(instantAt(date('2026-10-25'), '02:30:00.000', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z'))
  test.each(['2026-02-29', '2026-13-01', '0000-01-01', '26-01-01'])('%s is no day', (text) =>
    expect(parseDate(text)).toBeUndefined(),
  )
  test('years 0001 and 9999 stand', () =>
    expect([parseDate('0001-01-01'), parseDate('9999-12-31')]).toEqual(['0001-01-01', '9999-12-31']))
})
