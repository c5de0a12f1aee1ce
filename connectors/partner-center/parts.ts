// What a write works with.

import type { Api } from './api.ts'
import type { Finder } from './find.ts'
import type { Reader } from './reader.ts'

export interface Parts {
  readonly api: Api
  readonly reader: Reader
  readonly finder: Finder
}
