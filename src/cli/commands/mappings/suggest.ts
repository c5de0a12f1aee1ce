// `mappings suggest`: a first mapping from the fields and stages the CRM has, or the schema by which an editor completes
// their names.

import { dirname, relative } from 'node:path'
import { editorSchemaFor, orgAt, suggestionFor, type Org } from '#control/mappings/suggest'
import type { MappingDesk } from '#control/mappings/desk'
import { NeedsHuman } from '#core/errors'
import { nearest } from '#core/nearest'
import type { ConnectionSettings, Settings } from '#settings/settings'
import { examples, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { atDesk } from '../../mapping-desk.ts'
import { suggestionNotes } from '../../print/mapping-suggestion.ts'
import { withProgress } from '../../progress.ts'

interface SuggestFlags {
  readonly target?: string
  readonly name?: string
  readonly out?: string
  readonly schema?: boolean
}

export const addSuggest: AddCommand = (group, bench) => {
  const command = group
    .command('suggest')
    .description('A first mapping, matched to the fields and stages your CRM has now. Reads only.')
    .option('--target <connection>', 'for this CRM')
    .option('--name <name>', 'what the mapping is called')
    .option('--out <file>', 'write it there, unless a file is there already')
    .option('--schema', 'write the schema by which an editor completes the names of your own CRM')
    .action(bench.run(suggest))
  examples(command, 'dealbridge mappings suggest --out mappings/draft.yaml', 'dealbridge mappings suggest --schema')
}

async function suggest(context: Context, flags: SuggestFlags): Promise<number> {
  return await atDesk(context, { live: true }, async (desk) => {
    const targets = targetsMeant(desk.settings, flags.target)
    if (flags.schema) {
      for (const target of targets) await writeSchema(context, desk, target)
      return exit.done
    }
    const [target, another] = targets
    if (!target || another) throw severalTargets(targets)
    return await writeDraft(context, await asked(context, desk, target), { desk, flags })
  })
}

function targetsMeant({ connections }: Settings, name: string | undefined): readonly ConnectionSettings[] {
  const targets = [...connections.values()].filter(({ role }) => role === 'target')
  if (name === undefined) return targets
  const found = targets.find((target) => target.name === name)
  if (found) return [found]
  const names = targets.map((target) => target.name)
  const near = nearest(name, names)
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`
  throw new NeedsHuman(`There is no target "${name}". ${hint}`, { code: 'DB-1154', who: 'operations', choices: names })
}

const severalTargets = (targets: readonly ConnectionSettings[]): NeedsHuman =>
  new NeedsHuman(`Say for which CRM: --target ${targets.map(({ name }) => name).join(' or ')}.`, {
    code: 'DB-1154',
    who: 'operations',
    choices: targets.map(({ name }) => name),
  })

const asked = async (context: Context, desk: MappingDesk, target: ConnectionSettings): Promise<Org> =>
  await withProgress({ ...context.parts, label: 'Reading the org' }, async () => await orgAt(desk, target))

interface Drafting {
  readonly desk: MappingDesk
  readonly flags: SuggestFlags
}

async function writeDraft(context: Context, org: Org, { desk, flags }: Drafting): Promise<number> {
  const { files } = context.parts
  const suggestion = suggestionFor(org, {
    name: flags.name ?? `${org.target.name}-draft`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'),
    timezone: desk.settings.timezone,
  })
  if (flags.out === undefined) context.lines([suggestion.text.trimEnd()])
  else if (!(await files.create(files.resolve(flags.out), forEditors(context, org, { desk, flags }) + suggestion.text)))
    throw new NeedsHuman(`${flags.out} is there already, and was left as it is. Give another name.`, {
      code: 'DB-2036',
      who: 'CRM admin',
    })
  for (const note of suggestionNotes(suggestion, context.errPaint)) context.note(note)
  if (flags.out !== undefined)
    context.note(`Written to ${flags.out}.   Next: dealbridge mappings validate ${flags.out} --live`)
  return exit.done
}

/** The first line of a file, which leads an editor to the names of this CRM. */
function forEditors({ parts: { files } }: Context, { target }: Org, { desk, flags }: Drafting): string {
  const schema = files.resolve(desk.settings.root, schemaFile(target.name))
  const from = dirname(files.resolve(flags.out ?? ''))
  return `# yaml-language-server: $schema=${relative(from, schema)}\n`
}

/** Where an editor is told to look, in the first line of a mapping. */
export const schemaFile = (target: string): string => `.dealbridge/schema/mapping.${target}.json`

async function writeSchema(context: Context, desk: MappingDesk, target: ConnectionSettings): Promise<void> {
  const { files } = context.parts
  const org = await asked(context, desk, target)
  const path = files.resolve(desk.settings.root, schemaFile(target.name))
  await files.write(path, `${JSON.stringify(editorSchemaFor(org), null, 2)}\n`)
  context.lines([
    `${context.paint.good('✓')} ${schemaFile(target.name)}   ${org.probe.label}`,
    `  in a mapping's first line: # yaml-language-server: $schema=../${schemaFile(target.name)}`,
  ])
}
