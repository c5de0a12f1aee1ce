// What a thread that fuzzes is told, what it tells, and the memory it shares with whoever watches over it.

import type { Fuzzed } from './fuzz.ts'

export interface Order {
  readonly names: readonly string[]
  readonly seed: number
  /** Whichever comes first, for each target; `burst` stands for the target's own number. */
  readonly until: { readonly seconds: number } | 'burst'
  /** Tell the smallest inputs that reach everything the corpus and this run reached. */
  readonly smallest: boolean
  readonly view: SharedArrayBuffer
}

/** How an input lies in the shared memory: executions so far, length, bytes. */
export const view = (shared: SharedArrayBuffer) => ({
  numbers: new Int32Array(shared, 0, 2),
  bytes: new Uint8Array(shared, 8),
})
export const viewBytes = 8 + 64 * 1024

export interface Report extends Omit<Fuzzed, 'kept'> {
  readonly name: string
  readonly ms: number
  readonly reaching: readonly Uint8Array[]
}
