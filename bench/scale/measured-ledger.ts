// A ledger whose commits are timed, each beside a bare write and fsync of as many bytes to a file next to it, in turn:
// so that a slow moment of the disk is held against both.

import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptLedger, LedgerChange, NewEvent } from '#ledger'

export interface Timings {
  readonly commits: number[]
  readonly bare: number[]
}

export async function measured(ledger: KeptLedger, directory: string, timings: Timings): Promise<KeptLedger> {
  const beside = await open(join(directory, 'bare'), 'w', 0o600)
  return new Proxy(ledger, {
    get(of, name) {
      if (name === 'commit')
        return async (changes: readonly LedgerChange[], events: readonly NewEvent[] = []): Promise<void> => {
          if (changes.length + events.length === 0) return
          const began = performance.now()
          await of.commit(changes, events)
          timings.commits.push(performance.now() - began)
          timings.bare.push(await bareWrite(beside, JSON.stringify([changes, events])))
        }
      const value: unknown = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
}

async function bareWrite(file: FileHandle, text: string): Promise<number> {
  const bytes = Buffer.from(text)
  const began = performance.now()
  await file.write(bytes)
  await file.datasync()
  return performance.now() - began
}
