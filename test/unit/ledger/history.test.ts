import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createSealer } from '#ledger/seal'
import { digestOf } from '#ledger/event-record'
import { decodeFrame, encodeFrame, HEADER_BYTES, type Frame } from '#ledger/lowdb/frame'
import type { EmbeddedLedger, HistoryFilter } from '#ledger'
import {
  minute,
  OPPORTUNITY,
  putLink,
  sampleEvent,
  sampleIntent,
  sampleKey,
  sampleLink,
  sampleRecord,
  waitingUntil,
} from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'
import { everythingIn, fact, openOn, pathOf, refusal, signed } from './store.ts'

const sizes = { historyEvents: 3 }
const seal = createSealer(Buffer.alloc(32, 5))

async function numbersOf(ledger: EmbeddedLedger, filter: HistoryFilter): Promise<readonly number[]> {
  const found: number[] = []
  for await (const { number } of ledger.history(filter)) found.push(number)
  return found
}

async function withEvents(count: number, options = {}): Promise<{ disk: SimDisk; ledger: EmbeddedLedger }> {
  const disk = new SimDisk()
  const ledger = await openOn(disk, { sizes, ...options })
  for (let n = 1; n <= count; n += 1)
    await ledger.commit([], [sampleEvent(n, { link: sampleKey(n % 2), details: { name: `Contoso ${n}` } })])
  return { disk, ledger }
}

const holds = (disk: SimDisk, text: string): readonly string[] =>
  disk.paths().filter((path) => disk.bytesOf(path).includes(text))

/** The frames of a file after its head, and a way to put others in their place. */
function framesIn(disk: SimDisk, path: string) {
  const bytes = disk.bytesOf(path)
  const ends: number[] = []
  for (let at = 0; at < bytes.length;) {
    const found = decodeFrame(bytes, at, 'history')
    if (found.is !== 'frame') throw new Error('not a frame')
    at += found.frame.size
    ends.push(at)
  }
  const pieces = ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end))
  return { pieces, put: (changed: readonly Buffer[]) => disk.overwrite(path, Buffer.concat([...changed])) }
}

const replaced = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')

/** The events of a part told otherwise, with the whole chain drawn anew. */
function toldAnew(pieces: readonly Buffer[], otherwise: (frame: Frame) => Pick<Frame, 'chained' | 'loose'>) {
  const [head, ...events] = pieces
  let chain: Buffer = Buffer.alloc(32)
  const frames = events.map((piece) => {
    const found = decodeFrame(piece, 0, 'history')
    if (found.is !== 'frame') throw new Error('not a frame')
    const { chained, loose } = otherwise(found.frame)
    const drawn = encodeFrame({ mark: 'history', chained: [chained], loose: [loose], previous: chain })
    chain = drawn.chain
    return drawn.bytes
  })
  return { frames: [head!, ...frames], chain }
}

/** Somebody edits the words of an event and makes the checksum right again. */
function forged(frame: Buffer, from: string, to: string): Buffer {
  const found = decodeFrame(frame, 0, 'history')
  if (found.is !== 'frame') throw new Error('not a frame')
  const loose = replaced(found.frame.loose, from, to)
  const { bytes } = encodeFrame({
    mark: 'history',
    chained: [found.frame.chained],
    loose: [loose],
    previous: Buffer.alloc(32),
  })
  found.frame.chain.copy(bytes, HEADER_BYTES + found.frame.body.length)
  return again(bytes)
}

/** With a checksum that fits. */
function again(frame: Buffer): Buffer {
  const copy = Buffer.from(frame)
  copy.writeUInt32LE(crc32(copy.subarray(HEADER_BYTES, -8)), copy.length - 8)
  return copy
}

