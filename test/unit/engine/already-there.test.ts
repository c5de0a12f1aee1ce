import { expect, test } from 'vitest'
import { fakeKeyField, fakeOpportunity, fakeRole } from '#testkit/fake-crm'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { dealMapping } from '../../support/deal-mapping.ts'
import { DealWorld } from '../../support/deal-world.ts'

/** A seller makes the deal by hand, after we looked and before our own create arrives. */
const beaten = (world: () => DealWorld): FakeWire => ({
  ...perfectWire,
  hop: async ({ vendor, does }, moment) => {
    if (vendor !== 'crm' || does !== 'write' || moment !== 'before' || world().deals('R-1').length > 0) return
    world().crm.add(fakeOpportunity, { [fakeKeyField]: 'r-1', Stage: 'Qualification', Name: 'By hand', Amount: '5' })
    await Promise.resolve()
  },
})

test('T1: a deal that somebody else made under our key is taken for what it is, and nothing is laid over it', async () => {
  const world: DealWorld = new DealWorld({
    mapping: dealMapping({ lookups: true }),
    crmSession: { wire: beaten(() => world) },
  })
  const { target } = world.pipeline
  world.start({ target: { ...target, traits: { ...target.traits, batchMax: 1 } } })
  world.refer('R-1', { customer: { name: 'Contoso', domain: 'contoso.example' } })
  await world.passes(4)

  expect(world.deals('R-1')).toHaveLength(1)
  expect(world.deal('R-1').fields).toMatchObject({ Name: 'By hand' })
  expect(await world.link('R-1')).toMatchObject({ record: world.deal('R-1').id })
  // What would have belonged to a deal of our own, such as its contact role, stays with the seller.
  expect(world.writes().filter(({ kind, applied }) => applied && kind === fakeRole)).toEqual([])
  const writes = world.writes().length
  await world.passes(5)
  expect(world.writes()).toHaveLength(writes)
})
