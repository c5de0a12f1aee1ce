// Which files make up the ledger, and how long and how far along the chain each must be. Replaced whole, never edited;
// its last line is its checksum. What is not in the manifest is not in the ledger.

import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { LEDGER_VERSION } from '../entries.ts'
import { damaged, partMissing, tooNew } from '../faults.ts'
import { parsedJson } from '../json.ts'
import { ifThere, readWhole, replaceWhole } from './files.ts'
import type { Home } from './home.ts'

export const MANIFEST = 'manifest.json'
/** Stands while a restore is under way. */
export const RESTORING = 'restoring'
const BYTES_MAX = 64 * 1024 * 1024

const Chain = z.string().regex(/^[0-9a-f]{64}$/)
const Written = z.object({ number: z.int(), bytes: z.int(), chain: Chain })

export const HistoryPart = Written.extend({
  /** Counts how often it was written anew, for the sake of what was forgotten. */
  revision: z.int(),
  first: z.int(),
  events: z.int(),
  /** The earliest and the latest time of its events. */
  oldest: z.string(),
  newest: z.string(),
})
export type HistoryPart = z.infer<typeof HistoryPart>

const JournalPart = Written.extend({
  /** The number of the last event in it, or before it. */
  lastEvent: z.int(),
})

/** Everything that was alive when journal `number` was full. `after` is the journal's chain there. */
const SnapshotEntry = JournalPart.extend({ after: Chain })
export type SnapshotEntry = z.infer<typeof SnapshotEntry>

export const Manifest = z.object({
  version: z.int(),
  ledger: z.string(),
  /** The key of the marks under which events are found by link; sealed, where there is a key. */
  marks: z.object({ key: z.string().nullable(), text: z.string() }),
  restored: z.boolean(),
  snapshot: SnapshotEntry.nullable(),
  journal: z.object({
    closed: z.array(JournalPart),
    /** `bytes` is the least it holds; all it holds, when the ledger was closed properly. */
    active: Written.extend({ clean: z.boolean() }),
  }),
  history: z.object({ closed: z.array(HistoryPart), active: z.object({ number: z.int() }) }),
})
export type Manifest = z.infer<typeof Manifest>

/** Null where there is none. */
export async function readManifest({ files, directory }: Home): Promise<Manifest | null> {
  const bytes = await ifThere(readWhole(files, `${directory}/${MANIFEST}`, BYTES_MAX))
  if (bytes === undefined) return null
  if (bytes.length === 0) throw partMissing(directory, MANIFEST, 'is empty')
  const [text = '', sum = '', ...rest] = bytes.toString('latin1').split('\n')
  if (sum !== checksum(text) || rest.join('') !== '') throw damaged(directory, MANIFEST, 'is not as it was written')
  const json = parsedJson(Buffer.from(text, 'latin1'))
  const version = z.object({ version: z.int() }).safeParse(json)
  if (version.success && version.data.version > LEDGER_VERSION)
    throw tooNew(directory, version.data.version, LEDGER_VERSION)
  const manifest = Manifest.safeParse(json)
  if (!manifest.success) throw damaged(directory, MANIFEST, 'does not read as a manifest')
  return manifest.data
}

export function writeManifest({ files, directory }: Home, manifest: Manifest): Promise<void> {
  const text = JSON.stringify(manifest)
  return replaceWhole(files, { directory, name: MANIFEST }, Buffer.from(`${text}\n${checksum(text)}\n`, 'latin1'))
}

const checksum = (text: string): string => crc32(Buffer.from(text, 'latin1')).toString(16).padStart(8, '0')

const padded = (number: number): string => String(number).padStart(6, '0')

/** The names of our files. */
export const nameOf = {
  journal: (number: number) => `journal-${padded(number)}.log`,
  snapshot: (number: number) => `snapshot-${padded(number)}.log`,
  history: (number: number, revision = 0) => `history-${padded(number)}${revision === 0 ? '' : `-r${revision}`}.log`,
  index: (number: number, revision: number) =>
    `history-${padded(number)}${revision === 0 ? '' : `-r${revision}`}.index`,
} as const

const ours = /^(journal|snapshot|history)-\d{6,}(-r\d+)?\.(log|index)$/
export const isOurs = (name: string): boolean => ours.test(name) || name === MANIFEST

/** Every file of the ledger. */
export function namesIn({ snapshot, journal, history }: Manifest): readonly string[] {
  return [
    MANIFEST,
    ...(snapshot ? [nameOf.snapshot(snapshot.number)] : []),
    ...[...journal.closed, journal.active].map(({ number }) => nameOf.journal(number)),
    ...history.closed.flatMap(({ number, revision }) => [
      nameOf.history(number, revision),
      nameOf.index(number, revision),
    ]),
    nameOf.history(history.active.number),
  ]
}
