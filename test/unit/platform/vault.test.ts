import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSecrets } from '#platform/secrets'
import { type DiskVault, memoryVault, openVault, vaultOf } from '#platform/vault'
import { SecretRef } from '#spi'
import { handClock } from '../../support/host.ts'

let root = ''
let directory = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vault-'))
  directory = join(root, 'vault')
})
afterEach(async () => await rm(root, { recursive: true }))

const key = SecretRef.parse('env:KEY')
const env: Record<string, string> = {}
const secrets = openSecrets({ clock: handClock(), env })
const keyed = async (hex: string): Promise<DiskVault> => {
  env['KEY'] = hex
  await secrets.read(key, { fresh: true })
  return await openVault({ directory, key, secrets })
}
const plain = async (): Promise<DiskVault> => await openVault({ directory, secrets })
const one = '1'.repeat(64)
const two = Buffer.alloc(32, 2).toString('base64')

async function everyFile(): Promise<string> {
  const names = await readdir(directory)
  return (await Promise.all(names.map(async (name) => await readFile(join(directory, name), 'utf8')))).join('\n')
}

const code = async (run: Promise<unknown>): Promise<unknown> =>
  await run.then(
    () => 'none',
    (error: { code?: unknown }) => error.code,
  )

describe.each<[string, () => Promise<Pick<DiskVault, 'get' | 'put' | 'previous'>>]>([
  ['in memory', async () => memoryVault()],
  ['in files', plain],
  ['sealed', async () => await keyed(one)],
])('a vault %s', (_, open) => {
  test('gives back what was put, and what that replaced (T32)', async () => {
    const vault = await open()
    expect([await vault.get('t'), await vault.previous('t')]).toEqual([null, null])
    await vault.put('t', 'first')
    expect([await vault.get('t'), await vault.previous('t')]).toEqual(['first', null])
    await vault.put('t', 'second ünï')
    expect([await vault.get('t'), await vault.previous('t')]).toEqual(['second ünï', 'first'])
    await vault.put('t', 'third')
    expect(await vault.previous('t')).toBe('second ünï')
  })
  test('keeps names apart, also those that look alike as files', async () => {
    const vault = await open()
    for (const name of ['a/b', 'a-b', 'A/B', '../a', 'constructor']) await vault.put(name, name)
    for (const name of ['a/b', 'a-b', 'A/B', '../a', 'constructor']) expect(await vault.get(name)).toBe(name)
  })
  test('puts in turn', async () => {
    const vault = await open()
    await Promise.all(['1', '2', '3', '4', '5'].map(async (secret) => await vault.put('t', secret)))
    expect([await vault.previous('t'), await vault.get('t')]).toEqual(['4', '5'])
  })
  test('shows each connection its own', async () => {
    const vault = await open()
    await vaultOf(vault, 'pc').put('token', 'x')
    await vaultOf(vault, 'pc').put('token', 'y')
    expect(await vaultOf(vault, 'sf').get('token')).toBeNull()
    expect([await vaultOf(vault, 'pc').get('token'), await vaultOf(vault, 'pc').previous('token')]).toEqual(['y', 'x'])
  })
})

test('it is all there after a restart', async () => {
  await (await keyed(one)).put('t', 'a')
  await (await keyed(one)).put('t', 'b')
  const vault = await keyed(one)
  expect([await vault.get('t'), await vault.previous('t')]).toEqual(['b', 'a'])
})

test('only the owner may look (I42)', async () => {
  await (await plain()).put('t', 'a')
  await (await plain()).put('t', 'b')
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  const names = await readdir(directory)
  expect(names).toHaveLength(2)
  for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
})

test('with a key no plain secret is on the disk, and equal ones look different (I42)', async () => {
  const vault = await keyed(two)
  expect(vault.sealed).toBe(true)
  await vault.put('t', 'CANARY')
  const first = await everyFile()
  await vault.put('t', 'CANARY')
  await vault.put('t', 'CANARY')
  const after = await everyFile()
  expect(`${first}${after}`).not.toContain('CANARY')
  expect(`${first}${after}`).not.toContain(Buffer.from('CANARY').toString('base64').slice(0, 8))
  const texts = [...after.matchAll(/"text":"([^"]+)"/g)].map(([, text]) => text)
  expect(new Set(texts).size).toBe(2)
})

