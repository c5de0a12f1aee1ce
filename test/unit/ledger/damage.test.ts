import { describe, expect, test } from 'vitest'
import { sampleEvent } from '#testkit/ledger-samples'
import { createSealer } from '#ledger/seal'
import { decodeFrame, encodeFrame } from '#ledger/lowdb/frame'
import { readHead } from '#ledger/lowdb/segment'
import { SimDisk } from './sim-disk.ts'
import { everythingIn, fact, hundredRecords, openOn, pathOf, refusal, seenOn, signed, smallParts } from './store.ts'

const seal = createSealer(Buffer.alloc(32, 3))

const logs = (disk: SimDisk): string[] => disk.paths().filter((path) => path.endsWith('.log'))

function truncated(disk: SimDisk, path: string, length: number): SimDisk {
  const copy = disk.afterKill()
  copy.put(path, copy.bytesOf(path).subarray(0, length))
  return copy
}

describe('F78: a bit that flips while the ledger is open', () => {
  test('in a value, after the start: the entry is refused, not misread', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([{ put: 'fact', key: 'name', value: { name: 'Contoso' } }])
    const path = pathOf(disk, 'journal')
    disk.alter(path, disk.bytesOf(path).indexOf('Contoso'))
    expect(await refusal(ledger.get('fact', 'name'))).toBe('DB-4003')
    await ledger.close()
  })
})

describe('F79: a last write that never became whole', () => {
  test('is cut at whatever byte it ends, and told', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)], [sampleEvent(1)])
    const path = pathOf(disk, 'journal')
    const before = disk.bytesOf(path).length
    const seen = await everythingIn(ledger)
    await ledger.commit([fact('a', 2), fact('b', 2)], [sampleEvent(2)])
    const image = disk.afterKill()
    const history = pathOf(disk, 'history')
    for (let length = before; length < disk.bytesOf(path).length; length += 1) {
      const torn = truncated(truncated(image, path, length), history, image.bytesOf(history).length - 1)
      const warned: (number | undefined)[] = []
      const log = {
        info: () => undefined,
        error: () => undefined,
        warn: (_: string, facts = {}) => void warned.push(bytesIn(facts)),
      }
      const again = await openOn(torn, { log })
      const cut = length - before
      expect([await everythingIn(again), again.opened.cutBytes, again.opened.unclean]).toEqual([seen, cut, true])
      expect(warned).toEqual(cut > 0 ? [cut] : [])
      await again.close()
      expect(await refusal(openOn(torn))).toBeUndefined()
    }
  })

  test('and lies in zeros, as a file that grew without its bytes does, is cut as well', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    const image = disk.afterKill()
    const path = pathOf(disk, 'journal')
    image.put(path, Buffer.concat([image.bytesOf(path), Buffer.alloc(1300)]))
    expect(await seenOn(image)).toBe(await everythingIn(ledger))
  })

  test('but not when something acknowledged stands behind it', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    const path = pathOf(disk, 'journal')
    const [from, image] = [disk.bytesOf(path).length, disk.afterKill()]
    await ledger.commit([{ put: 'fact', key: 'long', value: { text: 'x'.repeat(2000) } }])
    await ledger.commit([fact('a', 3)])
    const bytes = disk.bytesOf(path)
    bytes.fill(0, from, from + 1500)
    image.put(path, bytes)
    expect(await refusal(openOn(image))).toBe('DB-4003')
  })

  test('together with others of the same write, of which later ones are whole, is cut with them', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    const seen = await everythingIn(ledger)
    const path = pathOf(disk, 'journal')
    const [from, image] = [disk.bytesOf(path).length, disk.afterKill()]
    const long = { put: 'fact', key: 'long', value: { text: 'x'.repeat(2000) } } as const
    await Promise.all([ledger.commit([long]), ledger.commit([fact('a', 3)])])
    const withHole = (): Buffer => {
      const bytes = disk.bytesOf(path)
      const edge = 512 * Math.ceil(from / 512)
      return bytes.fill(0, edge, edge + 512)
    }
    image.put(path, withHole())
    expect(await seenOn(image.afterKill())).toBe(seen)
    // Once another write follows, this one had been acknowledged: then the hole is damage.
    await ledger.commit([fact('a', 4)])
    image.put(path, withHole())
    expect(await refusal(openOn(image))).toBe('DB-4003')
  })
})

