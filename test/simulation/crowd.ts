// Many seeds, simulated in several processes.

import { fork } from 'node:child_process'
import type { Batch, BatchResult } from './worker.ts'

export interface Crowd {
  readonly seeds: readonly number[]
  readonly workers: number
  readonly variant?: string | undefined
  /** Stop after so many failures. */
  readonly failuresMax?: number
}

/** Every worker takes a batch at a time, so that none waits for another at the end. */
export async function simulateMany(crowd: Crowd): Promise<readonly BatchResult[]> {
  const { seeds, failuresMax = Number.POSITIVE_INFINITY } = crowd
  const results: BatchResult[] = []
  let next = 0
  const take = (): Batch | null => {
    const failures = results.filter(({ violations }) => violations.length > 0).length
    if (next >= seeds.length || failures >= failuresMax) return null
    const batch = seeds.slice(next, next + batchMax)
    next += batch.length
    return { seeds: batch }
  }
  const workers = Math.min(crowd.workers, Math.ceil(seeds.length / batchMax))
  await Promise.all(Array.from({ length: workers }, () => serve(crowd.variant, take, results)))
  return results.toSorted((a, b) => a.seed - b.seed)
}

const batchMax = 25

function serve(variant: string | undefined, take: () => Batch | null, results: BatchResult[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(new URL('worker.ts', import.meta.url), variant === undefined ? [] : [variant], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    const go = (): void => {
      const batch = take()
      if (batch) worker.send(batch)
      else worker.disconnect()
    }
    worker.on('message', (message) => {
      results.push(...(message as readonly BatchResult[]))
      go()
    })
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
    go()
  })
}

/** Whole numbers from `from`, so many. */
export const seedsFrom = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)

export const failedOf = (results: readonly BatchResult[]): readonly BatchResult[] =>
  results.filter(({ violations }) => violations.length > 0)
