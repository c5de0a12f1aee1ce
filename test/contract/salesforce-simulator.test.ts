// The pretended org, used by a client we did not write: jsforce itself, with its own transport and its own ways, not
// through our door. What it can do against the real Salesforce it must be able to do here.

import { Connection } from 'jsforce'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kind } from '#spi'
import { type Served, serve } from '#testkit/serve'
import {
  type SalesforceSimulator,
  salesforceSimulator,
  sandboxClient,
} from '../../connectors/salesforce/simulator/index.ts'
import { handClock, type HandClock, seededRandom } from '../support/host.ts'

let served: Served
let simulator: SalesforceSimulator
let clock: HandClock
let connection: Connection

beforeAll(async () => {
  clock = handClock()
  const random = seededRandom(3)
  served = await serve((url) => {
    simulator = salesforceSimulator({ now: () => clock.now(), random: () => random.next(), baseUrl: () => url })
    return simulator
  })
  connection = await connect()
})
afterAll(() => served.close())

async function connect(): Promise<Connection> {
  const { id: clientId, secret: clientSecret } = sandboxClient
  const made = new Connection({
    loginUrl: served.url,
    instanceUrl: served.url,
    version: '67.0',
    oauth2: { loginUrl: served.url, clientId, clientSecret },
    refreshFn: (own, done) => void renew(own, done),
  })
  await made.authorize({ grant_type: 'client_credentials' })
  return made
}

async function renew(own: Connection, done: (error: Error | null, token?: string) => void): Promise<void> {
  await own.authorize({ grant_type: 'client_credentials' })
  done(null, own.accessToken ?? '')
}

interface ApiFailure {
  readonly errorCode: string
}
async function failureOf(run: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(run).then(
    () => 'no error',
    (error: ApiFailure) => error.errorCode,
  )
}

const deal = (n: number, more: object = {}) => ({
  Name: `Contract ${n}`,
  StageName: 'Qualification',
  CloseDate: '2026-12-18',
  ...more,
})

describe('sign-in and discovery', () => {
  test('client credentials say who we are', () => {
    expect(connection.userInfo).toMatchObject({
      id: simulator.staff.ids.dealbridge,
      organizationId: simulator.staff.organizationId,
    })
    expect(connection.instanceUrl).toBe(served.url)
  })

  test('a session that ends is renewed behind the caller’s back', async () => {
    simulator.endSessions()
    expect((await connection.query('SELECT Id FROM User LIMIT 1')).totalSize).toBe(1)
  })

  test('versions, limits, identity and the count of calls', async () => {
    const versions = await connection.request<readonly { readonly version: string }[]>('/services/data')
    expect(versions.at(-1)?.version).toBe('67.0')
    const limits = await connection.limits()
    expect(limits['DailyApiRequests']?.Max).toBe(118_000)
    expect(connection.limitInfo.apiUsage?.limit).toBe(118_000)
    expect(await connection.identity()).toMatchObject({ username: 'dealbridge@fabrikam.example' })
  })

  test('describe, of all and of one', async () => {
    const all = await connection.describeGlobal()
    expect(all.sobjects.map(({ name }) => name)).toContain('Opportunity')
    const one = await connection.describe('Opportunity')
    const stage = one.fields.find(({ name }) => name === 'StageName')
    expect(stage).toMatchObject({ type: 'picklist', nillable: false, createable: true })
    expect(stage?.picklistValues).toHaveLength(10)
    expect(one.fields.find(({ name }) => name === 'PC_Referral_Id__c')).toMatchObject({
      unique: true,
      externalId: true,
    })
  })
})

