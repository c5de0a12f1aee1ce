// The pages that the program writes about itself are as it would write them now.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { properties } from '../../../connectors/partner-center/properties.ts'
import { generatedPages } from '../../../scripts/docs.ts'
import { allCodes, families } from '../../../scripts/docs/errors.ts'
import { counted } from '../../../scripts/docs/referral-fields.ts'
import { sourceFiles } from '../../architecture/tree.ts'

const root = join(import.meta.dirname, '..', '..', '..')

describe('made by a program', () => {
  test.each([...generatedPages()])('%s is fresh (else: npm run docs)', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  })
})

test('every code that a part explains is on the page', () => {
  const books = sourceFiles().filter(({ path }) => /\/codes(?:\.ts$|\/)/.test(path))
  const explained = books.flatMap(({ text }) => [...text.matchAll(/^\s+'(DB-\d{4})': \{/gm)].map(([, code]) => code))
  expect(explained.length).toBeGreaterThan(200)
  expect(explained.filter((code) => !Object.hasOwn(allCodes, code ?? ''))).toEqual([])
})

test('every family of codes has a name', () => {
  const used = new Set(Object.keys(allCodes).map((code) => code.slice(3, 5)))
  expect([...used].filter((family) => !Object.hasOwn(families, family))).toEqual([])
})

test('every property of a referral is classified, with the reason why it goes no further', () => {
  const { both, toCrm, none } = counted(properties)
  expect(`${both + toCrm + none} of ${properties.length}`).toBe(`${properties.length} of ${properties.length}`)
  expect(properties.filter(({ direction, why }) => direction !== 'both' && !why).map(({ path }) => path)).toEqual([])
})
