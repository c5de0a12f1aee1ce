// What a connection tells of its org, and what it notices.

import { afterEach, describe, expect, test } from 'vitest'
import { type FieldSchema, kind, type Probe } from '#spi'
import { validUnder } from '../../../../connectors/salesforce/schema.ts'
import { Account, Contact, never, Opportunity, Role, type TestOrg, testOrg } from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const kinds = [Opportunity, Account, Contact, Role]
const look = (): Promise<Probe> => org.session.probe(kinds, never)

function fieldOf(probe: Probe, of: string, name: string): FieldSchema {
  const field = probe.kinds.find((each) => each.kind === of)?.fields.find((each) => each.name === name)
  if (!field) throw new Error(`${of}.${name} is told`)
  return field
}

describe('a healthy org', () => {
  test('who we are, where, and what we may do', async () => {
    org = await testOrg({ company: 'fabrikam', settings: { limits: {} } })
    const probe = await look()
    expect(probe.account).toBe('dealbridge@fabrikam.example')
    expect(probe.organization).toBe(org.simulator.staff.organizationId)
    expect(probe.label).toMatch(/^127\.0\.0\.1:\d+, Enterprise, API v67\.0$/)
    expect(probe.currencies).toEqual(['EUR', 'USD', 'CHF', 'GBP'])
    expect(probe.findings.map(({ level, what }) => [level, what])).toEqual([
      ['ok', 'signed in as dealbridge@fabrikam.example through an External Client App'],
      ['ok', 'may create and edit Opportunity, Account, Contact, OpportunityContactRole'],
      ['ok', 'the dealbridge fields are in place'],
      ['ok', 'API calls today: org at 0 % of 118,000; our share 0 % of at most 15 %'],
    ])
  })

  test('owners: the active and the others, each with an address', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { owners } = await look()
    expect(owners).toHaveLength(7)
    expect(owners.find(({ name }) => name === 'Mei Tan')).toEqual({
      kind: 'user',
      id: org.simulator.staff.ids.mei,
      name: 'Mei Tan',
      email: 'mei.tan@fabrikam.example',
      active: true,
    })
    expect(owners.filter(({ active }) => !active).map(({ name }) => name)).toEqual(['Former Colleague'])
  })

  test('fields with what they take', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const probe = await look()
    const told = (name: string) => fieldOf(probe, 'Opportunity', name)
    expect(told('Name')).toMatchObject({ type: 'text', required: true, lengthMax: 120, creatable: true })
    expect(told('Amount')).toMatchObject({ type: 'money', precision: 18, scale: 2, required: false })
    expect(told('CloseDate')).toMatchObject({ type: 'date', required: true })
    expect(told('PC_Answer_By__c').type).toBe('instant')
    expect(told('IsWon')).toMatchObject({ type: 'boolean', creatable: false, updatable: false, required: false })
    expect(told('ExpectedRevenue')).toMatchObject({ calculated: true, updatable: false })
    expect(told('AccountId')).toMatchObject({ type: 'reference', references: ['Account'] })
    expect(told('PC_Referral_Id__c').unique).toBe(true)
    expect(told('Solution_Area__c').type).toBe('list')
    expect(told('Type').choices).toBeUndefined()
    expect(told('RecordTypeId').choices?.map(({ value }) => value)).toEqual(['Standard', 'Cosell'])
    expect(probe.kinds[0]?.ownedBy).toEqual(['user'])
  })

  test('stages with what they stand for, and their sales process', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const stage = fieldOf(await look(), 'Opportunity', 'StageName')
    expect(stage.process).toBe('Default')
    expect(stage.choices?.map(({ value, means }) => [value, means])).toEqual([
      ['New from Microsoft', 'open'],
      ['Qualification', 'open'],
      ['Needs Analysis', 'open'],
      ['Value Proposition', 'open'],
      ['Proposal/Price Quote', 'open'],
      ['Negotiation/Review', 'open'],
      ['Closed Won', 'won'],
      ['Closed Lost', 'lost'],
      ['Declined', 'lost'],
      ['Expired at Microsoft', 'lost'],
    ])
  })

  test('a probe writes nothing, and repeated it asks only whether fields have changed', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await look()
    const before = org.apiCalls().length
    await look()
    const describes = org
      .apiCalls()
      .slice(before)
      .filter(({ url }) => url.pathname.endsWith('/describe'))
    expect(describes).toHaveLength(kinds.length)
    expect(describes.every(({ headers }) => headers['if-modified-since'] !== undefined)).toBe(true)
    expect(org.apiCalls().length - before).toBe(kinds.length + 1)
    expect(org.apiCalls().every(({ method, body }) => method === 'GET' || !body.includes('"PATCH"'))).toBe(true)
  })
})

