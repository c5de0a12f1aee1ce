/** How a verb is told to end: by Ctrl-C, or because the daemon is going down. */
export interface Ending {
  /** Now, whatever is in hand. */
  readonly signal: AbortSignal
  /** As soon as the write in hand is finished. */
  readonly drain: AbortSignal
}
