// How large files grow before the next one is begun. Tests make them tiny.

export interface Sizes {
  readonly journalBytes: number
  readonly historyBytes: number
  readonly historyEvents: number
  /** Also after this time, so that old history can be let go of where little happens. */
  readonly historyMs: number
  /** Commits that share a write: enough that one flush serves many, and no more than is held in memory lightly. */
  readonly groupBytes: number
  /** A frame of a snapshot: what is held in memory while one is written. */
  readonly snapshotFrameBytes: number
  /** Kept free on the disk, for a clean stop when it fills up. */
  readonly reserveBytes: number
}

const MiB = 1024 * 1024

export const usualSizes: Sizes = {
  journalBytes: 32 * MiB,
  historyBytes: 32 * MiB,
  historyEvents: 32_768,
  historyMs: 30 * 24 * 3_600_000,
  groupBytes: 32 * MiB,
  snapshotFrameBytes: MiB / 4,
  reserveBytes: 16 * MiB,
}
