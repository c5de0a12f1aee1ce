import { describe, expect, test } from 'vitest'
import { fakeAccount, fakeContact, fakeOpportunity, fakeRole } from '#testkit/fake-crm'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { dealMapping } from '../../support/deal-mapping.ts'
import { DealWorld, valueAt } from '../../support/deal-world.ts'

describe('a referral becomes a deal', () => {
  test('it is made once, told back, and then there is peace', async () => {
    const world = new DealWorld()
    world.refer('R-1')
    await world.pass()
    expect(world.deal('R-1').fields).toMatchObject({
      Stage: 'New from Microsoft',
      Amount: '84000',
      CloseDate: '2026-12-18',
    })
    expect(valueAt(world.referral('R-1').fields, 'externalReferenceId')).toBe(world.deal('R-1').id)
    const writes = world.writes().length
    await world.passes(20)
    expect(world.writes()).toHaveLength(writes)
  })

  test('I9: an edit on either side reaches the other, and nothing else is written', async () => {
    const world = new DealWorld()
    world.refer('R-1')
    await world.passes(2)
    const before = world.writes().length
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(2)
    expect(world.deal('R-1').fields['Amount']).toBe('90000')
    world.editDeal('R-1', { Topic: 'Fabric' })
    await world.passes(2)
    expect(valueAt(world.referral('R-1').fields, 'details.topic')).toBe('Fabric')
    expect(world.writes().length - before).toBe(2)
  })

  test('F101: won while nobody had answered: accepted first, then won', async () => {
    const world = new DealWorld()
    world.refer('R-1')
    await world.passes(2)
    world.editDeal('R-1', { Stage: 'Closed Won' })
    await world.passes(3)
    expect(world.referral('R-1').fields['stage']).toBe('Won')
  })
})

test('only what deals are compared by is followed: accounts and contacts are asked for when a deal needs them', async () => {
  const followed = new Set<string>()
  const wire: FakeWire = {
    ...perfectWire,
    hop: async ({ does, kinds }) => {
      if (does === 'changes') for (const kind of kinds) followed.add(kind)
      await Promise.resolve()
    },
  }
  const mapping = dealMapping({ lookups: true })
  const shapes = [...mapping.shapes, ...[fakeAccount, fakeContact, fakeRole].map((kind) => ({ kind, fields: [] }))]
  const world = new DealWorld({ mapping: { ...mapping, shapes }, crmSession: { wire } })
  const { target } = world.pipeline
  const satellites = { [fakeRole]: { of: fakeOpportunity, by: 'OpportunityId' } }
  world.start({ target: { ...target, traits: { ...target.traits, satellites } } })
  world.refer('R-1', { customer: { name: 'Contoso', domain: 'contoso.example' } })
  await world.passes(3)
  expect(world.deals('R-1')).toHaveLength(1)
  expect([...followed].toSorted()).toEqual([fakeOpportunity, fakeRole].toSorted())
})
