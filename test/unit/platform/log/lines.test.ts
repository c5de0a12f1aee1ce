// A log entry as people read it, and as the journal takes it.

import { describe, expect, test } from 'vitest'
import { journalLine, textLine } from '#platform/log/lines'

const time = '2026-11-20T14:00:00.000Z'
const text = (entry: object): string => textLine(JSON.stringify(entry), 'Europe/Berlin')

describe('on a terminal', () => {
  test.each([
    ['debug', '·'],
    ['info', ' '],
    ['warn', '!'],
    ['error', '✗'],
    ['unheard', '?'],
  ])('%s is marked with "%s"', (level, mark) => {
    expect(text({ time, level, event: 'a' })).toBe(`15:00:00 ${mark} a\n`)
  })
  test.each<[string, object, string]>([
    ['facts follow, in their order', { b: 2, a: 'x', c: true }, '15:00:00   e  b=2  a=x  c=true\n'],
    [
      'an error, and what caused it',
      { error: { class: 'A', code: 'B', message: 'C.', cause: { class: 'D', cause: { class: 'E', code: 'F' } } } },
      '15:00:00   e  error=A B C.  caused by D  caused by E F\n',
    ],
    ['an error of which little is known', { error: { class: 'A', code: 7 } }, '15:00:00   e  error=A\n'],
    ['no error', { error: null }, '15:00:00   e\n'],
    ['an error that is none', { error: 'x' }, '15:00:00   e\n'],
    ['a time that cannot be read', { time: 'never' }, '   e\n'],
  ])('%s', (_, facts, line) => expect(text({ time, level: 'info', event: 'e', ...facts })).toBe(line))
})

test.each([
  ['debug', 7],
  ['info', 6],
  ['warn', 4],
  ['error', 3],
  ['unheard', 6],
])('in the journal, %s has priority %d', (level, priority) => {
  const line = `${JSON.stringify({ level })}\n`
  expect(journalLine(line)).toBe(`<${priority}>${line}`)
})
