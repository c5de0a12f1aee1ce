// Room on the disk that is kept for the day it fills up: let go of then, so that stopping, and mending the end of the
// journal at the next start, do not need what is not there.

import { ifThere, type Files } from './files.ts'

const NAME = 'reserve'
const PIECE = Buffer.alloc(1024 * 1024)

export class Reserve {
  readonly #files: Files
  readonly #path: string
  readonly #bytes: number

  constructor({ directory, files }: { readonly directory: string; readonly files: Files }, bytes: number) {
    this.#files = files
    this.#path = `${directory}/${NAME}`
    this.#bytes = bytes
  }

  /** Refuses, as the disk does, when there is no room for it. */
  async keep(): Promise<void> {
    if (this.#bytes === 0) return
    const there = await ifThere(this.#files.open(this.#path, 'change'))
    const file = there ?? (await this.#files.open(this.#path, 'new'))
    try {
      for (let at = await file.size(); at < this.#bytes; at += PIECE.length)
        await file.write(PIECE.subarray(0, Math.min(PIECE.length, this.#bytes - at)), at)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  letGo(): Promise<void> {
    return this.#files.remove(this.#path)
  }
}
