// F128, F129, I41: whatever is given to the log, one line comes out, and no secret or customer in it.

import { PassThrough } from 'node:stream'
import { AxiosError, AxiosHeaders } from 'axios'
import { describe, expect, test } from 'vitest'
import { openLog, standardStream, type LogFormat, type LogLevel } from '#platform/log'
import { Bug, FixConfig, NeedsHuman, type Log, type LogFacts, RetryLater, TransportFault } from '#spi'
import { handClock } from '../../support/host.ts'

function written(use: (log: Log) => void, level: LogLevel = 'debug', format: LogFormat = 'json'): readonly string[] {
  const lines: string[] = []
  use(openLog({ clock: handClock(), level, format, destination: { write: (line) => void lines.push(line) } }))
  return lines
}

const entry = (facts: LogFacts): Record<string, unknown> =>
  JSON.parse(written((log) => log.info('deal.read', facts))[0] ?? '') as Record<string, unknown>

describe('a line', () => {
  test('time, level, facts, event', () => {
    expect(written((log) => log.warn('write.held', { code: 'DB-3107', pipeline: 'cosell', attempt: 2 }))).toEqual([
      '{"level":"warn","time":"2026-11-20T14:00:00.000Z","code":"DB-3107","pipeline":"cosell","attempt":2,"event":"write.held"}\n',
    ])
  })
  test('facts of a narrower log are on every line', () => {
    const lines = written((log) =>
      log.with({ pipeline: 'cosell' }).with({ run: '8812' }).info('a', { run: '8813', count: 1 }),
    )
    expect(lines[0]).toContain('"pipeline":"cosell","run":"8813","count":1')
  })
  test('facts are on a line of every level', () => {
    const lines = written((log) => {
      const narrow = log.with({ pipeline: 'cosell' })
      for (const level of ['debug', 'info', 'warn', 'error'] as const) narrow[level]('a', { count: 1 })
    })
    expect(lines.map((line) => line.includes('"pipeline":"cosell","count":1'))).toEqual([true, true, true, true])
  })
  test('below the level nothing is written', () => {
    expect(written((log) => (log.debug('a'), log.info('b'), log.warn('c'), log.error('d')), 'warn')).toHaveLength(2)
  })
  test('numbers are numbers, and short', () => {
    expect(entry({ ms: 1.23456789, value: true, count: 3 })).toMatchObject({ ms: 1.235, value: true, count: 3 })
  })
})

