// `referrals adopt`: shows which records already belong to referrals, and links those that are agreed to. Writes nothing
// to either side.

import type { Command } from 'commander'
import type { Adopted, FoundPair } from '#control/answers'
import { examples, type Bench } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { table } from '../print/table.ts'
import { clip, plural } from '../print/words.ts'
import { withProgress } from '../progress.ts'

interface AdoptFlags {
  readonly pipeline?: string
  readonly yes?: boolean
  readonly json?: boolean
}

export function addAdopt(group: Command, bench: Bench): void {
  const command = group
    .command('adopt')
    .description('Finds records that already belong to referrals, and links them. Writes nothing to either side.')
    .argument('[deal]', 'only this referral: the beginning of its id')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--yes', 'link them without asking')
    .option('--json', 'one JSON document on standard output; links only with --yes')
    .action(bench.run(adopt))
  examples(command, 'dealbridge referrals adopt', 'dealbridge referrals adopt --pipeline cosell-dach --yes')
}

async function adopt(context: Context, only: string | undefined, flags: AdoptFlags): Promise<number> {
  const { parts } = context
  const request = {
    who: parts.user,
    ...(only === undefined ? {} : { only }),
    ...(flags.pipeline === undefined ? {} : { pipeline: flags.pipeline }),
  }
  return await context.withControl(async (control) => {
    const run = async (link: boolean): Promise<Adopted> =>
      await withProgress(
        { ...parts, label: 'Looking' },
        async (tell) => await control.adopt({ ...request, link }, tell),
      )
    const found = await run(flags.json === true && flags.yes === true)
    if (flags.json) {
      context.json(found)
      return exit.done
    }
    context.lines(pairLines(found.pairs, context))
    if (found.pairs.length === 0) return exit.done
    if (!(await agrees(context, found.pairs.length, flags))) return exit.person
    const { linked } = await run(true)
    context.lines([
      `${context.paint.good('✓')} ${plural(linked, 'pair')} linked. The next pass compares them: dealbridge plan`,
    ])
    return exit.done
  })
}

function pairLines(pairs: readonly FoundPair[], { paint }: Context): readonly string[] {
  if (pairs.length === 0) return ['No record was found that belongs to a referral and is not linked to it.']
  const rows = pairs.map(({ referral, title, record, by, differs }) => [
    referral.slice(0, 8),
    clip(title, 44),
    record,
    by === 'key' ? 'its key' : 'search',
    differs.length === 0 ? 'all agree' : clip(`${plural(differs.length, 'field')} apart: ${differs.join(', ')}`, 60),
  ])
  return table(['REFERRAL', 'CUSTOMER – DEAL', 'RECORD', 'FOUND BY', 'FIELDS'], rows, paint)
}

async function agrees(context: Context, count: number, { yes }: AdoptFlags): Promise<boolean> {
  if (yes) return true
  if (!context.mayAsk) {
    context.note('Nobody is here to agree. Say --yes to link them without being asked.')
    return false
  }
  const question = `Link ${plural(count, 'pair')}? Nothing is written to either side now. [y/N] `
  return /^y(?:es)?$/i.test((await context.parts.terminal.ask(question, new AbortController().signal)).trim())
}
