// Bars, for whatever takes longer than two seconds and has somebody watching. They are drawn on the stream for
// messages, over themselves, and leave nothing behind. In a log nothing is drawn at all.

import type { Progress, Tell } from '#control/control'
import type { Clock } from '#spi'
import type { Terminal } from './parts.ts'

const patienceMs = 2_000
const frameMs = 150
const barWidth = 20

export interface Watched {
  readonly terminal: Terminal
  readonly clock: Clock
  /** What is being waited for, before there is anything to count: `Reading`. */
  readonly label: string
}

export async function withProgress<T>(watched: Watched, work: (tell: Tell) => Promise<T>): Promise<T> {
  const bars = new Bars(watched)
  const bell = new AbortController()
  const drawing = watched.terminal.isErrTerminal ? bars.draw(bell.signal) : Promise.resolve()
  try {
    return await work((progress) => bars.take(progress))
  } finally {
    bell.abort()
    await drawing
    bars.clear()
  }
}

class Bars {
  readonly #watched: Watched
  readonly #began: number
  readonly #progress = new Map<string, Progress>()
  #lines = 0

  constructor(watched: Watched) {
    this.#watched = watched
    this.#began = watched.clock.monotonicMs()
  }

  take(progress: Progress): void {
    this.#progress.set(`${progress.pipeline} ${progress.system}`, progress)
  }

  async draw(signal: AbortSignal): Promise<void> {
    const { clock } = this.#watched
    try {
      await clock.sleep(patienceMs, signal)
      while (!signal.aborted) {
        this.#show()
        await clock.sleep(frameMs, signal)
      }
    } catch {
      // The work is over.
    }
  }

  #show(): void {
    const { terminal, clock, label } = this.#watched
    const seconds = ((clock.monotonicMs() - this.#began) / 1_000).toFixed(1)
    const bars = [...this.#progress.values()].filter(({ total }) => total > 0)
    const lines =
      bars.length === 0 ? [`${label} …   ${seconds} s`] : bars.map((one) => `${barLine(one)}   ${seconds} s`)
    this.clear()
    terminal.err(lines.map((line) => `${line.slice(0, Math.max(20, terminal.columns - 1))}\n`).join(''))
    this.#lines = lines.length
  }

  clear(): void {
    if (this.#lines > 0) this.#watched.terminal.err(`\u001B[${this.#lines}A\u001B[J`)
    this.#lines = 0
  }
}

/** `Salesforce   ███████████████░░░░░   3/4` */
export function barLine({ pipeline, system, done, total }: Progress): string {
  const full = Math.round((Math.min(done, total) / total) * barWidth)
  return `${`${pipeline} ${system}`.padEnd(32)} ${'█'.repeat(full)}${'░'.repeat(barWidth - full)}   ${done}/${total}`
}
