// At most so many at the same time; the rest wait their turn, in order.

export class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(parallel: number) {
    this.#free = parallel
  }

  async through<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((enter) => this.#waiting.push(enter))
    try {
      return await run()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
