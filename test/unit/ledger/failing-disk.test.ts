import { describe, expect, test } from 'vitest'
import type { EmbeddedLedger } from '#ledger'
import { minute, sampleEvent, sampleKey } from '#testkit/ledger-samples'
import { DiskFault, SimDisk, type Operation } from './sim-disk.ts'
import { everythingIn, fact, openOn, refusal } from './store.ts'

interface Row {
  readonly name: string
  readonly operation: Operation
  readonly file: string
  readonly errno: string
  readonly code: string
}

const rows: readonly Row[] = [
  { name: 'F73: the disk is full', operation: 'write', file: 'journal', errno: 'ENOSPC', code: 'DB-4008' },
  { name: 'F73: the quota is used up', operation: 'write', file: 'journal', errno: 'EDQUOT', code: 'DB-4008' },
  { name: 'F74: a write fails', operation: 'write', file: 'journal', errno: 'EIO', code: 'DB-4009' },
  { name: 'F75: a flush fails', operation: 'sync', file: 'journal', errno: 'EIO', code: 'DB-4009' },
  {
    name: 'F76: the file system turned read-only',
    operation: 'write',
    file: 'journal',
    errno: 'EROFS',
    code: 'DB-4007',
  },
  { name: 'F76: the right to write was taken', operation: 'write', file: 'journal', errno: 'EACCES', code: 'DB-4007' },
  { name: 'F73: the history finds no room', operation: 'write', file: 'history', errno: 'ENOSPC', code: 'DB-4008' },
]

const forgetting = (ledger: EmbeddedLedger) => ledger.forget(sampleKey(1), { at: minute(1), who: 'anna' })

function breakOnce(disk: SimDisk, row: Pick<Row, 'operation' | 'file' | 'errno'>): void {
  disk.breaks = (operation, path) => {
    if (operation !== row.operation || !path.includes(row.file)) return undefined
    disk.breaks = () => undefined
    return row.errno
  }
}

describe('I26: a write that failed is final, though the disk may be well again', () => {
  for (const row of rows)
    test(`${row.name}: told as ${row.code}, then nothing more is taken, and a new start goes on`, async () => {
      const disk = new SimDisk()
      const errors: string[] = []
      const log = { info: () => undefined, warn: () => undefined, error: (event: string) => void errors.push(event) }
      const ledger = await openOn(disk, { log })
      await ledger.commit([fact('a', 1)], [sampleEvent(1)])
      const seen = await everythingIn(ledger)
      breakOnce(disk, row)
      const together = [fact('a', 2), fact('b', 2)].map((change) => refusal(ledger.commit([change], [sampleEvent(2)])))
      expect(await Promise.all(together)).toEqual([row.code, row.code])
      expect(await refusal(ledger.commit([fact('a', 3)]))).toBe('DB-4010')
      expect(ledger.failure?.code).toBe(row.code)
      expect(errors).toEqual(['ledger.failed'])
      // What is durable can still be read, and nothing of what failed can.
      expect((await ledger.get('fact', 'a'))?.['n']).toBe(1)
      expect(await ledger.get('fact', 'b')).toBeUndefined()
      const before = disk.operations
      const others = [ledger.compact(), ledger.backup('/backup'), ledger.expire(minute(0)), forgetting(ledger)]
      for (const other of [...others, ledger.commit([])]) expect(await refusal(other)).toBe('DB-4010')
      await ledger.close()
      expect(disk.operations - before, 'nothing was written').toBe(0)
      const again = await openOn(disk.afterKill())
      expect(again.opened.unclean).toBe(true)
      const after = await everythingIn(again)
      // A commit that was not acknowledged may be there or not, but never in part.
      const whole = [seen, await withBoth()]
      expect(whole).toContain(after)
      await again.commit([fact('a', 4)])
      await again.close()
    })

  /** As if the commits that failed had been made. */
  async function withBoth(): Promise<string> {
    const ledger = await openOn(new SimDisk())
    await ledger.commit([fact('a', 1)], [sampleEvent(1)])
    await Promise.all([fact('a', 2), fact('b', 2)].map((change) => ledger.commit([change], [sampleEvent(2)])))
    const seen = await everythingIn(ledger)
    await ledger.close()
    return seen
  }

  test('F73: the reserve is let go of, so that stopping and starting find room', async () => {
    const disk = new SimDisk()
    const sizes = { reserveBytes: 5000 }
    const ledger = await openOn(disk, { sizes })
    const reserve = () =>
      disk
        .paths()
        .filter((path) => path.endsWith('reserve'))
        .map((path) => disk.bytesOf(path).length)
    expect(reserve()).toEqual([5000])
    breakOnce(disk, { operation: 'write', file: 'journal', errno: 'ENOSPC' })
    expect(await refusal(ledger.commit([fact('a', 1)]))).toBe('DB-4008')
    expect(reserve()).toEqual([])
    await ledger.close()
    breakOnce(disk, { operation: 'write', file: 'reserve', errno: 'ENOSPC' })
    expect(await refusal(openOn(disk, { sizes }))).toBe('DB-4008')
    const again = await openOn(disk, { sizes })
    expect(reserve()).toEqual([5000])
    breakOnce(disk, { operation: 'write', file: 'journal', errno: 'EIO' })
    expect(await refusal(again.commit([fact('a', 1)]))).toBe('DB-4009')
    expect(reserve(), 'of no use when the disk is not full').toEqual([5000])
    await again.close()
  })

  test('F74: an end that cannot be written down is told, and the next start sees that it was none', async () => {
    const disk = new SimDisk()
    const warnings: string[] = []
    const log = { info: () => undefined, error: () => undefined, warn: (event: string) => void warnings.push(event) }
    const ledger = await openOn(disk, { log })
    await ledger.commit([fact('a', 1)])
    breakOnce(disk, { operation: 'rename', file: 'manifest', errno: 'EIO' })
    await ledger.close()
    expect([warnings, disk.openFiles]).toEqual([['ledger.closed-uncleanly'], 0])
    const again = await openOn(disk)
    expect(again.opened.unclean).toBe(true)
    expect((await again.get('fact', 'a'))?.['n']).toBe(1)
    await again.close()
  })
})

