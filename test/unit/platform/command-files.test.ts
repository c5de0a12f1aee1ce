// Files that people edit: what is changed in them is changed byte for byte, and nothing is written over unseen.

import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandFiles, type CommandFiles } from '#platform/command-files'

let folder: string
let files: CommandFiles
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dealbridge-files-'))
  files = commandFiles(folder)
})
afterEach(async () => await rm(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const bytes = async (name: string): Promise<string> => (await readFile(at(name))).toString('latin1')

describe('replacing', () => {
  test('leaves the mark at the beginning, the ends of lines and the rights as they are', async () => {
    await writeFile(at('a.yaml'), '\uFEFFa: 1\r\nb: ü\r\n')
    await chmod(at('a.yaml'), 0o664)
    const before = (await files.read('a.yaml')) ?? ''
    expect(await files.replace('a.yaml', before, before.replace('a: 1', 'a: 2'))).toBe(true)
    expect(await bytes('a.yaml')).toBe('\u00EF\u00BB\u00BFa: 2\r\nb: \u00C3\u00BC\r\n')
    expect((await stat(at('a.yaml'))).mode & 0o777).toBe(0o664)
  })

  test('follows a link to the file it stands for', async () => {
    await writeFile(at('real.yaml'), 'a: 1\n')
    await symlink(at('real.yaml'), at('link.yaml'))
    expect(await files.replace('link.yaml', 'a: 1\n', 'a: 2\n')).toBe(true)
    expect(await bytes('real.yaml')).toBe('a: 2\n')
  })

  test('writes nothing when somebody else has written meanwhile', async () => {
    await writeFile(at('a.yaml'), 'a: 3\n')
    expect(await files.replace('a.yaml', 'a: 1\n', 'a: 2\n')).toBe(false)
    expect(await bytes('a.yaml')).toBe('a: 3\n')
  })

  test('writes nothing to a file whose bytes would not survive it', async () => {
    await writeFile(at('a.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]))
    const before = (await files.read('a.yaml')) ?? ''
    expect(await files.replace('a.yaml', before, 'a: 2\n')).toBe(false)
    expect(await bytes('a.yaml')).toBe('a: \u00FF\n')
  })
})

test('creating makes folders on the way, and leaves a file that is there alone', async () => {
  expect(await files.create('mappings/fixtures/a.json', '{}')).toBe(true)
  expect(await files.create('mappings/fixtures/a.json', '[]')).toBe(false)
  expect(await bytes('mappings/fixtures/a.json')).toBe('{}')
})
