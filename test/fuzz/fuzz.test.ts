// A short form of each campaign: everything that was ever worth keeping, and a number of fresh inputs made of it. The
// long form is `npm run fuzz`.

import { beforeAll, expect, test } from 'vitest'
import { corpusOf } from './corpus.ts'
import { judge } from './judge.ts'
import { targets } from './targets/list.ts'
import { type Told, watched } from './watch.ts'

/** Another one tries other inputs; what it finds is mended and kept in the corpus. */
const seed = 20_261_121
const names = Object.keys(targets)
const told = new Map<string, Told>()

beforeAll(async () => {
  await watched({ names, seed, until: 'burst', smallest: false }, (one) => void told.set(one.name, one))
}, 120_000)

test.each(names)('%s: what is made of decent inputs and of the corpus breaks nothing', (name) => {
  const { faults, executions = 0, blocks = 0 } = told.get(name) ?? expect.fail('it was not reached')
  expect(faults.map(({ what, input }) => [what, input.toString('latin1')])).toEqual([])
  expect(executions).toBeGreaterThan(corpusOf(name).length + 30)
  expect(blocks).toBeGreaterThan(50)
})

const found = Object.entries(targets).flatMap(([name, load]) =>
  corpusOf(name)
    .filter(({ name: file }) => file.startsWith('found-'))
    .map(({ name: file, input }) => ({ what: `${name}/${file}`, load, input })),
)
test.each(found)('$what is mended', async ({ load, input }) => {
  const { target } = await load()
  const { wrong, slowness } = await judge(target, input)
  expect([wrong, slowness <= 1]).toEqual([null, true])
})
