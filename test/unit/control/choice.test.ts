// A question about an account, answered: what the engine makes of it, with what may go wrong in between.

import { expect, test } from 'vitest'
import { recordId } from '#core/model/ids'
import { actOn, changesFor } from '#control/deal-actions'
import type { DealRequest } from '#control/requests'
import { fakeAccount, fakeOpportunity } from '#testkit/fake-crm'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { dealMapping } from '../../support/deal-mapping.ts'
import { DealWorld, type DealWorldOptions } from '../../support/deal-world.ts'

const contoso = { customer: { name: 'Contoso', domain: 'contoso.example' } }

/** Two accounts of one customer stand in the CRM, and a referral of that customer has come in. */
async function asked(options: DealWorldOptions = {}): Promise<DealWorld> {
  const world = new DealWorld({ mapping: dealMapping({ lookups: true }), ...options })
  for (const id of ['a1', 'a2'])
    world.crm.add(fakeAccount, { Name: 'Contoso', Website: 'contoso.example' }, { id: recordId(id) })
  world.refer('R-1', contoso)
  await world.pass()
  expect(await world.link('R-1')).toMatchObject({ record: null, waiting: [{ code: 'DB-3502', choices: ['a1', 'a2'] }] })
  expect(world.writes()).toEqual([])
  return world
}

async function answer(world: DealWorld, record: string | null): Promise<void> {
  const now = world.clock.now()
  const request = { do: 'resolve', deal: 'R-1', field: 'account', take: { record }, who: 'mei' } as const
  const acted = actOn(await world.link('R-1'), request, { now, mapping: world.pipeline.mapping })
  await world.ledger.commit(...changesFor(acted, 'mei', now))
}

const accountsOf = (world: DealWorld) => world.crm.live(fakeAccount).map(({ id }) => id)

test('answered, the very next pass makes the deal under that account, although nothing was read about it', async () => {
  const world = await asked()
  await answer(world, 'a2')
  await world.pass()
  expect(world.deal('R-1').fields).toMatchObject({ AccountId: 'a2' })
  expect(accountsOf(world)).toEqual(['a1', 'a2'])
  const { chosen, waiting } = await world.link('R-1')
  expect([chosen, waiting]).toEqual([undefined, []])
  const writes = world.writes().length
  await world.passes(3)
  expect(world.writes()).toHaveLength(writes)
})

test('an account that nobody has is asked about again, and the next answer counts', async () => {
  const world = await asked()
  await answer(world, 'a22')
  await world.pass()
  expect(world.deals('R-1')).toEqual([])
  expect((await world.link('R-1')).waiting[0]?.message).toContain('a22')
  await answer(world, 'a1')
  await world.pass()
  expect(world.deal('R-1').fields).toMatchObject({ AccountId: 'a1' })
})

/** The answer to the first write is lost after it was done. */
function losingOnce(): FakeWire {
  let lost = false
  return {
    ...perfectWire,
    fault: ({ vendor, does }) => {
      if (lost || vendor !== 'crm' || does !== 'write') return null
      lost = true
      return { do: 'lose-answer' }
    },
  }
}

test('a new one whose answer is lost is not taken for one of those it is none of, and is made once', async () => {
  const world = await asked({ crmSession: { wire: losingOnce() } })
  await answer(world, null)
  await world.passes(6)
  const made = accountsOf(world).filter((id) => !['a1', 'a2'].includes(id))
  expect(made).toHaveLength(1)
  expect(world.deals('R-1')).toHaveLength(1)
  expect(world.deal('R-1').fields).toMatchObject({ AccountId: made[0] })
  expect(world.crm.live(fakeOpportunity)).toHaveLength(1)
})

test.each([
  ['by the lookup', 'account'],
  ['by the field it fills', 'accountid'],
  ['by the kind of record', 'Account'],
  ['by nothing, where it asks about one only', undefined],
])('the question can be named %s', async (_, field) => {
  const world = await asked()
  const now = world.clock.now()
  const request = {
    do: 'resolve',
    deal: 'R-1',
    ...(field ? { field } : {}),
    take: { record: 'a2' },
    who: 'mei',
  } as const
  const { link, details } = actOn(await world.link('R-1'), request, { now, mapping: world.pipeline.mapping })
  expect(link.chosen).toMatchObject({ account: { record: 'a2', among: ['a1', 'a2'] } })
  expect(details).toEqual({ lookup: 'account', record: 'a2' })
})

test('what is no answer to it is refused, and says how it is answered', async () => {
  const world = await asked()
  const link = await world.link('R-1')
  const mapping = dealMapping({ lookups: true, lookup: { whenNone: 'leaveEmpty' } })
  const answering = (over: Partial<Extract<DealRequest, { do: 'resolve' }>>): (() => unknown) => {
    const request: DealRequest = { do: 'resolve', deal: 'R-1', take: 'crm', who: 'mei', ...over }
    return () => actOn(link, request, { now: world.clock.now(), mapping })
  }
  expect(answering({})).toThrow('`--record <id>`')
  expect(answering({ field: 'contact', take: { record: 'c1' } })).toThrow('No question of R-1 is about that.')
  // The mapping never makes an account: so it cannot be a new one.
  expect(answering({ take: { record: null } })).toThrow('The mapping never makes one')
})

test('untied from its record, or tied to another, a deal forgets what was chosen for the one it would have had', async () => {
  const world = await asked()
  await answer(world, 'a2')
  const actor = { now: world.clock.now(), mapping: null }
  const link = await world.link('R-1')
  expect(actOn(link, { do: 'unlink', deal: 'R-1', who: 'mei' }, actor).link.chosen).toBeUndefined()
  expect(actOn(link, { do: 'link', deal: 'R-1', record: 'opp-1', who: 'mei' }, actor).link.chosen).toBeUndefined()
})

test('where the question is which deal it is, naming one links it', async () => {
  const world = await asked()
  const link = await world.link('R-1')
  const [question] = link.waiting
  const match = { ...link, waiting: question ? [{ ...question, subject: 'match' }] : [] }
  const request = { do: 'resolve', deal: 'R-1', take: { record: 'opp-7' }, who: 'mei' } as const
  const acted = actOn(match, request, { now: world.clock.now(), mapping: world.pipeline.mapping })
  expect(acted).toMatchObject({ event: 'linked', link: { record: 'opp-7', waiting: [{ subject: 'link' }] } })
})
