// Planning many deals, and doing nothing for many: what a pass costs beside the least anyone must do with the same
// records, and whether an idle pass stays idle when more is linked.
//
//   npm run bench:planning                    10,000 changed referrals; idle over 1,000 and 10,000 links
//   npm run bench:planning -- --referrals N
//
// The vendors are pretended in memory, so that only our own work is measured. Ratios are what to compare: machines differ.

import { parseArgs } from 'node:util'
import { canonicalJson } from '#core/model/json'
import { cycle } from '#engine/cycle'
import { fakeReferral } from '#testkit/fake-source'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { DealWorld } from '../test/support/deal-world.ts'

let calls = 0
const countingWire: FakeWire = {
  ...perfectWire,
  hop: async (call, when) => {
    if (when === 'before') calls += 1
    await perfectWire.hop(call, when)
  },
}

const { values } = parseArgs({ options: { referrals: { type: 'string', default: '10000' } } })
const signal = new AbortController().signal
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0)

await planning(Number(values.referrals))
await idling(1_000, Number(values.referrals))

async function planning(count: number): Promise<void> {
  const world = worldOf(count)
  const floor = floorFor(world)
  const before = process.memoryUsage().rss
  const began = performance.now()
  const { plan, error } = await cycle(world.start({ mode: 'observe' }), { signal })
  if (error) throw error
  const ms = performance.now() - began
  const grown = process.memoryUsage().rss - before
  console.log(
    `plan ${count} new referrals: ${ms.toFixed(0)} ms, ${plan?.changes.length ?? 0} changes, ${mib(grown)} MiB more`,
  )
  console.log(
    `  floor (reading and hashing the same records once): ${floor.toFixed(0)} ms; ratio ${(ms / floor).toFixed(1)}`,
  )
}

/** The least anyone must do: look at each record once, and be able to tell it from another. */
function floorFor(world: DealWorld): number {
  const began = performance.now()
  let size = 0
  for (const state of world.source.live(fakeReferral)) size += canonicalJson({ ...state.fields }).length
  return performance.now() - began + (size === 0 ? 1 : 0)
}

/** The first pass links everybody; then nothing happens any more. */
async function idling(few: number, many: number): Promise<void> {
  const [small, large] = [await idle(few), await idle(many)]
  for (const { links, calls, ms } of [small, large])
    console.log(`idle over ${links} links: ${calls} calls, 0 writes, ${ms.toFixed(2)} ms`)
  console.log(
    `  ${many / few} times the links: ${(large.calls / small.calls).toFixed(1)} times the calls, ${(large.ms / small.ms).toFixed(1)} times the time`,
  )
}

async function idle(links: number): Promise<{ readonly links: number; readonly calls: number; readonly ms: number }> {
  const world = worldOf(links)
  await world.passes(3)
  // One late edit, so that the newest stamp is not shared by all: a stream that ends in a crowd reads the crowd again.
  world.editReferral('r-0', { 'details.value': '90000' })
  await world.passes(3)
  const writes = world.writes().length
  const passes = 20
  const before = calls
  const began = performance.now()
  for (let pass = 0; pass < passes; pass += 1) await world.pass()
  const ms = (performance.now() - began) / passes
  if (world.writes().length !== writes) throw new Error('an idle pass wrote something')
  return { links, calls: (calls - before) / passes, ms }
}

function worldOf(count: number): DealWorld {
  const limits = { perRun: 1e9, creates: 1e9, shareOfLinked: 1 }
  const session = { wire: countingWire, pageSize: () => 1_000 }
  const world = new DealWorld({ limits, sourceSession: session, crmSession: session })
  for (let index = 0; index < count; index += 1)
    world.refer(`r-${index}`, {
      customer: { name: `Customer ${index}`, domain: `customer-${index}.example` },
      contact: { email: `someone@customer-${index}.example` },
    })
  return world
}
