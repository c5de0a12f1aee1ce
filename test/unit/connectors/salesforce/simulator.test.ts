// The pretended org where it must not be kinder than the real one: what it changes by itself, what it shows late, what
// it hides, what it refuses. (What any client can do with it is shown with jsforce, in test/contract.)

import { beforeEach, describe, expect, test } from 'vitest'
import { type JsonObject, kind, parseJson, isObject, isList, type RecordId, type SimulatedAnswer, textOf } from '#spi'
import {
  fullId,
  parseId,
  type SalesforceSimulator,
  salesforceSimulator,
} from '../../../../connectors/salesforce/simulator/index.ts'
import { handClock, type HandClock, seededRandom } from '../../../support/host.ts'

let clock: HandClock
let simulator: SalesforceSimulator
const Opportunity = kind('Opportunity')
const Role = kind('OpportunityContactRole')

beforeEach(() => {
  clock = handClock()
  const random = seededRandom(5)
  simulator = salesforceSimulator({
    now: () => clock.now(),
    random: () => random.next(),
    baseUrl: () => 'http://127.0.0.1',
    signIn: 'open',
  })
})

const deal = (more: JsonObject = {}): JsonObject => ({
  Name: 'Deal',
  StageName: 'Qualification',
  CloseDate: '2026-12-18',
  ...more,
})
const fieldsOf = (id: RecordId): JsonObject => simulator.desk.read(Opportunity, id)?.fields ?? {}

function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<SimulatedAnswer> {
  return simulator.handle({
    method,
    url: new URL(`http://127.0.0.1/services/data/v67.0${path}`),
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  })
}

async function errorOf(answer: Promise<SimulatedAnswer>): Promise<string> {
  const { status, body } = await answer
  const read = parseJson(body === '' ? 'null' : body)
  const [first] = isList(read) ? read : []
  return `${status} ${isObject(first) ? textOf(first['errorCode']) : ''}`.trim()
}

describe('what a save changes by itself', () => {
  test('a stage brings its probability, its forecast and whether it is closed', () => {
    const id = simulator.desk.add(Opportunity, deal({ Amount: 200 }))
    expect(fieldsOf(id)).toMatchObject({ Probability: 10, IsClosed: false, ExpectedRevenue: 20 })
    simulator.desk.edit(Opportunity, id, { StageName: 'Closed Won' })
    expect(fieldsOf(id)).toMatchObject({
      Probability: 100,
      IsClosed: true,
      IsWon: true,
      ForecastCategoryName: 'Closed',
    })
  })

  test('products own the amount: another one is taken without a word, and not kept', async () => {
    const id = simulator.desk.add(Opportunity, deal({ Amount: 5 }))
    simulator.desk.addProduct(id, 3, 100.5)
    expect(fieldsOf(id)).toMatchObject({ Amount: 301.5, HasOpportunityLineItem: true })
    expect((await call('PATCH', `/sobjects/Opportunity/${id}`, { Amount: 9 })).status).toBe(204)
    expect(fieldsOf(id)['Amount']).toBe(301.5)
  })

  test('one contact role is the primary one', () => {
    const id = simulator.desk.add(Opportunity, deal())
    const contacts = simulator.desk.all(kind('Contact')).slice(0, 2)
    for (const { id: ContactId } of contacts)
      simulator.desk.add(Role, { OpportunityId: id, ContactId, IsPrimary: true })
    const roles = simulator.desk.all(Role).filter(({ fields }) => fields['OpportunityId'] === id)
    expect(roles.map(({ fields }) => fields['IsPrimary'])).toEqual([false, true])
  })

  test('texts lose the blanks around them, blank ones are empty, addresses are lower case, amounts have two decimals', () => {
    const id = simulator.desk.add(Opportunity, deal({ NextStep: '  call  ', Description: '   ', Amount: 10000.005 }))
    expect(fieldsOf(id)).toMatchObject({ NextStep: 'call', Description: null, Amount: 10000.01 })
    const contact = simulator.desk.add(kind('Contact'), { LastName: 'Smith', Email: 'Sue@Contoso.Example' })
    expect(simulator.desk.read(kind('Contact'), contact)?.fields['Email']).toBe('sue@contoso.example')
  })

  test('several choices come back in the order of their field', () => {
    const id = simulator.desk.add(Opportunity, deal({ Solution_Area__c: 'Security;Azure;Security' }))
    expect(fieldsOf(id)['Solution_Area__c']).toBe('Azure;Security')
  })

  test('a flow may rewrite what anybody saved', () => {
    simulator.knobs.flows.push(({ kind: of }) => (of === 'Opportunity' ? { NextStep: 'set by a flow' } : {}))
    expect(fieldsOf(simulator.desk.add(Opportunity, deal({ NextStep: 'mine' })))['NextStep']).toBe('set by a flow')
  })
})

