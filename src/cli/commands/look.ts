// Commands that only look: status, check, explain, problems.

import type { Status } from '#control/answers'
import type { Code } from '#core/model/ids'
import { nearest } from '#core/nearest'
import { NeedsHuman } from '#core/errors'
import { examples, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { checkLines, tallyOf } from '../print/check.ts'
import { codeLines, explainLines } from '../print/explain.ts'
import { problemLines } from '../print/problems.ts'
import { statusLines } from '../print/status.ts'
import { withProgress } from '../progress.ts'

export const addStatus: AddCommand = (program, bench) => {
  const command = program
    .command('status')
    .summary('one screen: pipelines, deadlines, connections, problems')
    .description('One screen: pipelines, deadlines, connections, problems. Asks no vendor.')
    .option('--json', 'one JSON document on standard output')
    .option('--exit-code', 'exit with 1 when something needs someone')
    .action(bench.run(status))
  examples(command, 'dealbridge status', 'dealbridge status --json --exit-code')
}

async function status(
  context: Context,
  flags: { readonly json?: boolean; readonly exitCode?: boolean },
): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const found = await control.status()
    if (flags.json) context.json(found)
    else context.lines(statusLines(found, { paint: context.paint, zone: context.zone(settings) }))
    return flags.exitCode && needsSomeone(found) ? exit.held : exit.done
  })
}

const needsSomeone = ({ problems, reload, pipelines }: Status): boolean =>
  problems.length > 0 ||
  reload !== null ||
  pipelines.some(({ trouble, mapping }) => trouble !== null || mapping.refused !== null)

export const addCheck: AddCommand = (program, bench) => {
  const command = program
    .command('check')
    .alias('doctor')
    .summary('is everything reachable, allowed, valid and mapped?')
    .description('Asks every connection what it may do, and holds every mapping against what the CRM has. Reads only.')
    .option('--only <connection>', 'only this connection, and the pipelines that use it')
    .option('--strict', 'warnings fail too')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(check))
  examples(command, 'dealbridge check', 'dealbridge check --only salesforce --strict')
}

interface CheckFlags {
  readonly only?: string
  readonly strict?: boolean
  readonly json?: boolean
}

async function check(context: Context, { only, strict, json }: CheckFlags): Promise<number> {
  return await context.withDaemonOr(async (control) => {
    const request = only === undefined ? {} : { connection: only }
    const found = await withProgress({ ...context.parts, label: 'Asking' }, async () => await control.check(request))
    if (json) context.json(found)
    else context.lines(checkLines(found, context.paint))
    const { warnings, errors } = tallyOf(found.sections)
    return errors > 0 || (strict && warnings > 0) ? exit.held : exit.done
  })
}

export const addExplain: AddCommand = (program, bench) => {
  const command = program
    .command('explain')
    .summary('where a deal stands and why; or what an error code means')
    .description('Where a deal stands and why, field by field. With a code like DB-3107: what it means, offline.')
    .argument('<deal>', "the beginning of a referral's id, a CRM record's id, or an error code")
    .argument('[field]', 'only this field')
    .option('--history', 'everything that happened to it')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--full', 'fields in step too')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(explain))
  examples(command, 'dealbridge explain c9a2b611 Amount --history', 'dealbridge explain DB-3107')
}

interface ExplainFlags {
  readonly history?: boolean
  readonly pipeline?: string
  readonly full?: boolean
  readonly json?: boolean
}

async function explain(
  context: Context,
  deal: string,
  field: string | undefined,
  flags: ExplainFlags,
): Promise<number> {
  if (/^db-?\d/i.test(deal)) return explainCode(context, deal, flags.json ?? false)
  return await context.withDaemonOr(async (control, settings) => {
    const { history, pipeline } = flags
    const request = { deal, ...(history ? { history } : {}), ...(pipeline === undefined ? {} : { pipeline }) }
    const found = await withProgress({ ...context.parts, label: 'Reading' }, async () => await control.explain(request))
    // Without --history only what waits and what is due is told.
    const told = history ? found : { ...found, history: [] }
    const print = { paint: context.paint, zone: context.zone(settings), now: context.parts.clock.now() }
    if (flags.json) context.json(told)
    else context.lines(explainLines(told, { ...print, full: flags.full ?? false, field: field ?? null }))
    return exit.done
  })
}

function explainCode(context: Context, text: string, json: boolean): number {
  const { codes } = context.parts
  const code = text.toUpperCase().replace(/^DB-?/, 'DB-')
  const entry = Object.hasOwn(codes, code) ? codes[code as Code] : undefined
  if (!entry) {
    const near = nearest(code, Object.keys(codes))
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    throw new NeedsHuman(`There is no code ${code}.${hint}`, { code: 'DB-1158', who: 'operations' })
  }
  if (json) context.json({ schema: 'dealbridge.code/v1', code, ...entry })
  else context.lines(codeLines(code, entry, context.paint))
  return exit.done
}

export const addProblems: AddCommand = (program, bench) => {
  const command = program
    .command('problems')
    .summary('what is stuck, grouped by cause, with the remedy and who can do it')
    .description('What is stuck, grouped by cause, with the remedy and who can do it.')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(problems))
  examples(command, 'dealbridge problems', 'dealbridge problems --json')
}

async function problems(context: Context, { json }: { readonly json?: boolean }): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const groups = await control.problems()
    if (json) context.json({ schema: 'dealbridge.problems/v1', problems: groups })
    else {
      const print = { paint: context.paint, zone: context.zone(settings), now: context.parts.clock.now() }
      context.lines(problemLines(groups, print))
    }
    return groups.length > 0 ? exit.held : exit.done
  })
}
