import { describe, expect, test } from 'vitest'
import { restoreLedger } from '#ledger/lowdb/restore'
import { createSealer } from '#ledger/seal'
import { sampleEvent } from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'
import { everythingIn, fact, HOME, openOn, refusal } from './store.ts'

const BACKUP = '/backup/monday'
const sizes = { historyEvents: 3, journalBytes: 2000 }
const seal = createSealer(Buffer.alloc(32, 6))

async function lived(disk: SimDisk, from: number, to: number, options = {}): Promise<string> {
  const ledger = await openOn(disk, { sizes, ...options })
  for (let n = from; n < to; n += 1) await ledger.commit([fact(`f${n % 5}`, n)], [sampleEvent(n)])
  const seen = await everythingIn(ledger)
  await ledger.close()
  return seen
}

async function backedUp(disk: SimDisk, options = {}): Promise<string> {
  const ledger = await openOn(disk, { sizes, ...options })
  await ledger.backup(BACKUP)
  const seen = await everythingIn(ledger)
  await ledger.close()
  return seen
}

const restore = (disk: SimDisk, options = {}) => restoreLedger({ from: BACKUP, to: HOME, files: disk, ...options })

describe('a backup', () => {
  test('holds what stood there at one moment, though commits went on', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 12)
    const ledger = await openOn(disk, { sizes })
    let n = 100
    const backup = ledger.backup(BACKUP)
    const isDone = backup.then(() => true)
    do await ledger.commit([fact('x', n), fact('y', n)], [sampleEvent((n += 1))])
    while (!(await Promise.race([isDone, Promise.resolve(false)])))
    const report = await backup
    await ledger.close()
    expect(report.directory).toBe(BACKUP)
    const elsewhere = await restoreLedger({ from: BACKUP, to: '/restored', files: disk })
    expect(elsewhere.history).toMatchObject({ events: report.events, altered: [] })
    const restored = await openOn(disk, { directory: '/restored', sizes })
    const [x, y] = await restored.getMany('fact', ['x', 'y'])
    expect(x).toEqual(y)
    expect(report.events).toBeGreaterThanOrEqual(12)
    expect(report.events).toBeLessThan(n)
    await restored.close()
  })

  test('goes into an empty directory only', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 2)
    await backedUp(disk)
    const ledger = await openOn(disk, { sizes })
    expect(await refusal(ledger.backup(BACKUP))).toBe('DB-4012')
    await ledger.close()
  })

  test('that was cut off is not taken for one', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 9)
    const ledger = await openOn(disk, { sizes })
    disk.breaks = (operation, path) =>
      operation === 'write' && path.includes('/backup/monday/manifest') ? 'EIO' : undefined
    expect(await refusal(ledger.backup(BACKUP))).toBe('DB-4009')
    disk.breaks = () => undefined
    expect(ledger.failure).toBeNull()
    await ledger.close()
    expect(await refusal(restore(disk, { to: '/restored' }))).toBe('DB-4004')
  })

  test('of a sealed ledger is sealed, and restored with its key only', async () => {
    const disk = new SimDisk()
    const seen = await lived(disk, 0, 9, { seal })
    await backedUp(disk, { seal })
    expect(await refusal(restore(disk, { to: '/restored' }))).toBe('DB-4006')
    await restore(disk, { to: '/restored', seal })
    const restored = await openOn(disk, { directory: '/restored', seal, sizes })
    expect(await everythingIn(restored)).toBe(seen)
    await restored.close()
  })
})

describe('a restore', () => {
  test('F82: brings back an earlier state and says so at the next start, until something was committed', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 7)
    const monday = await backedUp(disk)
    const friday = await lived(disk, 7, 12)
    const { setAside } = await restore(disk, { force: true })
    for (const [restored, commits] of [
      [true, 0],
      [true, 1],
      [false, 0],
    ] as const) {
      const ledger = await openOn(disk, { sizes })
      expect(ledger.opened).toMatchObject({ fresh: false, restored, unclean: false })
      if (commits > 0) await ledger.commit([fact('since', 1)])
      else if (restored) expect(await everythingIn(ledger)).toBe(monday)
      await ledger.close()
    }
    // What stood there was set aside, and is whole.
    const aside = await openOn(disk, { directory: setAside ?? '', sizes })
    expect(await everythingIn(aside)).toBe(friday)
    await aside.close()
  })

  test('never writes over a ledger unasked, nor under one that is open', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 3)
    await backedUp(disk)
    expect(await refusal(restore(disk))).toBe('DB-4012')
    const ledger = await openOn(disk, { sizes })
    expect(await refusal(restore(disk, { force: true }))).toBe('DB-4001')
    await ledger.close()
  })

  test('of a damaged backup is refused before anything is touched', async () => {
    const disk = new SimDisk()
    const seen = await lived(disk, 0, 9)
    await backedUp(disk)
    for (const name of disk.paths().filter((path) => path.startsWith(BACKUP) && path.endsWith('.log'))) {
      const bytes = disk.bytesOf(name)
      const cut = bytes.subarray(0, -5)
      disk.put(name, cut)
      expect(await refusal(restore(disk, { force: true })), name).toMatch(/DB-400[34]/)
      disk.put(name, bytes)
    }
    const ledger = await openOn(disk, { sizes })
    expect(await everythingIn(ledger)).toBe(seen)
    await ledger.close()
  })

  test('cut off anywhere leaves the old ledger, the restored one, or a refusal; never a fresh start', async () => {
    const disk = new SimDisk()
    await lived(disk, 0, 5)
    const monday = await backedUp(disk)
    const friday = await lived(disk, 5, 8)
    for (let stopAt = 1; stopAt < 60; stopAt += 1) {
      const cut = disk.afterKill()
      cut.stopAt = stopAt
      await restore(cut, { force: true }).catch(() => undefined)
      const after = cut.afterKill()
      const ledger = await openOn(after, { sizes }).catch(() => undefined)
      if (ledger === undefined) {
        expect(await refusal(openOn(after, { sizes }))).toMatch(/DB-40(04|14)/)
        expect(await refusal(restore(after, { force: true }))).toBeUndefined()
        continue
      }
      expect(ledger.opened.fresh).toBe(false)
      expect([monday, friday]).toContain(await everythingIn(ledger))
      await ledger.close()
    }
  })
})
