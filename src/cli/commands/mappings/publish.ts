// `mappings publish`: the file as it stands becomes the next version: numbered, with a note and a name, after its tests
// have passed and its impact was shown. And the way back: an earlier version into the file.

import type { Control } from '#control/control'
import type { Preview, Publication } from '#control/mappings/answers'
import { filesMeant, shownFrom } from '#control/mappings/desk'
import { tested, testFile } from '#control/mappings/test'
import { FixConfig, isSyncError, NeedsHuman } from '#core/errors'
import { nearest } from '#core/nearest'
import type { Problem } from '#core/problem'
import { sourceText } from '#core/source'
import { printProblems } from '#settings/print-problem'
import type { PipelineSettings, Settings } from '#settings/settings'
import { examples, wholeNumber, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { deskFor } from '../../mapping-desk.ts'
import { impactLines } from '../../print/mapping-preview.ts'
import { testLines } from '../../print/mapping-tests.ts'
import { versionLines } from '../../print/mapping-versions.ts'
import { withProgress } from '../../progress.ts'

export interface PublishFlags {
  readonly note?: string
  readonly restore?: number
  readonly list?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

export const addPublish: AddCommand = (group, bench) => {
  const command = group
    .command('publish')
    .description(
      'Makes the file as it stands the next version: checked against the CRM, its tests passed, its impact shown.',
    )
    .argument('[pipeline]', 'a pipeline, or its mapping file; may be left out where there is one only')
    .option('--note <words>', 'what changed, and why: kept with the version')
    .option('--restore <version>', 'put this version back into the file, and publish it', wholeNumber)
    .option('--list', 'the versions there are')
    .option('--yes', 'without being asked, and without looking at all linked deals first')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(publish))
  examples(
    command,
    'dealbridge mappings publish --note "call-backs are Hot"',
    'dealbridge mappings publish --restore 22 --note "Priority__c was wrong"',
  )
}

async function publish(context: Context, named: string | undefined, flags: PublishFlags): Promise<number> {
  return await context.withControl(async (control, settings) => {
    const pipeline = pipelineMeant(context, settings, named)
    if (flags.list) return await list(context, control, { pipeline, zone: context.zone(settings), flags })
    if (flags.restore !== undefined) return await restore(context, control, { pipeline, settings, flags })
    const note = flags.note ?? (await asksNote(context))
    return await publishFile(context, control, { pipeline, settings, flags, note })
  })
}

export function onlyPipeline({ pipelines }: Settings): string {
  const [only, another] = pipelines
  if (only && !another) return only.name
  const names = pipelines.map(({ name }) => name)
  throw new NeedsHuman(`Say which pipeline is meant: ${names.join(', ')}.`, {
    code: 'DB-1154',
    who: 'CRM admin',
    choices: names,
  })
}

function pipelineMeant({ parts }: Context, settings: Settings, named: string | undefined): PipelineSettings {
  const { pipelines } = settings
  const name = named ?? onlyPipeline(settings)
  const found = pipelines.find((one) => one.name === name || one.mapping === parts.files.resolve(name))
  if (found) return found
  const names = pipelines.map((one) => one.name)
  const near = nearest(name, names)
  const hint = near === undefined ? `Pipelines: ${names.join(', ')}.` : `Did you mean "${near}"?`
  throw new NeedsHuman(`No pipeline is called "${name}" or uses that file. ${hint}`, {
    code: 'DB-2033',
    who: 'CRM admin',
    choices: names,
  })
}

interface Publishing {
  readonly pipeline: PipelineSettings
  readonly settings: Settings
  readonly flags: PublishFlags
}

async function asksNote(context: Context): Promise<string> {
  const { parts, mayAsk } = context
  const answer = mayAsk ? await parts.terminal.ask('What changed, and why? ', new AbortController().signal) : ''
  if (answer.trim() !== '') return answer.trim()
  throw new NeedsHuman('A version needs a note that says what changed, and why: --note "…"', {
    code: 'DB-2037',
    who: 'CRM admin',
  })
}

async function publishFile(
  context: Context,
  control: Control,
  { pipeline, settings, flags, note }: Publishing & { readonly note: string },
): Promise<number> {
  try {
    const amiss = await testedFirst(context, control, settings, pipeline)
    if (amiss !== exit.done) return amiss
    if (!flags.yes && !(await isAgreed(context, control, pipeline))) return exit.person
    const request = { pipeline: pipeline.name, note, who: context.parts.user }
    const done = await withProgress({ ...context.parts, label: 'Checking' }, async () => await control.publish(request))
    if (flags.json) context.json(done)
    else context.lines(publishedLines(context, done))
    return exit.done
  } catch (error) {
    return await refused(context, settings, pipeline, error)
  }
}

/** A file with mistakes or failing tests is not worth asking anybody about. */
async function testedFirst(
  context: Context,
  control: Control,
  settings: Settings,
  { name }: PipelineSettings,
): Promise<number> {
  const desk = deskFor(context, settings, control)
  const [file] = filesMeant(desk, [name])
  if (!file) return exit.done
  const { report, problems } = await testFile(desk, file, false)
  if (report && report.passed === report.results.length) return exit.done
  if (report) {
    const found = tested([{ file: file.shown, path: file.path, report, problems }])
    for (const line of testLines(found, { paint: context.errPaint, full: true, ms: 0 }).slice(0, -1)) context.note(line)
  } else await tellProblems(context, file, problems)
  context.note(`\n${context.errPaint.bad('✗')} Not published. The version before keeps running.`)
  return report ? exit.held : exit.config
}

/** What it would change is seen before it is agreed to. Nothing to change needs no asking. */
async function isAgreed(context: Context, control: Control, { name }: PipelineSettings): Promise<boolean> {
  const { parts, mayAsk } = context
  const seen: Preview = await withProgress(
    { ...parts, label: 'Looking at all linked deals' },
    async (tell) => await control.preview({ pipeline: name, impact: true }, tell),
  )
  const { impact, isDraft } = seen
  if (!impact || (impact.deals === 0 && impact.refusals === 0)) return true
  for (const line of impactLines(impact, { paint: context.errPaint, draft: null, isDraft })) context.note(line)
  if (!mayAsk) {
    context.note('Nobody is here to agree. Say --yes to publish without being asked.')
    return false
  }
  const answer = await parts.terminal.ask('Publish it? [y/N] ', new AbortController().signal)
  return /^y(?:es)?$/i.test(answer.trim())
}

function publishedLines({ paint }: Context, { pipeline, version, isNew }: Publication): readonly string[] {
  const { number, name, note, who } = version
  if (!isNew)
    return [`${paint.good('✓')} Version ${number} of ${name} says the same and is published already, by ${who}.`]
  return [
    `${paint.good('✓')} Version ${number} of ${name} is published in ${pipeline}: ${note ?? ''}`,
    `  The next pass compares every linked deal with it.   See it first: dealbridge plan --pipeline ${pipeline}`,
  ]
}

/** All problems with their lines; the version before goes on working. */
async function refused(
  context: Context,
  { root }: Settings,
  { mapping }: PipelineSettings,
  error: unknown,
): Promise<number> {
  if (!isSyncError(error) || error.remedy !== 'fix-config' || error.problems.length === 0) throw error
  await tellProblems(context, { path: mapping, shown: shownFrom(root, mapping) }, error.problems)
  context.note(`\n${context.errPaint.bad('✗')} Not published. The version before keeps running.`)
  const isTest = error.problems.every(({ code }) => code === 'DB-2030')
  return isTest ? exit.held : exit.config
}

async function tellProblems(
  context: Context,
  { path, shown }: { readonly path: string; readonly shown: string },
  problems: readonly Problem[],
): Promise<void> {
  const text = (await context.parts.files.read(path)) ?? ''
  const sources = [sourceText(shown, text)]
  context.note(printProblems(problems, { sources, colour: context.isErrColoured }).trimEnd())
}

// ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────

interface Listing {
  readonly pipeline: PipelineSettings
  readonly zone: string
  readonly flags: PublishFlags
}

async function list(context: Context, control: Control, { pipeline, zone, flags }: Listing): Promise<number> {
  const found = await control.versions({ pipeline: pipeline.name })
  const { paint, parts } = context
  if (flags.json) context.json(found)
  else context.lines(versionLines(found, { paint, zone, now: parts.clock.now() }))
  return exit.done
}

async function restore(context: Context, control: Control, publishing: Publishing): Promise<number> {
  const { pipeline, flags } = publishing
  const number = flags.restore ?? 0
  const { files } = context.parts
  const { text } = await control.versions({ pipeline: pipeline.name, text: Math.max(1, number) })
  if (text === null)
    throw new NeedsHuman(
      `The pipeline ${pipeline.name} keeps no version ${number}. See: dealbridge mappings publish --list`,
      {
        code: 'DB-2034',
        who: 'CRM admin',
      },
    )
  const before = (await files.read(pipeline.mapping)) ?? ''
  if (!(await mayOverwrite(context, control, { ...publishing, before, text }))) return exit.person
  await put(context, pipeline, before, text)
  const why = flags.note === undefined ? '' : `: ${flags.note}`
  const code = await publishFile(context, control, { ...publishing, note: `version ${number} again${why}` })
  // What cannot be published is not left in the file either.
  if (code !== exit.done) await put(context, pipeline, text, before)
  return code
}

async function put({ parts }: Context, { mapping }: PipelineSettings, before: string, after: string): Promise<void> {
  if (before === after || (await parts.files.replace(mapping, before, after))) return
  throw new FixConfig(`${mapping} changed meanwhile and was left as it is. Run the command again.`, {
    code: 'DB-2035',
    who: 'CRM admin',
  })
}

/** Words that are in no version would be lost. */
async function mayOverwrite(
  context: Context,
  control: Control,
  { pipeline, flags, before, text }: Publishing & { readonly before: string; readonly text: string },
): Promise<boolean> {
  if (flags.yes || before === text || before === '') return true
  const { versions } = await control.versions({ pipeline: pipeline.name })
  const last = versions.at(-1)
  const kept = last ? await control.versions({ pipeline: pipeline.name, text: last.number }) : null
  if (kept?.text === before) return true
  if (!context.mayAsk) {
    context.note('The file holds changes that were never published and would be lost. Say --yes to overwrite them.')
    return false
  }
  const question = 'The file holds changes that were never published. Overwrite them? [y/N] '
  return /^y(?:es)?$/i.test((await context.parts.terminal.ask(question, new AbortController().signal)).trim())
}
