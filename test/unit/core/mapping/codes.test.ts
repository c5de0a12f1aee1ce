import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mappingCodes } from '#core/mapping/codes'
import { reconcileCodes } from '#core/reconcile/codes'

const core = join(import.meta.dirname, '..', '..', '..', '..', 'src', 'core')

const used = new Set(
  ['mapping', 'formula'].flatMap((folder) =>
    readdirSync(join(core, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('codes'))
      .flatMap((name) => readFileSync(join(core, folder, name), 'utf8').match(/DB-\d{4}/g) ?? []),
  ),
)

test('every code that is used is explained, once', () => {
  const own = Object.keys(mappingCodes)
  const planner = Object.keys(reconcileCodes)
  expect([...used].filter((code) => !own.includes(code) && !planner.includes(code))).toEqual([])
  expect(own.filter((code) => planner.includes(code))).toEqual([])
})

test('nothing is explained that is never said', () => {
  expect(Object.keys(mappingCodes).filter((code) => !used.has(code))).toEqual([])
})

test.each(Object.entries(mappingCodes))('%s is explained in whole sentences', (_code, entry) => {
  expect(entry?.means).toMatch(/[.]$/)
  expect(entry?.why).toMatch(/[.]$/)
  expect(entry?.fix).toMatch(/[.]$/)
})
