// One daemon for a store, whatever pipelines it runs: the vault and the door belong to all of them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { holdStore } from '#assembly/store'
import { startDaemon, type Daemon } from '#daemon/daemon'
import { systemClock } from '#platform/clock'
import type { Settings } from '#settings/settings'
import { fakeHouse, type FakeHouse } from '../../support/fake-house.ts'

const folders: string[] = []
const daemons: Daemon[] = []
afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'dealbridge-store-'))
  folders.push(made)
  return made
}

const kept = { historyMs: 1, payloadsMs: 1, contactDetailsMs: 1 }

async function start(house: FakeHouse, path: string): Promise<Daemon> {
  const settings: Settings = { ...house.settings, store: { type: 'lowdb', path, keep: kept } }
  const daemon = await startDaemon({
    // The hand clock lets no time pass, and a daemon with files has rounds to make.
    machine: { ...house.machine, clock: systemClock(), holdStore },
    load: async () => settings,
    codes: {},
    version: 'test',
    pid: 1,
    metrics: { text: async () => '', contentType: 'text/plain' },
    announce: async () => undefined,
  })
  daemons.push(daemon)
  return daemon
}

test('F86: a second daemon on the store is refused, the first goes on, and a third may follow it', async () => {
  const path = await folder()
  const first = await start(fakeHouse(), path)
  await expect(start(fakeHouse(), path)).rejects.toMatchObject({
    code: 'DB-4001',
    message: expect.stringContaining(path),
  })
  expect((await fetch(`${first.url}/livez`)).status).toBe(200)
  await first.stop()
  expect((await fetch(`${(await start(fakeHouse(), path)).url}/livez`)).status).toBe(200)
})

test('one that could not start lets go of it', async () => {
  const path = await folder()
  const house = fakeHouse()
  const broken = { ...house, machine: { ...house.machine, openLedger: () => Promise.reject(new Error('no ledger')) } }
  await expect(start(broken, path)).rejects.toThrow('no ledger')
  const held = await holdStore({ type: 'lowdb', path, keep: kept })
  await held.release()
})

test('F76: a store where no directory can be is refused with the reason', async () => {
  const file = join(await folder(), 'a-file')
  await writeFile(file, '')
  await expect(start(fakeHouse(), join(file, 'ledger'))).rejects.toThrow()
})
