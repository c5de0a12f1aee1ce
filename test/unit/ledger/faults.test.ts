import { describe, expect, test } from 'vitest'
import { FixConfig } from '#core/errors'
import { errnoOf, ledgerFault } from '#ledger/faults'
import { DiskFault } from './sim-disk.ts'

describe('what the system refuses is told with what to do', () => {
  const rows = [
    ['ENOSPC', 'DB-4008', 'Free some space'],
    ['EDQUOT', 'DB-4008', 'Free some space'],
    ['EROFS', 'DB-4007', 'must own it'],
    ['EACCES', 'DB-4007', 'must own it'],
    ['EPERM', 'DB-4007', 'must own it'],
    ['ELOOP', 'DB-4007', 'must own it'],
    ['EIO', 'DB-4009', 'restore a backup'],
    ['EMFILE', 'DB-4009', 'restore a backup'],
    ['E2BIG', 'DB-4009', 'restore a backup'],
    ['ERR_SQLITE_ERROR', 'DB-4009', 'restore a backup'],
  ] as const
  for (const [errno, code, remedy] of rows)
    test(`${errno}: ${code}`, () => {
      const cause = new DiskFault(errno)
      const fault = ledgerFault(cause, '/store/leads')
      expect(fault).toMatchObject({ remedy: 'fix-config', code, who: 'operations', cause, facts: { errno } })
      expect(fault.message).toContain('/store/leads')
      expect(fault.message).toContain(remedy)
    })

  test('what is told already stays as it is', () => {
    const told = new FixConfig('No room.', { code: 'DB-4008' })
    expect(ledgerFault(told, '/store/leads')).toBe(told)
  })
})

describe('what the system did not refuse is a fault of ours', () => {
  // Its message must not send anyone to look at the disk.
  const strangers = [
    ['no code', new TypeError('x is not a function')],
    ['a code of Node', new DiskFault('ERR_OUT_OF_RANGE')],
    ['a code that only holds one', new DiskFault('not EIO')],
    ['a code that begins with one', new DiskFault('EIO?')],
    ['a number for a code', Object.assign(new Error('what'), { code: 5 })],
    ['the code of the system, but no error', { code: 'EIO' }],
  ] as const
  for (const [name, thrown] of strangers)
    test(`thrown with ${name}`, () => {
      expect(errnoOf(thrown)).toBeUndefined()
      expect(ledgerFault(thrown, '/store/leads')).toMatchObject({ remedy: 'bug', code: 'DB-9001', cause: thrown })
    })
})
