// The pretended environment, driven by a client we did not write: what dynamics-web-api believes about the Web API
// must hold here.

import { DynamicsWebApi } from 'dynamics-web-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kind, recordId } from '#spi'
import { people, seedId } from '../../connectors/dynamics/simulator/company.ts'
import { pretend, type Pretended } from '../unit/connectors/dynamics/pretended.ts'

/** Only what a test looks at; the rest of an answer is none of its business. */
interface Row {
  readonly accountid: string
  readonly leadid: string
  readonly opportunityid: string
  readonly [column: string]: unknown
}
interface Rows {
  readonly value: readonly Row[]
  readonly oDataCount?: number
  readonly oDataDeltaLink?: string
}

let there: Pretended
let client: DynamicsWebApi

beforeAll(async () => {
  there = await pretend({ clients: [{ id: 'app', secret: 's', user: people.application }] })
  client = new DynamicsWebApi({
    serverUrl: there.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: async () => await tokenOf(there),
    propagateErrors: true,
  })
})
afterAll(() => there.close())

async function tokenOf({ url }: Pretended): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'app',
    client_secret: 's',
    scope: 'https://fabrikam.crm4.dynamics.com/.default',
  })
  const answer = await fetch(`${url}/fabrikam/oauth2/v2.0/token`, { method: 'POST', body: form })
  return ((await answer.json()) as { access_token: string }).access_token
}

interface Refused {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>
}

/** As the client throws it. */
async function refusal(work: Promise<unknown>): Promise<Refused> {
  try {
    await work
  } catch (error) {
    return error as Refused
  }
  throw new Error('it was not refused')
}

// The client types its answers as whatever its caller hopes for.
const create = (collection: string, data: object): Promise<Row> =>
  client.create({ collection, data, returnRepresentation: true })
const read = (collection: string, key: string, ...select: string[]): Promise<Row> =>
  client.retrieve({ collection, key, select })
const filtered = (collection: string, filter: string): Promise<Rows> => client.retrieveMultiple({ collection, filter })

describe('rows', () => {
  test('are created, read and updated', async () => {
    const made = await create('accounts', { name: 'Contoso AG' })
    expect(made).toMatchObject({ name: 'Contoso AG', statecode: 0, statuscode: 1 })
    expect(made['@odata.etag']).toMatch(/^W\/"\d+"$/)
    await client.update({ collection: 'accounts', key: made.accountid, data: { telephone1: '+49 30 1' } })
    const now = await read('accounts', made.accountid, 'telephone1')
    expect(now['telephone1']).toBe('+49 30 1')
    expect(Object.keys(now)).not.toContain('name')
    expect(now['@odata.etag']).not.toBe(made['@odata.etag'])
  })

  test('a stale etag is refused, and the refusal carries its code', async () => {
    const { accountid } = await create('accounts', { name: 'Stale Ltd' })
    const stale = client.update({ collection: 'accounts', key: accountid, data: { name: 'x' }, ifmatch: 'W/"1"' })
    expect(await refusal(stale)).toMatchObject({ status: 412, code: '0x80060882' })
  })

  test('an upsert by alternate key creates, then updates the same row', async () => {
    const upsert = (name: string): Promise<Row> =>
      client.upsert({
        collection: 'opportunities',
        key: "fab_pcreferralid='u-1'",
        data: { name },
        returnRepresentation: true,
      })
    const first = await upsert('One')
    const second = await upsert('Two')
    expect(second).toMatchObject({ opportunityid: first.opportunityid, name: 'Two', fab_pcreferralid: 'u-1' })
  })

  test('lookups are bound and expanded', async () => {
    const account = seedId(10, 1)
    const deal = await create('opportunities', { name: 'Bound', 'parentaccountid@odata.bind': `accounts(${account})` })
    const seen: Row = await client.retrieve({
      collection: 'opportunities',
      key: deal.opportunityid,
      select: ['name', '_customerid_value'],
      expand: [{ property: 'parentaccountid', select: ['name'] }],
    })
    expect(seen).toMatchObject({ _customerid_value: account, parentaccountid: { name: 'Adatum Brasil Ltda' } })
  })
})

