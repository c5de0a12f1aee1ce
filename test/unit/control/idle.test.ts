// I16: what a quiet pass costs. The same few calls however many deals there are, nothing written, nothing committed.

import { expect, test } from 'vitest'
import { fakeControl } from '../../support/fake-control.ts'
import { addReferral } from '../../support/fake-vendors.ts'

const who = 'anna'

interface Quiet {
  readonly calls: number
  readonly commits: number
  readonly writes: number
}

/** So many deals in step; then so many quiet passes, five minutes apart. */
async function quiet(deals: number, passes: number): Promise<Quiet> {
  const house = await fakeControl()
  for (let n = 0; n < deals; n += 1)
    addReferral(house.source, `deal${String(n).padStart(4, '0')}`, { status: 'Accepted' })
  const approved = { changes: true, outcomes: 0 }
  for (let pass = 0; pass < 3; pass += 1) await house.control.sync({ who, approved })

  const ledger = house.ledgerOf('cosell')
  const counts = { commits: 0 }
  const commit = ledger.commit.bind(ledger)
  Object.assign(ledger, {
    commit: async (...given: Parameters<typeof commit>) => {
      if (given[0].length + (given[1]?.length ?? 0) > 0) counts.commits += 1
      await commit(...given)
    },
  })
  const callsOf = (): number => house.source.calls.length + house.salesforce.calls.length
  const writesOf = (): number => house.source.writes.length + house.salesforce.writes.length
  const [calls, writes] = [callsOf(), writesOf()]
  for (let pass = 0; pass < passes; pass += 1) {
    house.clock.turn(300_000)
    await house.control.sync({ who })
  }
  return { calls: callsOf() - calls, commits: counts.commits, writes: writesOf() - writes }
}

test('one deal or two hundred: an idle pass makes the same calls', async () => {
  const [one, many] = [await quiet(1, 12), await quiet(200, 12)]
  expect(many.calls).toBe(one.calls)
  expect(one.calls / 12).toBe(2)
})

test('1,000 quiet passes write nothing, and commit a heartbeat in a quarter of an hour at most', async () => {
  const { writes, commits } = await quiet(5, 1_000)
  expect(writes).toBe(0)
  expect(commits).toBeLessThanOrEqual((1_000 * 300_000) / 900_000 + 1)
})
