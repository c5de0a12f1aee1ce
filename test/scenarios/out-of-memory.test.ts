// F71: the process dies for want of memory in the middle of its work, is started again with a little more each time, and
// goes on where it stopped.

import { afterEach, expect, test } from 'vitest'
import { realWorld, type RealWorld } from '../support/real-process.ts'
import { twice, values } from '../support/twice.ts'

const referrals = 300
/** From far too little to enough: where it begins to be enough depends on the Node that runs it. */
const heapsMiB = [30, 36, 38, 39, 40, 42, 48, 64, 512]

let world: RealWorld | undefined
afterEach(async () => await world?.close())

test('dies, is started again, and catches up', { timeout: 240_000 }, async () => {
  world = await realWorld(['dynamics'])
  await world.configure({ more: 'limits: { changes: { perRun: 1000, creates: 1000 } }' })
  const { source, crms } = world
  const desk = crms.dynamics?.simulator.desk ?? expect.fail('no CRM')
  const accounts = new Set(values(desk, 'account', 'name'))
  for (let n = 0; n < referrals; n += 1) source.hands.arrive('cosell', 'Americas')

  const ends: string[] = []
  for (const heapMiB of heapsMiB) {
    const { code, signal } = await world.startSync(heapMiB).ended
    ends.push(code === 0 ? 'done' : (signal ?? `code ${code}`))
    if (code === 0) break
  }
  expect([ends[0], ends.at(-1)]).toEqual(['SIGABRT', 'done'])

  expect(twice(desk, 'opportunity', 'fab_pcreferralid')).toEqual([])
  expect(values(desk, 'opportunity', 'fab_pcreferralid').length).toBeGreaterThanOrEqual(referrals)
  expect(twice(desk, 'account', 'name').filter((name) => !accounts.has(name))).toEqual([])
})
