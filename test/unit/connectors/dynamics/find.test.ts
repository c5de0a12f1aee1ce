import { describe, expect, test } from 'vitest'
import { kind, recordId, type Question } from '#spi'
import { seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { callsOf, connect, deal, readById, shape, signal, type Connected } from './session.ts'

const account = shape('account', 'name', 'websiteurl', 'address1_country')
const byName = (name: string): Question => ({
  shape: account,
  by: { match: [{ field: 'name', value: name, compare: 'companyName' }] },
})
const key = (value: string): Question => ({ shape: deal, by: { key: { field: 'fab_pcreferralid', value } } })
const names = (found: readonly { readonly fields: Readonly<Record<string, unknown>> }[] | undefined) =>
  found?.map(({ fields }) => fields['name'])

async function loaded(there: Connected, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    there.vendor.desk.add(kind('opportunity'), { name: `Deal ${index}`, fab_pcreferralid: `r-${index}` })
}

describe('questions', () => {
  test('are answered in their order, each with its own', async () => {
    const there = await connect()
    await loaded(there, 3)
    const answers = await there.session.find(
      [key('R-2'), { shape: deal, by: { id: recordId(seedId(13, 1)) } }, key('r-0'), key('nobody'), key('r-2')],
      signal,
    )
    expect(answers.map(names)).toEqual([['Deal 2'], ['Adatum – data estate'], ['Deal 0'], [], ['Deal 2']])
    await there.close()
  })

  test('a thousand of them are one call', async () => {
    const there = await connect()
    await loaded(there, 1000)
    await there.session.find([key('warm up')], signal)
    const before = callsOf(there)
    const answers = await there.session.find(
      Array.from({ length: 1000 }, (_, index) => key(`r-${index}`)),
      signal,
    )
    expect(callsOf(there) - before).toBe(1)
    expect(answers.every((found, index) => found[0]?.fields['name'] === `Deal ${index}`)).toBe(true)
    await there.close()
  })

  test('names of companies, domains and people are searched for as people write them', async () => {
    const there = await connect()
    const domain: Question = {
      shape: account,
      by: { match: [{ field: 'websiteurl', value: 'www.Adatum.example', compare: 'domain' }] },
    }
    const person: Question = {
      shape: shape('contact', 'emailaddress1', 'parentcustomerid'),
      by: {
        match: [
          { field: 'emailaddress1', value: 'IT@TreyResearch.example', compare: 'email' },
          { field: 'parentcustomerid', value: seedId(10, 3), compare: 'exact' },
        ],
      },
    }
    const [company, taiwan, site, people] = await there.session.find(
      [byName('ADATUM BRASIL S.A.'), byName('康多索有限公司'), domain, person],
      signal,
    )
    expect([names(company), names(taiwan), names(site)]).toEqual([
      ['Adatum Brasil Ltda'],
      ['康多索股份有限公司'],
      ['Adatum Brasil Ltda'],
    ])
    expect(people?.[0]?.fields['parentcustomerid']).toBe(seedId(10, 3))
    await there.close()
  })

  test('a quotation mark in one changes no other (F127)', async () => {
    const there = await connect()
    const answers = await there.session.find([key("x' or name ne 'y"), key('r'), byName("O'Neil % & # + ? /")], signal)
    expect(answers).toEqual([[], [], []])
    await there.close()
  })

  test('a retired account matches nobody; by its id it is still there', async () => {
    const there = await connect()
    there.vendor.desk.edit(kind('account'), recordId(seedId(10, 2)), { statecode: 'Inactive' })
    expect(await there.session.find([byName('Wide World Importers')], signal)).toEqual([[]])
    expect(await readById(there, account, seedId(10, 2))).toBeDefined()
    await there.close()
  })
})

describe('records', () => {
  test('show choices by label, amounts digit for digit, days as days, lookups by id', async () => {
    const there = await connect()
    const whole = shape(
      'opportunity',
      'name',
      'statecode',
      'statuscode',
      'salesstage',
      'opportunityratingcode',
      'estimatedvalue',
      'estimatedclosedate',
      'parentaccountid',
      'ownerid',
      'transactioncurrencyid',
      'opportunityid',
    )
    const record = await readById(there, whole, seedId(13, 5))
    expect(record?.fields).toEqual({
      name: 'Lucerne – archive to cloud',
      statecode: 'Open',
      statuscode: 'In Progress',
      salesstage: 'Close',
      opportunityratingcode: 'Hot',
      estimatedvalue: '72500.5',
      estimatedclosedate: '2026-11-30',
      parentaccountid: seedId(10, 4),
      ownerid: seedId(1, 2),
      transactioncurrencyid: seedId(5, 1),
      opportunityid: seedId(13, 5),
    })
    expect(record?.changedBy).toBe(seedId(1, 2))
    await there.close()
  })

  test('a field the environment does not have is absent, and spoils nothing beside it (T19)', async () => {
    const there = await connect()
    const record = await readById(there, shape('opportunity', 'name', 'fab_gone'), seedId(13, 1))
    expect(record?.fields).toEqual({ name: 'Adatum – data estate' })
    await there.close()
  })

  test('a closed deal shows its close, an open or reopened one none', async () => {
    const there = await connect()
    const whole = shape(
      'opportunity',
      'statecode',
      'opportunityclose.actualrevenue',
      'opportunityclose.actualend',
      'opportunityclose.description',
    )
    const won = await readById(there, whole, seedId(13, 10))
    expect(won?.fields).toMatchObject({
      'opportunityclose.actualrevenue': '22500',
      'opportunityclose.actualend': '2026-10-28',
      'opportunityclose.description': 'Signed for two years.',
    })
    there.vendor.desk.edit(kind('opportunity'), recordId(seedId(13, 10)), { statecode: 'Open' })
    const reopened = await readById(there, whole, seedId(13, 10))
    expect(reopened?.fields).toMatchObject({ statecode: 'Open', 'opportunityclose.actualrevenue': null })
    await there.close()
  })

  test.each([-12, -11, -5, 0, 5.5, 9, 12, 12.75, 13, 14])(
    'the day of a close is the day that the seller chose, also at UTC%+d',
    async (sellersUtcOffsetHours) => {
      const there = await connect({ sellersUtcOffsetHours })
      const id = seedId(13, 1)
      const close = { statecode: 'Won', 'opportunityclose.actualend': '2026-11-19' }
      there.vendor.desk.edit(kind('opportunity'), recordId(id), close)
      const won = await readById(there, shape('opportunity', 'opportunityclose.actualend'), id)
      expect(won?.fields).toEqual({ 'opportunityclose.actualend': '2026-11-19' })
      await there.close()
    },
  )

  test('of several closes the newest counts', async () => {
    const there = await connect()
    const { desk } = there.vendor
    const id = recordId(seedId(13, 1))
    desk.edit(kind('opportunity'), id, { statecode: 'Lost', 'opportunityclose.description': 'first' })
    desk.edit(kind('opportunity'), id, { statecode: 'Open' })
    there.clock.turn(5_000)
    desk.edit(kind('opportunity'), id, { statecode: 'Won', 'opportunityclose.description': 'second' })
    const record = await readById(there, shape('opportunity', 'opportunityclose.description'), id)
    expect(record?.fields).toEqual({ 'opportunityclose.description': 'second' })
    await there.close()
  })

  test('a merged account says where it lives on (T17)', async () => {
    const there = await connect()
    const merged = { merged: true, _masterid_value: seedId(10, 2) }
    there.served.breaks = (call) =>
      call.url.pathname.endsWith('/accounts')
        ? {
            do: 'answer',
            answer: {
              status: 200,
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ value: [{ accountid: seedId(10, 1), ...merged }] }),
            },
          }
        : undefined
    const record = await readById(there, account, seedId(10, 1))
    expect(record?.mergedInto).toBe(seedId(10, 2))
    await there.close()
  })
})

describe('when an answer is not what it should be', () => {
  const json = { 'content-type': 'application/json' }
  test.each([
    ['null (F14)', json, 'null'],
    ['a list (F14)', json, '[]'],
    ['not JSON', json, '{"value":['],
    ['two keys of one name (F15)', json, '{"value":[],"value":[]}'],
    ['a login page (F13)', { 'content-type': 'text/html' }, '<html>'],
  ])('%s is unreadable, and nothing is made of it', async (_, headers, body) => {
    const there = await connect()
    await there.session.find([key('warm')], signal)
    there.served.breaks = () => ({ do: 'answer', answer: { status: 200, headers, body } })
    await expect(there.session.find([key('r')], signal)).rejects.toMatchObject({
      code: 'DB-1517',
      remedy: 'retry-later',
    })
    await there.close()
  })

  test('a body cut in the middle of a batch is no answer (F10)', async () => {
    const there = await connect()
    await loaded(there, 150)
    const many = Array.from({ length: 150 }, (_, index) => key(`r-${index}`))
    await there.session.find(many, signal)
    there.served.breaks = () => ({ do: 'cut-within', atByte: 900 })
    await expect(there.session.find(many, signal)).rejects.toMatchObject({ code: 'DB-1511' })
    await there.close()
  })
})
