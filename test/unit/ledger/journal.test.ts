import { describe, expect, test } from 'vitest'
import type { EmbeddedLedger } from '#ledger'
import { encodeBatch } from '#ledger/lowdb/batch'
import { encodeFrame } from '#ledger/lowdb/frame'
import { scanFrames } from '#ledger/lowdb/scan'
import { Keys } from '#ledger/lowdb/keys'
import { Segment } from '#ledger/lowdb/segment'
import { minute, sampleEvent } from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'
import { everythingIn, fact, HOME, openOn, pathOf, refusal, seenOn, signed } from './store.ts'

const text = (key: string, length: number) => ({ put: 'fact', key, value: { text: 'x'.repeat(length) } }) as const
const together = (ledger: EmbeddedLedger, count: number, length: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => ledger.commit([text(`f${n}`, length)])))

describe('commits made at once', () => {
  const groups = [
    ['all in one write', { groupBytes: 10_000 }, 1],
    ['exactly as many as fit', { groupBytes: 4 * 111 }, 2],
    ['one fewer than would fit by a byte', { groupBytes: 4 * 111 - 1 }, 3],
    ['each alone, where it is larger than a write should be', { groupBytes: 100 }, 8],
  ] as const
  for (const [name, sizes, syncs] of groups)
    test(`share a flush: ${name}`, async () => {
      const disk = new SimDisk()
      const ledger = await openOn(disk, { sizes })
      await together(ledger, 8, 100)
      expect(ledger.stats()).toMatchObject({ commits: 8, syncs })
      await ledger.close()
    })

  test('and while others are on their way wait for their turn, one write at a time', async () => {
    const disk = new SimDisk()
    disk.slow = true
    const ledger = await openOn(disk, { sizes: { journalBytes: 3000, historyEvents: 5 } })
    const lanes = [0, 1, 2].map(async (lane) => {
      for (let n = 0; n < 12; n += 1) {
        await ledger.commit([fact(`lane-${lane}`, n), text(`text-${lane}`, lane * 90)], [sampleEvent(lane)])
        if (n === 6 && lane === 0) await ledger.compact()
        for (let wait = 0; wait < lane; wait += 1) await new Promise((resolve) => setImmediate(resolve))
      }
    })
    await Promise.all(lanes)
    const [seen, { altered, events }] = [await everythingIn(ledger), await ledger.verifyHistory()]
    expect([altered, events]).toEqual([[], 36])
    expect(await seenOn(disk.afterKill())).toBe(seen)
    await ledger.close()
    expect(await seenOn(disk)).toBe(seen)
  })

  test('I26: and behind one that fails are refused, and never written', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { groupBytes: 1 } })
    await ledger.commit([fact('a', 1)])
    const size = disk.bytesOf(pathOf(disk, 'journal')).length
    disk.breaks = (operation, path) => {
      if (operation !== 'write' || !path.includes('journal')) return undefined
      disk.breaks = () => undefined
      return 'EIO'
    }
    const commits = ['a', 'b', 'c'].map((key) => refusal(ledger.commit([fact(key, 2)])))
    expect(await Promise.all(commits)).toEqual(['DB-4009', 'DB-4010', 'DB-4010'])
    expect(disk.bytesOf(pathOf(disk, 'journal')).length).toBe(size)
    await ledger.close()
  })
})

describe('a page that is turned', () => {
  test('is full to the byte', async () => {
    const pages = async (journalBytes: number): Promise<readonly string[]> => {
      const disk = new SimDisk()
      const ledger = await openOn(disk, { sizes: { journalBytes } })
      for (const key of ['a', 'b']) await ledger.commit([fact(key, 1)])
      await ledger.close()
      return disk.paths().filter((path) => path.includes('journal'))
    }
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)])
    await ledger.close()
    const { length } = disk.bytesOf(pathOf(disk, 'journal'))
    expect([(await pages(length)).length, (await pages(length + 1)).length]).toEqual([2, 1])
  })

  test('for a commit, with a manifest that may or may not be the new one, is final', async () => {
    const disk = new SimDisk()
    const warnings: string[] = []
    const log = { info: () => undefined, error: () => undefined, warn: (event: string) => void warnings.push(event) }
    const ledger = await openOn(disk, { log, sizes: { journalBytes: 1 } })
    disk.breaks = (operation, path) => (operation === 'rename' && path.includes('manifest') ? 'EIO' : undefined)
    expect(await refusal(ledger.commit([fact('a', 1)]))).toBe('DB-4009')
    expect([ledger.failure?.code, warnings]).toEqual(['DB-4009', []])
    disk.breaks = () => undefined
    await ledger.close()
  })

  test('leaves no more files behind than the ledger says it has', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { journalBytes: 500, historyEvents: 3 } })
    const check = (): void => {
      const logs = disk.paths().filter((path) => path.endsWith('.log'))
      const bytes = logs.reduce((sum, path) => sum + disk.bytesOf(path).length, 0)
      expect(ledger.stats()).toMatchObject({ files: logs.length, bytes })
    }
    for (let n = 0; n < 9; n += 1) await ledger.commit([text(`f${n}`, 200)], [sampleEvent(n)])
    check()
    await ledger.compact()
    check()
    for (let n = 0; n < 9; n += 1) await ledger.commit([text(`f${n}`, 200)])
    await ledger.compact()
    check()
    await ledger.expire(minute(4))
    await ledger.commit([])
    check()
    expect(ledger.stats()).toMatchObject({ commits: 18, syncs: 18, links: 0, events: 6 })
    await ledger.close()
  })
})

