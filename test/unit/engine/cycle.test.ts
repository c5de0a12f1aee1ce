import { describe, expect, test } from 'vitest'
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
