// `mappings diff`, `fmt` and `docs`: mapping files as words.

import { filesMeant, shownFrom, type MeantFile } from '#control/mappings/desk'
import { compared, described, tidied, type NamedText } from '#control/mappings/words'
import type { Control } from '#control/control'
import { FixConfig, NeedsHuman } from '#core/errors'
import type { Parsed } from '#core/problem'
import { sourceText } from '#core/source'
import { printProblems } from '#settings/print-problem'
import { examples, type AddCommand } from '../../command.ts'
import type { Context } from '../../context.ts'
import { exit } from '../../exit.ts'
import { atDesk, deskFor } from '../../mapping-desk.ts'
import { diffLines } from '../../print/mapping-versions.ts'
import { plural } from '../../print/words.ts'
import { onlyPipeline } from './publish.ts'

export const addDiff: AddCommand = (group, bench) => {
  const command = group
    .command('diff')
    .description('What changed between two mappings, in their own terms: rows, stages, tests; not lines moved.')
    .argument('[before]', 'a file, a pipeline, or the number of a version; the published version, when left out')
    .argument('[after]', "a file, or the number of a version; the pipeline's file, when left out")
    .option('--pipeline <name>', 'whose versions')
    .option('--exit-code', 'exit with 2 when they differ')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(diff))
  examples(command, 'dealbridge mappings diff', 'dealbridge mappings diff 22 23')
}

interface DiffFlags {
  readonly pipeline?: string
  readonly exitCode?: boolean
  readonly json?: boolean
}

async function diff(
  context: Context,
  before: string | undefined,
  after: string | undefined,
  flags: DiffFlags,
): Promise<number> {
  const isAboutFiles = [before, after].every((name) => name !== undefined && !isVersion(name))
  const [old, made] = isAboutFiles
    ? [await fileNamed(context, before ?? ''), await fileNamed(context, after ?? '')]
    : await versioned(context, [before, after], flags.pipeline)
  const found = compared(old, made)
  if (!found.ok) return refusedWith(context, found, [old, made])
  if (flags.json) context.json(found.value)
  else context.lines(diffLines(found.value, context.paint))
  return flags.exitCode && found.value.changes.length > 0 ? exit.pending : exit.done
}

const isVersion = (name: string): boolean => /^v?\d{1,9}$/.test(name) || name === 'published'

async function versioned(
  context: Context,
  [before, after]: readonly [string | undefined, string | undefined],
  pipeline: string | undefined,
): Promise<readonly [NamedText, NamedText]> {
  return await context.withControl(async (control, settings) => {
    const isPipeline = (name: string | undefined): boolean => settings.pipelines.some((one) => one.name === name)
    const named = pipeline ?? [before, after].find(isPipeline) ?? onlyPipeline(settings)
    const one = async (name: string): Promise<NamedText> =>
      isVersion(name) ? await versionNamed(control, named, name) : await fileNamed(context, name)
    const own = settings.pipelines.find(({ name }) => name === named)?.mapping ?? ''
    const fileOf = (name: string): string => (isPipeline(name) ? own : name)
    const first = before === undefined || (after === undefined && !isVersion(before)) ? 'published' : fileOf(before)
    const second = fileOf(after ?? (before !== undefined && !isVersion(before) ? before : own))
    const shown = (text: NamedText): NamedText => ({ ...text, shown: shownFrom(settings.root, text.shown) })
    return [shown(await one(first)), shown(await one(second))]
  })
}

async function versionNamed(control: Control, pipeline: string, name: string): Promise<NamedText> {
  const { versions } = await control.versions({ pipeline })
  const number = name === 'published' ? (versions.at(-1)?.number ?? 0) : Number(name.replace(/^v/, ''))
  const { text } = number < 1 ? { text: null } : await control.versions({ pipeline, text: number })
  if (text !== null) return { shown: `version ${number}`, text }
  throw versions.length === 0 ? nothingPublished(pipeline) : noVersion(pipeline, name)
}

const nothingPublished = (pipeline: string): NeedsHuman =>
  new NeedsHuman(
    `The pipeline ${pipeline} has not worked with any mapping yet: nothing is published that its file could be compared with.`,
    { code: 'DB-2038', who: 'CRM admin' },
  )

const noVersion = (pipeline: string, name: string): NeedsHuman =>
  new NeedsHuman(`The pipeline ${pipeline} keeps no version "${name}". See: dealbridge mappings publish --list`, {
    code: 'DB-2034',
    who: 'CRM admin',
  })

