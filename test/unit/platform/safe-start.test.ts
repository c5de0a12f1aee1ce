import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { safeStart } from '#platform/safe-start'
import { FixConfig } from '#spi'

let umask = 0
beforeEach(() => {
  umask = process.umask()
})
afterEach(() => {
  process.umask(umask)
})

describe('refused', () => {
  test.each<[string, Parameters<typeof safeStart>[0], string]>([
    ['certificates unchecked', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, 'DB-1110'],
    ['requests printed', { env: { NODE_DEBUG: 'fs,HTTP' } }, 'DB-1111'],
    ['everything printed', { env: { NODE_DEBUG: '*' } }, 'DB-1111'],
    ['session keys written, by argument', { env: {}, nodeArguments: ['--tls-keylog=/tmp/x'] }, 'DB-1111'],
    [
      'session keys written, by environment',
      { env: { NODE_OPTIONS: '--max-old-space-size=1 --tls-keylog=/tmp/x' } },
      'DB-1111',
    ],
  ])('%s', (_, options, code) => {
    expect(() => safeStart(options)).toThrow(FixConfig)
    expect(() => safeStart(options)).toThrow(expect.objectContaining({ code }))
  })
})

test('otherwise new files are the owner’s alone', () => {
  safeStart({
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_DEBUG: 'fs,module' },
    nodeArguments: ['--enable-source-maps'],
  })
  expect(process.umask()).toBe(0o077)
})