describe('what is not a commit is not final', () => {
  const small = { journalBytes: 500 }

  test('F77: a next file that cannot be opened waits; commits go on in this one', async () => {
    const disk = new SimDisk()
    const warnings: string[] = []
    const log = { info: () => undefined, error: () => undefined, warn: (event: string) => void warnings.push(event) }
    const ledger = await openOn(disk, { log, sizes: small })
    disk.breaks = (operation, path) => (operation === 'open' && path.includes('journal') ? 'EMFILE' : undefined)
    for (let n = 0; n < 10; n += 1) await ledger.commit([fact(String(n), n)])
    expect(warnings).toEqual(['ledger.next-file-delayed'])
    disk.breaks = () => undefined
    for (let n = 0; n < 70; n += 1) await ledger.commit([fact(String(n), n)])
    expect(disk.paths().filter((path) => path.includes('journal')).length).toBeGreaterThan(1)
    expect(await ledger.count('fact')).toBe(70)
    await ledger.close()
    const again = await openOn(disk)
    expect(await again.count('fact')).toBe(70)
    await again.close()
  })

  test('a snapshot that finds no room is left, and made another time', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    breakOnce(disk, { operation: 'write', file: 'snapshot', errno: 'ENOSPC' })
    expect(await refusal(ledger.compact())).toBe('DB-4008')
    expect(ledger.failure).toBeNull()
    expect(disk.paths().filter((path) => path.includes('snapshot'))).toEqual([])
    await ledger.commit([fact('a', 2)])
    await ledger.compact()
    expect((await ledger.get('fact', 'a'))?.['n']).toBe(2)
    await ledger.close()
    const again = await openOn(disk)
    expect((await again.get('fact', 'a'))?.['n']).toBe(2)
    await again.close()
  })

  test('but a manifest that may or may not be the new one is', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    breakOnce(disk, { operation: 'rename', file: 'manifest', errno: 'EIO' })
    expect(await refusal(ledger.compact())).toBe('DB-4009')
    expect(await refusal(ledger.commit([fact('a', 2)]))).toBe('DB-4010')
    await ledger.close()
    const again = await openOn(disk)
    expect((await again.get('fact', 'a'))?.['n']).toBe(1)
    await again.close()
  })

  test('and so is one that names a part of the history which was written anew', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { historyEvents: 1 } })
    for (const n of [1, 2]) await ledger.commit([], [sampleEvent(n)])
    const isWrittenAnew = () => disk.paths().some((path) => path.includes('-r1'))
    disk.breaks = (operation, path) =>
      operation === 'rename' && path.includes('manifest') && isWrittenAnew() ? 'EIO' : undefined
    expect(await refusal(forgetting(ledger))).toBe('DB-4009')
    disk.breaks = () => undefined
    expect(await refusal(ledger.compact())).toBe('DB-4010')
    await ledger.close()
    expect(disk.openFiles).toBe(0)
  })

  test('a read that fails is told as a fault of the disk', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    breakOnce(disk, { operation: 'read', file: 'journal', errno: 'EIO' })
    expect(await refusal(ledger.get('fact', 'a'))).toBe('DB-4009')
    expect((await ledger.get('fact', 'a'))?.['n']).toBe(1)
    await ledger.close()
  })
})