describe('queries', () => {
  test('filter, order and count', async () => {
    const page: Rows = await client.retrieveMultiple({
      collection: 'opportunities',
      select: ['name', 'estimatedvalue'],
      filter: "statecode eq 0 and contains(name,'adatum')",
      orderBy: ['estimatedvalue desc'],
      count: true,
    })
    expect(page.value.map((row) => row['name'])).toEqual(['Adatum – data estate', 'Adatum – Copilot pilot'])
    expect(page.oDataCount).toBe(2)
  })

  test('every page is followed to the end', async () => {
    const all: Rows = await client.retrieveAll({ collection: 'opportunities', select: ['name'], maxPageSize: 4 })
    const ids = all.value.map((row) => row.opportunityid)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBe(there.vendor.desk.all(kind('opportunity')).length)
  })

  test('changes since a delta link, deletions last', async () => {
    const first: Rows = await client.retrieveMultiple({ collection: 'leads', select: ['subject'], trackChanges: true })
    const made = await create('leads', { subject: 'New', lastname: 'N' })
    there.vendor.desk.remove(kind('lead'), recordId(seedId(12, 3)))
    const delta: Rows = await client.retrieveMultiple({ collection: 'leads' }, first.oDataDeltaLink)
    expect(delta.value).toEqual([
      expect.objectContaining({ leadid: made.leadid }),
      expect.objectContaining({ id: seedId(12, 3), reason: 'deleted' }),
    ])
  })
})

describe('deals', () => {
  const close = (id: string, actionName: string, status: number): Promise<unknown> =>
    client.callAction({
      actionName,
      action: {
        Status: status,
        OpportunityClose: { subject: 'x', actualrevenue: 90, 'opportunityid@odata.bind': `opportunities(${id})` },
      },
    })

  test('are won by their action, once, and never by an update', async () => {
    const { opportunityid: id } = await create('opportunities', { name: 'To close', estimatedvalue: 100.5 })
    const patched = client.update({ collection: 'opportunities', key: id, data: { statecode: 1 } })
    expect(await refusal(patched)).toMatchObject({ status: 400, code: '0x80100005' })
    await close(id, 'WinOpportunity', 3)
    const won: Row = await client.retrieve({
      collection: 'opportunities',
      key: id,
      select: ['statecode', 'statuscode', 'actualvalue', 'actualclosedate'],
      expand: [{ property: 'Opportunity_OpportunityClose', select: ['actualrevenue'] }],
    })
    expect(won).toMatchObject({ statecode: 1, statuscode: 3, actualvalue: 90, actualclosedate: '2026-11-20' })
    expect(won['Opportunity_OpportunityClose']).toHaveLength(1)
    expect(await refusal(close(id, 'LoseOpportunity', 4))).toMatchObject({ code: '0x80040515' })
    await client.update({ collection: 'opportunities', key: id, data: { statecode: 0, statuscode: 1 } })
    await close(id, 'LoseOpportunity', 5)
  })

  test('come out of a qualified lead, with the referral carried over', async () => {
    const lead = await create('leads', {
      subject: 'Call me',
      companyname: 'Coho',
      lastname: 'C',
      fab_pcreferralid: 'q-1',
    })
    const made = await client.callAction<Rows>({
      collection: 'leads',
      key: lead.leadid,
      actionName: 'Microsoft.Dynamics.CRM.QualifyLead',
      action: { CreateAccount: true, CreateContact: true, CreateOpportunity: true, Status: 3 },
    })
    const types = made.value.map((row) => row['@odata.type'])
    expect(types).toEqual(['account', 'contact', 'opportunity'].map((name) => `#Microsoft.Dynamics.CRM.${name}`))
    const deal = await read('opportunities', "fab_pcreferralid='q-1'")
    expect(deal).toMatchObject({ name: 'Call me', _originatingleadid_value: lead.leadid })
  })
})