describe('rows', () => {
  test('create, read, change, delete', async () => {
    const made = await connection.sobject('Opportunity').create(deal(1, { Amount: 12.5 }))
    expect(made).toMatchObject({ success: true, errors: [] })
    const id = String(made.id)
    expect(await connection.sobject('Opportunity').retrieve(id)).toMatchObject({
      Amount: 12.5,
      Probability: 10,
      IsClosed: false,
    })
    clock.turn(1_000)
    await connection.sobject('Opportunity').update({ Id: id, StageName: 'Closed Won' })
    expect(await connection.sobject('Opportunity').retrieve(id)).toMatchObject({
      Probability: 100,
      IsWon: true,
      IsClosed: true,
    })
    await connection.sobject('Opportunity').destroy(id)
    expect(await failureOf(connection.sobject('Opportunity').retrieve(id))).toBe('ENTITY_IS_DELETED')
  })

  test('a change of a row that was modified since is refused', async () => {
    const { id } = await connection.sobject('Opportunity').create(deal(2))
    const seen = new Date(clock.now()).toUTCString()
    clock.turn(2_000)
    simulator.desk.edit(kind('Opportunity'), simulator.desk.all(kind('Opportunity')).at(-1)?.id ?? (id as never), {
      Amount: 1,
    })
    const change = connection
      .sobject('Opportunity')
      .update({ Id: String(id), Amount: 2 }, { headers: { 'If-Unmodified-Since': seen } })
    expect(await failureOf(change)).toBe('ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE')
  })

  test.each([
    ['no name', { StageName: 'Qualification', CloseDate: '2026-12-18' }, 'REQUIRED_FIELD_MISSING'],
    ['an unknown column', deal(3, { Colour: 'red' }), 'INVALID_FIELD'],
    ['a calculated column', deal(3, { IsWon: true }), 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    ['a text too long', deal(3, { NextStep: 'x'.repeat(256) }), 'STRING_TOO_LONG'],
    ['a value outside a closed set', deal(3, { Priority__c: 'Low' }), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['a number as text', deal(3, { Amount: 'much' }), 'JSON_PARSER_ERROR'],
    ['an account that is none', deal(3, { AccountId: '001Qy00000ZZZZZ' }), 'INVALID_CROSS_REFERENCE_KEY'],
    ['an id that is none', deal(3, { AccountId: 'x' }), 'MALFORMED_ID'],
  ])('%s is refused', async (_, fields, code) => {
    expect(await failureOf(connection.sobject('Opportunity').create(fields))).toBe(code)
  })
})

describe('collections', () => {
  test('many at once, each with its own answer, in order', async () => {
    const answers = await connection.sobject('Opportunity').create([deal(10), { Name: 'no stage' }, deal(11)])
    expect(answers.map(({ success }) => success)).toEqual([true, false, true])
  })

  test('upsert by an external id: made first, changed then; the same key twice in one call is neither', async () => {
    const rows = [deal(20, { PC_Referral_Id__c: 'k-20' }), deal(21, { PC_Referral_Id__c: 'k-21' })]
    const first = await connection.sobject('Opportunity').upsert(rows, 'PC_Referral_Id__c')
    const second = await connection.sobject('Opportunity').upsert(rows, 'PC_Referral_Id__c')
    expect(
      [first, second].map((answers) => answers.map((answer) => ('created' in answer ? answer.created : null))),
    ).toEqual([
      [true, true],
      [false, false],
    ])
    const twice = [deal(22, { PC_Referral_Id__c: 'k-22' }), deal(23, { PC_Referral_Id__c: 'k-22' })]
    const both = await connection.sobject('Opportunity').upsert(twice, 'PC_Referral_Id__c')
    expect(both.map(({ success }) => success)).toEqual([false, false])
  })

  test('201 rows are too many', async () => {
    const rows = Array.from({ length: 201 }, (_, n) => deal(n))
    expect(await failureOf(connection.sobject('Opportunity').create(rows))).toBe('EXCEEDED_ID_LIMIT')
  })

  test('all or none takes everything back', async () => {
    const before = await connection.sobject('Opportunity').count()
    const answers = await connection
      .sobject('Opportunity')
      .create([deal(30), { Name: 'no stage' }], { allOrNone: true })
    expect(answers.map(({ success }) => success)).toEqual([false, false])
    expect(await connection.sobject('Opportunity').count()).toBe(before)
  })
})

describe('queries', () => {
  test.each([
    ["SELECT Id FROM Account WHERE Name LIKE 'Adventure%'", 1],
    ["SELECT Id FROM Account WHERE BillingCountryCode IN ('DE', 'CH') AND Website != null", 5],
    ["SELECT Id FROM Account WHERE (BillingCountryCode = 'DE' OR BillingCountryCode = 'AT') AND NOT Name LIKE 'F%'", 3],
    ["SELECT Id FROM Opportunity WHERE IsClosed = false AND Amount >= 100000 AND Name LIKE '%–%'", 4],
    ["SELECT Id FROM Opportunity WHERE Account.BillingCountryCode = 'NL'", 2],
    ["SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE BillingCountryCode = 'GB')", 1],
    ['SELECT Id FROM Opportunity WHERE CreatedDate = TODAY AND CloseDate < 2026-11-20', 4],
  ])('%s', async (soql, count) => {
    expect((await connection.query(soql)).totalSize).toBe(count)
  })

  test('parents and children are nested', async () => {
    const { records } = await connection.query(
      "SELECT Name, Account.Name, Owner.Email, (SELECT Contact.Email, IsPrimary FROM OpportunityContactRoles) FROM Opportunity WHERE Name LIKE 'Trey%'",
    )
    expect(records).toMatchObject([
      {
        Account: { Name: 'Trey Research' },
        Owner: { Email: 'anna.meier@fabrikam.example' },
        OpportunityContactRoles: { totalSize: 1, records: [{ Contact: { Email: 'luca.frei@treyresearch.example' } }] },
      },
    ])
  })

  test('pages are followed to the end', async () => {
    for (let n = 0; n < 250; n += 1) simulator.desk.add(kind('Account'), { Name: `Page ${n}` })
    const soql = "SELECT Id FROM Account WHERE Name LIKE 'Page %'"
    const headers = { 'Sforce-Query-Options': 'batchSize=200' }
    expect((await connection.query(soql, { headers })).records).toHaveLength(200)
    expect((await connection.query(soql, { headers, autoFetch: true, maxFetch: 1_000 })).records).toHaveLength(250)
  })

  test.each([
    ['SELECT Id FROM Opportunity WHERE', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Opportunity WHERE Name = 'a' AND StageName = 'b' OR Type = 'c'", 'MALFORMED_QUERY'],
    ['SELECT Colour FROM Opportunity', 'INVALID_FIELD'],
    ['SELECT Id FROM Invoice__c', 'INVALID_TYPE'],
    ["SELECT Id FROM Opportunity WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Opportunity WHERE Amount > '5'", 'INVALID_FIELD'],
    ["SELECT Id FROM Opportunity WHERE Description = 'x'", 'INVALID_FIELD'],
  ])('%s is refused', async (soql, code) => {
    expect(await failureOf(connection.query(soql))).toBe(code)
  })

  test('what was deleted is seen by those who ask for it', async () => {
    const { id } = await connection.sobject('Account').create({ Name: 'Gone AG' })
    await connection.sobject('Account').destroy(String(id))
    const soql = "SELECT IsDeleted FROM Account WHERE Name = 'Gone AG'"
    expect((await connection.query(soql)).totalSize).toBe(0)
    expect((await connection.query(soql, { scanAll: true })).records).toMatchObject([{ IsDeleted: true }])
  })

  test('which rows changed, and which were deleted, in a window', async () => {
    clock.turn(60_000)
    const start = new Date(clock.now())
    clock.turn(60_000)
    const { id } = await connection.sobject('Account').create({ Name: 'Window AG' })
    clock.turn(120_000)
    const end = new Date(clock.now())
    expect((await connection.sobject('Account').updated(start, end)).ids).toContain(id)
    expect((await connection.sobject('Account').deleted(start, end)).deletedRecords).toEqual([])
  })
})

describe('composite', () => {
  const post = (body: object) =>
    connection.requestPost<{
      readonly compositeResponse: readonly { readonly httpStatusCode: number; readonly body: unknown }[]
    }>('/composite', body)
  const url = (path: string): string => `/services/data/v67.0${path}`

  test('later parts refer to earlier ones, in rows and in collections; a dead reference halts its part only', async () => {
    const { compositeResponse } = await post({
      collateSubrequests: false,
      compositeRequest: [
        { method: 'POST', url: url('/sobjects/Account'), referenceId: 'a', body: { Name: 'Composite AG' } },
        {
          method: 'POST',
          url: url('/sobjects/Contact'),
          referenceId: 'c',
          body: { LastName: 'One', AccountId: '@{a.id}' },
        },
        {
          method: 'POST',
          url: url('/composite/sobjects'),
          referenceId: 'many',
          body: {
            records: [{ attributes: { type: 'Account' }, Name: 'In a list' }, { attributes: { type: 'Account' } }],
          },
        },
        {
          method: 'POST',
          url: url('/sobjects/Contact'),
          referenceId: 'd',
          body: { LastName: 'Two', AccountId: '@{many[0].id}' },
        },
        {
          method: 'POST',
          url: url('/sobjects/Contact'),
          referenceId: 'e',
          body: { LastName: 'Three', AccountId: '@{many[1].id}' },
        },
        { method: 'GET', url: url('/sobjects/Account/@{a.id}?fields=Name'), referenceId: 'f' },
      ],
    })
    expect(compositeResponse.map(({ httpStatusCode }) => httpStatusCode)).toEqual([201, 201, 200, 201, 400, 200])
    expect(compositeResponse[4]?.body).toMatchObject([{ errorCode: 'PROCESSING_HALTED' }])
    expect(compositeResponse[5]?.body).toMatchObject({ Name: 'Composite AG' })
  })

  test('collated, parts that refer to nothing may run in another order', async () => {
    const part = (n: number) => ({
      method: 'POST',
      url: url('/sobjects/Account'),
      referenceId: `r${n}`,
      body: { Name: `O${n}` },
    })
    await post({ compositeRequest: [part(1), part(2)] })
    const { records } = await connection.query("SELECT Name FROM Account WHERE Name IN ('O1', 'O2') ORDER BY Id")
    expect(records).toMatchObject([{ Name: 'O2' }, { Name: 'O1' }])
  })

  test.each([
    [26, '/sobjects/Account/describe'],
    [6, '/query?q=SELECT+Id+FROM+Account'],
  ])('%i parts of %s are too many', async (count, path) => {
    const compositeRequest = Array.from({ length: count }, (_, n) => ({
      method: 'GET',
      url: url(path),
      referenceId: `r${n}`,
    }))
    expect(await failureOf(post({ compositeRequest }))).toBe('INVALID_INPUT')
  })

  test('all or none: one failure takes the others back', async () => {
    const { compositeResponse } = await post({
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: url('/sobjects/Account'), referenceId: 'a', body: { Name: 'Never AG' } },
        { method: 'POST', url: url('/sobjects/Account'), referenceId: 'b', body: {} },
      ],
    })
    expect(compositeResponse.map(({ httpStatusCode }) => httpStatusCode)).toEqual([400, 400])
    expect((await connection.query("SELECT Id FROM Account WHERE Name = 'Never AG'")).totalSize).toBe(0)
  })

  test('the whole of it counts as one call', async () => {
    const before = simulator.callsCounted
    const compositeRequest = Array.from({ length: 20 }, (_, n) => ({
      method: 'GET',
      url: url('/sobjects/Account'),
      referenceId: `r${n}`,
    }))
    await post({ compositeRequest })
    expect(simulator.callsCounted - before).toBe(1)
  })
})

test('a bulk job: opened, filled, closed, worked through, and told row by row', { timeout: 20_000 }, async () => {
  const input = [
    'Name,StageName,CloseDate,Amount,PC_Referral_Id__c',
    '"Bulk, one",Qualification,2026-12-18,10.5,bulk-1',
    '"Bulk ""two""",Qualification,2026-12-18,#N/A,bulk-2',
    'Bulk three,,2026-12-18,,bulk-3',
    '',
  ].join('\n')
  const job = connection.bulk2.createJob({
    object: 'Opportunity',
    operation: 'upsert',
    externalIdFieldName: 'PC_Referral_Id__c',
  })
  await job.open()
  await job.uploadData(input)
  await job.close()
  await job.poll(10, 5_000)
  const { successfulResults, failedResults } = await job.getAllResults()
  expect(successfulResults.map((row) => [Reflect.get(row, 'PC_Referral_Id__c'), row.sf__Created])).toEqual([
    ['bulk-2', 'true'],
    ['bulk-1', 'true'],
  ])
  expect(failedResults[0]?.['sf__Error']).toContain('REQUIRED_FIELD_MISSING')
  const { records } = await connection.query(
    "SELECT Name, Amount FROM Opportunity WHERE PC_Referral_Id__c LIKE 'bulk-%' ORDER BY Name",
  )
  expect(records).toMatchObject([
    { Name: 'Bulk "two"', Amount: null },
    { Name: 'Bulk, one', Amount: 10.5 },
  ])
})
