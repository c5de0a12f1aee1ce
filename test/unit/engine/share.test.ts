import { describe, expect, test } from 'vitest'
import { fakeAccount, fakeOpportunity } from '#testkit/fake-crm'
import { fakeReferral } from '#testkit/fake-source'
import { perfectWire, type FakeWire } from '#testkit/fake-wire'
import { linkKey, recordId } from '#core/model/ids'
import { SharingWorld, sharingMapping } from '../../support/shared-deals.ts'
import { valueAt } from '../../support/deal-world.ts'

const marked = { Share: 'yes' }

describe('a marked opportunity becomes a deal at the source', () => {
  test('once, told both ways, and then there is peace', async () => {
    const world = new SharingWorld()
    world.opportunity('opp-1', marked)
    await world.pass()
    const [made, ...more] = world.madeFor('opp-1')
    expect(more).toEqual([])
    expect(made?.fields).toMatchObject({
      name: 'Our own',
      stage: 'Accepted',
      customer: { name: 'Contoso' },
      details: { value: '5000', currency: 'EUR' },
    })
    expect(world.opportunityOf('opp-1')?.fields['ReferralKey']).toBe(made && linkKey(made.id))
    expect(await world.links()).toMatchObject([{ key: made && linkKey(made.id), record: 'opp-1' }])
    const writes = world.writes().length
    await world.passes(10)
    expect([world.writes().length, await world.openIntents()]).toEqual([writes, 0])
  })

  test('and is kept in step like any other', async () => {
    const world = new SharingWorld()
    world.opportunity('opp-1', marked)
    await world.passes(2)
    const [made] = world.madeFor('opp-1')
    world.editReferral(made?.id ?? '', { 'details.value': '7000' })
    world.edit('opp-1', { Topic: 'Fabric', Stage: 'Proposal' })
    await world.passes(3)
    expect(world.opportunityOf('opp-1')?.fields['Amount']).toBe('7000')
    expect(world.madeFor('opp-1')[0]?.fields).toMatchObject({ step: 'Proposed', details: { topic: 'Fabric' } })
  })

  test('whether it was marked before the first pass or long after', async () => {
    const world = new SharingWorld()
    world.opportunity('opp-1', marked)
    world.opportunity('opp-2')
    await world.passes(3)
    expect([world.madeFor('opp-1').length, world.madeFor('opp-2').length]).toEqual([1, 0])
    world.edit('opp-2', marked)
    await world.passes(2)
    expect(world.madeFor('opp-2')).toHaveLength(1)
  })

  test('also when its mark was never read as a change: the full comparison finds it', async () => {
    const world = new SharingWorld()
    await world.pass()
    world.opportunity('opp-1', marked)
    // The bookmark is past it, as if the change had become visible too late.
    const bookmark = await world.ledger.get('bookmark', 'deals/crm')
    const late = String(world.nowMs() + 60_000)
    await world.ledger.commit([
      { put: 'bookmark', key: 'deals/crm', value: { ...bookmark, cursor: late, at: world.clock.now() } as never },
    ])
    await world.pass({}, 0)
    expect(world.madeFor('opp-1')).toEqual([])
    await world.pass({ everything: true }, 0)
    expect(world.madeFor('opp-1')).toHaveLength(1)
  })
})

describe('what the plan says', () => {
  test('it is a create that cannot be taken back, and nothing is written by looking', async () => {
    const world = new SharingWorld({ mode: 'observe' })
    world.opportunity('opp-1', marked)
    for (const _ of [1, 2]) {
      const { plan } = await world.pass()
      expect(plan?.changes).toMatchObject([
        { side: 'referral', action: 'create', irreversible: true, state: 'ready', title: 'Contoso – Our own' },
      ])
    }
    expect([world.writes(), await world.links()]).toEqual([[], []])
  })

  test('more of them than a run may make wait for a person', async () => {
    const world = new SharingWorld({ limits: { creates: 2, outcomes: 0 } })
    for (const id of ['opp-1', 'opp-2', 'opp-3']) world.opportunity(id, marked)
    const stopped = await world.pass()
    expect(stopped.plan?.stopped).toMatchObject([{ code: 'DB-3122', wanted: 3, limit: 2 }])
    expect(world.source.live(fakeReferral)).toEqual([])
    await world.pass({ approved: { changes: true, outcomes: 0 } })
    expect(world.source.live(fakeReferral)).toHaveLength(3)
  })
})