describe('time', () => {
  test('stamps have whole seconds, and a long transaction shows with the stamp it began with', async () => {
    clock.turn(700)
    simulator.knobs.commitDelayMs = 9 * 60_000
    const id = simulator.desk.add(Opportunity, deal())
    simulator.knobs.commitDelayMs = 0
    expect(simulator.desk.read(Opportunity, id)).toBeUndefined()
    clock.turn(9 * 60_000)
    await simulator.tick()
    expect(simulator.desk.read(Opportunity, id)?.changedAt).toBe('2026-11-20T14:00:00.000Z')
  })

  test('a query that was begun goes on showing what it showed', async () => {
    simulator.knobs.pageMax = 10
    const read = async (path: string) => {
      const { body } = await call('GET', path)
      return parseJson(body) as {
        readonly records: readonly { readonly Name: string }[]
        readonly nextRecordsUrl: string
      }
    }
    const soql = 'SELECT Name FROM Opportunity ORDER BY Id'
    const first = await read(`/query?q=${encodeURIComponent(soql)}`)
    const [, last] = [simulator.desk.all(Opportunity)[0], simulator.desk.all(Opportunity).at(-1)]
    if (last) simulator.desk.edit(Opportunity, last.id, { Name: 'renamed' })
    const second = await read(first.nextRecordsUrl.replace('/services/data/v67.0', ''))
    expect(second.records).toHaveLength(8)
    expect(second.records.map(({ Name }) => Name)).not.toContain('renamed')
    clock.turn(49 * 60 * 60_000)
    expect(await errorOf(call('GET', first.nextRecordsUrl.replace('/services/data/v67.0', '')))).toBe(
      '400 INVALID_QUERY_LOCATOR',
    )
  })
})

const refusals: readonly (readonly [string, () => Promise<SimulatedAnswer>, string])[] = [
  [
    'an inactive owner',
    () => call('POST', '/sobjects/Opportunity', deal({ OwnerId: simulator.staff.ids.former })),
    '400 INACTIVE_OWNER_OR_USER',
  ],
  [
    'a hidden column',
    () => {
      simulator.knobs.hidden.add('Opportunity.Amount')
      return call('POST', '/sobjects/Opportunity', deal({ Amount: 1 }))
    },
    '400 INVALID_FIELD',
  ],
  [
    'a column that may only be read',
    () => {
      simulator.knobs.readOnly.add('Opportunity.Amount')
      return call('POST', '/sobjects/Opportunity', deal({ Amount: 1 }))
    },
    '400 INVALID_FIELD_FOR_INSERT_UPDATE',
  ],
  [
    'a record somebody else holds',
    () => {
      const id = simulator.desk.add(Opportunity, deal())
      simulator.knobs.busy.add(id)
      return call('PATCH', `/sobjects/Opportunity/${id}`, { Amount: 1 })
    },
    '400 UNABLE_TO_LOCK_ROW',
  ],
  [
    'a record in approval',
    () => {
      const id = simulator.desk.add(Opportunity, deal())
      simulator.knobs.inApproval.add(id)
      return call('PATCH', `/sobjects/Opportunity/${id}`, { Amount: 1 })
    },
    '400 ENTITY_IS_LOCKED',
  ],
  [
    'a deleted record',
    () => {
      const id = simulator.desk.add(Opportunity, deal())
      simulator.desk.remove(Opportunity, id)
      return call('PATCH', `/sobjects/Opportunity/${id}`, { Amount: 1 })
    },
    '404 ENTITY_IS_DELETED',
  ],
  [
    'a stage that is nothing, which no rule forbids',
    () => call('POST', '/sobjects/Opportunity', deal({ StageName: 'Nowhere' })),
    '201',
  ],
  [
    'any write during maintenance',
    () => {
      simulator.knobs.maintenance = true
      return call('POST', '/sobjects/Opportunity', deal())
    },
    '400 INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
  ],
  [
    'any call over the limit',
    () => {
      simulator.knobs.usedByOthers = simulator.knobs.dailyLimit
      return call('GET', '/limits')
    },
    '403 REQUEST_LIMIT_EXCEEDED',
  ],
  [
    'a version that is retired',
    () =>
      simulator.handle({
        method: 'GET',
        url: new URL('http://127.0.0.1/services/data/v30.0/limits'),
        headers: {},
        body: '',
      }),
    '410 GONE',
  ],
  ['a method that is none', () => call('PUT', '/composite/sobjects', { records: [] }), '405 METHOD_NOT_ALLOWED'],
  [
    'a condition that is no date',
    () => {
      const id = simulator.desk.add(Opportunity, deal())
      return call('PATCH', `/sobjects/Opportunity/${id}`, { Amount: 1 }, { 'if-unmodified-since': 'soon' })
    },
    '400 INVALID_REQUEST',
  ],
]

