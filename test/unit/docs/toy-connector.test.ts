// The example of docs/writing-a-connector.md is a connector: the settings take it, and it keeps the contract over real
// HTTP. toy-pipeline.test.ts lets a whole pipeline work with it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connector } from '../../../docs/examples/toy-connector.ts'
import { company, deal, toyKey, ToyVendor } from '../../../docs/examples/toy-vendor.ts'
import { useConnector } from '#settings/use'
import { linkKey, type Page, pointer, recordId, type Session, version, type Write } from '#spi'
import { type Served, serve } from '#testkit/serve'
import { handClock, testHost } from '../../support/host.ts'

const never = new AbortController().signal
const shape = { kind: deal, fields: ['id', 'referral', 'title'] }
const companies = { kind: company, fields: ['id', 'name'] }

let vendor: ToyVendor
let served: Served
let session: Session

beforeEach(async () => {
  const clock = handClock()
  vendor = new ToyVendor(() => clock.now())
  served = await serve(() => vendor)
  const settings = connector.settings.parse({ url: served.url, key: 'env:CARDS_KEY' })
  session = await connector.open(
    settings,
    testHost({ origins: connector.origins(settings), clock, env: { CARDS_KEY: toyKey } }),
  )
})
afterEach(async () => {
  await session.close()
  await served.close()
})

const create = (key: string, title: string): Write => ({
  do: 'create',
  kind: deal,
  key: linkKey(key),
  keyField: 'referral',
  fields: { referral: key, title },
})

async function pages(since: Page['next'] | null): Promise<readonly Page[]> {
  const found: Page[] = []
  for await (const page of session.changes([shape], since, never)) found.push(page)
  return found
}

test('the settings take it for a connector', async () => {
  const used = await useConnector('card-index', { connectors: {}, importPackage: async () => ({ connector }) })
  expect(used).toMatchObject({ ok: true })
  expect(connector.settings.safeParse({ url: 'https://cards.example', key: 'a literal' }).success).toBe(false)
})

test('it says who it is, and what there is', async () => {
  const { account, organization, kinds } = await session.probe([deal], never)
  expect({ account, organization }).toEqual({ account: 'dealbridge', organization: 'fabrikam' })
  expect(kinds.map(({ fields }) => fields.find(({ name }) => name === 'referral')?.unique)).toEqual([true])
})

describe('reading', () => {
  test('tells what changed, page by page, and then stays where it is', async () => {
    for (const title of ['one', 'two', 'three']) vendor.desk.add(deal, { title })
    vendor.desk.add(company, { name: 'Contoso' })
    const first = await pages(null)
    expect(first.flatMap(({ records }) => records.map(({ fields }) => fields['title']))).toEqual([
      'one',
      'two',
      'three',
    ])
    const mark = first.at(-1)?.next ?? expect.fail('no page')
    const idle = await pages(mark)
    expect(idle.map(({ records, next }) => [records.length, next])).toEqual([[0, mark]])
    vendor.desk.remove(deal, recordId('deal-2'))
    expect((await pages(mark)).flatMap(({ records }) => records.map(({ id, gone }) => [id, gone]))).toEqual([
      ['deal-2', true],
    ])
  })

  test('shows fields that were asked for, and an empty one as empty', async () => {
    vendor.desk.add(deal, { title: 'one', secret: 'x' })
    const [page] = await pages(null)
    expect(page?.records[0]?.fields).toEqual({ id: 'deal-1', referral: null, title: 'one' })
  })

  test('answers each question in its place', async () => {
    vendor.desk.add(deal, { referral: 'r-1', title: 'one' })
    vendor.desk.add(company, { name: 'Contoso' })
    const answers = await session.find(
      [
        { shape, by: { key: { field: 'referral', value: 'r-2' } } },
        { shape: companies, by: { match: [{ field: 'name', value: 'Contoso', compare: 'exact' }] } },
        { shape, by: { id: recordId('deal-1') } },
      ],
      never,
    )
    expect(answers.map((records) => records.map(({ id }) => id))).toEqual([[], ['company-2'], ['deal-1']])
  })
})

describe('writing', () => {
  test('creates only: a second time it names the record, and overwrites nothing', async () => {
    const [made] = await session.write([create('r-1', 'one')], never)
    vendor.desk.edit(deal, recordId('deal-1'), { title: 'a person was here' })
    const [again] = await session.write([create('r-1', 'one')], never)
    expect([made, again]).toMatchObject([
      { outcome: 'written', id: 'deal-1' },
      { outcome: 'already-there', id: 'deal-1' },
    ])
    expect(vendor.desk.all(deal).map(({ fields }) => fields['title'])).toEqual(['a person was here'])
  })

  test('gives one receipt for each, in order; what rests on a refusal is refused', async () => {
    const bad: Write = { ...create('r-0', 'x'), fields: { id: 'mine' } }
    const pointing: Write = { ...create('r-2', 'two'), fields: { company: pointer(linkKey('r-1')) } }
    const lost: Write = { ...create('r-3', 'three'), fields: { company: pointer(linkKey('r-0')) } }
    const receipts = await session.write([bad, create('r-1', 'one'), pointing, lost], never)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['refused', 'written', 'written', 'refused'])
    expect(vendor.desk.read(deal, recordId('deal-2'))?.fields).toEqual({ company: 'deal-1' })
  })

  test('refuses to overwrite newer work', async () => {
    vendor.desk.add(deal, { title: 'one' })
    const update = (expectation: string): Write => ({
      do: 'update',
      kind: deal,
      id: recordId('deal-1'),
      expect: version(expectation),
      fields: { title: 'ours' },
    })
    vendor.desk.edit(deal, recordId('deal-1'), { title: 'theirs' })
    expect(await session.write([update('1')], never)).toEqual([{ outcome: 'stale' }])
    expect((await session.write([update('2')], never)).map(({ outcome }) => outcome)).toEqual(['written'])
  })

  test('a lost answer is unknown, and the record is found by its key', async () => {
    served.breaks = ({ method }) => (method === 'POST' ? { do: 'cut-after' } : undefined)
    const [receipt] = await session.write([create('r-1', 'one')], never)
    served.breaks = () => undefined
    expect(receipt).toMatchObject({ outcome: 'unknown' })
    const [found] = await session.find([{ shape, by: { key: { field: 'referral', value: 'r-1' } } }], never)
    expect(found?.map(({ id }) => id)).toEqual(['deal-1'])
  })
})

describe('faults become remedies', () => {
  test.each([
    [401, 'fix-config', 'DB-1601'],
    [422, 'needs-human', 'DB-3601'],
    [429, 'retry-later', 'DB-1602'],
    [503, 'retry-later', 'DB-1602'],
  ])('%i: %s', async (status, remedy, code) => {
    const headers = { 'content-type': 'application/json', 'retry-after': '7' }
    served.breaks = () => ({ do: 'answer', answer: { status, headers, body: '{}' } })
    await expect(session.find([{ shape, by: { id: recordId('x') } }], never)).rejects.toMatchObject({ remedy, code })
  })

  test('each of its codes is explained', () => {
    expect(Object.keys(connector.codes)).toEqual(['DB-1601', 'DB-1602', 'DB-3601'])
  })
})
