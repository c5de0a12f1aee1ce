// What each error code means, told at length for `dealbridge explain DB-3207`. Each layer and each connector brings
// the codes it uses; main joins them into one book.

import type { Code } from './model/ids.ts'
import type { Who } from './problem.ts'

export interface CodeEntry {
  /** One line, as a heading. */
  readonly title: string
  readonly means: string
  readonly why: string
  readonly fix: string
  readonly who: Who
}

export type Codebook = Readonly<Partial<Record<Code, CodeEntry>>>
