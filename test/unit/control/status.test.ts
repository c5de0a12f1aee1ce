import { describe, expect, test } from 'vitest'
import { FixConfig, kind, NeedsHuman, RetryLater } from '#spi'
import { fakeControl } from '../../support/fake-control.ts'
import { draftOf } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const who = 'anna'

describe('status', () => {
  test('tells how the last pass went, who must answer Microsoft, and who the connections are', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    await house.control.sync({ who })
    expect(await house.control.status()).toMatchObject({
      schema: 'dealbridge.status/v1',
      version: '1.2.3',
      daemon: null,
      pipelines: [
        { name: 'cosell', mode: 'auto', linked: 1, inStep: 1, lastRun: { result: 'done', counts: { written: 1 } } },
      ],
      answers: [{ referral: 'aaaa0001', answerBy: '2026-11-25T09:00:00.000Z', title: 'Contoso AG – Azure migration' }],
      connections: [
        { name: 'partner-center', state: 'ok' },
        { name: 'salesforce', state: 'ok', account: 'dealbridge@fabrikam.example' },
        { name: 'dynamics', state: 'unknown', account: null },
      ],
    })
  })

  test('an answered referral leaves the list of those to answer', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    await house.control.sync({ who })
    addReferral(house.source, 'aaaa0001', { status: 'Accepted' })
    await house.control.sync({ who })
    expect((await house.control.status()).answers).toEqual([])
  })

  test('says which connection is broken and since when, and no longer once it works', async () => {
    const house = await fakeControl()
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    await house.control.sync({ who })
    expect(await house.control.status()).toMatchObject({
      pipelines: [
        { lastRun: { result: 'failed', code: 'DB-1301' }, trouble: { code: 'DB-1301', connection: 'salesforce' } },
      ],
      connections: [{ state: 'unknown' }, { state: 'trouble', trouble: { code: 'DB-1301' } }, { state: 'unknown' }],
      problems: [{ code: 'DB-1301', what: 'pipeline', count: 1 }],
    })
    house.salesforce.fails = () => undefined
    await house.control.sync({ who })
    expect(await house.control.status()).toMatchObject({ pipelines: [{ trouble: null }], problems: [] })
  })

  test('an idle pass is not written down: one entry in a quarter of an hour', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    await house.control.sync({ who })
    const ledger = house.ledgerOf('cosell')
    const before = (await ledger.get('run', 'last'))?.id
    await house.control.sync({ who })
    expect((await ledger.get('run', 'last'))?.id).toBe(before)
    house.clock.turn(16 * 60_000)
    await house.control.sync({ who })
    expect((await ledger.get('run', 'last'))?.id).not.toBe(before)
  })
})

describe('problems', () => {
  test('are grouped by cause, with the remedy, whose turn it is, and some examples', async () => {
    const house = await fakeControl()
    for (const id of ['aaaa0001', 'bbbb0002', 'cccc0003']) addReferral(house.source, id, { status: 'Accepted' })
    await house.control.sync({ who })
    for (const { id } of house.salesforce.records.values())
      house.salesforce.put(opportunity, id, { StageName: 'Strange' })
    await house.control.sync({ who })
    const [group, ...others] = await house.control.problems()
    expect(group).toMatchObject({ code: 'DB-2130', what: 'problem', who: 'CRM admin', count: 3 })
    expect(group?.examples.toSorted()).toEqual(['aaaa0001', 'bbbb0002', 'cccc0003'])
    expect(group?.fix).toContain('stages.rows')
    expect(others).toEqual([])
  })
})

describe('replay', () => {
  test('tries again what was refused, and only that', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    house.salesforce.fails = (call) =>
      call === 'write' ? new NeedsHuman('refused', { code: 'DB-3299', who: 'Salesforce admin' }) : undefined
    const [first] = await house.control.sync({ who })
    expect(first).toMatchObject({ written: 0 })
    house.salesforce.fails = () => undefined

    expect(await house.control.replay({ who, cause: 'DB-2130' })).toEqual({ deals: 0, runs: [] })
  })

  test('an unknown cause changes nothing; a known one is planned anew on today’s data', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001', { status: 'Accepted' })
    await house.control.sync({ who })
    const [id = ''] = house.salesforce.records.keys()
    house.salesforce.put(opportunity, id, { StageName: 'Strange' })
    await house.control.sync({ who })
    house.salesforce.put(opportunity, id, { StageName: 'Open' })

    const replayed = await house.control.replay({ who, cause: 'DB-2130' })
    expect(replayed).toMatchObject({ deals: 1, runs: [{ result: 'done' }] })
    expect(await house.control.problems()).toEqual([])
  })
})

describe('check', () => {
  test('asks every connection and holds every mapping against it', async () => {
    const house = await fakeControl()
    house.dynamics.fails = () => new RetryLater('no answer', { code: 'DB-1505' })
    const { sections } = await house.control.check({})
    expect(sections.map(({ title, findings }) => [title, findings.map(({ level }) => level)])).toEqual([
      ['Partner Center', ['ok']],
      ['Salesforce', ['ok']],
      ['Salesforce', ['error']],
      ['Pipeline cosell', ['ok', 'warning', 'ok']],
      ['This machine', ['ok', 'ok']],
    ])
  })

  test('asks a connection about every kind of record its mappings touch', async () => {
    const house = await fakeControl()
    const mapping = fakeMapping()
    const shapes = [...mapping.shapes, { kind: kind('Account'), fields: ['Name'] }]
    house.mapping = () => draftOf({ ...mapping, shapes })
    await house.control.check({})
    expect(house.salesforce.probed).toEqual(['Opportunity', 'Account'])
    expect(house.dynamics.probed).toEqual(['Opportunity'])
  })

  test('of one connection; a wrong name is told with the right one', async () => {
    const house = await fakeControl()
    const { sections } = await house.control.check({ connection: 'salesforce' })
    expect(sections.map(({ title }) => title)).toEqual(['Salesforce', 'Pipeline cosell', 'This machine'])
    await expect(house.control.check({ connection: 'salesforse' })).rejects.toThrow('Did you mean "salesforce"?')
  })
})