describe('what is wrong is said', () => {
  test('F106: the field package is missing', async () => {
    org = await testOrg({ company: 'fabrikam' })
    for (const name of ['PC_Referral_Id__c', 'PC_Sync_State__c']) org.simulator.admin.removeField(Opportunity, name)
    expect((await look()).findings.find(({ code }) => code === 'DB-1314')).toMatchObject({
      level: 'error',
      what: 'fields of the dealbridge package are missing on Opportunity: PC_Referral_Id__c, PC_Sync_State__c',
      fix: 'sf project deploy start, in connectors/salesforce/package',
    })
  })

  test('T2: the key is not unique', async () => {
    org = await testOrg({ company: 'fabrikam' })
    org.simulator.admin.change(Opportunity, 'PC_Referral_Id__c', { unique: false })
    const probe = await look()
    expect(probe.findings.find(({ code }) => code === 'DB-1313')?.level).toBe('error')
    expect(fieldOf(probe, 'Opportunity', 'PC_Referral_Id__c').unique).toBe(false)
  })

  test('an object that may only be read', async () => {
    org = await testOrg({ company: 'fabrikam' })
    org.simulator.knobs.readOnlyKinds.add('Contact')
    const probe = await look()
    expect(probe.findings.find(({ code }) => code === 'DB-1312')?.what).toBe("can't create Contact")
    expect(fieldOf(probe, 'Contact', 'LastName').creatable).toBe(false)
  })

  test('setup data that is closed to us costs its checks and nothing else', async () => {
    org = await testOrg({ company: 'fabrikam' })
    org.tamper = (answer) => ({
      ...answer,
      body: answer.body.replace(/"totalSize":\d+,"done":true,"records":\[\{[^\]]*"ApiName"[^\]]*\]/, '"nothing":true'),
    })
    await expect(look()).rejects.toMatchObject({ code: 'DB-1304' })
    org.tamper = (answer) => answer
    org.simulator.knobs.hidden.add('OpportunityStage.ApiName')
    const probe = await look()
    expect(probe.findings.find(({ code }) => code === 'DB-1319')?.level).toBe('warning')
    expect(fieldOf(probe, 'Opportunity', 'StageName').choices).toHaveLength(10)
  })

  test('an object that is not there', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await expect(org.session.probe([kind('Invoice__c')], never)).rejects.toMatchObject({ code: 'DB-1312' })
  })
})

describe('what has changed since we looked last', () => {
  test('F107: a stage that was switched off, a field that is gone, and who did it', async () => {
    org = await testOrg({ company: 'fabrikam' })
    expect((await look()).history).toEqual([])
    org.clock.turn(60 * 60_000)
    org.simulator.admin.setValue(Opportunity, 'StageName', 'Value Proposition', false)
    org.simulator.admin.removeField(Opportunity, 'Partner_Update__c')
    const change = { kind: 'Opportunity', change: 'removed', on: '2026-11-20', by: 'Priya Nair' }
    expect((await look()).history).toEqual([
      { ...change, field: 'Partner_Update__c' },
      { ...change, field: 'StageName', value: 'Value Proposition' },
    ])
  })

  test('it is remembered for a month, also by a session that was opened since, and its author is asked for once', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await look()
    org.simulator.admin.setValue(Opportunity, 'StageName', 'Needs Analysis', false)
    const told = async () => (await (await org.open()).probe(kinds, never)).history?.map(({ value }) => value)
    expect([await told(), await told()]).toEqual([['Needs Analysis'], ['Needs Analysis']])
    expect(org.apiCalls().filter(({ url }) => url.search.includes('SetupAuditTrail'))).toHaveLength(1)
    org.clock.turn(31 * 24 * 60 * 60_000)
    expect(await told()).toEqual([])
  })

  test('an object that is looked at for the first time has not changed', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await org.session.probe([Opportunity], never)
    expect((await look()).history).toEqual([])
  })
})

test('under which values a dependent choice may be made', () => {
  const controller = {
    picklistValues: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'].map((value) => ({ value, active: true })),
  } as Parameters<typeof validUnder>[0]
  const bits = Buffer.from([0b1010_0000, 0b1000_0000]).toString('base64')
  expect(validUnder(controller, bits)).toEqual(['A', 'C', 'I'])
  expect(validUnder(controller, null)).toBeNull()
})