describe('the history in parts', () => {
  test('is told across its parts, forwards and from the end, by link and by time', async () => {
    const { disk, ledger } = await withEvents(11)
    const check = async (at: EmbeddedLedger): Promise<void> => {
      expect(await numbersOf(at, {})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      expect(await numbersOf(at, { last: 4 })).toEqual([8, 9, 10, 11])
      expect(await numbersOf(at, { link: sampleKey(0) })).toEqual([2, 4, 6, 8, 10])
      expect(await numbersOf(at, { link: sampleKey(1), last: 4 })).toEqual([5, 7, 9, 11])
      expect(await numbersOf(at, { since: minute(9) })).toEqual([9, 10, 11])
    }
    await check(ledger)
    await ledger.close()
    const reopened = await openOn(disk, { sizes })
    await check(reopened)
    await reopened.close()
  })

  test('is read in those parts only that may hold what is asked for', async () => {
    const { disk, ledger } = await withEvents(12)
    const rows: readonly (readonly [HistoryFilter, readonly string[]])[] = [
      [{ since: minute(10) }, ['000004.log']],
      [{ since: minute(9) }, ['000003.index', '000003.log', '000004.log']],
      [{ last: 3 }, ['000004.log']],
      [{ last: 0 }, []],
      [{ last: 4 }, ['000003.index', '000003.log', '000004.log']],
      [{ since: minute(99) }, []],
    ]
    for (const [filter, files] of rows) {
      const read = new Set<string>()
      disk.breaks = (operation, path) => {
        if (operation === 'read') read.add(path.split('history-')[1] ?? path)
        return undefined
      }
      await numbersOf(ledger, filter)
      expect([...read].toSorted(), JSON.stringify(filter)).toEqual(files)
    }
    await ledger.close()
  })

  test('finds its events without its postings, and makes them again', async () => {
    const { disk, ledger } = await withEvents(7)
    await ledger.close()
    const postings = pathOf(disk, '.index')
    disk.delete(postings)
    const reopened = await openOn(disk, { sizes })
    expect(await numbersOf(reopened, { link: sampleKey(1) })).toEqual([1, 3, 5, 7])
    expect(disk.paths()).toContain(postings)
    await reopened.close()
  })

  test('is refused where it is not as it was written, with postings or without', async () => {
    const told: readonly (readonly [string, (frame: Buffer) => Buffer])[] = [
      ['a bit that flipped', (frame) => Buffer.from(frame).fill(1, 30, 31)],
      ['words that were altered', (frame) => forged(frame, 'Contoso', 'Fabrika')],
    ]
    for (const [name, change] of told) {
      const { disk, ledger } = await withEvents(7)
      const { pieces, put } = framesIn(disk, pathOf(disk, 'history-000001.log'))
      put(pieces.map((piece, n) => (n === 1 ? change(piece) : piece)))
      expect(await refusal(numbersOf(ledger, { link: sampleKey(1) })), name).toBe('DB-4003')
      expect(await refusal(ledger.forget(sampleKey(1), { at: minute(50), who: 'anna' })), name).toBe('DB-4003')
      expect(ledger.failure).toBeNull()
      await ledger.close()
      expect(disk.openFiles).toBe(0)
    }
    const { disk, ledger } = await withEvents(7)
    const path = pathOf(disk, 'history-000001.log')
    disk.delete(pathOf(disk, '.index'))
    disk.alter(path, disk.bytesOf(path).length - 1)
    expect(await refusal(numbersOf(ledger, { link: sampleKey(1) }))).toBe('DB-4003')
    await ledger.close()
  })

  const forgeries: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['an event has another number', [['"number":2', '"number":9']]],
    [
      'an event has another number, and the next one has its',
      [
        ['"number":2', '"number":9'],
        ['"number":3', '"number":2'],
      ],
    ],
    ['an event tells nothing of itself', [['{"number":2', '["number":2']]],
  ]
  for (const [name, changes] of forgeries)
    test(`is brought up from the journal where ${name}, though the chain was drawn anew`, async () => {
      const { disk, ledger } = await withEvents(3, { sizes: {} })
      const [seen, image] = [await everythingIn(ledger), disk.afterKill()]
      const path = pathOf(disk, 'history-000001.log')
      const before = image.bytesOf(path)
      const { frames } = toldAnew(framesIn(image, path).pieces, ({ chained, loose }) => {
        const change = changes.find(([from]) => chained.includes(from))
        return { chained: change ? replaced(chained, ...change) : chained, loose }
      })
      image.put(path, Buffer.concat(frames))
      const again = await openOn(image)
      expect(await everythingIn(again)).toBe(seen)
      expect(image.bytesOf(path)).toEqual(before)
      await again.close()
    })

  test('is not the history any more where a full part is longer, or stands in the place of another', async () => {
    const { disk, ledger } = await withEvents(7)
    await ledger.close()
    const [one, two] = [1, 2].map((n) => disk.bytesOf(pathOf(disk, `history-00000${n}.log`)))
    expect(one!.length).toBe(two!.length)
    for (const bytes of [Buffer.concat([one!, Buffer.alloc(1)]), two!]) {
      const copy = disk.afterKill()
      copy.put(pathOf(disk, 'history-000001.log'), bytes)
      expect(await refusal(openOn(copy, { sizes }))).toBe('DB-4003')
    }
  })

  test('begins another part when a month has passed, so that little can expire too', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    for (const day of [0, 1, 29, 31, 60, 62]) await ledger.commit([], [sampleEvent(day * 1440)])
    expect(disk.paths().filter((path) => path.includes('history') && path.endsWith('.log')).length).toBe(3)
    expect(await ledger.expire(minute(31 * 1440))).toEqual({ events: 3 })
    expect(await numbersOf(ledger, {})).toEqual([4, 5, 6])
    await ledger.close()
  })
})