describe('the undo window', () => {
  const mapping = sharingMapping({ holdMs: 30 * 60_000 }, { status: true })

  test('it waits, its seller is told until when, and then it goes', async () => {
    const world = new SharingWorld({ mapping })
    world.opportunity('opp-1', marked)
    await world.pass()
    expect(world.madeFor('opp-1')).toEqual([])
    expect(world.opportunityOf('opp-1')?.fields).toMatchObject({
      SyncState: 'On hold',
      SyncMessage: expect.stringMatching(/^It goes to Microsoft on .+ Take the mark away before then to stop it\.$/),
    })
    await world.pass({}, 31)
    await world.pass()
    expect(world.madeFor('opp-1')).toHaveLength(1)
    expect(world.opportunityOf('opp-1')?.fields['SyncState']).toBe('In step')
  })

  test('an operator lets it go at once', async () => {
    const world = new SharingWorld({ mapping })
    world.opportunity('opp-1', marked)
    await world.pass()
    const [link] = await world.links()
    if (!link) expect.fail('no link')
    const waiting = link.waiting.map((wait) => ({ ...wait, until: world.clock.now() }))
    await world.ledger.commit([{ put: 'link', key: link.key, value: { ...link, released: 'share', waiting } }])
    await world.pass()
    expect(world.madeFor('opp-1')).toHaveLength(1)
    expect((await world.links())[0]).not.toHaveProperty('released')
  })

  test('taking the mark away stops it, and nothing is left of it', async () => {
    const world = new SharingWorld({ mapping })
    world.opportunity('opp-1', marked)
    await world.pass()
    world.edit('opp-1', { Share: 'no' })
    await world.passes(12)
    expect(world.madeFor('opp-1')).toEqual([])
    expect(world.opportunityOf('opp-1')?.fields).toMatchObject({ SyncState: null, SyncMessage: null })
    expect(await world.links()).toMatchObject([{ record: null, waiting: [] }])
    world.edit('opp-1', marked)
    await world.pass()
    expect(world.opportunityOf('opp-1')?.fields['SyncState']).toBe('On hold')
    await world.pass({}, 31)
    expect(world.madeFor('opp-1')).toHaveLength(1)
  })
})

describe('what is not shared', () => {
  test.each([
    ['no mark', {}],
    ['another value of the mark', { Share: 'no' }],
    ['a closed deal', { ...marked, Stage: 'Closed Lost' }],
    ['a record that belongs to a referral', { ...marked, ReferralKey: 'r-9' }],
  ])('%s', async (_, fields) => {
    const world = new SharingWorld()
    world.opportunity('opp-1', fields)
    await world.passes(3)
    expect([world.madeFor('opp-1'), world.writes()]).toEqual([[], []])
  })

  test.each([
    ['its stage says that nobody works on it', { Stage: 'New from Microsoft' }, 'DB-3130'],
    ['its stage is in no row', { Stage: 'Somewhere' }, 'DB-3130'],
    ['its account has no name', { AccountId: 'acc-2' }, 'DB-2202'],
  ])('it waits while %s, and goes once that is mended', async (_, fields, code) => {
    const world = new SharingWorld()
    world.opportunity('opp-1', { ...marked, ...fields })
    await world.passes(2)
    expect(await world.links()).toMatchObject([{ unshared: true, waiting: [{ for: 'problem', code }] }])
    world.edit('opp-1', { Stage: 'Qualification', AccountId: 'acc-1' })
    await world.passes(2)
    expect(world.madeFor('opp-1')).toHaveLength(1)
  })

  test('what is mended on the account is noticed within the hour', async () => {
    const world = new SharingWorld()
    world.opportunity('opp-1', { ...marked, AccountId: 'acc-2' })
    await world.pass()
    world.crm.add(fakeAccount, { Name: 'Fabrikam' }, { id: recordId('acc-2') })
    await world.pass({}, 61)
    expect(valueAt(world.madeFor('opp-1')[0]?.fields ?? {}, 'customer.name')).toBe('Fabrikam')
  })
})

describe('an answer that was lost', () => {
  const losing = (what: 'lose-answer' | 'lose-request'): FakeWire => {
    let left = 1
    return {
      ...perfectWire,
      fault: ({ does }) => (does === 'write' && left-- > 0 ? { do: what } : null),
    }
  }

  test.each(['lose-answer', 'lose-request'] as const)('F6: %s: one deal, made once', async (what) => {
    const world = new SharingWorld({ sourceSession: { wire: losing(what) } })
    world.opportunity('opp-1', marked)
    await world.passes(4)
    expect(world.madeFor('opp-1')).toHaveLength(1)
    expect(world.crm.live(fakeOpportunity)).toHaveLength(1)
    expect([(await world.links()).length, await world.openIntents()]).toEqual([1, 0])
  })

  test('the mark was taken away meanwhile: what was made is kept in step, and not made again', async () => {
    const world = new SharingWorld({ sourceSession: { wire: losing('lose-answer') } })
    world.opportunity('opp-1', marked)
    await world.pass()
    world.edit('opp-1', { Share: 'no', Amount: '6000' })
    await world.passes(4)
    expect(world.madeFor('opp-1')).toMatchObject([{ fields: { details: { value: '6000' } } }])
    expect(world.crm.live(fakeOpportunity)).toHaveLength(1)
  })

  test('somebody made the deal by hand under the same id: it is taken for what it is', async () => {
    const world = new SharingWorld({ mapping: sharingMapping({ holdMs: 60_000 * 30 }) })
    world.opportunity('opp-1', marked)
    await world.pass()
    world.refer('R-1', { stage: 'Accepted' })
    world.editReferral('R-1', { externalReferenceId: 'opp-1', 'details.value': '5000' })
    await world.pass({}, 31)
    await world.passes(2)
    expect(world.source.live(fakeReferral)).toHaveLength(1)
    expect(await world.links()).toMatchObject([{ key: 'r-1', record: 'opp-1' }])
    expect(world.crm.live(fakeOpportunity)).toHaveLength(1)
  })

  test('I18: the whole store is lost: nothing is made a second time', async () => {
    const world = new SharingWorld()
    world.opportunity('opp-1', marked)
    await world.passes(2)
    world.forget()
    world.edit('opp-1', { Topic: 'Fabric' })
    await world.passes(3)
    expect(world.madeFor('opp-1')).toHaveLength(1)
    expect(world.crm.live(fakeOpportunity)).toHaveLength(1)
  })
})
