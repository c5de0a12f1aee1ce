// A referral that a person answers here, with a command: the source hears it, and the record follows what the source
// shows, whatever its stage says meanwhile.

import { describe, expect, test } from 'vitest'
import { actOn, changesFor } from '#control/deal-actions'
import { dealMapping } from '../../support/deal-mapping.ts'
import { DealWorld } from '../../support/deal-world.ts'

async function waiting(options: Parameters<typeof dealMapping>[0] = {}): Promise<DealWorld> {
  const world = new DealWorld({ mapping: dealMapping(options) })
  world.refer('R-1')
  await world.passes(2)
  return world
}

async function told(world: DealWorld, say: 'accept' | 'decline' | 'release'): Promise<void> {
  const now = world.clock.now()
  const link = await world.link('R-1')
  const acted = actOn(link, { do: say, deal: 'R-1', who: 'operator' }, { now, mapping: world.pipeline.mapping })
  await world.ledger.commit(...changesFor(acted, 'operator', now))
}

const stages = (world: DealWorld): readonly unknown[] => [
  world.referral('R-1').fields['stage'],
  world.deal('R-1').fields['Stage'],
]

describe('accepted by hand', () => {
  test.each(['byStage', 'never'] as const)('with accept: %s, the record moves on', async (accept) => {
    const world = await waiting({ accept })
    const before = stages(world)
    await told(world, 'accept')
    await world.passes(3)
    expect([before, stages(world)]).toEqual([
      ['New', 'New from Microsoft'],
      ['Accepted', 'Qualification'],
    ])
    expect(await world.link('R-1')).toMatchObject({ waiting: [], base: { standing: { stage: 'Accepted' } } })
    expect(await world.link('R-1')).not.toHaveProperty('answer')
  })

  test('and then left alone, nothing more is written', async () => {
    const world = await waiting()
    await told(world, 'accept')
    await world.passes(3)
    const then = world.nowMs()
    await world.passes(3)
    expect(world.writes(then + 1)).toEqual([])
  })
})

describe('declined by hand', () => {
  test('goes once, and the record shows it', async () => {
    const world = await waiting()
    await told(world, 'decline')
    await world.passes(4)
    expect(stages(world)).toEqual(['Declined', 'Declined'])
    expect(world.source.attempts.filter(({ fields }) => fields['stage'] === 'Declined')).toHaveLength(1)
  })

  test('waits as long as every outcome waits', async () => {
    const world = await waiting({ outcomes: { holdMs: 30 * 60_000 } })
    await told(world, 'decline')
    await world.passes(2)
    expect(stages(world)).toEqual(['New', 'New from Microsoft'])
    expect(await world.link('R-1')).toMatchObject({ waiting: [{ for: 'outcome', code: 'DB-3106' }] })
    await world.passes(8)
    expect(stages(world)).toEqual(['Declined', 'Declined'])
  })
})

test('a held one goes when it is released', async () => {
  const world = await waiting({ outcomes: { holdMs: 30 * 60_000 } })
  await told(world, 'decline')
  await world.passes(1)
  await told(world, 'release')
  await world.passes(2)
  expect(stages(world)).toEqual(['Declined', 'Declined'])
})

test('an answer that Microsoft gave first stands', async () => {
  const world = await waiting()
  await told(world, 'decline')
  world.editReferral('R-1', { stage: 'Accepted', step: 'Qualified' })
  await world.passes(3)
  expect(stages(world)).toEqual(['Accepted', 'Qualification'])
  expect(await world.link('R-1')).not.toHaveProperty('answer')
})

test('what was answered before is not answered again', async () => {
  const world = await waiting()
  await told(world, 'accept')
  await world.passes(3)
  await expect(told(world, 'decline')).rejects.toMatchObject({ code: 'DB-1165' })
})
