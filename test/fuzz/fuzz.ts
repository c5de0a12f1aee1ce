// Coverage-guided fuzzing. An input that reaches a block nobody reached before is kept, and further inputs are made of
// what is kept, so that conditions behind conditions are met one after the other. Asking for coverage costs more than
// most runs: it is asked for after a handful of them, and only when something is new are they run again one by one.

import { dice } from '../simulation/dice.ts'
import type { Coverage } from './coverage.ts'
import { judge } from './judge.ts'
import { mutateInput } from './mutate-input.ts'
import type { Target } from './target.ts'

export interface FuzzOptions {
  readonly target: Target
  readonly seed: number
  /** What is known to be worth starting from, beside the target's own. */
  readonly corpus: readonly Buffer[]
  readonly words: readonly string[]
  /** Null: blind, which is only good for comparing. */
  readonly coverage: Coverage | null
  /** Asked before each handful. */
  readonly goesOn: (executions: number) => boolean
  /** Told before each execution, for whoever watches over one that never ends. */
  readonly trying?: (input: Buffer) => void
}

export interface Fault {
  readonly what: string
  readonly input: Buffer
}

export interface Fuzzed {
  readonly executions: number
  readonly blocks: number
  /** What reached something new, in the order in which it did. */
  readonly kept: readonly Buffer[]
  readonly faults: readonly Fault[]
  /** The slowest, slowest first: slow perhaps only because it was watched. */
  readonly suspects: readonly Suspect[]
}

export interface Suspect {
  readonly slowness: number
  readonly input: Buffer
}

const suspectsMax = 5
const handfulMax = 64
const faultsMax = 20

export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const run = new Run(options)
  await run.begin()
  await run.goOn()
  return run.result()
}

class Run {
  readonly #options: FuzzOptions
  readonly #dice
  readonly #pool: Buffer[] = []
  readonly #kept: Buffer[] = []
  readonly #faults = new Map<string, Fault>()
  #suspects: readonly Suspect[] = []
  #executions = 0

  constructor(options: FuzzOptions) {
    this.#options = options
    this.#dice = dice(0, `fuzz ${options.target.name}, seed ${options.seed}`)
  }

  result(): Fuzzed {
    const { coverage } = this.#options
    return {
      executions: this.#executions,
      blocks: coverage?.blocks ?? 0,
      kept: this.#kept,
      faults: [...this.#faults.values()],
      suspects: this.#suspects,
    }
  }

  /** The decent inputs, then those of the corpus, each of which was kept because it added something. */
  async begin(): Promise<void> {
    const { target, corpus, coverage } = this.#options
    for (const input of [...(await target.seeds()), ...corpus]) {
      await this.#execute(input)
      this.#pool.push(input)
    }
    coverage?.note()
  }

  async goOn(): Promise<void> {
    const { goesOn } = this.#options
    let handful = 4
    while (this.#faults.size < faultsMax && goesOn(this.#executions)) {
      const inputs = Array.from({ length: handful }, () => this.#next())
      for (const input of inputs) await this.#execute(input)
      const isNews = await this.#learn(inputs)
      handful = isNews ? Math.max(1, handful >> 1) : Math.min(handfulMax, handful + 4)
    }
  }

  /** Which of a handful was it? Each is run again by itself. */
  async #learn(inputs: readonly Buffer[]): Promise<boolean> {
    const { coverage } = this.#options
    if (!coverage?.isNews()) return false
    for (const input of inputs) {
      await this.#execute(input)
      if (coverage.note() === 0) continue
      this.#pool.push(input)
      this.#kept.push(input)
    }
    return true
  }

  #next(): Buffer {
    const { target, words } = this.#options
    // What came last has been tried least.
    const size = this.#pool.length
    const index = this.#dice.chance(0.5)
      ? this.#dice.whole(Math.floor(size * 0.75), size - 1)
      : this.#dice.whole(0, size - 1)
    const material = { dice: this.#dice, others: this.#pool, words, bytesMax: target.bytesMax }
    return mutateInput(this.#pool[index] ?? Buffer.alloc(0), material)
  }

  async #execute(input: Buffer): Promise<void> {
    const { target, trying } = this.#options
    this.#executions += 1
    trying?.(input)
    const { wrong, slowness } = await judge(target, input, 2)
    if (slowness > 1)
      this.#suspects = [...this.#suspects, { slowness, input }]
        .toSorted((a, b) => b.slowness - a.slowness)
        .slice(0, suspectsMax)
    if (wrong !== null && !this.#faults.has(kindOf(wrong))) this.#faults.set(kindOf(wrong), { what: wrong, input })
  }
}

/** Numbers differ from input to input; the fault is the same. */
export const kindOf = (wrong: string): string => wrong.replaceAll(/\d+/g, '0')
