// Are the tests tested? Stryker changes one thing in the source at a time; a test has to notice.
//
//   npm run mutate                            every area; takes an hour or two
//   npm run mutate -- --area retry            one of them: merge planner ledger retry guard redaction
//   npm run mutate -- --area planner --size 2 --seed 7      two of its files, the same two each time
//   npm run mutate -- --files src/core/units.ts --tests 'test/unit/core/**'
//   npm run mutate -- --files src/core/units.ts:10-40 --tests 'test/unit/core/**'      these lines only
//
// It ends with 1 below the score. What survives is told with its line; reports/mutation/<area>.json has all of it. Those
// that are allowed to, and why, are listed in docs/reference/mutation.md.

/* oxlint-disable no-console -- it talks to whoever runs it */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { areas, isArea, type Area } from './mutate/areas.ts'

const root = join(import.meta.dirname, '..')
const scoreMin = 90

const { values } = parseArgs({
  options: {
    area: { type: 'string', multiple: true },
    files: { type: 'string', multiple: true },
    tests: { type: 'string', multiple: true },
    size: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})

function mutate(name: string, { files, tests }: Area): number {
  const report = join('reports', 'mutation', `${name}.json`)
  const config = join('reports', 'mutation', `${name}.config.json`)
  mkdirSync(join(root, 'reports', 'mutation'), { recursive: true })
  rmSync(join(root, report), { force: true })
  writeFileSync(join(root, config), JSON.stringify(settingsFor(sample(files), report), null, 2))
  spawnSync(join(root, 'node_modules', '.bin', 'stryker'), ['run', config], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEALBRIDGE_MUTATE_TESTS: tests.join(' ') },
  })
  return tell(name, JSON.parse(readFileSync(join(root, report), 'utf8')) as Report)
}

function settingsFor(files: readonly string[], report: string): object {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'scripts/mutate/vitest.config.ts' },
    mutate: files,
    coverageAnalysis: 'perTest',
    concurrency: 1,
    timeoutMS: 10_000,
    reporters: ['json'],
    jsonReporter: { fileName: report },
    tempDirName: join('reports', 'mutation', 'work'),
    ignorePatterns: ['reports', 'docs', 'bench', 'data'],
    // The compiler of this project has no interface that Stryker could read settings with; nothing in them concerns it.
    tsconfigFile: 'no.tsconfig.json',
    // Words for people are looked at by people, and by the tests that print them.
    mutator: { excludedMutations: ['StringLiteral'] },
  }
}

/** Some of the files, the same for the same seed. */
function sample(files: readonly string[]): readonly string[] {
  if (values.size === undefined) return files
  const size = Number(values.size)
  const first = Number(values.seed) % files.length
  return [...files.slice(first), ...files.slice(0, first)].slice(0, size)
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

interface Mutant {
  readonly mutatorName: string
  readonly status: string
  readonly replacement?: string
  readonly location: { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
}

const isNoticed = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout'
const isMissed = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage'

function tell(name: string, { files }: Report): number {
  const all = Object.values(files).flatMap(({ mutants }) => mutants)
  const [noticed, missed] = [all.filter(isNoticed).length, all.filter(isMissed).length]
  const score = (100 * noticed) / Math.max(1, noticed + missed)
  for (const [file, { mutants }] of Object.entries(files))
    for (const mutant of mutants.filter(isMissed)) {
      const { start } = mutant.location
      const words = (mutant.replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)
      console.log(
        `  ${file}:${start.line}   ${mutant.mutatorName} → ${words}${mutant.status === 'NoCoverage' ? '   (no test comes here)' : ''}`,
      )
    }
  const slow = all.filter(({ status }) => status === 'Timeout').length
  console.log(
    `${name}: ${noticed} of ${noticed + missed} noticed (${slow} by taking for ever), ${score.toFixed(1)} %\n`,
  )
  return score
}

/** Runs beside each other must not write the same report. */
const nameOf = (files: readonly string[]): string =>
  files.map((file) => basename(file, '.ts').replaceAll(/[^\w-]+/g, '-')).join('+')

const wished: readonly (readonly [string, Area])[] = values.files
  ? [[nameOf(values.files), { files: values.files, tests: values.tests ?? ['test/unit/**'] }]]
  : (values.area ?? Object.keys(areas)).map((name) => {
      if (!isArea(name)) throw new Error(`There is no area "${name}". There are: ${Object.keys(areas).join(', ')}.`)
      return [name, areas[name]]
    })

const scores = wished.map(([name, area]) => mutate(name, area))
if (scores.some((score) => score < scoreMin)) process.exitCode = 1
