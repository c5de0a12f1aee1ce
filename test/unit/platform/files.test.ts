import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePrivateDirectory, readChecked, readText, removeDrafts, writeDurably } from '#platform/files'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'files-'))
})
afterEach(async () => await rm(directory, { recursive: true }))

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('writing', () => {
  test('replaces the whole, for the owner only, and leaves nothing beside it', async () => {
    const path = join(directory, 'a.json')
    await writeDurably(path, 'old, and longer')
    await writeDurably(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await modeOf(path)).toBe(0o600)
    expect(await readdir(directory)).toEqual(['a.json'])
  })
  test('of several at once one wins, whole', async () => {
    const path = join(directory, 'a')
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000))
    await Promise.all(texts.map(async (text) => await writeDurably(path, text)))
    expect(texts).toContain(await readFile(path, 'utf8'))
  })
  test('replaces a link, and does not follow it', async () => {
    await writeFile(join(directory, 'target'), 'theirs')
    await symlink(join(directory, 'target'), join(directory, 'a'))
    await writeDurably(join(directory, 'a'), 'ours')
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe('theirs')
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('ours')
  })
  test('that fails leaves the old one, and no draft', async () => {
    await mkdir(join(directory, 'a'))
    await writeFile(join(directory, 'a', 'x'), '')
    await expect(writeDurably(join(directory, 'a'), 'new')).rejects.toThrow()
    expect(await readdir(directory)).toEqual(['a'])
    await expect(writeDurably(join(directory, 'missing', 'a'), 'new')).rejects.toThrow()
  })
  test('what a crash left behind is removed, and nothing else', async () => {
    await writeFile(join(directory, 'a.json.0b5c1e52-7a44-4f0e-9a55-3c1f1d0b8e21.new'), 'half')
    await writeFile(join(directory, 'brand.new'), 'kept')
    await removeDrafts(directory)
    expect(await readdir(directory)).toEqual(['brand.new'])
  })
})

describe('reading', () => {
  const rules = { bytesMax: 10, forbidden: 0o077, follow: false }
  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ['a private file', async (path) => await writeFile(path, 'x', { mode: 0o600 }), 'read'],
    ['none', async () => undefined, 'absent'],
    ['one open to others', async (path) => (await writeFile(path, 'x'), await chmod(path, 0o644)), 'too-open'],
    ['a long one', async (path) => await writeFile(path, 'x'.repeat(11), { mode: 0o600 }), 'too-large'],
    ['a directory', async (path) => await mkdir(path, { mode: 0o700 }), 'not-a-file'],
    ['a link', async (path) => await symlink('/dev/null', path), 'unreadable'],
  ])('%s', async (_, make, is) => {
    const path = join(directory, 'a')
    await make(path)
    expect((await readChecked(path, rules)).is).toBe(is)
  })
  test('a person’s text', async () => {
    await writeFile(join(directory, 'a'), '\uFEFFgrün')
    expect(await readText(join(directory, 'a'))).toBe('grün')
    expect(await readText(join(directory, 'b'))).toBeUndefined()
    await expect(readText(directory)).rejects.toThrow('cannot be read')
  })
})

test('a private directory is made, or closed', async () => {
  const path = join(directory, 'a', 'b')
  await makePrivateDirectory(path)
  expect(await modeOf(path)).toBe(0o700)
  await chmod(path, 0o755)
  await makePrivateDirectory(path)
  expect(await modeOf(path)).toBe(0o700)
})
