// A way on which a message leaves. It tries once and says by its error what would help; trying again is not its business.

import type { Letter } from '../wording.ts'

export interface Channel {
  readonly name: string
  /** Throws a SyncError where it did not arrive, or nobody knows. */
  send(letter: Letter, signal: AbortSignal): Promise<void>
  close(): void
}
