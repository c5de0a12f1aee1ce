// The first mapping of a folder: the one we ship for the CRM, with its comments and tests, named and pointed as the
// folder wishes, its stage table filled in from the org, and what the org does not have left out as comments. Where too
// little of it would be left, a plain one that was matched to the org from nothing.

import { yamlText } from '#core/mapping/notes'
import type { Problem } from '#core/problem'
import { entryOf, type SourceTree } from '#core/source'
import { failuresIn } from '#assembly/mapping-choice'
import { parseYaml } from '#settings/yaml'
import { openFile, type MappingDesk, type MeantFile } from './desk.ts'
import { fit, type LeftOut } from './fit.ts'
import { suggestionFor, type Org } from './suggest.ts'
import { compileProblems } from './validate.ts'

export const templates = ['cosell', 'leads', 'both', 'empty'] as const
export type Template = (typeof templates)[number]

export interface FirstWish {
  readonly file: MeantFile
  /** The mapping we ship for this CRM. */
  readonly shipped: string
  readonly template: Template
  readonly name: string
  readonly source: string
  readonly target: string
  readonly timezone: string
  readonly contact: string | null
}

export interface FirstMapping {
  readonly text: string
  /** Null where the org was not asked. */
  readonly fitted: FittedReport | null
}

export interface FittedReport {
  /** Of the fields that mappings usually name: how many the org has. */
  readonly found: number
  readonly wished: number
  readonly stagesPlaced: number
  readonly stagesOpen: number
  readonly leftOut: readonly LeftOut[]
  /** Fields for the referral link and the sync state that do not exist yet. */
  readonly toMake: readonly string[]
  readonly tests: number
  /** For a person to look at. */
  readonly left: readonly Problem[]
}

/** Fewer problems than this are easier to mend than to begin anew. */
const mendableMax = 5

export async function firstMapping(desk: MappingDesk, org: Org | null, wish: FirstWish): Promise<FirstMapping> {
  const shaped = shapedAs(wish)
  if (!org) return { text: shaped, fitted: null }
  const { name, timezone, contact } = wish
  const suggestion = suggestionFor(org, { name, timezone, ...(contact === null ? {} : { contact }) })
  const judge = async (text: string): Promise<readonly Problem[]> => await problemsOf(desk, wish.file, text)
  const placed = await withStages(shaped, suggestion.text, judge)
  const whole = await fit(wish.file.shown, placed, judge)
  const isUsable = wish.template !== 'empty' && whole.left.length < mendableMax
  const made = isUsable ? whole : await fit(wish.file.shown, suggestion.text, judge)
  const certain = suggestion.stages.filter((stage) => stage.certain).length
  return {
    text: made.text,
    fitted: {
      found: suggestion.fields.filter(({ field }) => field !== null).length,
      wished: suggestion.fields.length,
      stagesPlaced: certain,
      stagesOpen: suggestion.stages.length - certain,
      leftOut: made.leftOut,
      // The shipped mapping names its fields itself.
      toMake: isUsable ? [] : suggestion.toMake.map(({ name }) => name),
      tests: testsIn(wish.file.shown, made.text),
      left: made.left,
    },
  }
}

async function problemsOf(desk: MappingDesk, file: MeantFile, text: string): Promise<readonly Problem[]> {
  const opened = await openFile(desk, file, { live: false, text })
  if (!opened.ok) return opened.problems
  const problems = compileProblems(opened.value, true)
  if (problems.some(({ severity }) => severity === 'error')) return problems
  const report = await opened.value.draft.test(opened.value.against)
  return report.ok ? failuresIn(report.value) : report.problems
}

// ── the shipped one, in the folder's own words ───────────────────────────────────────────────────────────────────

const takes: Readonly<Record<Template, string | null>> = {
  cosell: 'ref.kind = "cosell" OR qualification = "SalesQualified"',
  leads: 'ref.kind = "lead"',
  both: null,
  empty: null,
}

function shapedAs(wish: FirstWish): string {
  const { shipped, name, source, target, timezone, contact, template } = wish
  const set: Readonly<Record<string, string>> = {
    name,
    source,
    target,
    timezone,
    ...(contact === null ? {} : { contact: yamlText(contact) }),
  }
  const named = Object.entries(set).reduce((text, [key, value]) => withHead(text, key, value), shipped)
  return withTake(contact === null ? withoutLine(named, 'contact') : named, takes[template])
}

const treeOf = (text: string): SourceTree | null => {
  const tree = parseYaml('mapping', text)
  return tree.ok ? tree.value : null
}

/** Another value for a key of the head; the comment after it stays where it is. */
function withHead(text: string, key: string, value: string): string {
  const root = treeOf(text)?.root
  const node = root?.kind === 'map' ? entryOf(root, key)?.value : undefined
  if (node?.kind !== 'scalar') return text
  const rest = text.slice(node.end)
  const [gap = ''] = /^ +(?=#)/.exec(rest) ?? []
  const width = Math.max(1, gap.length + node.end - node.start - value.length)
  return text.slice(0, node.start) + value + (gap === '' ? rest : ' '.repeat(width) + rest.slice(gap.length))
}

/** Nobody is named until somebody says who. */
const withoutLine = (text: string, key: string): string => text.replace(new RegExp(`^(${key}:.*)$`, 'm'), '# $1')

/** One CRM takes all regions: what the shipped one divides by region is taken whole. */
function withTake(text: string, when: string | null): string {
  const root = treeOf(text)?.root
  const take = root?.kind === 'map' ? entryOf(root, 'take')?.value : undefined
  const entry = take?.kind === 'map' ? entryOf(take, 'when') : undefined
  if (!entry) return text
  if (when !== null) return text.slice(0, entry.value.start) + when + text.slice(entry.value.end)
  return `${text.slice(0, entry.key.start)}# ${text.slice(entry.key.start)}`
}

// ── stages ───────────────────────────────────────────────────────────────────────────────────────────────────────

const stageCodes = /^DB-213\d$/

/** Every org has stages of its own: where the shipped table does not fit, the one matched to the org takes its place. */
async function withStages(
  text: string,
  suggested: string,
  judge: (text: string) => Promise<readonly Problem[]>,
): Promise<string> {
  const problems = await judge(text)
  if (!problems.some(({ code }) => stageCodes.test(code))) return text
  const [ours, theirs] = [sectionOf(text, 'stages'), sectionOf(suggested, 'stages')]
  if (!ours || !theirs) return text
  return text.slice(0, ours.start) + suggested.slice(theirs.start, theirs.end) + text.slice(ours.end)
}

/** A section from its key to the end of its last line. */
function sectionOf(text: string, key: string): { readonly start: number; readonly end: number } | null {
  const start = new RegExp(`^${key}:`, 'm').exec(text)?.index
  if (start === undefined) return null
  const rest = text.slice(start)
  const next = /\n(?=\S)/.exec(rest)
  const whole = next ? rest.slice(0, next.index) : rest
  return { start, end: start + whole.trimEnd().length }
}

function testsIn(shown: string, text: string): number {
  const tree = parseYaml(shown, text)
  const root = tree.ok ? tree.value.root : null
  const tests = root?.kind === 'map' ? entryOf(root, 'tests')?.value : undefined
  return tests?.kind === 'list' ? tests.items.length : 0
}