describe('a store that lost a part of itself is never taken for a first start', () => {
  test('F80: any of its files empty, or shorter than it was', async () => {
    for (const clean of [true, false]) {
      const disk = await hundredRecords({ clean })
      for (const path of [...logs(disk), pathOf(disk, 'manifest')])
        for (const length of [0, 1, 200])
          expect(await refusal(openOn(truncated(disk, path, length))), `${path} cut to ${length}`).toMatch(/DB-400[34]/)
    }
  })

  test('F80: all of its files empty', async () => {
    const disk = await hundredRecords({ clean: true })
    for (const path of disk.paths()) disk.put(path, Buffer.alloc(0))
    expect(await refusal(openOn(disk))).toBe('DB-4004')
  })

  test('any of its files gone', async () => {
    const disk = await hundredRecords({ clean: true })
    for (const path of [...logs(disk), pathOf(disk, 'manifest')]) {
      const copy = disk.afterKill()
      copy.delete(path)
      expect(await refusal(openOn(copy)), path).toBe('DB-4004')
      expect(copy.openFiles, 'nothing is left open').toBe(0)
    }
  })

  test('its end gone, though it was closed', async () => {
    const disk = await hundredRecords({ clean: true })
    const path = pathOf(disk, 'journal-000002')
    expect(await refusal(openOn(truncated(disk, path, disk.bytesOf(path).length - 1)))).toBe('DB-4004')
    const longer = disk.afterKill()
    longer.put(path, Buffer.concat([disk.bytesOf(path), Buffer.alloc(100)]))
    expect(await refusal(openOn(longer))).toBe('DB-4003')
  })

  test('its manifest from another day, or its journal from another store', async () => {
    const disk = await hundredRecords({ clean: true })
    const old = disk.afterKill()
    const ledger = await openOn(disk, { sizes: smallParts })
    await ledger.compact()
    await ledger.commit([fact('later', 1)])
    await ledger.close()
    const mixed = disk.afterKill()
    mixed.put(pathOf(mixed, 'manifest'), old.bytesOf(pathOf(old, 'manifest')))
    expect(await refusal(openOn(mixed))).toMatch(/DB-400[34]/)
    const other = await hundredRecords({ clean: true })
    const swapped = old.afterKill()
    swapped.put(pathOf(swapped, 'journal'), other.bytesOf(pathOf(other, 'journal')))
    expect(await refusal(openOn(swapped))).toBe('DB-4003')
  })

  test('its journal shorter than its history', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)], [sampleEvent(1)])
    const path = pathOf(disk, 'journal')
    const [before, image] = [disk.bytesOf(path).length, disk.afterKill()]
    await ledger.commit([fact('a', 2)], [sampleEvent(2)])
    image.put(pathOf(disk, 'history'), disk.bytesOf(pathOf(disk, 'history')))
    expect(before).toBe(image.bytesOf(path).length)
    expect(await refusal(openOn(image))).toBe('DB-4003')
  })

  test('F81: when all of it is gone, it is a first start, and says so', async () => {
    const disk = await hundredRecords({ clean: true })
    const again = await openOn(disk)
    expect(again.opened).toMatchObject({ fresh: false, unclean: false })
    await again.close()
    for (const path of disk.paths()) disk.delete(path)
    const fresh = await openOn(disk)
    expect(fresh.opened).toMatchObject({ fresh: true, unclean: false, cutBytes: 0 })
    expect(await fresh.count('fact')).toBe(0)
    await fresh.close()
  })
})

describe('a store of another time or another key', () => {
  test('F83 F84: a newer version is refused, and the way out is told', async () => {
    const disk = await hundredRecords({ clean: true })
    const path = pathOf(disk, 'manifest')
    const [text = ''] = disk.bytesOf(path).toString().split('\n')
    const newer = text.replace('"version":1', '"version":2')
    disk.put(path, signed(newer))
    await expect(openOn(disk)).rejects.toThrow(/newer dealbridge.*Start the newer program again/)
    expect(await refusal(openOn(disk))).toBe('DB-4005')
  })

  test('sealed, it opens with its key only', async () => {
    const disk = await hundredRecords({ clean: true, seal })
    const other = createSealer(Buffer.alloc(32, 4))
    expect(await refusal(openOn(disk))).toBe('DB-4006')
    expect(await refusal(openOn(disk, { seal: other }))).toBe('DB-4006')
    await expect(openOn(disk)).rejects.toThrow(`sealed with key ${seal.keyId}, and no key is configured`)
    await expect(openOn(disk, { seal: other })).rejects.toThrow(
      `${seal.keyId}, and store.encryptionKey is key ${other.keyId}`,
    )
    expect(await refusal(openOn(disk, { seal }))).toBeUndefined()
  })

  test('sealed, it cannot be altered by somebody who makes the checksums and the chain right again', async () => {
    const disk = await hundredRecords({ clean: false, seal })
    const path = pathOf(disk, 'journal-000002')
    const bytes = disk.bytesOf(path)
    const head = await headOf(disk, path)
    const found = decodeFrame(bytes, head.size, 'journal')
    const body = Buffer.from(found.is === 'frame' ? found.frame.body : '')
    body[20] = (body[20] ?? 0) ^ 1
    const forged = encodeFrame({ mark: 'journal', chained: [body], previous: head.head.after })
    disk.put(path, Buffer.concat([bytes.subarray(0, head.size), forged.bytes]))
    expect(await refusal(openOn(disk, { seal, sizes: smallParts }))).toBe('DB-4003')
  })
})

const bytesIn = (facts: object): number | undefined =>
  'bytes' in facts && typeof facts.bytes === 'number' ? facts.bytes : undefined

async function headOf(disk: SimDisk, path: string) {
  const head = await readHead(await disk.open(path, 'read'), 'journal')
  return typeof head === 'object' ? head : expect.fail('no head')
}
