// What an owner asks for when they want to be sure: the real program, as a process, reads both sides of every pair.

import { afterEach, describe, expect, test } from 'vitest'
import { realWorld, type RealWorld } from '../support/real-process.ts'

const timeout = 120_000
const worlds: RealWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

interface Told {
  readonly pipelines: readonly {
    readonly counts: Readonly<Record<string, number>>
    readonly deals: readonly { readonly state: string; readonly fields: readonly { readonly field: string }[] }[]
    readonly history: { readonly altered: number }
  }[]
}

describe.each(['salesforce', 'dynamics'] as const)('verify against %s', (name) => {
  test('agrees, tells of an edit before the pass that writes it, and writes nothing itself', { timeout }, async () => {
    const world = await realWorld([name])
    worlds.push(world)
    const crm = world.crms[name] ?? expect.fail('no CRM')
    for (let pass = 0; pass < 2; pass += 1) await world.run('sync', '--yes', '--approve-outcomes', '50')

    const calm = await world.run('verify', '--json')
    const told = JSON.parse(calm.out) as Told
    expect(told.pipelines).toMatchObject([{ counts: { unexplained: 0, due: 0, shared: 0 }, history: { altered: 0 } }])
    expect(told.pipelines[0]?.counts['pairs']).toBeGreaterThan(5)

    const deals = world.source.hands.referrals.map((one) => crm.hands.dealOf(one))
    const deal = deals.find((one) => one !== null && crm.hands.show(one).isOpen) ?? expect.fail('no open deal')
    crm.hands.setAmount(deal, '123456')
    const [before, writesBefore] = [marks(world), writesOf(world)]
    const edited = await world.run('verify')
    expect(edited.out).toContain('~ 1 to be settled by the next pass')
    expect(edited.out).toContain('123,456')
    expect([marks(world), writesOf(world)]).toEqual([before, writesBefore])
    expect([1, 2]).toContain(edited.code)

    // What follows from the amount (a priority, say) goes back with the pass after it.
    for (let pass = 0; pass < 2; pass += 1) await world.run('sync', '--yes')
    expect((await world.run('verify')).out).not.toContain('next pass')
  })
})

const marks = ({ source, crms }: RealWorld): readonly string[] => [
  source.hands.mark(),
  ...Object.values(crms).map(({ hands }) => hands.mark()),
]

const writesOf = ({ source }: RealWorld): number =>
  source.served.calls.filter(({ method }) => method === 'PATCH').length
