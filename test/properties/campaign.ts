// Tries every property many times more often than a test run does:
//
//   npm run properties -- --times 100                        a hundred times as often, from a seed of its own
//   npm run properties -- --times 100 --seed 4711            the same once more
//   npm run properties -- --times 100 --only ledger merge    files whose names hold one of these words
//
// A property that fails prints what it failed for, made as small as it gets.

import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const root = join(import.meta.dirname, '..', '..')
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
const words = [...values.only, ...positionals]

const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => readFileSync(join(root, file), 'utf8').includes('support/runs.ts'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
if (files.length === 0) {
  console.error('No file of properties is called that.')
  process.exit(2)
}
console.log(`${files.length} files of properties, ${values.times} times as often, seed ${seed}`)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', '--testTimeout=0', ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PROPERTY_TIMES: values.times, PROPERTY_SEED: seed },
})
if (status !== 0)
  console.log(
    `Again: npm run properties -- --times ${values.times} --seed ${seed}${words.map((word) => ` --only ${word}`).join('')}`,
  )
process.exitCode = status ?? 1
