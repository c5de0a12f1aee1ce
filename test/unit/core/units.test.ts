import { describe, expect, test } from 'vitest'
import { Duration, formatDuration, parseDuration, parseShare, parseSize } from '#core/units'

describe('durations', () => {
  test.each([
    ['500ms', 500, '500ms'],
    ['30s', 30_000, '30s'],
    ['90s', 90_000, '90s'],
    ['5m', 300_000, '5m'],
    ['1.5h', 5_400_000, '90m'],
    ['72h', 259_200_000, '3d'],
    ['400d', 34_560_000_000, '400d'],
    ['0s', 0, '0s'],
  ])('%s', (text, ms, shortest) => {
    expect(parseDuration(text)).toBe(ms)
    expect(formatDuration(ms)).toBe(shortest)
  })
  test.each(['5', '', 'm', '-5m', '5 m', '5M', '1e3s', '5min', '9999999999d', '999999999d', 'Infinitys'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )
  test('a number without its unit says what is missing', () => {
    expect(Duration.safeParse(5).error?.issues[0]?.message).toBe('must have a unit: 30s, 5m, 1d')
    expect(Duration.safeParse('5').error?.issues[0]).toMatchObject({ message: 'must have a unit: 30s, 5m, 1d' })
    expect(Duration.parse('5m')).toBe(300_000)
  })
})

test.each([
  ['20MB', 20_971_520],
  ['1.5KB', 1_536],
  ['7 B', 7],
  ['20', undefined],
  ['20mb', undefined],
])('the size %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  ['15%', 0.15],
  ['100 %', 1],
  ['2.5%', 0.025],
  ['101%', undefined],
  ['0.15', undefined],
])('the share %s', (text, fraction) => {
  expect(parseShare(text)).toBe(fraction)
})
