import { describe, expect, test } from 'vitest'
import { sampleEvent } from '#testkit/ledger-samples'
import { readHead } from '#ledger/lowdb/segment'
import { SimDisk } from './sim-disk.ts'
import { fact, HOME, hundredRecords, openOn, pathOf, refusal, seenOn, smallParts } from './store.ts'

const at = (name: string): string => `${HOME}/${name}`
const namesOn = (disk: SimDisk): readonly string[] => disk.paths().map((path) => path.slice(HOME.length + 1))

/** The head of one of its files, and nothing after it: as a file is prepared. */
async function prepared(disk: SimDisk, name: 'journal-000002.log' | 'history-000002.log'): Promise<Buffer> {
  const file = await disk.open(at(name), 'read')
  const head = await readHead(file, name.startsWith('history') ? 'history' : 'journal')
  await file.close()
  return disk.bytesOf(at(name)).subarray(0, typeof head === 'object' ? head.size : expect.fail('no head'))
}

describe('a start that finds files which the manifest does not name', () => {
  const whole = (name: string) => async (disk: SimDisk) => disk.bytesOf(at(name))
  const bytes = (text: string) => async () => Buffer.from(text)
  const rows: readonly (readonly [
    'removes' | 'keeps' | 'DB-4003',
    string,
    string,
    (disk: SimDisk) => Promise<Buffer>,
  ])[] = [
    ['removes', 'a journal that was prepared', 'journal-000003.log', (disk) => prepared(disk, 'journal-000002.log')],
    ['removes', 'a journal that was not even that', 'journal-000003.log', bytes('')],
    ['removes', 'a journal that is none', 'journal-000003.log', bytes('dbJ1')],
    ['removes', 'a journal that a snapshot replaced', 'journal-000001.log', whole('journal-000002.log')],
    ['removes', 'a snapshot that was not taken into use', 'snapshot-000002.log', whole('snapshot-000001.log')],
    ['removes', 'a part that was prepared', 'history-000003.log', (disk) => prepared(disk, 'history-000002.log')],
    ['removes', 'a part that was written anew', 'history-000001-r1.log', whole('history-000001.log')],
    ['removes', 'postings of a part that was not begun', 'history-000003.index', whole('history-000001.index')],
    ['keeps', 'what is not ours', 'notes.txt', bytes('hello')],
    ['keeps', 'what only looks like ours', 'journal-000003.log.bak', whole('journal-000002.log')],
    ['DB-4003', 'a later journal that holds something', 'journal-000003.log', whole('journal-000002.log')],
    ['DB-4003', 'a later part that holds something', 'history-000003.log', whole('history-000002.log')],
  ]
  for (const [what, name, file, content] of rows)
    test(`${what === 'DB-4003' ? 'refuses' : what} ${name}`, async () => {
      const disk = await hundredRecords({ clean: true })
      const [before, names] = [await seenOn(disk.afterKill()), namesOn(disk)]
      disk.put(at(file), await content(disk))
      if (what === 'DB-4003') {
        expect(await refusal(openOn(disk))).toBe(what)
        expect(disk.paths()).toContain(at(file))
        return
      }
      expect(await seenOn(disk)).toBe(before)
      expect(namesOn(disk)).toEqual(what === 'keeps' ? [...names, file].toSorted() : names)
      expect(disk.openFiles).toBe(0)
    })

  test('removes nothing under a manifest of another day: with the right one, everything is there again', async () => {
    const disk = await hundredRecords({ clean: true })
    const old = disk.bytesOf(at('manifest.json'))
    const ledger = await openOn(disk, { sizes: smallParts })
    await ledger.compact()
    await ledger.close()
    const [right, before] = [disk.bytesOf(at('manifest.json')), await seenOn(disk.afterKill())]
    disk.put(at('manifest.json'), old)
    expect(await refusal(openOn(disk))).toBe('DB-4004')
    disk.put(at('manifest.json'), right)
    expect(await seenOn(disk)).toBe(before)
  })
})

describe('a start whose files do not belong together', () => {
  /** Two stores that were one, each with two events of its own since. */
  async function twins(): Promise<readonly [SimDisk, SimDisk]> {
    const one = await hundredRecords({ clean: true })
    const other = one.afterKill()
    for (const [disk, names] of [
      [one, ['a', 'b']],
      [other, ['c', 'd']],
    ] as const) {
      const ledger = await openOn(disk, { sizes: smallParts })
      for (const key of names) await ledger.commit([fact(key, 1)], [sampleEvent(20, { who: key })])
      await ledger.compact()
      await ledger.commit([fact(names[0], 2)])
      await ledger.close()
    }
    return [one, other]
  }

  for (const name of ['journal-000003.log', 'snapshot-000002.log', 'history-000003.log'])
    test(`${name} is another’s: refused`, async () => {
      const [one, other] = await twins()
      expect(one.bytesOf(at(name)).length).toBe(other.bytesOf(at(name)).length)
      one.put(at(name), other.bytesOf(at(name)))
      expect(await refusal(openOn(one))).toBe('DB-4003')
    })

  test('a part of the history that is full is another’s: it starts, and verifying shows it', async () => {
    const [one, other] = await twins()
    one.put(at('history-000002.log'), other.bytesOf(at('history-000002.log')))
    const ledger = await openOn(one, { sizes: smallParts })
    expect((await ledger.verifyHistory()).altered.map(({ number }) => number)).toContain(5)
    await ledger.close()
  })
})

describe('a start beside another', () => {
  const owners = [
    ['whose note tells who it is', (bytes: Buffer) => bytes, /in use by process \d+ on \S+\. /],
    ['whose note is not whole', (bytes: Buffer) => bytes.subarray(0, 9), /in use by another process/],
    ['whose note tells something else', () => Buffer.from('{"pid":"me"}'), /in use by another process/],
    ['whose note is gone', () => null, /in use by another process/],
  ] as const
  for (const [name, change, message] of owners)
    test(`${name} is refused, and does it no harm`, async () => {
      const disk = new SimDisk()
      const ledger = await openOn(disk)
      const path = pathOf(disk, 'owner.json')
      const note = change(disk.bytesOf(path))
      if (note === null) disk.delete(path)
      else disk.put(path, note)
      await expect(openOn(disk)).rejects.toThrow(message)
      expect(await refusal(openOn(disk))).toBe('DB-4001')
      await ledger.commit([fact('a', 1)])
      await ledger.close()
      expect(await refusal(openOn(disk))).toBeUndefined()
    })

  test('that cannot leave its note lets the lock go', async () => {
    const disk = new SimDisk()
    disk.breaks = (operation, path) => (operation === 'rename' && path.endsWith('owner.json') ? 'EIO' : undefined)
    expect(await refusal(openOn(disk))).toBe('DB-4009')
    disk.breaks = () => undefined
    expect(await refusal(openOn(disk))).toBeUndefined()
  })
})
