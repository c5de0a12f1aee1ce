// The manifest while the ledger is open. Changes to it wait for one another, and each is durable when it returns.

import { writeManifest, type Manifest } from './manifest.ts'
import type { Home } from './home.ts'
import { Turns } from './turns.ts'

export class Catalogue {
  readonly home: Home
  #manifest: Manifest
  readonly #turns = new Turns()

  constructor(home: Home, manifest: Manifest) {
    this.home = home
    this.#manifest = manifest
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  /** After a failure the manifest in memory is the one before; on disk it may be either. */
  change(make: (manifest: Manifest) => Manifest): Promise<void> {
    return this.#turns.take(async () => {
      const next = make(this.#manifest)
      await writeManifest(this.home, next)
      this.#manifest = next
    })
  }
}
