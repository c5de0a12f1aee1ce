// How soon an edit at Partner Center is planned and written: the real daemon, by polling and by being called, from the
// edit to the moment at which the CRM is asked to write it. That is the plan and a little more.
//
//   npm run bench:latency                            25 edits each way; polls every 5 s
//   npm run bench:latency -- --edits N --every 15s
//
// Promised: by polling, one interval and two seconds; called, three seconds (95 of 100). The floor is measured in the
// same run: one look at the list and one call to the CRM, made by nobody but fetch.

import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { parseDuration } from '#core/units'
import { calledHouse, until, type CalledHouse } from '../test/support/called-house.ts'

const { values } = parseArgs({
  options: { edits: { type: 'string', default: '25' }, every: { type: 'string', default: '5s' } },
})
const edits = Number(values.edits)
const intervalMs = parseDuration(values.every) ?? 5_000

const floor = await floorMs()
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${edits} edits each way`)
console.log(`floor: the list, and a call to the CRM   p50 ${floor.toFixed(1)} ms`)
const polled = await measured({ every: values.every, called: false })
report(`polled every ${values.every}`, polled, intervalMs + 2_000)
const heard = await measured({ every: '1h', called: true })
report('called', heard, 3_000)

function report(what: string, times: readonly number[], promisedMs: number): void {
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)]
  const verdict = p95 <= promisedMs ? 'kept' : 'NOT KEPT'
  console.log(
    `${what.padEnd(20)} p50 ${p50.toFixed(0)} ms   p95 ${p95.toFixed(0)} ms   promised ${promisedMs} ms: ${verdict}   p50 is ${(p50 / floor).toFixed(1)} × the floor`,
  )
  if (p95 > promisedMs) process.exitCode = 1
}

interface Way {
  readonly every: string
  readonly called: boolean
}

/** One edit of each of so many deals; a record is looked at no more than once a minute, however often it is named. */
async function measured(way: Way): Promise<readonly number[]> {
  const house = await calledHouse(way)
  const daemon = house.start('run')
  try {
    await until(() => daemon.output().includes('"run.done"'), 'a first pass', 60_000)
    if (way.called) await house.run('connect', 'webhook', 'partner-center', '--register')
    const linked = house.source.referrals.filter((id) => house.crm.dealOf(id) !== null)
    // Few edits of each: a field that is written back and forth is left alone after a while.
    const open = linked.filter((id) => !house.source.show(id).status.startsWith('Closed'))
    const times: number[] = []
    while (times.length < edits) {
      for (const id of open.slice(0, edits - times.length)) times.push(await oneEdit(house, id, 50_000 + times.length))
      // Each record is named once a minute: the second round waits for that.
      if (way.called && times.length < edits) await new Promise((resolve) => setTimeout(resolve, 61_000))
    }
    return times
  } finally {
    daemon.signal('SIGTERM')
    await daemon.ended
    await house.close()
  }
}

type Id = CalledHouse['source']['referrals'][number]

async function oneEdit({ source, crm }: CalledHouse, id: Id, amount: number): Promise<number> {
  const deal = crm.dealOf(id)
  if (deal === null) throw new Error('it is not linked')
  // At any moment of the interval.
  await new Promise((resolve) => setTimeout(resolve, ((amount * 7_919) % intervalMs) / 2))
  source.setValue(id, String(amount))
  return await until(() => Number(crm.show(deal).amount) === amount, 'the edit', intervalMs + 30_000)
}

async function floorMs(): Promise<number> {
  const house = await calledHouse({ every: '1h' })
  const times: number[] = []
  for (let n = 0; n < 50; n += 1) {
    const began = performance.now()
    await (await fetch(`${house.servedSource.url}/v1.0/engagements/referrals?$orderby=updatedDateTime desc`)).text()
    await (await fetch(`${house.servedCrm.url}/services/data`)).text()
    times.push(performance.now() - began)
  }
  await house.close()
  return quantile(times, 0.5)
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
