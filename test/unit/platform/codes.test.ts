import { glob, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Codebook } from '#core/codes'
import { platformCodes } from '#platform/codes'
import { settingsCodes } from '#settings/codes'

async function codesUsed(folder: string): Promise<readonly string[]> {
  const codes = new Set<string>()
  for await (const file of glob(`src/${folder}/**/*.ts`)) {
    if (file.endsWith('codes.ts')) continue
    for (const [code] of (await readFile(file, 'utf8')).matchAll(/DB-\d{4}/g)) codes.add(code)
  }
  return [...codes].toSorted()
}

describe.each<[string, Codebook]>([
  ['platform', platformCodes],
  ['settings', settingsCodes],
])('%s', (folder, book) => {
  test('every code it uses is explained, and every one explained is used', async () => {
    expect(Object.keys(book).toSorted()).toEqual(await codesUsed(folder))
  })
  test('in whole sentences', () => {
    for (const entry of Object.values(book).filter((entry) => entry !== undefined)) {
      expect(entry.title).not.toMatch(/\.$/)
      for (const text of [entry.means, entry.why, entry.fix]) expect(text).toMatch(/\.$/)
    }
  })
})