test('F74: whatever single operation fails, a new start finds all that was acknowledged, and forgets what it was told', async () => {
  const sizes = { journalBytes: 900, historyEvents: 2 }
  const base = new SimDisk()
  const first = await openOn(base, { sizes })
  for (let n = 0; n < 6; n += 1) await first.commit([fact(`f${n % 3}`, n)], [sampleEvent(n)])
  await first.close()
  let fails = 0
  for (let nth = 1; nth === 1 || fails === nth - 1; nth += 1) {
    const disk = base.afterKill()
    const ledger = await openOn(disk, { sizes })
    let count = 0
    disk.breaks = (operation) => {
      if (operation === 'read' || operation === 'list') return undefined
      count += 1
      return count === nth ? 'EIO' : undefined
    }
    const commit = await refusal(ledger.commit([fact('f9', 9)], [sampleEvent(9)]))
    const codes = [
      await refusal(ledger.compact()),
      await refusal(forgetting(ledger)),
      await refusal(ledger.expire(minute(3))),
    ]
    disk.breaks = () => undefined
    if (count >= nth) fails = nth
    await ledger.close()
    expect(disk.openFiles, `operation ${nth}`).toBe(0)
    const again = await openOn(disk.afterKill(), { sizes })
    await again.compact() // waits for its turn behind what the start took up
    expect((await again.verifyHistory()).altered, `operation ${nth}`).toEqual([])
    const facts = (await again.getMany('fact', ['f0', 'f1', 'f2', 'f9'])).map((one) => one?.['n'])
    expect(facts.slice(0, 3), `operation ${nth}`).toEqual([3, 4, 5])
    if (commit === undefined) expect(facts[3]).toBe(9)
    expect(codes.filter((code) => code !== undefined && !['DB-4009', 'DB-4010'].includes(code))).toEqual([])
    await again.close()
  }
  expect(fails).toBeGreaterThan(40)
})

describe('a ledger that was closed', () => {
  test('says so, whatever it is asked', async () => {
    const ledger = await openOn(new SimDisk())
    await ledger.close()
    const calls: readonly (() => Promise<unknown>)[] = [
      () => ledger.get('fact', 'a'),
      () => ledger.getMany('fact', []),
      () => ledger.all('fact')[Symbol.asyncIterator]().next(),
      () => ledger.count('fact'),
      () => ledger.linksOf([]),
      () => ledger.due(minute(1), 9),
      () => ledger.commit([fact('a', 1)]),
      () => ledger.history({})[Symbol.asyncIterator]().next(),
      () => forgetting(ledger),
      () => ledger.expire(minute(1)),
      () => ledger.verifyHistory(),
      () => ledger.backup('/backup'),
      () => ledger.compact(),
    ]
    for (const call of calls) expect(await refusal(call()), String(call)).toBe('DB-4016')
  })
})

describe('a start on a disk that refuses', () => {
  for (const [errno, code] of [
    ['EROFS', 'DB-4007'],
    ['EACCES', 'DB-4007'],
    ['ENOSPC', 'DB-4008'],
    ['EIO', 'DB-4009'],
  ] as const)
    test(`${errno} is told as ${code}, and leaves no lock behind`, async () => {
      const disk = new SimDisk()
      disk.breaks = (operation) => (operation === 'open' ? errno : undefined)
      const error = await openOn(disk).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code, cause: new DiskFault(errno) })
      disk.breaks = () => undefined
      await (await openOn(disk)).close()
    })
})