test.each(refusals)('%s: %s', async (_, send, expected) => {
  expect(await errorOf(send())).toBe(expected)
})

test('a duplicate names the other record by its short id, or not at all', async () => {
  const id = simulator.desk.add(Opportunity, deal({ PC_Referral_Id__c: 'abc' }))
  const again = await call('POST', '/sobjects/Opportunity', deal({ PC_Referral_Id__c: 'ABC' }))
  expect(again.body).toContain(`duplicates value on record with id: ${id.slice(0, 15)}"`)
  simulator.knobs.duplicateNamesRecord = false
  expect((await call('POST', '/sobjects/Opportunity', deal({ PC_Referral_Id__c: 'abc' }))).body).not.toContain(
    id.slice(0, 15),
  )
})

test('an unknown column in one row of a collection writes none of them', async () => {
  const before = simulator.desk.all(Opportunity).length
  const records = [deal(), deal({ Colour: 'red' })].map((row) => ({ attributes: { type: 'Opportunity' }, ...row }))
  expect(await errorOf(call('POST', '/composite/sobjects', { records }))).toBe('400 INVALID_FIELD')
  expect(simulator.desk.all(Opportunity)).toHaveLength(before)
})

test('only accounts have an entity tag', async () => {
  const [account] = simulator.desk.all(kind('Account'))
  const [opportunity] = simulator.desk.all(Opportunity)
  expect((await call('GET', `/sobjects/Account/${account?.id}`)).headers['etag']).toBeDefined()
  expect((await call('GET', `/sobjects/Opportunity/${opportunity?.id}`)).headers['etag']).toBeUndefined()
  const change = call('PATCH', `/sobjects/Account/${account?.id}`, { Phone: '1' }, { 'if-match': '"another"' })
  expect((await change).status).toBe(412)
})

test('numbers come with every digit', async () => {
  const id = simulator.desk.add(Opportunity, deal())
  const text = '{"Amount":9007199254740993.01}'
  await simulator.handle({
    method: 'PATCH',
    url: new URL(`http://127.0.0.1/services/data/v67.0/sobjects/Opportunity/${id}`),
    headers: { 'content-type': 'application/json' },
    body: text,
  })
  expect((await call('GET', `/sobjects/Opportunity/${id}?fields=Amount`)).body).toContain(
    '"Amount":9007199254740993.01',
  )
})

test('the company: eighteen deals in every sort of stage, none of them from Microsoft', () => {
  const deals = simulator.desk.all(Opportunity)
  expect(deals).toHaveLength(18)
  expect(deals.every(({ fields }) => fields['PC_Referral_Id__c'] === null)).toBe(true)
  expect(new Set(deals.map(({ fields }) => fields['StageName'])).size).toBe(8)
  expect(simulator.desk.all(kind('Contact')).every(({ fields }) => textOf(fields['Email']).endsWith('.example'))).toBe(
    true,
  )
})

test('ids carry their case in their last three characters', () => {
  expect(fullId('001D000000Kv3g5')).toBe('001D000000Kv3g5IAB')
  expect(parseId('001D000000Kv3g5IAC')).toBeUndefined()
})
