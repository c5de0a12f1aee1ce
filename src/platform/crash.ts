// What is known of errors that nobody expected, kept for whoever has to find them: classes, codes and places in our own
// files, through the same mask as every log line. Never a message of a library, which may quote a request, and with it
// a secret or a customer.

import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock, Log } from '#spi'
import { privateDirectory, privateFile } from './files.ts'
import { openLog, type LogDestination } from './log.ts'

export interface CrashFile {
  /** Takes errors only; everything else a command does it says itself. */
  readonly log: Log
  /** The same file, for a log that is opened elsewhere. */
  readonly destination: LogDestination
  /** Where they are; null while there are none. */
  readonly path: () => string | null
}

export function crashFile(path: string, clock: Clock): CrashFile {
  let isWritten = false
  const write = (line: string): void => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: privateDirectory })
      appendFileSync(path, line, { mode: privateFile })
      isWritten = true
    } catch {
      // A folder that cannot be written must not hide the error itself.
    }
  }
  return {
    log: openLog({ clock, level: 'error', format: 'json', destination: { write } }),
    destination: { write },
    path: () => (isWritten ? path : null),
  }
}
