// Where a ledger lives, and what is needed to read it.

import type { Files } from './files.ts'
import type { Keys } from './keys.ts'

export interface Home {
  readonly directory: string
  readonly files: Files
  readonly keys: Keys
  /** Only looked at: a backup, perhaps on something that cannot be written. */
  readonly readOnly?: boolean
}
