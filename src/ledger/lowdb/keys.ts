// Which key opens which file. New files are sealed with the current key; files under a former key, or under none, are
// read as they are and written anew in the background.

import { otherKey } from '../faults.ts'
import type { Sealer } from '../seal.ts'

export class Keys {
  readonly current: Sealer | null
  readonly #directory: string
  readonly #known: ReadonlyMap<string, Sealer>

  constructor(directory: string, current: Sealer | null, former: readonly Sealer[] = []) {
    this.current = current
    this.#directory = directory
    this.#known = new Map([...former, ...(current ? [current] : [])].map((sealer) => [sealer.keyId, sealer]))
  }

  get currentId(): string | null {
    return this.current?.keyId ?? null
  }

  /** Null for a file that is not sealed. */
  of(keyId: string | null): Sealer | null {
    if (keyId === null) return null
    const found = this.#known.get(keyId)
    if (found === undefined) throw otherKey(this.#directory, keyId, this.currentId)
    return found
  }
}
