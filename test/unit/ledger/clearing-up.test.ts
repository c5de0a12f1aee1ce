import { describe, expect, test } from 'vitest'
import { decodeBatch } from '#ledger/lowdb/batch'
import { decodeFrame } from '#ledger/lowdb/frame'
import { createSealer } from '#ledger/seal'
import { SimDisk } from './sim-disk.ts'
import { everythingIn, fact, openOn, pathOf, refusal, seenOn } from './store.ts'

const names = (disk: SimDisk, part: string): readonly string[] => disk.paths().filter((path) => path.includes(part))
const facts = (count: number, n: number) => Array.from({ length: count }, (_, key) => fact(`f${key}`, n + key))

describe('clearing up', () => {
  test('happens by itself, once more of the full files is dead than alive', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { journalBytes: 1000 } })
    for (let n = 0; n < 300; n += 1) await ledger.commit([fact(`f${n % 3}`, n)])
    await ledger.close()
    expect(names(disk, 'snapshot')).toHaveLength(1)
    // Three entries of some hundred bytes: what is left is less than twice what is alive, and one file's worth.
    expect(names(disk, 'journal').length).toBeLessThan(6)
    expect(await seenOn(disk)).toContain('297')
  })

  test('does not happen by itself while everything is alive', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { journalBytes: 1000 } })
    const text = 'x'.repeat(200)
    for (let n = 0; n < 60; n += 1) await ledger.commit([{ put: 'fact', key: `f${n}`, value: { text } }])
    await ledger.close()
    expect(names(disk, 'snapshot')).toEqual([])
    expect(names(disk, 'journal').length).toBeGreaterThan(10)
  })

  test('is taken up by a start, where the process before did not come to it', async () => {
    const disk = new SimDisk()
    const many = await openOn(disk, { sizes: { journalBytes: 1_000_000 } })
    for (let n = 0; n < 100; n += 1) await many.commit([fact('a', n)])
    await many.close()
    const turning = await openOn(disk, { sizes: { journalBytes: 1000 } })
    await turning.commit([fact('a', 100)])
    await turning.compact() // waits for its turn
    await turning.close()
    expect(disk.bytesOf(pathOf(disk, 'snapshot')).length).toBeLessThan(1000)
    expect(await seenOn(disk)).toContain('{\\"n\\":100}')
  })

  test('leaves an empty ledger as it is, and one that holds only a snapshot', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    const before = disk.paths()
    await ledger.compact()
    expect(disk.paths()).toEqual(before)
    await ledger.commit([fact('a', 1)])
    await ledger.compact()
    const once = disk.paths()
    await ledger.compact()
    expect(disk.paths()).toEqual(once)
    await ledger.close()
  })

  test('keeps what is committed meanwhile, and all the rest, in pieces', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { snapshotFrameBytes: 5000, journalBytes: 300 } })
    await ledger.commit(facts(2500, 0))
    disk.slow = true
    const compacting = ledger.compact()
    const isDone = compacting.then(() => true)
    let n = 0
    do {
      n += 1
      await ledger.commit([fact('f7', n), fact(`new-${n}`, n), { drop: 'fact', key: `f${2000 + n}` }])
    } while (!(await Promise.race([isDone, Promise.resolve(false)])))
    const seen = await everythingIn(ledger)
    expect(await ledger.count('fact')).toBe(2500)
    expect((await ledger.get('fact', 'f7'))?.['n']).toBe(n)
    expect(await ledger.get('fact', 'f2001')).toBeUndefined()
    expect((await ledger.get('fact', 'f1999'))?.['n']).toBe(1999)
    await ledger.close()
    expect(await seenOn(disk)).toBe(seen)
    expect(disk.openFiles).toBe(0)
  })

  const pieces = [
    ['so many entries', facts(600, 0), {}, [256, 256, 88]],
    ['so many entries, with nothing left over', facts(512, 0), {}, [256, 256]],
    ['so many bytes', facts(25, 1000), { snapshotFrameBytes: 100 }, [10, 10, 5]],
    ['so many bytes and one', facts(25, 1000), { snapshotFrameBytes: 101 }, [11, 11, 3]],
  ] as const
  for (const [name, changes, sizes, found] of pieces)
    test(`holds at most ${name} in memory`, async () => {
      const disk = new SimDisk()
      const ledger = await openOn(disk, { sizes })
      await ledger.commit(changes)
      await ledger.compact()
      await ledger.close()
      const bytes = disk.bytesOf(pathOf(disk, 'snapshot'))
      const counts: number[] = []
      for (let at = 0; at < bytes.length;) {
        const decoded = decodeFrame(bytes, at, 'journal')
        if (decoded.is !== 'frame') expect.fail('not a frame')
        const batch = decodeBatch(decoded.frame.body, Buffer.alloc(32), null)
        if (batch) counts.push(batch.changes.length)
        at += decoded.frame.size
      }
      expect(counts).toEqual(found)
    })

  test('is flushed every few megabytes, so that no commit waits for a large flush', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    const text = 'x'.repeat(1024 * 1024)
    await ledger.commit(Array.from({ length: 9 }, (_, n) => ({ put: 'fact', key: `f${n}`, value: { text } }) as const))
    const between: number[] = []
    let frames = 0
    disk.breaks = (operation, path) => {
      if (path.includes('snapshot') && operation === 'write') frames += 1
      if (path.includes('snapshot') && operation === 'sync') between.push(frames)
      return undefined
    }
    await ledger.compact()
    // Its head, then four values each time, and what is left.
    expect(between).toEqual([1, 5, 9, 10])
    await ledger.close()
  })

  test('copies nothing that is not as it was written, and leaves the files it stands in', async () => {
    for (const sealed of [false, true]) {
      const disk = new SimDisk()
      const seal = createSealer(Buffer.alloc(32, 1))
      const ledger = await openOn(disk, sealed ? { seal } : {})
      await ledger.commit([{ put: 'fact', key: 'name', value: { name: 'Contoso' } }, fact('other', 1)])
      const [journal, at] = [pathOf(disk, 'journal-000001'), disk.bytesOf(pathOf(disk, 'journal-000001')).length - 60]
      disk.alter(journal, at)
      expect(await refusal(ledger.compact())).toBe('DB-4003')
      expect([names(disk, 'snapshot'), ledger.failure]).toEqual([[], null])
      expect(disk.paths()).toContain(journal)
      disk.alter(journal, at)
      await ledger.compact()
      expect(disk.paths()).not.toContain(journal)
      expect((await ledger.get('fact', 'other'))?.['n']).toBe(1)
      await ledger.close()
    }
  })

  test('is put off to another time by the end of the process', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { snapshotFrameBytes: 100 } })
    await ledger.commit(facts(500, 0))
    const seen = await everythingIn(ledger)
    const compacting = ledger.compact().catch((error: unknown) => error)
    await ledger.close()
    await compacting
    expect(names(disk, 'snapshot')).toEqual([])
    expect(disk.openFiles).toBe(0)
    expect(await seenOn(disk)).toBe(seen)
  })
})