describe('a journal is refused', () => {
  /** Three journals that are full, and one that is not. */
  async function fourJournals(): Promise<SimDisk> {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { journalBytes: 500 } })
    for (let n = 0; n < 4; n += 1) await ledger.commit([text(`f${n}`, 500)], [sampleEvent(n)])
    await ledger.close()
    expect(disk.paths().filter((path) => path.includes('journal'))).toHaveLength(4)
    return disk
  }

  for (const number of [2, 3])
    test(`when somebody took one out of the manifest: ${number === 3 ? 'the last full one' : 'one between'}`, async () => {
      const disk = await fourJournals()
      const path = pathOf(disk, 'manifest')
      const [line = ''] = disk.bytesOf(path).toString('latin1').split('\n')
      disk.put(
        path,
        signed(line.replace(new RegExp(`\\{"number":${number},[^}]*"lastEvent":\\d+\\},?`), '').replace(',]', ']')),
      )
      expect(await refusal(openOn(disk))).toBe('DB-4003')
      expect(disk.paths()).toContain(`${HOME}/journal-00000${number}.log`)
    })

  test('when one that is full is longer or shorter than it was', async () => {
    const disk = await fourJournals()
    const path = pathOf(disk, 'journal-000002')
    const bytes = disk.bytesOf(path)
    for (const [changed, code] of [
      [Buffer.concat([bytes, Buffer.alloc(3)]), 'DB-4003'],
      [bytes.subarray(0, -1), 'DB-4004'],
      [Buffer.from(bytes).fill(0, 300, 400), 'DB-4003'],
      [bytes, undefined],
    ] as const) {
      disk.put(path, changed)
      expect(await refusal(openOn(disk.afterKill()))).toBe(code)
    }
  })

  /** A store that was killed, with a frame behind its last one that is as whole as ours. */
  async function withFrame(events: { readonly first: number; readonly frames: readonly Buffer[] }): Promise<SimDisk> {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    await ledger.commit([fact('a', 1)], [sampleEvent(1)])
    const image = disk.afterKill()
    const path = pathOf(image, 'journal')
    const home = { directory: HOME, files: image, keys: new Keys(HOME, null) }
    const { ledger: id } = JSON.parse(image.bytesOf(pathOf(image, 'manifest')).toString().split('\n')[0] ?? '') as {
      ledger: string
    }
    const segment = await Segment.open(home, 'journal-000001.log', { kind: 'journal', ledger: id })
    const range = {
      mark: 'journal',
      from: segment.from,
      to: image.bytesOf(path).length,
      chain: segment.head.after,
    } as const
    const { chain } = await scanFrames(segment.file, range, () => undefined)
    const { pieces } = encodeBatch({ changes: [], events }, chain, null)
    const { bytes } = encodeFrame({ mark: 'journal', chained: pieces, previous: chain })
    image.put(path, Buffer.concat([image.bytesOf(path), bytes]))
    return image
  }

  const rows = [
    ['events that do not follow the one before', { first: 3, frames: [Buffer.from('event')] }],
    ['events that are there already', { first: 1, frames: [Buffer.from('event')] }],
    ['an event that is none', { first: 2, frames: [Buffer.from('event')] }],
  ] as const
  for (const [name, events] of rows)
    test(`when it holds ${name}`, async () => expect(await refusal(openOn(await withFrame(events)))).toBe('DB-4003'))
  test('but not when it holds nothing new', async () =>
    expect(await refusal(openOn(await withFrame({ first: 9, frames: [] })))).toBeUndefined())
})

test('a history that ends early is brought up from the journal, at whatever byte it ends', async () => {
  const disk = new SimDisk()
  const ledger = await openOn(disk)
  await ledger.commit([], [sampleEvent(1)])
  const path = pathOf(disk, 'history')
  await ledger.commit(
    [fact('a', 1)],
    [2, 3, 4].map((n) => sampleEvent(n, { details: { text: 'x'.repeat(n * 9) } })),
  )
  await ledger.commit([], [sampleEvent(5)])
  const [seen, image, bytes] = [await everythingIn(ledger), disk.afterKill(), disk.bytesOf(path)]
  const segmentEnd = bytes.indexOf('dbH1', 1)
  for (let length = segmentEnd; length < bytes.length; length += 7) {
    const cut = image.afterKill()
    cut.put(path, bytes.subarray(0, length))
    expect(await seenOn(cut)).toBe(seen)
    expect(cut.bytesOf(path)).toEqual(bytes)
  }
  const longer = image.afterKill()
  longer.put(path, Buffer.concat([bytes, Buffer.alloc(900)]))
  expect(await seenOn(longer)).toBe(seen)
  expect(longer.bytesOf(path)).toEqual(bytes)
})
