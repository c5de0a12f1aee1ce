import { describe, expect, test } from 'vitest'
import { encodeFrame } from '#ledger/lowdb/frame'
import { Keys } from '#ledger/lowdb/keys'
import { Segment, type SegmentHead } from '#ledger/lowdb/segment'
import { createSealer } from '#ledger/seal'
import { SimDisk } from './sim-disk.ts'
import { HOME, refusal } from './store.ts'

const seal = createSealer(Buffer.alloc(32, 3))
const name = 'journal-000004.log'
const path = `${HOME}/${name}`
const head: SegmentHead = {
  kind: 'journal',
  number: 4,
  ledger: 'ours',
  key: null,
  after: Buffer.alloc(32, 8),
  first: 1,
}
const homeOn = (files: SimDisk) => ({ directory: HOME, files, keys: new Keys(HOME, seal) })
const open = (disk: SimDisk) => Segment.open(homeOn(disk), name, { kind: 'journal', ledger: 'ours' })

/** A file that begins with this head. */
async function diskWith(changes: Partial<SegmentHead> = {}): Promise<SimDisk> {
  const disk = new SimDisk()
  const segment = await Segment.create(homeOn(disk), name, { ...head, ...changes })
  await segment.release()
  return disk
}

describe('a file of frames', () => {
  test('is on the disk once it was made, but for its name, and opens as what it was made', async () => {
    const disk = await diskWith({ key: seal.keyId })
    await disk.syncDirectory(HOME)
    const segment = await open(disk.afterPowerLoss(() => false))
    expect(segment.head).toEqual({ ...head, key: seal.keyId })
    expect([segment.name, segment.sealer]).toEqual([name, seal])
    const size = disk.bytesOf(path).length
    expect([segment.from, segment.bytes]).toEqual([size, size])
  })

  test('grows at its end', async () => {
    const disk = await diskWith()
    const segment = await open(disk)
    for (const text of ['one', 'two']) await segment.append(Buffer.from(text))
    expect(disk.bytesOf(path).subarray(segment.from).toString()).toBe('onetwo')
    expect(segment.bytes).toBe(segment.from + 6)
  })

  test('stays open for whoever reads it, until the last one is done', async () => {
    const disk = await diskWith()
    const segment = await open(disk)
    segment.hold()
    await segment.release()
    expect(disk.openFiles).toBe(1)
    await segment.release()
    expect(disk.openFiles).toBe(0)
  })

  test('that cannot be made is not left there in part', async () => {
    for (const operation of ['write', 'sync'] as const)
      for (const alsoBreaks of ['list', 'remove'] as const) {
        const disk = new SimDisk()
        disk.breaks = (what) => (what === operation ? 'EIO' : what === alsoBreaks ? 'EACCES' : undefined)
        await expect(Segment.create(homeOn(disk), name, head)).rejects.toMatchObject({ code: 'EIO' })
        expect([disk.openFiles, disk.paths().length]).toEqual([0, alsoBreaks === 'remove' ? 1 : 0])
      }
  })
})

describe('a file is refused', () => {
  const json = Buffer.from(JSON.stringify({ ...head, after: head.after.toString('hex') }))
  const framed = (body: Buffer, previous: Buffer) => encodeFrame({ mark: 'journal', chained: [body], previous }).bytes
  const holding = (bytes: Buffer) => async () => {
    const disk = new SimDisk()
    disk.put(path, bytes)
    return disk
  }
  const rows: readonly (readonly [string, () => Promise<SimDisk>, string])[] = [
    ['that is not there', async () => new SimDisk(), 'DB-4004'],
    ['that is empty', holding(Buffer.alloc(0)), 'DB-4004'],
    ['whose head is not whole', holding(framed(json, head.after).subarray(0, -1)), 'DB-4003'],
    ['whose head says nothing', holding(framed(Buffer.from('{}'), head.after)), 'DB-4003'],
    ['whose head does not begin its own chain', holding(framed(json, Buffer.alloc(32))), 'DB-4003'],
    ['of another ledger', () => diskWith({ ledger: 'theirs' }), 'DB-4003'],
    ['of another kind', () => diskWith({ kind: 'snapshot' }), 'DB-4003'],
    ['of another mark', () => diskWith({ kind: 'history' }), 'DB-4003'],
  ]
  for (const [what, make, code] of rows)
    test(`${what}: ${code}`, async () => {
      const disk = await make()
      expect(await refusal(open(disk))).toBe(code)
      expect(disk.openFiles).toBe(0)
    })

  test('under a key nobody knows: DB-4006', async () => {
    const disk = await diskWith({ key: seal.keyId })
    const home = { ...homeOn(disk), keys: new Keys(HOME, null) }
    expect(await refusal(Segment.open(home, name, { kind: 'journal', ledger: 'ours' }))).toBe('DB-4006')
    expect(disk.openFiles).toBe(0)
  })
})