describe('another part of the history is begun', () => {
  const logs = (disk: SimDisk): number =>
    disk.paths().filter((path) => path.includes('history') && path.endsWith('.log')).length

  /** How many parts there are after each of these events, each `minutes` into the story. */
  async function parts(given: object, minutes: readonly number[]): Promise<readonly number[]> {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: given })
    const found: number[] = []
    for (const n of minutes) {
      await ledger.commit([], [sampleEvent(1, { at: minute(n) })])
      await ledger.commit([fact('a', n)])
      found.push(logs(disk))
    }
    await ledger.close()
    return found
  }

  test('once the last one holds so many events', async () => {
    expect(await parts({ historyEvents: 2 }, [0, 1, 2, 3, 4])).toEqual([1, 1, 2, 2, 3])
    expect(await parts({ historyEvents: 1 }, [0, 1, 2])).toEqual([1, 2, 3])
  })

  test('once it holds so many bytes', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    for (const n of [0, 1]) await ledger.commit([], [sampleEvent(1, { at: minute(n) })])
    await ledger.close()
    const historyBytes = disk.bytesOf(pathOf(disk, 'history')).length
    expect(await parts({ historyBytes }, [0, 1, 2, 3, 4])).toEqual([1, 1, 2, 2, 3])
    expect(await parts({ historyBytes: historyBytes + 1 }, [0, 1, 2, 3])).toEqual([1, 1, 1, 2])
    expect(await parts({ historyBytes: 1 }, [0, 1, 2])).toEqual([1, 2, 3])
  })

  test('once its earliest event is so old, whichever came first', async () => {
    const historyMs = 5 * 60_000
    expect(await parts({ historyMs }, [0, 5, 6, 11, 12])).toEqual([1, 1, 2, 2, 3])
    expect(await parts({ historyMs }, [3, 0, 6])).toEqual([1, 1, 2])
    expect(await parts({ historyMs }, [0, 9, 3])).toEqual([1, 2, 2])
  })
})

