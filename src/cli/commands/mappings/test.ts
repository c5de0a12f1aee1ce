// `mappings test`: the tests inside mappings, tried through the planner itself.

import { filesMeant } from '#control/mappings/desk'
import { tested, testFile, type TestedFile } from '#control/mappings/test'
import { printProblems } from '#settings/print-problem'
import { sourceText } from '#core/source'
import { examples, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { atDesk } from '../../mapping-desk.ts'
import { testLines } from '../../print/mapping-tests.ts'

interface TestFlags {
  readonly live?: boolean
  readonly full?: boolean
  readonly json?: boolean
}

export const addTest: AddCommand = (group, bench) => {
  const command = group
    .command('test')
    .description('Runs the tests that mappings carry, and says what no test covers. Touches no system.')
    .argument('[files...]', 'mapping files or pipelines; those that pipelines use, when left out')
    .option('--live', 'ask the CRM for its fields and values as they are now')
    .option('--full', 'every test of every file')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(test))
  examples(command, 'dealbridge mappings test', 'dealbridge mappings test mappings/draft.yaml --full')
}

async function test(
  context: Context,
  names: readonly string[],
  { live = false, full, json }: TestFlags,
): Promise<number> {
  const { clock } = context.parts
  const began = clock.monotonicMs()
  return await atDesk(context, { live }, async (desk) => {
    const files: TestedFile[] = []
    for (const file of filesMeant(desk, names)) files.push(await testFile(desk, file, live))
    const found = tested(files)
    const ms = clock.monotonicMs() - began
    if (json) context.json(documentOf(files))
    else context.lines(testLines(found, { paint: context.paint, full: full ?? false, ms }))
    await tellProblems(context, files)
    if (files.some(({ report }) => report === null)) return exit.config
    return found.passed === found.total ? exit.done : exit.held
  })
}

/** A map is not JSON: what came of each test is in its differences. */
function documentOf(files: readonly TestedFile[]): object {
  const { schema, passed, total } = tested(files)
  return {
    schema,
    passed,
    total,
    files: files.map(({ file, report, problems }) => ({
      file,
      mapping: report?.mapping ?? null,
      tests: report?.results.map(({ outcome, ...result }) => ({ ...result, action: outcome?.action ?? null })) ?? [],
      coverage: report?.coverage ?? null,
      problems,
    })),
  }
}

async function tellProblems(context: Context, files: readonly TestedFile[]): Promise<void> {
  const broken = files.filter(({ problems }) => problems.length > 0)
  for (const { file, path, problems } of broken) {
    const text = (await context.parts.files.read(path)) ?? ''
    context.note(
      printProblems(problems, { sources: [sourceText(file, text)], colour: context.isErrColoured }).trimEnd(),
    )
  }
}
