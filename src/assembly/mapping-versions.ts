// The mapping files a pipeline has worked with, by number: who brought each, when and why. The file on disk is the
// truth; what is kept here is for going on while that file cannot be used, and for going back. Bounded: the numbers of
// the last two hundred, the words of the last fifty.

import { z } from 'zod'
import { hashOf } from '#core/model/hash'
import type { Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import type { Ledger, LedgerChange, NewEvent } from '#ledger'

const instant = z.string().transform((text) => text as Instant)

export const MappingVersion = z.object({
  number: z.int().min(1),
  /** The mapping's own name. */
  name: z.string(),
  /** Changes when what it does may have changed. */
  hash: z.string(),
  /** Changes when anything in the file has. */
  fingerprint: z.string(),
  at: instant,
  /** Whoever published it; `dealbridge` where it was taken over because the file had changed. */
  who: z.string(),
  note: z.string().nullable(),
})
export type MappingVersion = z.infer<typeof MappingVersion>

export const versionsMax = 200
export const textsMax = 50

const versionsKey = 'mapping/versions'
const textKey = (number: number): string => `mapping/text/${number}`

const Kept = z.object({ versions: z.array(MappingVersion) })
const KeptText = z.object({ text: z.string() })

export const fingerprintOf = (text: string): string => hashOf(text, 16)

/** Oldest first. */
export async function readVersions(ledger: Ledger): Promise<readonly MappingVersion[]> {
  const kept = Kept.safeParse(await ledger.get('fact', versionsKey))
  return kept.success ? kept.data.versions : []
}

/** Null for a number that never was, and for one whose words are no longer kept. */
export async function textOfVersion(ledger: Ledger, number: number): Promise<string | null> {
  const kept = KeptText.safeParse(await ledger.get('fact', textKey(number)))
  return kept.success ? kept.data.text : null
}

export interface NewVersion {
  readonly name: string
  readonly hash: string
  readonly text: string
  readonly at: Instant
  readonly who: string
  readonly note: string | null
}

/** Makes it the newest version, unless it is that already: then it only learns who published it, and why. */
export async function keepVersion(ledger: Ledger, fresh: NewVersion): Promise<MappingVersion> {
  const versions = await readVersions(ledger)
  const last = versions.at(-1)
  const { text, ...about } = fresh
  const fingerprint = fingerprintOf(text)
  if (last?.fingerprint === fingerprint && last.hash === fresh.hash) {
    if (fresh.note === null || last.note !== null) return last
    const named: MappingVersion = { ...last, who: fresh.who, note: fresh.note }
    await ledger.commit([putVersions([...versions.slice(0, -1), named])], [published(named, fresh.at)])
    return named
  }
  const version: MappingVersion = { ...about, fingerprint, number: (last?.number ?? 0) + 1 }
  const changes: readonly LedgerChange[] = [
    putVersions([...versions, version]),
    { put: 'fact', key: textKey(version.number), value: { text } },
    ...(version.number > textsMax ? [{ drop: 'fact' as const, key: textKey(version.number - textsMax) }] : []),
  ]
  await ledger.commit(changes, [published(version, fresh.at)])
  return version
}

const putVersions = (versions: readonly MappingVersion[]): LedgerChange => ({
  put: 'fact',
  key: versionsKey,
  value: { versions: versions.slice(-versionsMax).map((version): JsonObject => ({ ...version })) },
})

const published = ({ number, hash, note, who }: MappingVersion, at: Instant): NewEvent => ({
  at,
  event: 'published',
  link: null,
  run: null,
  who,
  change: null,
  code: null,
  details: { version: number, hash, note },
})
