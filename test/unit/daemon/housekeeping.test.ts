import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Housekeeping } from '#daemon/housekeeping'
import { assemble } from '#assembly/assembly'
import { Ledgers } from '#assembly/ledgers'
import { openStoredLedger } from '#assembly/store'
import { FakeClock } from '#testkit/fake-clock'
import type { Settings } from '#settings/settings'
import { fakeHouse, type FakeHouse } from '../../support/fake-house.ts'

const day = 86_400_000
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function kept(
  keep: number,
): Promise<{ readonly house: FakeHouse; readonly to: string; readonly work: Housekeeping }> {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-keep-'))
  folders.push(folder)
  const to = join(folder, 'backup')
  const house = fakeHouse({ clock: new FakeClock() })
  const settings: Settings = {
    ...house.settings,
    store: {
      type: 'lowdb',
      path: join(folder, 'ledger'),
      keep: { historyMs: 400 * day, payloadsMs: day, contactDetailsMs: day },
      backup: { everyMs: day, to, keep },
    },
  }
  const machine = { ...house.machine, openLedger: openStoredLedger }
  const assembly = await assemble(settings, { machine, ledgers: new Ledgers(machine) })
  return { house, to, work: new Housekeeping({ ...house.machine, assembly: () => assembly }) }
}

describe('backups', () => {
  test('are made once a day, also across restarts, and the oldest go', async () => {
    const { house, to, work } = await kept(2)
    await work.round()
    house.clock.turn(day / 2)
    await work.round()
    expect(await readdir(to)).toEqual(['2026-11-20T14-00-00-000Z'])
    for (let passed = 0; passed < 3; passed += 1) {
      house.clock.turn(day)
      await work.round()
    }
    expect((await readdir(to)).toSorted()).toEqual(['2026-11-23T02-00-00-000Z', '2026-11-24T02-00-00-000Z'])
    expect(await readdir(join(to, '2026-11-24T02-00-00-000Z', 'cosell'))).toContain('manifest.json')
  })

  test('that cannot be made are logged, and stop nothing', async () => {
    const { house, work } = await kept(2)
    const seen: string[] = []
    const parts = { ...house.machine, log: { ...house.machine.log, error: (event: string) => void seen.push(event) } }
    const broken = await house.assemble({
      ...house.settings,
      store: {
        type: 'lowdb',
        path: join(folders[0] ?? '', 'other'),
        keep: { historyMs: day, payloadsMs: day, contactDetailsMs: day },
        backup: { everyMs: day, to: '/dev/null/nowhere', keep: 1 },
      },
    })
    await new Housekeeping({ ...parts, assembly: () => broken }).round()
    expect(seen).toEqual(['backup.failed'])
    await expect(work.round()).resolves.toBeUndefined()
  })
})

test('it ends at once when it is told to', async () => {
  const { work } = await kept(1)
  const stop = new AbortController()
  const working = work.work(stop.signal)
  stop.abort()
  await expect(working).resolves.toBeUndefined()
})
