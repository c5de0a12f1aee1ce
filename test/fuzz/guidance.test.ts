// The fuzzer itself: seeing what was reached, it finds what it does not find blindfolded, with the same hands and as
// many tries.

import { expect, test } from 'vitest'
import { type Coverage, watchCoverage } from './coverage.ts'
import { fuzz } from './fuzz.ts'
import { mutateInput } from './mutate-input.ts'
import { shrinkInput } from './shrink-input.ts'
import type { Target } from './target.ts'
import { dice } from '../simulation/dice.ts'

const tries = 8_000
const words = ['name', 'deal']

async function finds(toy: Target, seed: number, coverage: Coverage | null): Promise<boolean> {
  let isFound = false
  const run = (input: Buffer): number => {
    try {
      return toy.run(input) as number
    } catch (error) {
      isFound = true
      throw error
    }
  }
  const goesOn = (executions: number): boolean => !isFound && executions < tries
  await fuzz({ target: { ...toy, run }, seed, coverage, words, corpus: [], goesOn })
  return isFound
}

const seeds = [1, 2, 3]

test('a mistake behind three conditions is found by coverage, and not by chance', async () => {
  const coverage = watchCoverage(['test/fuzz/toy.ts'])
  // Only now, so that it is compiled with its coverage watched.
  const { toy } = await import('./toy.ts')
  const found = { guided: 0, blind: 0 }
  for (const seed of seeds) {
    if (await finds(toy, seed, null)) found.blind += 1
    coverage.forget()
    if (await finds(toy, seed, coverage)) found.guided += 1
  }
  coverage.stop()
  expect(found).toEqual({ guided: seeds.length, blind: 0 })
}, 60_000)

test('the same seed makes the same inputs, another seed others, and none is longer than it may be', () => {
  const inputs = (seed: number): readonly string[] => {
    const material = { dice: dice(0, `${seed}`), others: [Buffer.from('{"a": [1, 2]}')], words, bytesMax: 40 }
    return Array.from({ length: 200 }, () => mutateInput(Buffer.from('name: "a deal"\n'), material).toString('latin1'))
  }
  expect(inputs(1)).toEqual(inputs(1))
  expect(inputs(1)).not.toEqual(inputs(2))
  expect(new Set(inputs(1)).size).toBeGreaterThan(150)
  expect(inputs(1).every((input) => input.length <= 40)).toBe(true)
})

test('what was found is made small', async () => {
  const noisy = Buffer.from(`${'x'.repeat(300)}{${'y'.repeat(300)}}`)
  const small = await shrinkInput(noisy, async (input) => /\{.*\}/.test(input.toString('latin1')))
  expect(small.toString('latin1')).toBe('{}')
})
