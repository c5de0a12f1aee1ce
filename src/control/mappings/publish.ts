// The versions of a pipeline's mapping: what they were, and how the file on disk becomes the next one.

import { readVersions, textOfVersion } from '#assembly/mapping-versions'
import type { Runner } from '#assembly/runner'
import type { Publication, Versions } from './answers.ts'
import type { PublishRequest, VersionsRequest } from './requests.ts'

export async function versionsOf(runner: Runner, { text }: VersionsRequest): Promise<Versions> {
  return {
    schema: 'dealbridge.mapping-versions/v1',
    pipeline: runner.name,
    path: runner.settings.mapping,
    versions: await readVersions(runner.ledger),
    text: text === undefined ? null : await textOfVersion(runner.ledger, text),
  }
}

/**
 * Reads the file anew, holds it against the CRM and its own tests, and takes it over between two passes. A file that
 * cannot be used is refused, with every problem; the version before goes on.
 */
export async function publish(
  runner: Runner,
  { note, who }: PublishRequest,
  signal: AbortSignal,
): Promise<Publication> {
  return await runner.alone(async () => {
    const before = (await readVersions(runner.ledger)).at(-1)
    const version = await runner.publish({ who, note }, signal)
    const isNew = version.number !== before?.number || before.note === null
    return { schema: 'dealbridge.mapping-publication/v1', pipeline: runner.name, version, isNew }
  })
}