describe('what passes', () => {
  test('only facts that are on the list, each of its kind', () => {
    const careless = {
      customer: 'CANARY',
      record: { name: 'CANARY' },
      ms: 'CANARY',
      value: 'CANARY',
      pipeline: ['CANARY'],
    }
    expect(JSON.stringify(entry(careless as unknown as LogFacts))).not.toContain('CANARY')
  })
  test('nothing inherited', () => {
    expect(entry(Object.create({ pipeline: 'CANARY' }) as LogFacts)).not.toHaveProperty('pipeline')
  })
  test.each([
    ['a token', 'Bearer abcdefghij'],
    ['a JSON web token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2ln'],
    ['a password', 'password=hunter2'],
    ['a secret in JSON', '{"client_secret":"hunter2"}'],
    ['an address', 'sue.smith@contoso.example'],
    ['a query', 'https://x.example/a?name=hunter2'],
    ['a user in an address', 'https://me:hunter2@x.example/'],
  ])('not %s, even in a fact meant for ids', (_, text) => {
    const line = JSON.stringify(entry({ record: text }))
    for (const secret of ['hunter2', 'abcdefghij', 'eyJ', 'sue.smith', 'CANARY']) expect(line).not.toContain(secret)
  })
  test.each([
    ['a line break', 'a\r\nlevel=error', 'a level=error'],
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;title\u0007x', 'x'],
    ['right to left', 'a\u202egnp.exe', 'agnp.exe'],
    ['line separators', 'a\u2028b\u0085c', 'a b c'],
    ['NUL and C1', 'a\u0000b\u009bc', 'abc'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
  ])('not %s', (_, text, shown) => {
    expect(entry({ record: text })['record']).toBe(shown)
  })
  test('not more than fits', () => {
    expect(String(entry({ record: 'x'.repeat(100_000) })['record']).length).toBe(200)
    expect(written((log) => log.info('e'.repeat(10_000)))[0]?.length).toBeLessThan(300)
  })
})

describe('errors', () => {
  const canary = 'CANARY'
  test('ours: class, code, remedy, message', () => {
    expect(entry({ error: new FixConfig('Sign in again.', { code: 'DB-1410' }) })['error']).toEqual({
      class: 'FixConfig',
      code: 'DB-1410',
      remedy: 'fix-config',
      message: 'Sign in again.',
    })
    for (const error of [
      new RetryLater('x', { code: 'DB-1' }),
      new NeedsHuman('x', { code: 'DB-1', who: 'the seller' }),
    ])
      expect(entry({ error })['error']).toMatchObject({ code: 'DB-1', message: 'x' })
  })
  test('of the wire: why', () => {
    expect(entry({ error: new TransportFault('cut', true, new Error(canary)) })['error']).toMatchObject({
      class: 'TransportFault',
      code: 'cut',
    })
  })
  test('foreign: class, code and place only', () => {
    const error = Object.assign(new TypeError(canary), { code: 'ERR_X', [canary]: canary })
    const facts = entry({ error })['error'] as Record<string, unknown>
    expect(facts).toMatchObject({ class: 'TypeError', code: 'ERR_X' })
    expect(String(facts['thrown'])).toContain('test/unit/platform/log.test.ts')
    expect(JSON.stringify(facts)).not.toContain(canary)
  })
  test('never whole, however they are wrapped', () => {
    const config = { headers: new AxiosHeaders({ Authorization: canary }), url: canary, data: canary }
    const axios = new AxiosError(canary, 'ECONNRESET', config, { path: canary })
    const wrapped = new Bug('A promise was broken.', { code: 'DB-9001', cause: new Error(canary, { cause: axios }) })
    const line = JSON.stringify(entry({ error: wrapped }))
    expect(line).toContain('"class":"AxiosError","code":"ECONNRESET"')
    expect(line).not.toContain(canary)
  })
  test('that are none, or contain themselves', () => {
    expect(entry({ error: canary })['error']).toEqual({ class: 'string' })
    expect(entry({ error: { message: canary } })['error']).toEqual({ class: 'object' })
    const loop = new Error('x')
    loop.cause = loop
    expect(JSON.stringify(entry({ error: loop })).length).toBeLessThan(2_000)
  })
  test('with names made to mislead', () => {
    class Evil extends Error {}
    Object.defineProperty(Evil, 'name', { value: `x\n${canary}` })
    const facts = entry({ error: Object.assign(new Evil('x'), { code: `A ${canary}` }) })['error']
    expect(facts).toMatchObject({ class: 'Error' })
    expect(JSON.stringify(facts)).not.toContain(canary)
  })
})

describe('for people and for the journal', () => {
  const error = new RetryLater('Salesforce is busy.', { code: 'DB-3203', cause: new TransportFault('timeout', true) })
  test('text', () => {
    expect(written((log) => log.warn('write.retry', { pipeline: 'cosell', ms: 12, error }), 'info', 'text')).toEqual([
      '14:00:00 ! write.retry  pipeline=cosell  ms=12  error=RetryLater DB-3203 Salesforce is busy.  caused by TransportFault timeout\n',
    ])
  })
  test('text, in the reader’s own zone', () => {
    const lines: string[] = []
    const destination = { write: (line: string): void => void lines.push(line), isTTY: true }
    openLog({ clock: handClock(), destination, timezone: 'Asia/Taipei' }).info('a')
    expect(lines).toEqual(['22:00:00   a\n'])
  })
  test('journal', () => {
    expect(
      written((log) => (log.error('a'), log.debug('b')), 'debug', 'journald').map((line) => line.slice(0, 4)),
    ).toEqual(['<3>{', '<7>{'])
  })
  test('auto: text on a terminal, JSON elsewhere', () => {
    for (const isTTY of [true, false]) {
      const lines: string[] = []
      openLog({ clock: handClock(), destination: { write: (line) => void lines.push(line), isTTY } }).info('a')
      expect(lines[0]?.startsWith('{')).toBe(!isTTY)
    }
  })
})

test('a standard stream is written to, and a reader that went away takes nobody with it', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.WriteStream
  const [first, second] = [standardStream(stream), standardStream(stream)]
  first.write('a\n')
  second.write('b\n')
  expect([String(stream.read()), first.isTTY]).toEqual(['a\nb\n', true])
  expect(() => stream.emit('error', new Error('EPIPE'))).not.toThrow()
  expect(stream.listenerCount('error')).toBe(1)
})
