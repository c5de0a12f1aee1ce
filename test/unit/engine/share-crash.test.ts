// F64, F65, F66 for a deal that begins in the CRM: the process is killed at each moment at which it waits for anything
// (before a call, between its effect and its answer, on either side of each commit), one after the other, and started
// again. There is one deal, one link and one opportunity each time, and nothing is left open.

import { expect, test } from 'vitest'
import { fakeOpportunity } from '#testkit/fake-crm'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { linkKey } from '#core/model/ids'
import { cycle } from '#engine/cycle'
import { SharingWorld, sharingMapping } from '../../support/shared-deals.ts'
import { Life, MortalLedger } from '../../simulation/life.ts'

const mapping = sharingMapping({}, { status: true })

interface Lived {
  readonly world: SharingWorld
  /** Where it died; null when it came to its end before the moment at which it was to die. */
  readonly died: string | null
}

/** A world whose first pass dies at the moment with this number. */
async function dyingAt(number: number): Promise<Lived> {
  let passed = 0
  let died: string | null = null
  const mortal: { life?: Life } = {}
  const wire: FakeWire = {
    ...perfectWire,
    hop: async ({ vendor, does }, moment) => await mortal.life?.pass(`${vendor}.${does}:${moment}`),
  }
  const world = new SharingWorld({ mapping, sourceSession: { wire }, crmSession: { wire } })
  const life = new Life({
    clock: world.clock,
    latencyMs: () => 0,
    dies: (point) => {
      passed += 1
      if (passed !== number) return false
      died = point
      return true
    },
    died: () => dead.resolve(null),
  })
  const dead = Promise.withResolvers<null>()
  mortal.life = life
  world.opportunity('opp-1', { Share: 'yes' })
  const ledger = new MortalLedger(world.ledger, life, { committed: () => undefined, fails: () => null })
  const signal = new AbortController().signal
  await Promise.race([cycle(world.start({ ledger }), { signal }), dead.promise])
  delete mortal.life
  world.start()
  return { world, died }
}

async function expectOneDeal({ world, died }: Lived, passes: number): Promise<void> {
  await world.passes(passes)
  const made = world.madeFor('opp-1')
  expect([died, made.length, world.crm.live(fakeOpportunity).length, await world.openIntents()]).toEqual([
    died,
    1,
    1,
    0,
  ])
  const key = linkKey(made[0]?.id ?? '')
  expect([died, await world.links()]).toMatchObject([died, [{ key, record: 'opp-1', waiting: [] }]])
  expect(world.opportunityOf('opp-1')?.fields).toMatchObject({ ReferralKey: key, SyncState: 'In step' })
  const writes = world.writes().length
  await world.passes(3)
  expect([died, world.writes().length]).toEqual([died, writes])
}

test('killed at every moment of the pass that makes it', async () => {
  const points: string[] = []
  for (let number = 1; ; number += 1) {
    const lived = await dyingAt(number)
    if (lived.died !== null) points.push(lived.died)
    await expectOneDeal(lived, 4)
    if (lived.died === null) break
  }
  expect(points).toContain('source.write:effect')
  expect(points.filter((point) => point === 'commit:after').length).toBeGreaterThan(3)
  expect(points.length).toBeGreaterThan(25)
})

test('killed at every moment, and its seller takes the mark away before it is started again', async () => {
  for (let number = 1; ; number += 1) {
    const lived = await dyingAt(number)
    lived.world.edit('opp-1', { Share: 'no' })
    await lived.world.passes(6)
    const made = lived.world.madeFor('opp-1').length
    const links = (await lived.world.links()).filter(({ record }) => record !== null).length
    // Made or not: never twice, never without its link, and no second opportunity.
    expect([lived.died, made <= 1, links, lived.world.crm.live(fakeOpportunity).length]).toEqual([
      lived.died,
      true,
      made,
      1,
    ])
    if (lived.died === null) break
  }
})
