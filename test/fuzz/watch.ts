// Watches over a thread that fuzzes: an input that never ends stops the thread, and is known.

import { Worker } from 'node:worker_threads'
import type { Fault } from './fuzz.ts'
import { judge } from './judge.ts'
import { type Order, type Report, view, viewBytes } from './order.ts'
import { targets } from './targets/list.ts'

/** An input that is still running after so long is taken for one that never ends. */
const hangMs = 20_000

export type Told = Pick<Report, 'name' | 'faults'> & Partial<Omit<Report, 'suspects'>>

/** Tells of each target as it is done. After one that never ends, those that follow are not reached. */
export async function watched(order: Omit<Order, 'view'>, tell: (told: Told) => void): Promise<void> {
  const shared = new SharedArrayBuffer(viewBytes)
  const reports: Report[] = []
  const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: { ...order, view: shared } })
  worker.on('message', (report: Report) => reports.push(report))
  const ended = new Promise<'ended'>((resolve, reject) => {
    worker.once('exit', () => resolve('ended'))
    worker.once('error', reject)
  })
  const stands = whenItStands(shared)
  try {
    const how = await Promise.race([ended, stands.still])
    for (const report of reports) tell(await withSlow(report))
    const name = order.names[reports.length] ?? ''
    if (how === 'stands')
      tell({ name, faults: [{ what: `does not end within ${hangMs / 1_000} s`, input: lastIn(shared) }] })
  } finally {
    stands.stop()
    await worker.terminate()
  }
}

/** Here nothing is watched by V8, so what is slow here is slow. */
async function withSlow({ suspects, ...report }: Report): Promise<Told> {
  const { target } = (await targets[report.name]?.()) ?? {}
  const slow: Fault[] = []
  for (const suspect of target ? suspects : []) {
    const input = Buffer.from(suspect.input)
    const { slowness } = target ? await judge(target, input) : suspect
    if (slowness > 1) slow.push({ what: `${slowness.toFixed(1)} times slower than it may be`, input })
  }
  const faults = report.faults.map(({ what, input }) => ({ what, input: Buffer.from(input) }))
  return { ...report, faults: [...faults, ...slow] }
}

const lastIn = (shared: SharedArrayBuffer): Buffer => {
  const { numbers, bytes } = view(shared)
  return Buffer.from(bytes.slice(0, numbers[1]))
}

function whenItStands(shared: SharedArrayBuffer): { readonly still: Promise<'stands'>; readonly stop: () => void } {
  const { numbers } = view(shared)
  const { promise: still, resolve } = Promise.withResolvers<'stands'>()
  let [seen, since] = [0, Date.now()]
  const timer = setInterval(() => {
    const now = Atomics.load(numbers, 0)
    if (now !== seen) [seen, since] = [now, Date.now()]
    else if (now > 0 && Date.now() - since > hangMs) resolve('stands')
  }, 500)
  return { still, stop: () => clearInterval(timer) }
}
