// The tests of mappings as their authors read them: what was expected, what came of it, and the line that decided.

import { coverageText, type TestReport, type TestResult } from '#core/mapping/run'
import type { Tested, TestedFile } from '#control/mappings/test'
import type { Paint } from './paint.ts'
import { clip, plural } from './words.ts'

export interface TestsPrint {
  readonly paint: Paint
  /** Every test of every file, also where all of them pass. */
  readonly full: boolean
  readonly ms: number
}

const nameWidth = 62

export function testLines({ files, passed, total }: Tested, print: TestsPrint): readonly string[] {
  const isShort = files.length > 1 && !print.full
  const lines = files.flatMap((file) => fileLines(file, { ...print, full: !isShort }))
  const seconds = `${(print.ms / 1_000).toFixed(1)} s`
  const coverage = files.flatMap(({ report }) => (report ? coverageLines(report, files.length > 1) : []))
  if (total === 0) {
    const isTried = files.every(({ report }) => report !== null)
    const none = 'No mapping carries a test. See "tests" in mappings/README.md.'
    return [...lines, `${isTried ? none : 'No test was run. What is wrong: dealbridge mappings validate'}   ${seconds}`]
  }
  const tally = passed === total ? `All ${total} pass.` : `${passed} of ${total} pass.`
  const [only] = coverage
  return coverage.length === 1 && only !== undefined
    ? [...lines, `${tally}   ${only}   ${seconds}`]
    : [...lines, `${tally}   ${seconds}`, ...coverage]
}

function coverageLines({ mapping, coverage }: TestReport, isOneOfSeveral: boolean): readonly string[] {
  const text = coverageText(coverage)
  if (text === '') return []
  return [isOneOfSeveral ? `${mapping}: ${text}` : text]
}

function fileLines({ file, report }: TestedFile, { paint, full }: TestsPrint): readonly string[] {
  if (!report) return [paint.bold(file), `  ${paint.bad('✗')} cannot be tried: it has errors`]
  const { mapping, results, passed } = report
  if (results.length === 0) return [paint.bold(mapping), `  ${paint.warn('!')} it carries no test`]
  if (!full && passed === results.length) return [paint.bold(mapping), `  ${paint.good('✓')} ${plural(passed, 'test')}`]
  return [paint.bold(mapping), ...results.flatMap((result) => resultLines(result, paint))]
}

function resultLines({ name, passed, where, differences }: TestResult, paint: Paint): readonly string[] {
  if (passed) return [`  ${paint.good('✓')} ${clip(name, 200)}`]
  return [
    `  ${paint.bad('✗')} ${clip(name, 200).padEnd(nameWidth)} ${paint.dim(`${where.file}:${where.line}`)}`,
    ...differences.flatMap(({ what, expected, got, decidedBy }) => [
      `      expected  ${what} = ${clip(expected, 120)}`,
      `      got       ${what}   ${clip(got, 120)}`,
      ...(decidedBy === undefined ? [] : [`      decided by ${decidedBy}`]),
    ]),
  ]
}
