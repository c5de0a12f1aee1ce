// `mappings validate`: all problems of all files at once, with their lines, and on wish the edits that mend them.

import {
  sourcesOf,
  validated,
  validateFile,
  withByteRanges,
  type Validated,
  type ValidatedFile,
} from '#control/mappings/validate'
import { filesMeant } from '#control/mappings/desk'
import { printProblems } from '#settings/print-problem'
import { examples, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { atDesk } from '../../mapping-desk.ts'
import { plural, when } from '../../print/words.ts'

interface ValidateFlags {
  readonly live?: boolean
  readonly fix?: boolean
  readonly json?: boolean
}

export const addValidate: AddCommand = (group, bench) => {
  const command = group
    .command('validate')
    .description('All problems of mapping files at once. Checks against what is remembered of the CRM; --live asks it.')
    .argument('[files...]', 'mapping files or pipelines; those that pipelines use, when left out')
    .option('--live', 'ask the CRM for its fields and values as they are now')
    .option('--fix', 'mend what can be mended without a decision; nothing else in the file is touched')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(validate))
  examples(command, 'dealbridge mappings validate', 'dealbridge mappings validate mappings/draft.yaml --live --fix')
}

async function validate(
  context: Context,
  names: readonly string[],
  { live = false, fix = false, json }: ValidateFlags,
): Promise<number> {
  return await atDesk(context, { live }, async (desk) => {
    const files: ValidatedFile[] = []
    for (const file of filesMeant(desk, names)) files.push(await validateFile(desk, file, { live, fix }))
    for (const file of files) await keep(context, file)
    const found = validated(files)
    if (json) context.json({ ...found, files: found.files.map(withByteRanges) })
    else tell(context, found, context.zone(desk.settings))
    return found.errors > 0 ? exit.config : exit.done
  })
}

async function keep(context: Context, { file, path, text, mended, fixed }: ValidatedFile): Promise<void> {
  if (text === null || mended === null || text === mended) return
  const isKept = await context.parts.files.replace(path, text, mended)
  if (isKept) context.note(`Mended ${plural(fixed, 'mistake')} in ${file}.`)
  else context.note(`${file} changed meanwhile and was left as it is. Run the command again.   DB-2035`)
}

function tell(context: Context, found: Validated, zone: string): void {
  const { files, errors, warnings } = found
  const { paint } = context
  const problems = files.flatMap((file) => file.problems)
  const isColoured = paint.bold('') !== ''
  if (problems.length > 0)
    context.lines([printProblems(problems, { sources: sourcesOf(files), colour: isColoured }).trimEnd(), ''])
  const counted = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')].filter(Boolean)
  const where = `in ${plural(files.length, 'file')}`
  const tail =
    errors > 0 ? '   What is published keeps running as far as it fits the CRM.' : `   ${seen(context, found, zone)}`
  const tally =
    errors > 0
      ? `${paint.bad('✗')} ${counted.join(', ')} ${where}.`
      : `${paint.good('✓')} ${plural(files.length, 'file')} valid${warnings > 0 ? `, ${counted.join(', ')}` : ''}.`
  context.lines([`${tally}${tail}`])
}

/** Whose fields and values they were held against. */
function seen({ parts }: Context, { files }: Validated, zone: string): string {
  if (files.length === 0) return 'No pipeline uses a mapping yet.'
  const times = files.flatMap(({ schemaAt }) => schemaAt ?? [])
  const oldest = times.reduce((a, b) => (b < a ? b : a), parts.clock.now())
  if (times.length < files.length) return 'Not held against the CRM yet: --live asks it.'
  return `Held against the CRM as it was ${when(oldest, parts.clock.now(), zone)}.`
}
