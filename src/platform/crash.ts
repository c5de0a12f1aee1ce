// What is known of an error that nobody expected, kept for whoever has to find it: classes, codes and places in our own
// files. Never a message of a library, which may quote a request, and with it a secret or a customer.

import { join } from 'node:path'
import type { Clock } from '#spi'
import { makePrivateDirectory, writeDurably } from './files.ts'
import { errorFacts } from './log/error-facts.ts'
import { maskedText } from './log/mask.ts'

export interface CrashOptions {
  readonly directory: string
  readonly version: string
  readonly clock: Clock
}

/** The file it was written to; null where it could not be. */
export async function keepCrash(error: unknown, { directory, version, clock }: CrashOptions): Promise<string | null> {
  const at = clock.now()
  const file = join(directory, `crash-${at.replaceAll(/[:.]/g, '-')}.json`)
  const known = {
    schema: 'dealbridge.crash/v1',
    at,
    version,
    node: process.versions.node,
    error: errorFacts(error, maskedText),
  }
  try {
    await makePrivateDirectory(directory)
    await writeDurably(file, `${JSON.stringify(known, null, 2)}\n`)
    return file
  } catch {
    return null
  }
}