describe('a long history', () => {
  /** Of two deals, in one part and one commit. */
  async function long(): Promise<{ disk: SimDisk; ledger: EmbeddedLedger }> {
    const disk = new SimDisk()
    const ledger = await openOn(disk)
    const events = Array.from({ length: 700 }, (_, n) =>
      sampleEvent(n, { link: sampleKey(n % 2), details: { name: n % 2 ? 'Secret Name' : 'Other Name' } }),
    )
    await ledger.commit([], events)
    return { disk, ledger }
  }
  const all = Array.from({ length: 700 }, (_, n) => n + 1)

  test('is told whole and in order, however it is narrowed', async () => {
    const { ledger } = await long()
    expect(await numbersOf(ledger, {})).toEqual(all)
    expect(await numbersOf(ledger, { last: 600 })).toEqual(all.slice(100))
    const even = all.filter((n) => n % 2 === 0)
    expect(await numbersOf(ledger, { link: sampleKey(1) })).toEqual(even)
    expect(await numbersOf(ledger, { link: sampleKey(1), last: 300 })).toEqual(even.slice(50))
    expect(await numbersOf(ledger, { since: minute(690), last: 20 })).toEqual(all.slice(690))
    await ledger.close()
  })

  test('is written anew to the last event when a deal is forgotten', async () => {
    const { disk, ledger } = await long()
    await ledger.forget(sampleKey(1), { at: minute(999), who: 'anna' })
    expect(holds(disk, 'Secret Name')).toEqual([])
    expect(await ledger.verifyHistory()).toEqual({ events: 701, first: 1, last: 701, forgotten: 350, altered: [] })
    expect(await numbersOf(ledger, {})).toEqual([...all, 701])
    await ledger.close()
  })
})

describe('expire', () => {
  test('lets go of what is older than asked, and of nothing as old', async () => {
    const { disk, ledger } = await withEvents(8)
    const logs = () => disk.paths().flatMap((path) => /history-\d+\.log/.exec(path) ?? [])
    for (const [before, events, left] of [
      [3, 0, ['history-000001.log', 'history-000002.log', 'history-000003.log']],
      [4, 3, ['history-000002.log', 'history-000003.log']],
      [8, 3, ['history-000003.log']],
      [9, 2, ['history-000004.log']],
      [9, 0, ['history-000004.log']],
    ] as const) {
      expect(await ledger.expire(minute(before))).toEqual({ events })
      expect(logs()).toEqual(left)
    }
    await ledger.close()
  })

  test('goes by the latest event of a part, wherever in it that stands', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes })
    for (const n of [5, 9, 2, 9]) await ledger.commit([], [sampleEvent(n)])
    expect(await ledger.expire(minute(8))).toEqual({ events: 0 })
    await ledger.commit(
      [],
      [5, 1, 2].map((n) => sampleEvent(n)),
    )
    expect(await ledger.expire(minute(10))).toEqual({ events: 7 })
    await ledger.close()
  })

  test('removes the files of old parts, and what is left still verifies after a new start', async () => {
    const { disk, ledger } = await withEvents(10)
    expect(await ledger.expire(minute(8))).toEqual({ events: 6 })
    expect(holds(disk, 'history-000001')).toEqual([])
    await ledger.compact()
    expect(holds(disk, 'Contoso 6')).toEqual([])
    await ledger.close()
    const reopened = await openOn(disk, { sizes })
    expect(await numbersOf(reopened, {})).toEqual([7, 8, 9, 10])
    const report = { events: 4, first: 7, last: 10, forgotten: 0, altered: [] }
    expect(await reopened.verifyHistory()).toEqual(report)
    await reopened.close()
  })

  test('a history that is old to its end goes whole, and numbers go on', async () => {
    const { ledger } = await withEvents(5)
    expect(await ledger.expire(minute(99))).toEqual({ events: 5 })
    expect(await ledger.verifyHistory()).toMatchObject({ events: 0, first: null, last: null })
    await ledger.commit([], [sampleEvent(100)])
    expect(await numbersOf(ledger, {})).toEqual([6])
    await ledger.close()
  })
})