async function fileNamed({ parts }: Context, name: string): Promise<NamedText> {
  const text = await parts.files.read(parts.files.resolve(name))
  if (text !== undefined) return { shown: name, text }
  throw new NeedsHuman(`There is no file ${name}.`, { code: 'DB-1109', who: 'CRM admin' })
}

// ── fmt ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const addFmt: AddCommand = (group, bench) => {
  const command = group
    .command('fmt')
    .description('Tidies mapping files: formulas that YAML would misread become blocks. Comments stay as they are.')
    .argument('[files...]', 'mapping files or pipelines; those that pipelines use, when left out')
    .option('--check', 'change nothing; exit with 1 when a file is not tidy')
    .option('--migrate', 'rewrite words of older versions of the grammar')
    .action(bench.run(fmt))
  examples(command, 'dealbridge mappings fmt', 'dealbridge mappings fmt --check')
}

interface FmtFlags {
  readonly check?: boolean
  readonly migrate?: boolean
}

async function fmt(context: Context, names: readonly string[], { check, migrate }: FmtFlags): Promise<number> {
  const settings = await context.settings()
  // Every file that can be read is of the one version there is.
  if (migrate) context.note('There is one version of the grammar so far: no words of older ones need rewriting.')
  const { files } = context.parts
  const desk = deskFor(context, settings, null)
  let untidy = 0
  let code: number = exit.done
  for (const file of filesMeant(desk, names)) {
    const text = await files.read(file.path)
    if (text === undefined)
      throw new NeedsHuman(`There is no file ${file.shown}.`, { code: 'DB-1109', who: 'CRM admin' })
    const found = tidied(file.shown, text)
    if (!found.ok) code = Math.max(code, refusedWith(context, found, [{ shown: file.shown, text }]))
    else if (found.value !== text) {
      untidy += 1
      await tidy(context, file, { text, tidy: found.value, check: check ?? false })
    }
  }
  if (untidy === 0 && code === exit.done) context.lines([`${context.paint.good('✓')} Everything is tidy.`])
  return check && untidy > 0 ? Math.max(code, exit.held) : code
}

interface Tidying {
  readonly text: string
  readonly tidy: string
  readonly check: boolean
}

async function tidy(context: Context, { path, shown }: MeantFile, { text, tidy: made, check }: Tidying): Promise<void> {
  const lines = changedLines(text, made)
  if (check) return context.lines([`${context.paint.warn('!')} ${shown}: ${plural(lines, 'line')} would change`])
  if (!(await context.parts.files.replace(path, text, made)))
    throw new FixConfig(`${shown} changed meanwhile and was left as it is. Run the command again.`, {
      code: 'DB-2035',
      who: 'CRM admin',
    })
  context.lines([`${context.paint.good('✓')} ${shown}: ${plural(lines, 'line')} changed`])
}

function changedLines(before: string, after: string): number {
  const known = new Set(before.split('\n'))
  return Math.max(1, after.split('\n').filter((line) => !known.has(line)).length)
}

// ── docs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const addDocs: AddCommand = (group, bench) => {
  const command = group
    .command('docs')
    .description('A mapping as tables in Markdown, for people who never open the file.')
    .argument('[files...]', 'mapping files or pipelines; those that pipelines use, when left out')
    .option('--out <file>', 'write it there')
    .action(bench.run(docs))
  examples(
    command,
    'dealbridge mappings docs > mapping.md',
    'dealbridge mappings docs cosell-dach --out wiki/cosell.md',
  )
}

async function docs(context: Context, names: readonly string[], { out }: { readonly out?: string }): Promise<number> {
  return await atDesk(context, { live: false }, async (desk) => {
    const pages: string[] = []
    for (const file of filesMeant(desk, names)) {
      const page = await described(desk, file)
      if (!page.ok) return refusedWith(context, page, [{ shown: file.shown, text: (await desk.read(file.path)) ?? '' }])
      pages.push(page.value.trimEnd())
    }
    const text = pages.join('\n\n---\n\n')
    if (out === undefined) context.lines([text])
    else await context.parts.files.write(context.parts.files.resolve(out), `${text}\n`)
    return exit.done
  })
}

/** Every problem with its line, on the stream for messages. */
function refusedWith(
  context: Context,
  { problems }: Extract<Parsed<unknown>, { ok: false }>,
  texts: readonly NamedText[],
): number {
  const sources = texts.map(({ shown, text }) => sourceText(shown, text))
  context.note(printProblems(problems, { sources, colour: context.isErrColoured }).trimEnd())
  return exit.config
}
