// F64 to F67: kill -9 at any moment of a sync, fifty times, and sync again: no second opportunity, account or contact,
// and a last plan that is empty. The process is the real one; it dies before a request arrives, after it was carried out
// and before its answer is back, or at any other moment.

import { afterEach, expect, test } from 'vitest'
import type { Desk } from '#spi'
import { seededRandom } from '../support/host.ts'
import { realWorld, type RealWorld } from '../support/real-process.ts'
import { twice, values } from '../support/twice.ts'

const kills = 50
const seed = 20_261_121

let world: RealWorld | undefined
afterEach(async () => await world?.close())

test(`killed ${kills} times (seed ${seed})`, { timeout: 300_000 }, async () => {
  world = await realWorld(['dynamics'], seed)
  const { source, crms } = world
  const crm = crms.dynamics ?? expect.fail('no CRM')
  const random = seededRandom(seed)
  const before = countsOf(crm.simulator.desk)
  let killed = 0
  for (let round = 0; killed < kills && round < kills * 2; round += 1) {
    source.hands.arrive('cosell', 'Americas')
    const [first] = source.hands.referrals
    if (first) source.hands.setValue(first, String(10_000 + round))
    if (await dies(world, () => random.next())) killed += 1
  }
  expect(killed).toBe(kills)

  for (const { served } of [source, crm]) served.breaks = () => undefined
  await world.run('sync', '--yes')
  await world.run('sync', '--yes')
  const last = await world.run('plan', '--json', '--exit-code')
  expect([last.code, JSON.parse(last.out)]).toMatchObject([0, { summary: { create: 0, update: 0, outcome: 0 } }])

  const desk = crm.simulator.desk
  expect(twice(desk, 'opportunity', 'fab_pcreferralid')).toEqual([])
  expect(twice(desk, 'account', 'name').filter((name) => !before.accounts.has(name))).toEqual([])
  expect(twice(desk, 'contact', 'emailaddress1').filter((email) => !before.contacts.has(email))).toEqual([])
})

/** Lets one sync begin, and ends it somewhere. True when it was still at work. */
async function dies(world: RealWorld, chance: () => number): Promise<boolean> {
  const process = world.startSync()
  const kill = (): void => void process.child.kill('SIGKILL')
  const at = Math.floor(chance() * 3)
  const isBefore = chance() < 0.5
  let writes = 0
  for (const { served } of [world.source, ...Object.values(world.crms)])
    served.breaks = ({ method, url, body }) => {
      if (method === 'GET' || url.pathname.includes('token') || !isWrite(method, body)) return undefined
      writes += 1
      if (writes !== at + 1) return undefined
      if (isBefore) {
        kill()
        return { do: 'cut-before' }
      }
      // The vendor carries it out; nobody is there to hear of it.
      kill()
      return { do: 'cut-after' }
    }
  // A few die at a moment that has nothing to do with a request.
  const timer = chance() < 0.3 ? setTimeout(kill, 200 + chance() * 600) : null
  const { signal } = await process.ended
  if (timer) clearTimeout(timer)
  return signal === 'SIGKILL'
}

/** Batches carry questions as well as writes. */
const isWrite = (method: string, body: string): boolean => method === 'PATCH' || /(?:^|\n)(?:POST|PATCH) /.test(body)

function countsOf(desk: Desk) {
  return {
    accounts: new Set(values(desk, 'account', 'name')),
    contacts: new Set(values(desk, 'contact', 'emailaddress1')),
  }
}