describe('verifyHistory shows what somebody altered', () => {
  // Parts that are full are not read at a start, so this is where it shows.
  type Alter = (frames: readonly Buffer[]) => readonly (Buffer | undefined)[]
  // A file that is not as long as it was is found as well, at the event that would come next.
  const cases: readonly { name: string; alter: Alter; found: readonly number[] }[] = [
    { name: 'nothing', alter: (frames) => frames, found: [] },
    {
      name: 'a word',
      alter: ([head, one, two, three]) => [head, one, forged(two!, 'Contoso', 'Fabrika'), three],
      found: [2],
    },
    { name: 'an event taken out', alter: ([head, one, , three]) => [head, one, three], found: [2] },
    { name: 'the last event taken out', alter: ([head, one, two]) => [head, one, two], found: [3] },
    {
      name: 'two events in each other’s place',
      alter: ([head, one, two, three]) => [head, two, one, three],
      found: [1],
    },
    { name: 'an event said twice', alter: ([head, one, two, three]) => [head, one, one, two, three], found: [2] },
    { name: 'words taken away', alter: ([head, one, two, three]) => [head, one, emptied(two!), three], found: [2, 4] },
    {
      name: 'the words of two events of one link taken away',
      alter: ([head, one, two, three]) => [head, emptied(one!), two, emptied(three!)],
      found: [1, 4],
    },
  ]
  for (const { name, alter, found } of cases)
    test(name, async () => {
      const { disk, ledger } = await withEvents(7)
      const { pieces, put } = framesIn(disk, pathOf(disk, 'history-000001.log'))
      put(alter(pieces).flatMap((piece) => piece ?? []))
      const { altered } = await ledger.verifyHistory()
      expect(altered.map((one) => one.number).toSorted((a, b) => a - b)).toEqual(found)
      await ledger.close()
      expect(disk.openFiles).toBe(0)
    })

  const otherWords: Parameters<typeof toldAnew>[1] = ({ chained, loose }) => {
    const words = replaced(loose, 'Contoso', 'Fabrika')
    return { chained: Buffer.concat([chained.subarray(0, -32), digestOf(words)]), loose: words }
  }
  const otherNumber: Parameters<typeof toldAnew>[1] = ({ chained, loose }) => ({
    chained: replaced(chained, '"number":2', '"number":9'),
    loose,
  })
  const toldOtherwise = [
    ['other words', otherWords, [4]],
    ['another number', otherNumber, [2, 4]],
  ] as const
  for (const [what, otherwise, found] of toldOtherwise)
    test(`a whole part told anew, with ${what} and a manifest that fits it`, async () => {
      const { disk, ledger } = await withEvents(7)
      await ledger.close()
      const { pieces, put } = framesIn(disk, pathOf(disk, 'history-000001.log'))
      const { frames, chain } = toldAnew(pieces, otherwise)
      put(frames)
      const manifest = pathOf(disk, 'manifest')
      const [line = ''] = disk.bytesOf(manifest).toString('latin1').split('\n')
      const before = decodeFrame(pieces.at(-1)!, 0, 'history')
      const was = before.is === 'frame' ? before.frame.chain.toString('hex') : expect.fail()
      disk.put(manifest, signed(line.replace(was, chain.toString('hex'))))
      const reopened = await openOn(disk, { sizes })
      const { altered } = await reopened.verifyHistory()
      expect(altered.map(({ number }) => number)).toEqual(found)
      disk.delete(pathOf(disk, '.index'))
      const byLink = refusal(numbersOf(reopened, { link: sampleKey(1) }))
      expect(await byLink).toBe(what === 'other words' ? undefined : 'DB-4003')
      await reopened.close()
    })

  test('more than anybody reads: the first hundred', async () => {
    const { disk, ledger } = await withEvents(0, { sizes: {} })
    const events = Array.from({ length: 120 }, (_, n) => sampleEvent(n, { details: { name: 'Contoso' } }))
    await ledger.commit([], events)
    const { pieces, put } = framesIn(disk, pathOf(disk, 'history-000001.log'))
    put(pieces.map((piece, n) => (n === 0 ? piece : forged(piece, 'Contoso', 'Fabrika'))))
    const report = await ledger.verifyHistory()
    expect(report).toMatchObject({ events: 120, first: 1, last: 120 })
    expect(report.altered.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    await ledger.close()
  })

  test('a part cut short, at a start already', async () => {
    const { disk, ledger } = await withEvents(7)
    await ledger.close()
    const path = pathOf(disk, 'history-000001.log')
    disk.put(path, disk.bytesOf(path).subarray(0, -10))
    expect(await refusal(openOn(disk, { sizes }))).toBe('DB-4004')
  })

  test('sealed: an event whose time was changed, with the whole chain drawn anew', async () => {
    const { disk, ledger } = await withEvents(7, { seal })
    const path = pathOf(disk, 'history-000001.log')
    const { pieces, put } = framesIn(disk, path)
    const anew = toldAnew(pieces, ({ chained, loose }) => ({ chained: replaced(chained, 'T00:02', 'T09:02'), loose }))
    put(anew.frames)
    const { altered } = await ledger.verifyHistory()
    expect(altered.map((one) => one.number)).toEqual([2, 3, 4])
    await ledger.close()
  })

  function emptied(frame: Buffer): Buffer {
    const found = decodeFrame(frame, 0, 'history')
    if (found.is !== 'frame') throw new Error('not a frame')
    const { bytes } = encodeFrame({ mark: 'history', chained: [found.frame.chained], previous: Buffer.alloc(32) })
    found.frame.chain.copy(bytes, HEADER_BYTES + found.frame.chained.length)
    return again(bytes)
  }
})

describe('forget', () => {
  for (const key of [undefined, seal])
    test(`leaves no word of the deal in any file, ${key ? 'sealed' : 'unsealed'}`, async () => {
      const disk = new SimDisk()
      const ledger = await openOn(disk, { sizes, seal: key })
      const tell = (n: number, link: number) =>
        sampleEvent(n, { link: sampleKey(link), details: { name: link === 1 ? 'Secret Name' : 'Other Name' } })
      for (let n = 0; n < 8; n += 1)
        await ledger.commit(
          [putLink(sampleLink(1, { turn: n, referral: sampleLink(1).referral })), fact(`f${n}`, n)],
          [tell(n, 1), tell(n, 2)],
        )
      const intent = { put: 'intent', key: 'change-1', value: sampleIntent(1) } as const
      await ledger.commit([intent, { put: 'fact', key: 'of-1', value: { name: 'Secret Name' } }])
      if (!key) expect(holds(disk, 'Secret Name').length).toBeGreaterThan(0)
      const other = { drop: 'fact', key: 'of-1' } as const
      await ledger.forget(sampleKey(1), { at: minute(50), who: 'anna', also: [other] })
      expect(holds(disk, 'Secret Name')).toEqual([])
      expect(holds(disk, sampleKey(1))).toEqual([])
      if (!key) expect(holds(disk, 'Other Name').length).toBeGreaterThan(0)
      const report = await ledger.verifyHistory()
      expect([report.forgotten, report.altered]).toEqual([8, []])
      expect((await numbersOf(ledger, { link: sampleKey(1) })).length).toBe(9)
      const seen = await everythingIn(ledger)
      await ledger.close()
      const reopened = await openOn(disk, { sizes, seal: key })
      expect(await everythingIn(reopened)).toBe(seen)
      await reopened.close()
    })

  test('writes only those parts anew that hold words of the deal, and each of them', async () => {
    const disk = new SimDisk()
    const ledger = await openOn(disk, { sizes: { historyEvents: 1 } })
    for (const n of [1, 2, 3, 4]) await ledger.commit([], [sampleEvent(n, { details: { name: `Secret ${n}` } })])
    disk.breaks = (operation, path) => (operation === 'open' && path.includes('-r1.log') ? 'EIO' : undefined)
    expect(await refusal(ledger.forget(sampleKey(1), { at: minute(50), who: 'anna' }))).toBe('DB-4009')
    disk.breaks = () => undefined
    await ledger.forget(sampleKey(3), { at: minute(50), who: 'anna' })
    expect([1, 2, 3, 4].filter((n) => holds(disk, `Secret ${n}`).length > 0)).toEqual([2, 4])
    const logs = disk.paths().flatMap((path) => /history-\d+(-r\d)?\.log/.exec(path)?.[0] ?? [])
    expect(logs.slice(0, 4)).toEqual([
      'history-000001-r1.log',
      'history-000002.log',
      'history-000003-r1.log',
      'history-000004.log',
    ])
    await ledger.close()
    expect(disk.openFiles).toBe(0)
  })

  test('is finished by the next start when it was cut off', async () => {
    const { disk, ledger } = await withEvents(8)
    await ledger.commit([putLink(sampleLink(1))])
    disk.breaks = (operation, path) => (operation === 'open' && path.includes('-r1.log') ? 'ENOSPC' : undefined)
    expect(await refusal(ledger.forget(sampleKey(1), { at: minute(50), who: 'anna' }))).toBe('DB-4008')
    disk.breaks = () => undefined
    expect(await ledger.get('link', sampleKey(1))).toBeUndefined()
    expect(holds(disk, 'Contoso 1').length).toBeGreaterThan(0)
    const again = await openOn(disk.afterKill(), { sizes })
    await again.close()
    const next = disk.afterKill()
    const finishing = await openOn(next, { sizes })
    await finishing.compact() // waits for its turn behind what the start took up
    expect(holds(next, 'Contoso 1')).toEqual([])
    expect((await finishing.verifyHistory()).altered).toEqual([])
    await finishing.close()
  })
})

describe('another key', () => {
  test('is taken up in the background: everything is written anew, and the old key is no longer needed', async () => {
    const disk = new SimDisk()
    const plain = await openOn(disk, { sizes })
    for (let n = 0; n < 7; n += 1)
      await plain.commit([fact(`f${n}`, n)], [sampleEvent(n, { details: { name: 'Contoso' } })])
    await plain.commit([putLink(sampleLink(1, { waiting: [waitingUntil(minute(5))] }))])
    await plain.forget(sampleKey(2), { at: minute(50), who: 'anna' })
    let seen = await everythingIn(plain)
    await plain.close()
    const keys = [1, 2].map((byte) => createSealer(Buffer.alloc(32, byte)))
    const [first, second] = [keys[0]!, keys[1]!]
    for (const options of [{ seal: first }, { seal: second, formerSeals: [first] }]) {
      const ledger = await openOn(disk, { sizes, ...options })
      expect(await everythingIn(ledger)).toBe(seen)
      await ledger.compact()
      expect(await everythingIn(ledger)).toBe(seen)
      expect((await ledger.verifyHistory()).altered).toEqual([])
      await ledger.commit([], [sampleEvent(60, { details: { name: 'Contoso' } })])
      seen = await everythingIn(ledger)
      await ledger.close()
      expect(holds(disk, 'Contoso')).toEqual([])
    }
    expect(await refusal(openOn(disk, { seal: first }))).toBe('DB-4006')
    const ledger = await openOn(disk, { sizes, seal: second })
    expect([await everythingIn(ledger), ledger.opened.sealed]).toEqual([seen, true])
    expect(await ledger.due(minute(9), 9)).toEqual([sampleKey(1)])
    expect((await ledger.linksOf([{ kind: OPPORTUNITY, id: sampleRecord(1) }]))[0]?.key).toBe(sampleKey(1))
    await ledger.close()
  })
})
