// What can be fuzzed: code that reads what strangers send, people type or disks hold.

import { isSyncError } from '#core/errors'

export interface Target {
  readonly name: string
  /** Whose blocks count as covered, and whose words are tried: folders and files of the project. */
  readonly covers: readonly string[]
  /** Inputs of a decent kind, from which everything else is made. */
  seeds(): Promise<readonly Buffer[]> | readonly Buffer[]
  /** Worth trying beside the words of the source. */
  readonly words?: readonly string[]
  /** Longer inputs are cut. */
  readonly bytesMax: number
  /** How many inputs every test run tries. */
  readonly burst: number
  /**
   * Reads one input, and returns how many characters came of it. Throws when something came that must not: an error
   * that is not one of ours, a problem without a place.
   */
  run(input: Buffer): Promise<number> | number
}

/** One of our own errors is an answer too, unless it says that a promise of ours is broken. */
export function answered(error: unknown): number {
  if (isSyncError(error) && error.remedy !== 'bug') return error.message.length
  throw error
}
