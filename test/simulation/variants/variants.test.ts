// The tests are tested: the engine is run wrong, in one way at a time, and the checker has to notice. Each variant is
// tried where it is known to be noticed; rates over many seeds: npm run simulate -- --variants --seeds 400

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { simulateSeed } from '../simulate.ts'
import { variants } from './list.ts'
import { noticed } from './noticed.ts'
import { patched, textOf } from './patch.ts'

const known = variants.filter(({ name }) => Object.hasOwn(noticed, name))

test('thirty of them at least are noticed each time', () => expect(known.length).toBeGreaterThanOrEqual(30))

test.each(variants.filter(({ patches }) => patches.length > 0))('$name still fits the engine', ({ patches }) => {
  for (const [file, some] of Map.groupBy(patches, (patch) => patch.file)) {
    const text = textOf(file)
    expect(patched(text, some)).not.toBe(text)
  }
})

describe.concurrent('noticed', { timeout: 120_000 }, () => {
  const trial = join(import.meta.dirname, 'trial.ts')
  test.each(known)('$name: $mistake', async ({ name }) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      trial,
      name,
    ])
    expect(JSON.parse(stdout)).not.toEqual([])
  })
})

test('the right engine passes wherever a wrong one is noticed', { timeout: 120_000 }, async () => {
  const seeds = new Set(Object.values(noticed).flatMap((where) => ('seed' in where ? [where.seed] : [])))
  for (const seed of seeds) expect([seed, (await simulateSeed(seed)).violations]).toEqual([seed, []])
})
