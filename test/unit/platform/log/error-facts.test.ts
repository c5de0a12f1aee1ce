// Of an error, what the log may show: of ours the message, of a foreign one its class, its code and where it was thrown.

import { describe, expect, test } from 'vitest'
import { Bug, FixConfig, TransportFault } from '#spi'
import { errorFacts } from '#platform/log/error-facts'

const facts = (error: unknown): Record<string, unknown> => ({
  ...errorFacts(error, (text, most) => `<${text.slice(0, most)}>`),
})

const thrownAt = (stack: string | undefined, message = 'CANARY'): unknown => {
  const error = new Error(message)
  if (stack === undefined) delete error.stack
  else error.stack = stack
  return facts(error)['thrown']
}

describe('an error of ours', () => {
  test('is told in its own words, which go through the mask, and no further than they may', () => {
    expect(facts(new FixConfig('x'.repeat(600), { code: 'DB-1410' }))).toEqual({
      class: 'FixConfig',
      code: 'DB-1410',
      remedy: 'fix-config',
      message: `<${'x'.repeat(500)}>`,
    })
  })
  test('that is a bug says where it was thrown; one that somebody can mend does not', () => {
    expect(String(facts(new Bug('broken', { code: 'DB-9001' }))['thrown'])).toContain('log/error-facts.test.ts')
    expect(facts(new FixConfig('x', { code: 'DB-1410' }))).not.toHaveProperty('thrown')
  })
  test('of the wire is its reason alone', () => {
    expect(facts(new TransportFault('cut', true))).toEqual({ class: 'TransportFault', code: 'cut' })
  })
})

describe('a code', () => {
  test.each([
    ['ECONNRESET', true],
    ['EAI_AGAIN', true],
    ['E2BIG', true],
    ['ERR_INVALID_URL', true],
    ['HPE_INVALID_CONSTANT', true],
    ['CERT_HAS_EXPIRED', true],
    ['UNABLE_TO_GET_ISSUER_CERT', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', true],
    ['UND_ERR_SOCKET', true],
    ['Z_DATA_ERROR', true],
    ['PRIVATE_ADDRESS', true],
    ['CONTOSO', false],
    ['MY_ERR_X', false],
    ['ERR_CANARY@contoso', false],
    ['econnreset', false],
    ['E1', false],
    [42, false],
    [{ toString: () => 'ECONNRESET' }, false],
  ])('%s is shown: %s', (code, isShown) => {
    const shown = facts(Object.assign(new Error('x'), { code }))
    expect([Object.hasOwn(shown, 'code'), shown['code']]).toEqual(isShown ? [true, code] : [false, undefined])
  })
})

describe('where it was thrown', () => {
  test.each<[string, readonly string[]]>([
    ['    at run (file:///opt/dealbridge/src/engine/cycle.ts:10:3)', ['src/engine/cycle.ts:10:3']],
    ['    at file:///opt/dealbridge/connectors/dynamics/read.ts:1:22', ['connectors/dynamics/read.ts:1:22']],
    ['    at async run (/opt/node_modules/@x/y-z/index.js:7:1)', ['node_modules/@x/y-z/index.js:7:1']],
    ['    at node:internal/process/task_queues:103:5', []],
    ['    at run (/home/CANARY/other.ts:1:1)', []],
    ['    at run (/opt/src/engine/cycle.ts:10:3) CANARY', []],
    ['  at run (/opt/src/engine/cycle.ts:10:3)', []],
    ['CANARY     at run (/opt/src/engine/cycle.ts:10:3)', []],
    ['    at run (/opt/src/engine/cycle.ts:10)', []],
  ])('%s', (line, shown) => expect(thrownAt(`Error: CANARY\n${line}`)).toEqual(shown))

  test('is the four topmost places', () => {
    const lines = [1, 2, 3, 4, 5].map((line) => `    at run (/opt/src/a.ts:${line}:1)`)
    expect(thrownAt(['Error: CANARY', ...lines].join('\n'))).toEqual([1, 2, 3, 4].map((line) => `src/a.ts:${line}:1`))
  })
  test('is not what a message pretends', () => {
    const message = 'x\n    at run (/opt/src/CANARY/secret.ts:1:1)'
    const frames = '    at run (/opt/src/a.ts:1:1)\n    at call (/opt/src/b.ts:2:2)'
    expect(thrownAt(`Error: ${message}\n${frames}`, message)).toEqual(['src/a.ts:1:1', 'src/b.ts:2:2'])
    expect(thrownAt('Error\n    at run (/opt/src/a.ts:1:1)', '')).toEqual(['src/a.ts:1:1'])
  })
  test('is nowhere, where nothing is known of it', () => expect(thrownAt(undefined)).toEqual([]))
})

describe('what it was caused by', () => {
  test('is told three deep', () => {
    const chain = [1, 2, 3, 4, 5].reduce<Error>((cause) => new TypeError('CANARY', { cause }), new RangeError('CANARY'))
    const classes = (of: unknown): readonly unknown[] => {
      const { class: name, cause } = of as { class: unknown; cause?: unknown }
      return [name, ...(cause === undefined ? [] : classes(cause))]
    }
    expect(classes(facts(chain))).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError'])
    expect(classes(facts(new TypeError('x', { cause: new RangeError('x', { cause: 7 }) })))).toEqual([
      'TypeError',
      'RangeError',
      'number',
    ])
  })
  test('is left out where there is nothing', () => expect(facts(new Error('x'))).not.toHaveProperty('cause'))
})

test.each<[unknown, string]>([
  ['CANARY', 'string'],
  [null, 'object'],
  [undefined, 'undefined'],
])('what is no error is told by its kind: %j', (error, kind) => expect(facts(error)).toEqual({ class: kind }))

test('a class is told by its name, where that can be one', () => {
  class $Odd_1 extends Error {}
  const named = (name: string): unknown => {
    class Some extends Error {}
    Object.defineProperty(Some, 'name', { value: name })
    return facts(new Some('x'))['class']
  }
  expect(facts(new $Odd_1('x'))['class']).toBe('$Odd_1')
  expect(['Two', 'A'.repeat(61), 'A'.repeat(62), '1x', 'a b', 'x-', ''].map(named)).toEqual([
    'Two',
    'A'.repeat(61),
    'Error',
    'Error',
    'Error',
    'Error',
    'Error',
  ])
})
