// `mappings preview`: what a mapping makes of a deal before it is published, and what it would change on all of them.

import type { MappingWords } from '#control/mappings/requests'
import { shownFrom } from '#control/mappings/desk'
import { NeedsHuman } from '#core/errors'
import type { Settings } from '#settings/settings'
import { examples, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { previewLines } from '../../print/mapping-preview.ts'
import { withProgress } from '../../progress.ts'

interface PreviewFlags {
  readonly referral?: string
  readonly mapping?: string
  readonly pipeline?: string
  readonly changed?: boolean
  readonly impact?: boolean
  readonly json?: boolean
}

export const addPreview: AddCommand = (group, bench) => {
  const command = group
    .command('preview')
    .description('What a mapping makes of a deal, value by value with its line, and what it would change on all deals.')
    .option('--referral <id>', "the beginning of a referral's id, or a CRM record's id")
    .option('--mapping <file>', "a draft; the pipeline's own file as it stands, when left out")
    .option('--pipeline <name>', 'only this pipeline')
    .option('--changed', 'only what differs from the published mapping')
    .option('--no-impact', 'do not look at all linked deals')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(preview))
  examples(
    command,
    'dealbridge mappings preview --referral 49d90c72 --changed',
    'dealbridge mappings preview --mapping mappings/draft.yaml',
  )
}

async function preview(context: Context, { json, ...flags }: PreviewFlags): Promise<number> {
  return await context.withControl(async (control, settings) => {
    const { parts } = context
    const mapping = flags.mapping === undefined ? null : await wordsAt(context, flags.mapping)
    const pipeline = flags.pipeline ?? (mapping ? pipelineFor(settings, mapping) : undefined)
    const request = {
      impact: flags.impact !== false,
      ...(flags.referral === undefined ? {} : { deal: flags.referral }),
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(mapping ? { mapping } : {}),
    }
    const found = await withProgress(
      { ...parts, label: 'Reading' },
      async (tell) => await control.preview(request, tell),
    )
    const draft = mapping ? shownFrom(settings.root, mapping.path) : null
    if (json) context.json(found)
    else context.lines(previewLines(found, { paint: context.paint, changed: flags.changed ?? false, draft }))
    return exit.done
  })
}

/** The words travel with the question: whoever answers may not see the file. */
export async function wordsAt({ parts }: Context, file: string): Promise<MappingWords> {
  const path = parts.files.resolve(file)
  const text = await parts.files.read(path)
  if (text !== undefined) return { path, text }
  throw new NeedsHuman(`There is no file ${file}.`, { code: 'DB-1109', who: 'CRM admin' })
}

/** A draft belongs to the pipeline whose CRM it names; with several of them, somebody has to say which. */
export function pipelineFor({ pipelines }: Settings, { text }: MappingWords): string | undefined {
  const target = /^target:\s*['"]?([\w.-]+)/m.exec(text)?.[1]
  const fitting = pipelines.filter((pipeline) => pipeline.target === target)
  const [only] = fitting.length > 0 ? fitting : pipelines
  return only?.name
}
