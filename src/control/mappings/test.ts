// Runs the tests that mapping files carry, through the planner itself.

import type { TestReport } from '#core/mapping/run'
import type { Problem } from '#core/problem'
import { openFile, type MappingDesk, type MeantFile } from './desk.ts'
import { compileProblems } from './validate.ts'

export interface Tested {
  readonly schema: 'dealbridge.mappings-test/v1'
  readonly files: readonly TestedFile[]
  readonly passed: number
  readonly total: number
}

export interface TestedFile {
  readonly file: string
  readonly path: string
  /** Null for a mapping that does not even compile: then `problems` say why. */
  readonly report: TestReport | null
  readonly problems: readonly Problem[]
}

export async function testFile(desk: MappingDesk, file: MeantFile, live: boolean): Promise<TestedFile> {
  const { shown, path } = file
  const opened = await openFile(desk, file, { live })
  if (!opened.ok) return { file: shown, path, report: null, problems: opened.problems }
  const { draft, against } = opened.value
  const problems = compileProblems(opened.value, live)
  // A kind that was never asked for keeps a mapping from being held against the CRM, but not from being tried.
  const isWhole = problems.some(({ severity }) => severity === 'error')
  const isPartial = problems.some(({ code }) => code === 'DB-2120')
  const report = await draft.test(isPartial && !isWhole ? { ...against, probe: null } : against)
  if (report.ok) return { file: shown, path, report: report.value, problems: [] }
  return { file: shown, path, report: null, problems: isWhole ? problems : report.problems }
}

export function tested(files: readonly TestedFile[]): Tested {
  const reports = files.flatMap(({ report }) => (report ? [report] : []))
  return {
    schema: 'dealbridge.mappings-test/v1',
    files,
    passed: reports.reduce((count, { passed }) => count + passed, 0),
    total: reports.reduce((count, { results }) => count + results.length, 0),
  }
}
