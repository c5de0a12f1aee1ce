import { describe, expect, test } from 'vitest'
import type { SimDisk } from './sim-disk.ts'
import { everythingIn, hundredRecords, openOn, pathOf, refusal, seenOn, smallParts } from './store.ts'

function flipped(disk: SimDisk, path: string, byte: number): SimDisk {
  const copy = disk.afterKill()
  const bytes = copy.bytesOf(path)
  bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (byte % 8))
  copy.put(path, bytes)
  return copy
}

describe('F78: a bit that flipped', () => {
  /** Flips a bit in each of these bytes: the store must be refused, or be the same. Says how often it was refused. */
  async function sweep(disk: SimDisk, paths: readonly string[]): Promise<number> {
    const whole = await seenOn(disk.afterKill())
    let refusals = 0
    for (const path of paths)
      for (let byte = 0; byte < disk.bytesOf(path).length; byte += 1) {
        let seen = ''
        // Not closed: a process that ends says nothing more, and there are thousands of them here.
        const opened = openOn(flipped(disk, path, byte), { sizes: smallParts })
        const code = await refusal(opened.then(async (ledger) => (seen = await everythingIn(ledger))))
        if (code === 'DB-4003') refusals += 1
        else if (code !== undefined || seen !== whole) expect.fail(`${path}, byte ${byte}: ${code ?? 'another state'}`)
      }
    return refusals
  }

  test('in any byte of any file of a store of a hundred records', { timeout: 60_000 }, async () => {
    const disk = await hundredRecords({ clean: true })
    const paths = disk.paths().filter((path) => !path.endsWith('owner.json'))
    expect(paths.map((path) => path.split('/').at(-1))).toEqual([
      'history-000001.index',
      'history-000001.log',
      'history-000002.log',
      'journal-000002.log',
      'manifest.json',
      'snapshot-000001.log',
    ])
    // Postings are made again, and the end of the history is brought up from the journal.
    expect(await sweep(disk, paths)).toBeGreaterThan(6000)
  })

  test(
    'in the end of a store that was killed: an acknowledged commit is never taken for a torn one',
    { timeout: 60_000 },
    async () => {
      const disk = await hundredRecords({ clean: false })
      const paths = [pathOf(disk, 'journal-000002'), pathOf(disk, 'history-000002')]
      const bytes = disk.bytesOf(paths[0] ?? '').length
      expect(await sweep(disk, paths)).toBeGreaterThanOrEqual(bytes)
    },
  )
})
