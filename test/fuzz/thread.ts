// Targets, one after the other, in a thread of its own: coverage is watched first, what is watched loaded after that. Before each execution the
// input is laid where the campaign can see it, so that one that never ends is known even though nothing here can say so.

import { parentPort, workerData } from 'node:worker_threads'
import { corpusOf } from './corpus.ts'
import { type Coverage, watchCoverage } from './coverage.ts'
import { type Fault, fuzz, kindOf } from './fuzz.ts'
import { judge } from './judge.ts'
import { type Order, type Report, view } from './order.ts'
import { shrinkInput } from './shrink-input.ts'
import type { Target } from './target.ts'
import { targets } from './targets/list.ts'
import { wordsOf } from './words.ts'

async function run(name: string, order: Order): Promise<Report> {
  const load = targets[name]
  if (!load) throw new Error(`there is no target ${name}`)
  const { target } = await load()
  coverage.narrow(target.covers)
  coverage.forget()
  const corpus = corpusOf(name).map(({ input }) => input)
  const words = [...wordsOf(target.covers), ...(target.words ?? [])]
  const began = performance.now()
  const end = order.until === 'burst' ? Number.POSITIVE_INFINITY : began + order.until.seconds * 1_000
  const most = order.until === 'burst' ? target.burst + corpus.length : Number.POSITIVE_INFINITY
  const goesOn = (executions: number): boolean => executions < most && performance.now() < end
  const trying = laidOpen(order.view)
  const { kept, ...fuzzed } = await fuzz({ target, seed: order.seed, corpus, words, coverage, trying, goesOn })
  const ms = performance.now() - began
  const faults: Fault[] = []
  for (const fault of fuzzed.faults) faults.push(await shrunk(target, fault))
  coverage.forget()
  const reaching = order.smallest ? await smallest(target, [...corpus, ...kept], { coverage, trying }) : []
  return { ...fuzzed, name, faults, ms, reaching }
}

function laidOpen(shared: SharedArrayBuffer): (input: Buffer) => void {
  const { numbers, bytes } = view(shared)
  return (input) => {
    numbers[1] = Math.min(input.length, bytes.length)
    bytes.set(input.subarray(0, bytes.length))
    Atomics.add(numbers, 0, 1)
  }
}

async function shrunk(target: Target, { what, input }: Fault): Promise<Fault> {
  const isAlike = async (smaller: Buffer): Promise<boolean> => {
    const { wrong } = await judge(target, smaller, 1)
    return wrong !== null && kindOf(wrong) === kindOf(what)
  }
  return { what, input: await shrinkInput(input, isAlike) }
}

interface Watched {
  readonly coverage: Coverage
  readonly trying: (input: Buffer) => void
}

/** Small ones first: a large one stays only when it reaches something that no smaller one does. */
async function smallest(target: Target, inputs: readonly Buffer[], { coverage, trying }: Watched) {
  const reaching: Buffer[] = []
  for (const input of await target.seeds()) await judge(target, input, 1)
  coverage.note()
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    trying(input)
    await judge(target, input, 1)
    if (coverage.note() > 0) reaching.push(input)
  }
  return reaching
}

const order = workerData as Order
// Everything of ours that may run is watched from here on, before any of it is loaded.
const coverage = watchCoverage(['src', 'connectors'])
for (const name of order.names) {
  const report = await run(name, order)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(report)
}
coverage.stop()
