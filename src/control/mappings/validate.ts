// All problems of mapping files at once, held against the CRM's schema as it is remembered or as it is now; and on wish
// the edits that mend them without a decision.

import { applyFixes } from '#core/mapping/fix'
import { mendUnreadable } from '#core/mapping/fmt'
import type { Instant } from '#core/model/instant'
import type { Problem } from '#core/problem'
import { sourceText } from '#core/source'
import { openFile, type MappingDesk, type MeantFile, type OpenedFile } from './desk.ts'

export interface Validated {
  readonly schema: 'dealbridge.mappings-validate/v1'
  readonly files: readonly ValidatedFile[]
  readonly errors: number
  readonly warnings: number
}

export interface ValidatedFile {
  readonly file: string
  /** Absolute. */
  readonly path: string
  readonly pipeline: string | null
  /** What was found on disk; null when there is no such file. */
  readonly text: string | null
  /** The same with everything mended that can be; the problems are those of this text. */
  readonly mended: string | null
  /** How many edits that took. */
  readonly fixed: number
  readonly problems: readonly Problem[]
  /** When the CRM was asked; null where it was checked without the CRM. */
  readonly schemaAt: Instant | null
}

export interface ValidateHow {
  readonly live: boolean
  readonly fix: boolean
}

/** One edit can uncover the next mistake; a file that is never done is left as it is after so many rounds. */
const roundsMax = 5

export async function validateFile(desk: MappingDesk, file: MeantFile, how: ValidateHow): Promise<ValidatedFile> {
  const text = (await desk.read(file.path)) ?? null
  let mended = text
  let fixed = 0
  let found = await problemsOf(desk, file, { live: how.live, text })
  for (let round = 0; how.fix && mended !== null && round < roundsMax; round += 1) {
    const next = fixedText(mended, found.problems)
    if (next.text === mended) break
    mended = next.text
    fixed += next.count
    found = await problemsOf(desk, file, { live: false, text: mended })
  }
  return { file: file.shown, path: file.path, pipeline: file.pipeline?.name ?? null, text, mended, fixed, ...found }
}

export function validated(files: readonly ValidatedFile[]): Validated {
  const problems = files.flatMap((file) => file.problems)
  const errors = problems.filter(isError).length
  return { schema: 'dealbridge.mappings-validate/v1', files, errors, warnings: problems.length - errors }
}

/** For showing lines: of each file the words its problems point into. */
export const sourcesOf = (files: readonly ValidatedFile[]) =>
  files.flatMap(({ file, mended }) => (mended === null ? [] : [sourceText(file, mended)]))

const isError = ({ severity }: Problem): boolean => severity === 'error'

interface Words {
  readonly live: boolean
  readonly text: string | null
}

async function problemsOf(
  desk: MappingDesk,
  file: MeantFile,
  { live, text }: Words,
): Promise<Pick<ValidatedFile, 'problems' | 'schemaAt'>> {
  const opened = await openFile(desk, file, { live, ...(text === null ? {} : { text }) })
  if (!opened.ok) return { problems: opened.problems, schemaAt: null }
  const { schemaAt, warnings } = opened.value
  return { problems: [...warnings, ...compileProblems(opened.value, live)].toSorted(inOrder), schemaAt }
}

export function compileProblems({ draft, against }: OpenedFile, live: boolean): readonly Problem[] {
  const compiled = draft.whole(against)
  if (compiled.ok) return compiled.warnings
  return live ? compiled.problems : compiled.problems.map(unlessUnknown)
}

/** A kind that nobody has asked the CRM for yet may well be there. */
const unlessUnknown = (problem: Problem): Problem =>
  problem.code === 'DB-2120'
    ? {
        ...problem,
        severity: 'warning',
        hint: 'or the CRM was never asked for it',
        fix: 'dealbridge mappings validate --live asks',
      }
    : problem

const inOrder = (a: Problem, b: Problem): number =>
  (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0)

function fixedText(text: string, problems: readonly Problem[]): { readonly text: string; readonly count: number } {
  const fixed = applyFixes(text, problems)
  if (fixed.applied.length > 0) return { text: fixed.text, count: fixed.applied.length }
  const isUnreadable = problems.some(({ code }) => code === 'DB-1003')
  const readable = isUnreadable ? mendUnreadable(text) : text
  return { text: readable, count: readable === text ? 0 : 1 }
}

/** The same for other programs: places as ranges of bytes, which every language counts alike. */
export function withByteRanges({ file, pipeline, mended, fixed, schemaAt, problems }: ValidatedFile): object {
  const source = sourceText(file, mended ?? '')
  const bytes = (offset: number): number => Buffer.byteLength(source.text.slice(0, offset))
  return {
    file,
    pipeline,
    fixed,
    schemaAt,
    problems: problems.map(({ edit, ...problem }) => {
      const { where } = problem
      const start = where && (source.lineStarts[where.line - 1] ?? 0) + where.column - 1
      return {
        ...problem,
        ...(start === undefined ? {} : { range: { start: bytes(start), end: bytes(start + (where?.length ?? 1)) } }),
        ...(edit ? { edit: { start: bytes(edit.start), end: bytes(edit.end), text: edit.text } } : {}),
      }
    }),
  }
}