describe('keys', () => {
  test('another key opens nothing, and says so', async () => {
    await (await keyed(one)).put('t', 'a')
    const other = await keyed(two)
    await expect(other.get('t')).rejects.toThrow('sealed with another key')
    expect(await code(other.get('t'))).toBe('DB-1405')
  })
  test('a key that was taken away is missed', async () => {
    await (await keyed(one)).put('t', 'a')
    expect(await code((await plain()).get('t'))).toBe('DB-1405')
  })
  test('a key that was replaced opens once more; then nothing needs it', async () => {
    const former = SecretRef.parse('env:FORMER')
    env['FORMER'] = one
    const before = await keyed(one)
    await before.put('t', 'a')
    await before.put('t', 'b')
    await before.put('untouched', 'c')
    env['KEY'] = two
    await secrets.read(key, { fresh: true })
    await openVault({ directory, key, formerKeys: [former], secrets })
    const after = await keyed(two)
    expect([await after.get('t'), await after.previous('t'), await after.get('untouched')]).toEqual(['b', 'a', 'c'])
  })
  test('a key that was added seals from the next put on', async () => {
    await (await plain()).put('t', 'CANARY')
    const vault = await keyed(one)
    expect(await vault.get('t')).toBe('CANARY')
    await vault.put('t', 'b')
    await vault.put('t', 'c')
    expect(await everyFile()).not.toContain('CANARY')
  })
  test.each(['short', '1'.repeat(63), '', Buffer.alloc(31).toString('base64'), `${one}!`])(
    '%j is none',
    async (text) => {
      expect(await code(keyed(text === '' ? ' ' : text))).toBe('DB-1405')
    },
  )
})

describe('damage', () => {
  const path = async (): Promise<string> => join(directory, (await readdir(directory))[0] ?? '')
  test.each<[string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, -9)],
    ['emptied', () => ''],
    ['of another sort', () => '{"vault":2}'],
    ['of a later form', (text) => text.replace('"vault":1', '"vault":9')],
  ])('%s', async (_, damage) => {
    const vault = await keyed(one)
    await vault.put('t', 'a')
    const file = await path()
    await writeFile(file, damage(await readFile(file, 'utf8')))
    expect(await code(vault.get('t'))).toBe('DB-1406')
  })
  test('any single changed character is noticed', async () => {
    const vault = await keyed(one)
    await vault.put('t', 'a secret')
    const file = await path()
    const good = await readFile(file, 'utf8')
    for (let at = 0; at < good.length; at += 1) {
      const other = good[at] === 'A' ? 'B' : 'A'
      await writeFile(file, good.slice(0, at) + other + good.slice(at + 1))
      // Spare bits at the end of a base64 group may read as the same bytes; anything else must be refused.
      const outcome = await vault.get('t').catch((error: { code?: unknown }) => error.code)
      expect(['DB-1405', 'DB-1406', 'a secret']).toContain(outcome)
    }
  })
  test('a file put in another’s place does not open', async () => {
    const vault = await keyed(one)
    await vault.put('a', 'x')
    const stolen = await readFile(await path(), 'utf8')
    await rm(await path())
    await vault.put('b', 'y')
    await writeFile(await path(), stolen)
    expect(await code(vault.get('b'))).toBe('DB-1406')
    await writeFile(await path(), stolen.replace('"name":"a"', '"name":"b"'))
    expect(await code(vault.get('b'))).toBe('DB-1406')
  })
  test('a file that was opened to others is not used', async () => {
    const vault = await plain()
    await vault.put('t', 'a')
    await chmod(await path(), 0o644)
    expect(await code(vault.get('t'))).toBe('DB-1403')
  })
})

test('a draft that a crash left behind is gone at the next start', async () => {
  await (await plain()).put('t', 'a')
  await writeFile(join(directory, 't.x.json.0b5c1e52-7a44-4f0e-9a55-3c1f1d0b8e21.new'), 'CANARY')
  const vault = await plain()
  expect(await everyFile()).not.toContain('CANARY')
  expect(await vault.get('t')).toBe('a')
})
