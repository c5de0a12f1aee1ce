// What the pretended environment refuses, and in which words: as strict as the documents say the real one is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kind, recordId } from '#spi'
import { people, seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { pretend, type Ask, type Pretended, type Told } from './pretended.ts'

let there: Pretended
beforeAll(async () => {
  there = await pretend()
})
afterAll(() => there.close())

const ask = (method: string, path: string, options?: Ask): Promise<Told> => there.ask(method, path, options)
const deal = `opportunities(${seedId(13, 1)})`
const none = `opportunities(${seedId(99, 1)})`
const code = ({ status, json }: Told): string => `${status} ${json?.error?.code ?? ''}`

describe('refusals', () => {
  test.each<[string, string, string, Ask | undefined, string]>([
    ['an unknown table', 'GET', 'nothings', undefined, '404 0x8006088a'],
    ['an unknown column', 'GET', 'accounts?$select=nothing', undefined, '400 0x80060888'],
    ['a lookup by its bare name', 'GET', 'opportunities?$select=customerid', undefined, '400 0x80060888'],
    ['$skip', 'GET', 'accounts?$skip=5', undefined, '400 0x0'],
    ['text compared with a number', 'GET', "accounts?$filter=numberofemployees eq 'x'", undefined, '400 0x0'],
    ['an alternate key nobody declared', 'GET', "accounts(name='x')", undefined, '400 0x80060888'],
    [
      'a character that cannot stand in a key',
      'GET',
      "opportunities(fab_pcreferralid='a%2Fb')",
      undefined,
      '400 0x80060888',
    ],
    ['a key nobody holds', 'GET', "opportunities(fab_pcreferralid='x')", undefined, '404 0x80060891'],
    ['a row that is not there', 'GET', none, undefined, '404 0x80040217'],
    [
      'tracking with a filter',
      'GET',
      'opportunities?$filter=statecode eq 0',
      { headers: { prefer: 'odata.track-changes' } },
      '400 0x80060888',
    ],
    [
      'tracking where it is off',
      'GET',
      'opportunitycloses',
      { headers: { prefer: 'odata.track-changes' } },
      '400 0x80072491',
    ],
    ['a text that is too long', 'POST', 'accounts', { body: { name: 'x'.repeat(161) } }, '400 0x80044331'],
    ['an amount in quotation marks', 'POST', 'opportunities', { body: { estimatedvalue: '5' } }, '400 0x80048d19'],
    ['an amount out of range', 'POST', 'opportunities', { body: { estimatedvalue: 1e13 } }, '400 0x80044330'],
    ['an option that is none', 'POST', 'opportunities', { body: { salesstage: 9 } }, '400 0x8004431a'],
    ['a state on create', 'POST', 'opportunities', { body: { statecode: 1 } }, '400 0x80040203'],
    ['a calculated column', 'PATCH', deal, { body: { totalamount: 5 } }, '400 0x80040203'],
    ['a lookup that is not bound', 'POST', 'contacts', { body: { parentcustomerid: seedId(10, 1) } }, '400 0x80048d19'],
    [
      'a bind to the wrong table',
      'POST',
      'contacts',
      { body: { 'parentcustomerid_account@odata.bind': `/contacts(${seedId(11, 1)})` } },
      '400 0x80048d19',
    ],
    [
      'a bind to nothing',
      'POST',
      'contacts',
      { body: { 'parentcustomerid_account@odata.bind': `/accounts(${seedId(99, 1)})` } },
      '404 0x80040217',
    ],
    [
      'a bind in the wrong case',
      'POST',
      'contacts',
      { body: { 'ParentCustomerId_account@odata.bind': '/accounts(x)' } },
      '400 0x80048d19',
    ],
    ['a control character', 'POST', 'accounts', { body: { name: 'a\u0001b' } }, '400 0x80040278'],
    ['an instant for a day', 'PATCH', deal, { body: { estimatedclosedate: '2026-12-31T00:00:00Z' } }, '400 0x80048d19'],
    ['nobody as owner', 'PATCH', deal, { body: { 'ownerid@odata.bind': null } }, '400 0x80040203'],
    ['a close by update', 'PATCH', deal, { body: { statecode: 2 } }, '400 0x80100005'],
    ['a reason of another state', 'PATCH', deal, { body: { statuscode: 3 } }, '400 0x80048408'],
    [
      'an edit of a closed deal',
      'PATCH',
      `opportunities(${seedId(13, 10)})`,
      { body: { name: 'x' } },
      '400 0x80040230',
    ],
    ['an old version', 'PATCH', deal, { headers: { 'if-match': 'W/"1"' }, body: { name: 'x' } }, '412 0x80060882'],
    [
      'a create where something is',
      'PATCH',
      deal,
      { headers: { 'if-none-match': '*' }, body: { name: 'x' } },
      '412 0x80040237',
    ],
    [
      'an update where nothing is',
      'PATCH',
      none,
      { headers: { 'if-match': '*' }, body: { name: 'x' } },
      '404 0x80040217',
    ],
    [
      'winning what is not there',
      'POST',
      'WinOpportunity',
      { body: { Status: 3, OpportunityClose: { 'opportunityid@odata.bind': none } } },
      '400 0x80040500',
    ],
  ])('%s', async (...[, method, path, options, expected]) =>
    expect(code(await ask(method, path, options))).toBe(expected),
  )

  test.each([
    ['a nested batch', 'POST /api/data/v9.2/$batch HTTP/1.1', 400],
    ['a reference to what comes later', 'PATCH $9 HTTP/1.1', 400],
  ])('%s', async (_, line, status) => {
    const inner = [
      '--s',
      'Content-Type: application/http',
      '',
      line,
      'Content-Type: application/json',
      '',
      '{}',
      '--s--',
      '',
    ].join('\r\n')
    const body = ['--b', 'Content-Type: multipart/mixed; boundary=s', '', inner, '--b--', ''].join('\r\n')
    const told = await ask('POST', '$batch', { headers: { 'content-type': 'multipart/mixed; boundary="b"' }, body })
    expect([told.status, told.text.includes(`HTTP/1.1 ${status} `)]).toEqual([status, true])
  })
})

describe('what it does by itself', () => {
  test('amounts in the base currency, rounded as the currency is', async () => {
    const body = {
      name: 'Yen',
      estimatedvalue: 1552.5,
      'transactioncurrencyid@odata.bind': `/transactioncurrencies(${seedId(5, 5)})`,
    }
    const made = await ask('POST', 'opportunities?$select=estimatedvalue,estimatedvalue_base,exchangerate', {
      headers: { prefer: 'return=representation' },
      body,
    })
    expect(made.text).toContain('"estimatedvalue":1553.0000')
    expect(made.json).toMatchObject({ estimatedvalue_base: 10.0064, exchangerate: 155.2 })
  })

  test('revenue that is computed ignores what was sent', async () => {
    const body = { name: 'Computed', estimatedvalue: 500, isrevenuesystemcalculated: true }
    const made = await ask('POST', 'opportunities', { headers: { prefer: 'return=representation' }, body })
    expect(made.json).toMatchObject({ estimatedvalue: 0 })
  })

  test('an upsert by key answers with the key’s address, not with an id', async () => {
    const told = await ask('PATCH', "opportunities(fab_pcreferralid='s-1')", { body: { name: 'x' } })
    expect(told.headers.get('odata-entityid')).toBe(`${there.api}/opportunities(fab_pcreferralid='s-1')`)
  })

  test('an unchanged row is not sent again to who has it', async () => {
    const etag = (await ask('GET', deal)).headers.get('etag') ?? ''
    expect((await ask('GET', deal, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  test('formatted values and kinds of lookups come along when asked for', async () => {
    const told = await ask('GET', `${deal}?$select=statecode,_ownerid_value`, {
      headers: { prefer: 'odata.include-annotations="*"' },
    })
    expect(told.json).toMatchObject({
      'statecode@OData.Community.Display.V1.FormattedValue': 'Open',
      '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'team',
    })
  })

  test('a failed change set leaves nothing behind', async () => {
    const before = there.vendor.desk.all(kind('account')).length
    const part = (id: number, body: string): string =>
      `--s\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nPOST /api/data/v9.2/accounts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${body}\r\n`
    const body = `--b\r\nContent-Type: multipart/mixed; boundary=s\r\n\r\n${part(1, '{"name":"A"}')}${part(2, '{"nothing":1}')}--s--\r\n--b--\r\n`
    expect(
      (await ask('POST', '$batch', { headers: { 'content-type': 'multipart/mixed; boundary=b' }, body })).status,
    ).toBe(400)
    expect(there.vendor.desk.all(kind('account'))).toHaveLength(before)
  })
})

describe('who may what', () => {
  const signedIn = async (user: string | null): Promise<{ there: Pretended; ask: (path: string) => Promise<Told> }> => {
    const strict = await pretend({ clients: [{ id: 'app', secret: 's', user }] })
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 's',
      scope: `${strict.url}/.default`,
    })
    const answer = await fetch(`${strict.url}/t/oauth2/v2.0/token`, { method: 'POST', body: form })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return { there: strict, ask: (path) => strict.ask('GET', path, { headers: { authorization: `Bearer ${token}` } }) }
  }

  test('without a token: 401, a challenge, and no body', async () => {
    const { there: strict } = await signedIn(people.application)
    const told = await strict.ask('GET', 'WhoAmI')
    expect([told.status, told.text, told.headers.get('www-authenticate')]).toEqual([
      401,
      '',
      expect.stringContaining('authorization_uri='),
    ])
    await strict.close()
  })

  test('with a token of nobody: 403', async () => {
    const { there: strict, ask: as } = await signedIn(null)
    expect(code(await as('WhoAmI'))).toBe('403 0x80072560')
    await strict.close()
  })

  test('without the privilege: 403, and which', async () => {
    const { there: strict, ask: as } = await signedIn(people.application)
    strict.vendor.access.take(people.role, 'prvReadLead')
    const told = await as('leads')
    expect([code(told), told.json.error.message]).toEqual(['403 0x80040220', expect.stringContaining('prvReadLead')])
    await strict.close()
  })
})

describe('its limits', () => {
  test('computing time, as batches spend it', async () => {
    const strict = await pretend({ protection: { executionMs: 1_000 }, executionMs: 100 })
    const targets = Array.from({ length: 10 }, (_, index) => ({
      '@odata.type': 'Microsoft.Dynamics.CRM.account',
      name: `A ${index}`,
    }))
    const create = () =>
      strict.ask('POST', 'accounts/Microsoft.Dynamics.CRM.CreateMultiple', { body: { Targets: targets } })
    expect((await create()).status).toBe(200)
    expect(code(await create())).toBe('429 0x80072321')
    await strict.close()
  })

  test('a page never holds more than 5000 rows, whatever is asked', async () => {
    const many = await pretend({ company: 'empty' })
    for (let index = 0; index < 5_001; index += 1) many.vendor.desk.add(kind('account'), { name: `A ${index}` })
    const first = await many.ask('GET', 'accounts?$select=name', { headers: { prefer: 'odata.maxpagesize=9000' } })
    expect([first.json.value.length, typeof first.json['@odata.nextLink']]).toEqual([5_000, 'string'])
    await many.close()
  })
})

describe('the desk', () => {
  test('shows what people see, and works as they do', () => {
    const { desk } = there.vendor
    const id = desk.add(kind('opportunity'), {
      name: 'By hand',
      salesstage: 'Propose',
      estimatedvalue: 10,
      parentaccountid: seedId(10, 1),
    })
    desk.edit(kind('opportunity'), id, {
      statecode: 'Lost',
      statuscode: 'Canceled',
      'opportunityclose.description': 'No budget',
    })
    expect(desk.read(kind('opportunity'), id)?.fields).toMatchObject({
      salesstage: 'Propose',
      statecode: 'Lost',
      statuscode: 'Canceled',
      customerid: seedId(10, 1),
    })
    desk.edit(kind('opportunity'), id, { statecode: 'Open' })
    desk.remove(kind('opportunity'), id)
    expect(desk.read(kind('opportunity'), recordId(id))).toBeUndefined()
  })
})
