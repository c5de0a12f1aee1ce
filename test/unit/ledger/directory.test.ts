import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { disk } from '#ledger/lowdb/disk'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { restoreLedger } from '#ledger/lowdb/restore'
import { createSealer } from '#ledger/seal'
import { putLink, sampleEvent, sampleLink } from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'
import { fact, openOn, refusal } from './store.ts'

const root = await mkdtemp(join(tmpdir(), 'dealbridge-directory-'))
afterAll(() => rm(root, { recursive: true }))

const personal = sampleLink(1, {
  base: { standing: null, values: { name: 'Ann Example', mail: 'ann@contoso.example' } },
})
const modes = async (directory: string): Promise<readonly string[]> => {
  const names = (await readdir(directory)).toSorted()
  const found = names.map(async (name) => `${name} ${((await stat(join(directory, name))).mode & 0o777).toString(8)}`)
  return Promise.all(found)
}

describe('on a real disk', () => {
  test('I42: directories are their owner’s alone, and so is every file', async () => {
    const directory = join(root, 'modes')
    await mkdir(directory, { mode: 0o777 })
    await chmod(directory, 0o777)
    const ledger = await openLowdbLedger({ directory, sizes: { historyEvents: 1 } })
    await ledger.commit([putLink(personal)], [sampleEvent(1)])
    await ledger.commit([putLink(sampleLink(2))], [sampleEvent(2)])
    await ledger.compact()
    await ledger.backup(join(root, 'modes-backup'))
    expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700')
    const files = await modes(directory)
    expect(files.map((file) => file.split(' ')[0])).toEqual([
      'history-000001.index',
      'history-000001.log',
      'history-000002.log',
      'journal-000002.log',
      'lock',
      'manifest.json',
      'owner.json',
      'reserve',
      'snapshot-000001.log',
    ])
    expect(files.filter((file) => !file.endsWith(' 600'))).toEqual([])
    expect((await modes(join(root, 'modes-backup'))).filter((file) => !file.endsWith(' 600'))).toEqual([])
    expect((await stat(join(directory, 'reserve'))).size).toBe(16 * 1024 * 1024)
    await ledger.close()
  })

  test('I42: with a key, no file holds a word of what was put; without one, the ledger says so', async () => {
    const words = ['Ann Example', 'ann@contoso.example', personal.key, 'Fabrikam 7']
    const holding = async (directory: string): Promise<readonly string[]> => {
      const texts = (await readdir(directory)).map((name) => readFile(join(directory, name), 'latin1'))
      const all = (await Promise.all(texts)).join('')
      return words.filter((word) => all.includes(word))
    }
    for (const [name, seal, held] of [
      ['sealed', createSealer(Buffer.alloc(32, 1)), []],
      ['open', undefined, words],
    ] as const) {
      const directory = join(root, name)
      const ledger = await openLowdbLedger({ directory, seal, sizes: { reserveBytes: 0 } })
      expect(ledger.opened.sealed).toBe(seal !== undefined)
      await ledger.commit(
        [putLink(personal)],
        [sampleEvent(1, { link: personal.key, details: { name: 'Fabrikam 7' } })],
      )
      await ledger.compact()
      await ledger.close()
      expect(await holding(directory)).toEqual(held)
    }
  })

  test('a link that somebody put in place of a file is not followed', async () => {
    const directory = join(root, 'links')
    const ledger = await openLowdbLedger({ directory, sizes: { reserveBytes: 0 } })
    await ledger.close()
    const target = join(root, 'target')
    await writeFile(target, 'precious')
    await symlink(target, join(directory, 'manifest.json.tmp'))
    expect(await refusal(openLowdbLedger({ directory, sizes: { reserveBytes: 0 } }))).toBe('DB-4007')
    expect(await readFile(target, 'utf8')).toBe('precious')
  })

  test('a backup comes back as it was', async () => {
    const [directory, to] = [join(root, 'alive'), join(root, 'backup')]
    const ledger = await openLowdbLedger({ directory })
    await ledger.commit([putLink(personal)], [sampleEvent(1)])
    const report = await ledger.backup(to)
    expect(report).toMatchObject({ directory: to, links: 1, events: 1 })
    await ledger.close()
    const restored = join(root, 'restored')
    expect(await restoreLedger({ from: to, to: restored })).toMatchObject({ links: 1, setAside: null })
    const again = await openLowdbLedger({ directory: restored })
    expect(await again.get('link', personal.key)).toEqual(personal)
    expect(again.opened.restored).toBe(true)
    await again.close()
  })

  test('a disk of this machine is not taken for a network’s', async () => {
    expect(await disk.isNetwork(root)).toBe(false)
  })
})

describe('T24: on a network file system', () => {
  test('it is refused with the way out, unless it is accepted by name', async () => {
    const files = new SimDisk()
    files.network = true
    await expect(openOn(files)).rejects.toThrow(/network file system.*store\.path/)
    expect(await refusal(openOn(files))).toBe('DB-4002')
    const ledger = await openOn(files, { allowNetworkDisk: true })
    await ledger.commit([fact('a', 1)])
    await ledger.close()
  })
})
