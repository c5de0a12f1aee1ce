// One broken mapping for each mistake, and beside it what is said about it. After a change of words: vitest run -u,
// and every changed line is looked at.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printProblems } from '#settings/print-problem'
import { sourceText } from '#core/source'
import { dynamics, problemsIn, salesforce } from './support.ts'
import { timed } from '../../../support/processor-time.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'corpus', 'mappings', 'broken')
const names = readdirSync(folder).flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []))

test('there is one for every mistake we could think of', () => {
  expect(names.length).toBeGreaterThanOrEqual(120)
})

describe.each(names)('%s', (name) => {
  const file = `${name}.yaml`
  const text = readFileSync(join(folder, file), 'utf8')
  const world = name.startsWith('dynamics-') ? dynamics : salesforce

  test('is told what is wrong with it', async () => {
    const found = problemsIn(text, world, file)
    expect(found.length).toBeGreaterThan(0)
    await expect(printProblems(found, { sources: [sourceText(file, text)] })).toMatchFileSnapshot(
      join(folder, `${name}.txt`),
    )
  })

  test('F116: quickly, and at a place in the file', () => {
    const { ms, result: found } = timed(() => problemsIn(text, world, file))
    expect(ms).toBeLessThan(200)
    for (const { where } of found) {
      expect(where?.line).toBeLessThanOrEqual(text.split('\n').length)
      expect(where?.column).toBeGreaterThan(0)
    }
  })
})
