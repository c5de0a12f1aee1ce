import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Keys } from '#ledger/lowdb/keys'
import { isOurs, namesIn, readManifest, writeManifest, type Manifest } from '#ledger/lowdb/manifest'
import { SimDisk } from './sim-disk.ts'
import { HOME, refusal, signed } from './store.ts'

const chain = 'c0ffee11'.repeat(8)
const part = { number: 2, bytes: 700, chain, revision: 0, first: 1, events: 3, oldest: '', newest: '' }
const manifest: Manifest = {
  version: 1,
  ledger: 'a'.repeat(32),
  marks: { key: null, text: 'bWFya3M=' },
  restored: false,
  snapshot: { number: 7, bytes: 900, chain, lastEvent: 3, after: chain },
  journal: {
    closed: [{ number: 8, bytes: 800, chain, lastEvent: 5 }],
    active: { number: 9, bytes: 250, chain, clean: true },
  },
  history: { closed: [part, { ...part, number: 3, revision: 2 }], active: { number: 1_234_567 } },
}

const homeOn = (files: SimDisk) => ({ directory: HOME, files, keys: new Keys(HOME, null) })

function holding(bytes: Buffer): Promise<Manifest | null> {
  const disk = new SimDisk()
  disk.put(`${HOME}/manifest.json`, bytes)
  return readManifest(homeOn(disk))
}

describe('a manifest', () => {
  test('reads as it was written, and there is none before', async () => {
    const disk = new SimDisk()
    expect(await readManifest(homeOn(disk))).toBeNull()
    await writeManifest(homeOn(disk), manifest)
    expect(await readManifest(homeOn(disk.afterPowerLoss(() => false)))).toEqual(manifest)
  })

  test('has a checksum of eight digits, whatever they begin with', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => JSON.stringify({ ...manifest, ledger: String(n) }))
    const sums = texts.map((text) => crc32(text).toString(16))
    expect(sums.some((sum) => sum.length < 8)).toBe(true)
    for (const text of texts) expect(await holding(signed(text))).toEqual(JSON.parse(text))
  })

  const text = JSON.stringify(manifest)
  const [line, sum] = signed(text).toString('latin1').split('\n')
  const rows: readonly (readonly [string, Buffer, string])[] = [
    ['that is empty', Buffer.alloc(0), 'DB-4004'],
    ['without its checksum', Buffer.from(text), 'DB-4003'],
    ['with another one', Buffer.from(`${line}\n${sum?.replaceAll(/./g, '0')}\n`), 'DB-4003'],
    ['with something behind it', Buffer.from(`${line}\n${sum}\n\nmore`), 'DB-4003'],
    ['that is no JSON', signed('manifest'), 'DB-4003'],
    ['that lacks a part', signed(text.replace('"restored":false,', '')), 'DB-4003'],
    ['with more before a chain', signed(text.replace(chain, `0${chain}`)), 'DB-4003'],
    ['with more after a chain', signed(text.replace(chain, `${chain}0`)), 'DB-4003'],
    ['of a newer version', signed('{"version":2}'), 'DB-4005'],
    ['of a version that is none', signed('{"version":"2"}'), 'DB-4003'],
  ]
  for (const [name, bytes, code] of rows)
    test(`${name} is refused: ${code}`, async () => expect(await refusal(holding(bytes))).toBe(code))
})

describe('the files of a ledger', () => {
  test('are those the manifest names', () => {
    expect(namesIn(manifest)).toEqual([
      'manifest.json',
      'snapshot-000007.log',
      'journal-000008.log',
      'journal-000009.log',
      'history-000002.log',
      'history-000002.index',
      'history-000003-r2.log',
      'history-000003-r2.index',
      'history-1234567.log',
    ])
    expect(namesIn({ ...manifest, snapshot: null })).not.toContain('snapshot-000007.log')
  })

  test('are known by their names; nobody else’s file is touched', () => {
    for (const name of namesIn(manifest)) expect(isOurs(name), name).toBe(true)
    const others = [
      'lock',
      'reserve',
      'notes.txt',
      'manifest.json.tmp',
      'my-journal-000001.log',
      'journal-000001.log.bak',
    ]
    for (const name of [
      ...others,
      'journal-1.log',
      'history-000001-r.log',
      'history-000001-rx.log',
      'journal-00000a.log',
    ])
      expect(isOurs(name), name).toBe(false)
    expect(isOurs('history-000001-r12.log')).toBe(true)
  })
})