describe('batches', () => {
  const later = (collection: string, data: object, how: { contentId?: string; inChangeSet?: boolean } = {}): void =>
    void client.create({ collection, data, ...how })

  test('a change set is all or nothing', async () => {
    client.startBatch()
    later('accounts', { name: 'In a set' })
    later('contacts', { lastname: 'x'.repeat(60) })
    expect(await refusal(client.executeBatch())).toBeDefined()
    expect((await filtered('accounts', "name eq 'In a set'")).value).toEqual([])
  })

  test('a reference leads to what an earlier request of the set made', async () => {
    client.startBatch()
    later('accounts', { name: 'Parent' }, { contentId: '1' })
    later('contacts', { lastname: 'Child', 'parentcustomerid_account@odata.bind': '$1' })
    const [account, contact] = (await client.executeBatch()) as readonly string[]
    const seen = await read('contacts', contact ?? '', '_parentcustomerid_value')
    expect(seen['_parentcustomerid_value']).toBe(account)
  })

  test('with continue-on-error one bad request leaves the others alone', async () => {
    client.startBatch()
    for (const name of ['Good one', 'x'.repeat(200), 'Good two']) later('accounts', { name }, { inChangeSet: false })
    const answers = await client.executeBatch({ continueOnError: true })
    expect(answers[1]).toMatchObject({ status: 400, error: { code: '0x80044331' } })
    expect((await filtered('accounts', "startswith(name,'Good ')")).value).toHaveLength(2)
  })
})

describe('bulk', () => {
  const upsertMultiple = (targets: readonly object[]): Promise<unknown> =>
    client.callAction({
      collection: 'opportunities',
      actionName: 'Microsoft.Dynamics.CRM.UpsertMultiple',
      action: {
        Targets: targets.map((target) => ({ '@odata.type': 'Microsoft.Dynamics.CRM.opportunity', ...target })),
      },
    })
  const byKey = (key: string) => ({ '@odata.id': `opportunities(fab_pcreferralid='${key}')` })

  test('all rows or none', async () => {
    const tooLong = { ...byKey('b-2'), name: 'x'.repeat(400) }
    expect(await refusal(upsertMultiple([{ ...byKey('b-1'), name: 'ok' }, tooLong]))).toMatchObject({
      code: '0x80044331',
    })
    expect((await filtered('opportunities', "fab_pcreferralid eq 'b-1'")).value).toEqual([])
  })

  test('a key in the body too is tolerated for an update and refused for a create', async () => {
    const both = { ...byKey('b-3'), fab_pcreferralid: 'b-3', name: 'Both' }
    expect(await refusal(upsertMultiple([both]))).toMatchObject({ status: 400, code: '0x80040216' })
    await upsertMultiple([{ ...byKey('b-3'), name: 'First' }])
    await upsertMultiple([both])
    expect(await read('opportunities', "fab_pcreferralid='b-3'", 'name')).toMatchObject({ name: 'Both' })
  })
})

describe('the organization', () => {
  test('says who is asking', async () => {
    expect(await client.callFunction({ functionName: 'WhoAmI' })).toMatchObject({ UserId: people.application })
  })

  test('describes its tables, keys and choices', async () => {
    const table = await client.retrieveEntity({
      key: "LogicalName='opportunity'",
      select: ['EntitySetName', 'ChangeTrackingEnabled'],
      expand: [{ property: 'Keys', select: ['KeyAttributes', 'EntityKeyIndexStatus'] }],
    })
    expect(table).toMatchObject({
      EntitySetName: 'opportunities',
      ChangeTrackingEnabled: true,
      Keys: [{ KeyAttributes: ['fab_pcreferralid'], EntityKeyIndexStatus: 'Active' }],
    })
    const choices = await client.retrieveAttributes({
      entityKey: "LogicalName='opportunity'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet' }],
    })
    const stage = choices.value.find(({ LogicalName }) => LogicalName === 'salesstage')
    const labels = ['Qualify', 'Develop', 'Propose', 'Close']
    expect(stage).toMatchObject({
      OptionSet: { Options: labels.map((Label) => ({ Label: { UserLocalizedLabel: { Label } } })) },
    })
  })

  test('protects itself: the client is told to wait, and longer when it does not listen', async () => {
    const strict = await pretend({ protection: { requests: 3 } })
    const hasty = new DynamicsWebApi({ serverUrl: strict.url, dataApi: { version: '9.2' } })
    const whoAmI = () => hasty.callFunction({ functionName: 'WhoAmI' })
    for (let call = 0; call < 3; call += 1) await whoAmI()
    const first = await refusal(whoAmI())
    const second = await refusal(whoAmI())
    expect(first).toMatchObject({ status: 429, code: '0x80072322' })
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(Number(first.headers['retry-after']))
    strict.clock.turn(301_000)
    await whoAmI()
    await strict.close()
  })
})
