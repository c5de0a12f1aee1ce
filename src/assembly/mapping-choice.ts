// Which mapping a pipeline works with. The file on disk is the truth: it is read, held against the CRM and its own
// tests, and taken. While it cannot be used, the last version that could goes on working, and it is said since when and
// why. A version that the CRM itself no longer fits is of no use either: then there is none.

import { FixConfig } from '#core/errors'
import type { Mapping } from '#core/mapping/mapping'
import type { TestReport } from '#core/mapping/run'
import type { Kind } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import type { Ledger } from '#ledger'
import { dropFact, putFact, readFact } from './facts.ts'
import type { Against, MappingDraft, ReadMapping } from './mapping-draft.ts'
import { fingerprintOf, readVersions, textOfVersion, type MappingVersion } from './mapping-versions.ts'

/** What may be worked with: the file, if it can be read at all, and the last version that was. */
export interface Candidates {
  readonly file: Parsed<MappingDraft>
  readonly last: { readonly version: MappingVersion; readonly draft: MappingDraft } | null
}

export interface Chosen {
  readonly mapping: Mapping
  readonly text: string
  readonly warnings: readonly Problem[]
  /** Tests that were run and passed; those of a version that works instead of the file passed in their time. */
  readonly tests: number
  /** What is wrong with the file, where an earlier version works in its stead. */
  readonly refused: RefusedFile | null
}

export interface RefusedFile {
  readonly since: Instant
  readonly problems: readonly Problem[]
  /** The version that goes on working. */
  readonly version: number
}

export interface MappingPlace {
  readonly ledger: Ledger
  readonly read: ReadMapping
  /** Absolute. */
  readonly path: string
  /** As people name it. */
  readonly shown: string
}

export async function candidatesAt({ ledger, read, path, shown }: MappingPlace): Promise<Candidates> {
  const file = await read(path, shown)
  const version = (await readVersions(ledger)).at(-1)
  if (!version) return { file, last: null }
  const text = await textOfVersion(ledger, version.number)
  // The same words again would fail the same way.
  if (text === null || (file.ok && file.value.text === text)) return { file, last: null }
  const draft = await read(path, `${shown} (version ${version.number})`, text)
  return { file, last: draft.ok ? { version, draft: draft.value } : null }
}

/** Every kind of the CRM that either of them names; what is wrong with the file where neither can be read. */
export function kindsWanted({ file, last }: Candidates, against: Omit<Against, 'probe'>): Parsed<readonly Kind[]> {
  const ofFile = file.ok ? file.value.kinds(against) : file
  const ofLast = last?.draft.kinds(against)
  if (!ofFile.ok && !ofLast?.ok) return ofFile
  return parsed([...new Set([...(ofFile.ok ? ofFile.value : []), ...(ofLast?.ok ? ofLast.value : [])])])
}

export interface Choosing extends Against {
  readonly now: Instant
  readonly ledger: Ledger
  /** Whatever else must be true of a mapping of this pipeline. */
  readonly fits: (mapping: Mapping) => readonly Problem[]
}

export async function choose({ file, last }: Candidates, of: Choosing): Promise<Parsed<Chosen>> {
  const usable = file.ok ? await usableOf(file.value, of) : file
  if (usable.ok) {
    await forgetRefusal(of.ledger)
    const warnings = [...(file.ok ? file.warnings : []), ...usable.warnings]
    return parsed({ ...usable.value, warnings, refused: null })
  }
  const instead = last && (await usableOf(last.draft, of, { tested: true }))
  if (!last || !instead?.ok) return usable
  const { problems } = usable
  const { number: version } = last.version
  const since = await refusedSince(file, { ...of, version, because: invalidMapping(problems) })
  return parsed({ ...instead.value, warnings: [], refused: { since, problems, version } })
}

type Usable = Pick<Chosen, 'mapping' | 'text' | 'tests'>

async function usableOf(
  draft: MappingDraft,
  of: Choosing,
  { tested = false }: { readonly tested?: boolean } = {},
): Promise<Parsed<Usable>> {
  const compiled = draft.compile(of)
  if (!compiled.ok) return compiled
  const unfit = of.fits(compiled.value)
  if (unfit.length > 0) return refused(unfit)
  const tried = tested ? null : await draft.test(of)
  if (tried?.ok === false) return tried
  const failures = tried ? failuresIn(tried.value) : []
  if (failures.length > 0) return refused(failures)
  const tests = tried?.value.passed ?? 0
  return parsed({ mapping: compiled.value, text: draft.text, tests }, compiled.warnings)
}

/** A mapping whose own tests fail does something else than its author meant. */
export const failuresIn = ({ results }: TestReport): readonly Problem[] =>
  results
    .filter(({ passed }) => !passed)
    .map(({ name, where, differences: [first] }) => ({
      code: 'DB-2030',
      severity: 'error',
      what: `The test "${name}" fails.`,
      where,
      ...(first ? { hint: `${first.what}: expected ${first.expected}, got ${first.got}` } : {}),
      fix: 'dealbridge mappings test shows what was expected, what came of it, and the line that decided',
      who: 'CRM admin',
    }))

interface Refusing extends Pick<Choosing, 'ledger' | 'now'> {
  readonly version: number
  readonly because: FixConfig
}

/** The same bad file is remembered across a restart: it has been bad since it was first seen to be. */
async function refusedSince(file: Parsed<MappingDraft>, { ledger, now, version, because }: Refusing): Promise<Instant> {
  const fingerprint = fingerprintOf(file.ok ? file.value.text : JSON.stringify(file.problems))
  const before = await readFact(ledger, 'refused-mapping')
  if (before?.fingerprint === fingerprint && before.code === because.code) return before.since
  const { code, message } = because
  await ledger.commit([putFact('refused-mapping', { fingerprint, since: now, version, code, message })])
  return now
}

/** A mapping that cannot be used, as an error: its first problem, and how many more there are. */
export function invalidMapping(problems: readonly Problem[]): FixConfig {
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const place = first?.where ? `${first.where.file}:${first.where.line}: ` : ''
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: dealbridge mappings validate)` : ''
  const message = `${place}${first?.what ?? 'The mapping is not valid.'}${more}`
  return new FixConfig(message, { code: first?.code ?? 'DB-1102', problems, who: first?.who ?? 'CRM admin' })
}

async function forgetRefusal(ledger: Ledger): Promise<void> {
  if ((await readFact(ledger, 'refused-mapping')) !== null) await ledger.commit([dropFact('refused-mapping')])
}
