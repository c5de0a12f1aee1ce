import { describe, expect, test } from 'vitest'
import { kind, recordId, type Receipt, type Write } from '#spi'
import { Refusal, storms } from '../../../../connectors/dynamics/simulator/index.ts'
import { seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { callsOf, connect, create, dealFor, readById, shape, signal, to, update, type Connected } from './session.ts'

const outcomes = (receipts: readonly Receipt[]): readonly string[] =>
  receipts.map((receipt) => ('error' in receipt ? `${receipt.outcome} ${receipt.error.code}` : receipt.outcome))
const idOf = (receipt: Receipt | undefined): string => (receipt && 'id' in receipt ? receipt.id : '')
const send = ({ session }: Connected, ...batch: Write[]) => session.write(batch, signal)

/** A deal with the account and contact it needs. */
const family = (key: string, name = `Deal ${key}`): Write[] => [
  create('account', `${key}:account`, { name: `Account ${key}` }),
  create('contact', `${key}:contact`, { lastname: `Contact ${key}`, parentcustomerid: to(`${key}:account`) }),
  dealFor(key, {
    name,
    parentaccountid: to(`${key}:account`),
    parentcontactid: to(`${key}:contact`),
    estimatedvalue: '100',
  }),
]
const families = (count: number): Write[] => Array.from({ length: count }, (_, index) => family(`r-${index}`)).flat()
const shuffled = <T>(list: readonly T[]): T[] => list.toReversed()
const count = ({ vendor }: Connected, name: string): number => vendor.desk.all(kind(name)).length

describe('creating', () => {
  test('three records that point to each other are one call, whatever their order', async () => {
    const there = await connect()
    await there.session.probe([kind('account'), kind('contact'), kind('opportunity')], signal)
    const before = callsOf(there)
    const receipts = await send(there, ...shuffled(family('r')))
    expect([callsOf(there) - before, outcomes(receipts)]).toEqual([1, ['written', 'written', 'written']])
    const made = await readById(there, shape('opportunity', 'parentaccountid', 'parentcontactid'), idOf(receipts[0]))
    expect(made?.fields).toEqual({ parentaccountid: idOf(receipts[2]), parentcontactid: idOf(receipts[1]) })
    await there.close()
  })

  test('a thousand rows are one call', async () => {
    const there = await connect()
    await there.session.probe([kind('account'), kind('contact'), kind('opportunity')], signal)
    const before = callsOf(there)
    const receipts = await send(there, ...families(333))
    expect([callsOf(there) - before, new Set(outcomes(receipts))]).toEqual([1, new Set(['written'])])
    expect(count(there, 'opportunity')).toBe(11 + 333)
    await there.close()
  })

  test('repeated, nothing is made twice and nothing a person changed is touched (F6, T1)', async () => {
    const there = await connect()
    const [, , first] = await send(there, ...family('r'))
    there.vendor.desk.edit(kind('opportunity'), recordId(idOf(first)), { name: 'Named by its seller' })
    const again = await send(there, ...family('r'))
    expect(outcomes(again)).toEqual(['already-there', 'already-there', 'already-there'])
    expect(again.map(idOf)[2]).toBe(idOf(first))
    expect(await readById(there, shape('opportunity', 'name'), idOf(first))).toMatchObject({
      fields: { name: 'Named by its seller' },
    })
    expect(count(there, 'opportunity')).toBe(12)
    await there.close()
  })

  test('a key that somebody else’s record holds leads to that record, and children go there', async () => {
    const there = await connect()
    const theirs = there.vendor.desk.add(kind('lead'), { subject: 'By hand', lastname: 'H', fab_pcreferralid: 'l-1' })
    const batch = [
      create('lead', 'l-1', { subject: 'Ours', lastname: 'O' }, 'fab_pcreferralid'),
      create('lead', 'l-2', { subject: 'Free', lastname: 'F' }, 'fab_pcreferralid'),
      dealFor('r', { name: 'From the lead', originatingleadid: to('l-1') }),
    ]
    const receipts = await send(there, ...batch)
    expect(outcomes(receipts)).toEqual(['already-there', 'written', 'written'])
    expect(idOf(receipts[0])).toBe(theirs)
    const made = await readById(there, shape('opportunity', 'originatingleadid'), idOf(receipts[2]))
    expect(made?.fields['originatingleadid']).toBe(theirs)
    await there.close()
  })

  test('two creates of one key are one record', async () => {
    const there = await connect()
    const receipts = await send(there, create('account', 'a', { name: 'A' }), create('account', 'a', { name: 'A' }))
    expect(outcomes(receipts)).toEqual(['written', 'already-there'])
    expect(new Set(receipts.map(idOf)).size).toBe(1)
    await there.close()
  })

  test('values arrive as people see them', async () => {
    const there = await connect()
    const [receipt] = await send(
      there,
      dealFor('r', {
        name: 'Whole',
        estimatedvalue: '123456789.12',
        transactioncurrencyid: 'BRL',
        estimatedclosedate: '2026-12-31',
        salesstage: 'Develop',
        statuscode: 'On Hold',
        opportunityratingcode: 'Hot',
        fab_helprequired: 'Pricing',
        fab_pcanswerby: '2026-11-24T18:00:00.000Z',
        ownerid: seedId(2, 2),
        description: null,
      }),
    )
    const row = there.vendor.desk.read(kind('opportunity'), recordId(idOf(receipt)))
    expect(row?.fields).toMatchObject({
      estimatedvalue: 123456789.12,
      estimatedvalue_base: 22862368.3556,
      isrevenuesystemcalculated: false,
      transactioncurrencyid: seedId(5, 3),
      estimatedclosedate: '2026-12-31',
      salesstage: 'Develop',
      statuscode: 'On Hold',
      opportunityratingcode: 'Hot',
      fab_helprequired: 'Pricing',
      fab_pcanswerby: '2026-11-24T18:00:00Z',
      ownerid: seedId(2, 2),
    })
    await there.close()
  })

  test.each([
    ['user', { user: seedId(1, 6) }, seedId(1, 6)],
    ['team', { team: seedId(2, 3) }, seedId(2, 3)],
    ['kind and id', { kind: 'team', id: seedId(2, 3) }, seedId(2, 3)],
    ['a plain id of a team', seedId(2, 3), seedId(2, 3)],
  ])('an owner named by %s', async (_, ownerid, owner) => {
    const there = await connect()
    const [receipt] = await send(there, dealFor('r', { name: 'Owned', ownerid }))
    expect(there.vendor.desk.read(kind('opportunity'), recordId(idOf(receipt)))?.fields['ownerid']).toBe(owner)
    await there.close()
  })

  test('a deal that is made closed is closed by its action', async () => {
    const there = await connect()
    const [receipt] = await send(
      there,
      dealFor('r', {
        name: 'History',
        statecode: 'Lost',
        statuscode: 'Canceled',
        'opportunityclose.description': 'Long ago',
      }),
    )
    expect(outcomes(receipt ? [receipt] : [])).toEqual(['written'])
    const record = await readById(
      there,
      shape('opportunity', 'statecode', 'statuscode', 'opportunityclose.description'),
      idOf(receipt),
    )
    expect(record?.fields).toEqual({
      statecode: 'Lost',
      statuscode: 'Canceled',
      'opportunityclose.description': 'Long ago',
    })
    await there.close()
  })
})

describe('rows that are refused', () => {
  const rejects = (there: Connected, name: string, refusal: Refusal): void => {
    there.vendor.plugIns.push(({ cells }) => {
      if (cells['name'] === name) throw refusal
    })
  }
  const rule = new Refusal(400, '0x80040265', 'Not on a Friday')

  test('one row that sinks a bulk action leaves the others alone (F40)', async () => {
    const there = await connect()
    rejects(there, 'Deal r-7', rule)
    const receipts = await send(there, ...families(20))
    const refused = outcomes(receipts).flatMap((outcome, index) =>
      outcome === 'written' ? [] : [`${index} ${outcome}`],
    )
    expect(refused).toEqual(['23 refused DB-3305'])
    expect(count(there, 'opportunity')).toBe(11 + 19)
    await there.close()
  })

  test('what belongs to a refused record is not tried, and says why', async () => {
    const there = await connect()
    rejects(there, 'Account r-1', rule)
    const receipts = await send(there, ...families(3))
    expect(outcomes(receipts).slice(3, 6)).toEqual(['refused DB-3305', 'refused DB-3316', 'refused DB-3316'])
    expect(outcomes(receipts).filter((outcome) => outcome === 'written')).toHaveLength(6)
    await there.close()
  })

  test('what can be seen to be wrong is found before anything is sent', async () => {
    const there = await connect()
    await there.session.probe([kind('opportunity'), kind('opportunityclose')], signal)
    await send(there, dealFor('known', { name: 'x', ownerid: seedId(1, 2) }))
    const before = callsOf(there)
    const receipts = await send(
      there,
      dealFor('r1', { name: 'x'.repeat(301) }),
      dealFor('r2', { name: 'x', salesstage: 'Dream' }),
      dealFor('r3', { name: 'x', fab_nothing: 'x' }),
      dealFor('r4', { name: 'x', estimatedvalue: 'much' }),
      dealFor('r5', { name: 'x', totalamount: '5' }),
      dealFor('r6', { name: 'x', parentaccountid: 'not an id' }),
      dealFor('r7', { name: 'x', transactioncurrencyid: 'XXX' }),
    )
    expect(outcomes(receipts)).toEqual(
      ['DB-3301', 'DB-3302', 'DB-1507', 'DB-3303', 'DB-3319', 'DB-3311', 'DB-3309'].map((code) => `refused ${code}`),
    )
    expect(callsOf(there)).toBe(before)
    await there.close()
  })

  test.each([
    ['a deadlock (F37)', storms.deadlock, 'DB-3314', 'retry-later'],
    ['a duplicate rule (F38)', storms.duplicateRule, 'DB-3306', 'needs-human'],
    ['full storage', storms.storage, 'DB-1520', 'fix-config'],
  ])('%s', async (_, storm, code, remedy) => {
    const there = await connect()
    there.vendor.weather.next({ ...storm, when: ({ inner, path }) => inner && path.includes('accounts'), times: 5 })
    const receipts = await send(there, ...families(2))
    expect(receipts[0]).toMatchObject({ outcome: 'refused', error: { code, remedy } })
    await there.close()
  })

  test('a row that is always locked holds up nobody else (I31)', async () => {
    const there = await connect()
    rejects(there, 'Account r-1', new Refusal(500, storms.deadlock.code, storms.deadlock.message))
    const receipts = await send(there, ...families(5))
    expect(outcomes(receipts).slice(3, 6)).toEqual(['refused DB-3314', 'refused DB-3314', 'refused DB-3314'])
    expect(outcomes(receipts).filter((outcome) => outcome === 'written')).toHaveLength(12)
    await there.close()
  })

  test('too much at once goes in halves', async () => {
    const there = await connect()
    const rows = ({ body }: { readonly body: string }): number => body.split('@odata.type').length - 1
    there.vendor.weather.next({
      ...storms.timeout,
      when: (operation) => operation.inner && rows(operation) > 30,
      times: 100,
    })
    const receipts = await send(
      there,
      ...Array.from({ length: 100 }, (_, index) => create('account', `a-${index}`, { name: `A ${index}` })),
    )
    expect(new Set(outcomes(receipts))).toEqual(new Set(['written']))
    expect(count(there, 'account')).toBe(8 + 100)
    await there.close()
  })

  test('where there are no bulk actions, rows go one by one in one batch', async () => {
    const there = await connect({ doesBulk: false })
    const receipts = await send(there, ...families(10))
    expect(new Set(outcomes(receipts))).toEqual(new Set(['written']))
    const before = callsOf(there)
    await send(there, ...family('later'))
    expect(callsOf(there) - before).toBe(1)
    await there.close()
  })
})

describe('behind a gateway that lets no batch through', () => {
  test('the same is done one by one', async () => {
    const there = await connect()
    const gateway = { status: 405, headers: { 'content-type': 'text/html' }, body: 'no' }
    there.served.breaks = (call) =>
      call.url.pathname.endsWith('$batch') ? { do: 'answer', answer: gateway } : undefined
    expect(outcomes(await send(there, ...families(2)))).toEqual(Array(6).fill('written'))
    expect(outcomes(await send(there, ...families(2)))).toEqual(Array(6).fill('already-there'))
    const close = update('opportunity', seedId(13, 1), { statecode: 'Won', name: 'Signed' })
    expect(outcomes(await send(there, close))).toEqual(['written'])
    const record = await readById(there, shape('opportunity', 'name', 'statecode'), seedId(13, 1))
    expect(record?.fields).toEqual({ name: 'Signed', statecode: 'Won' })
    await there.close()
  })
})

describe('answers that never come', () => {
  const isWrite = (body: string): boolean => body.includes('CreateMultiple') || body.includes('PATCH ')

  test('after a cut every write is unknown, and looking tells what became of it (F28, F41, F45)', async () => {
    const there = await connect()
    await there.session.probe([kind('account'), kind('contact'), kind('opportunity')], signal)
    there.served.breaks = (call) => (isWrite(call.body) ? { do: 'cut-after' } : undefined)
    const lost = await send(there, ...family('r'))
    expect(outcomes(lost)).toEqual(Array(3).fill('unknown DB-3317'))
    there.served.breaks = () => undefined
    expect(outcomes(await send(there, ...family('r')))).toEqual(Array(3).fill('already-there'))
    expect(count(there, 'opportunity')).toBe(12)
    await there.close()
  })

  test('a gateway’s word after the commit is no answer (F28)', async () => {
    const there = await connect()
    await there.session.probe([kind('account'), kind('contact'), kind('opportunity')], signal)
    const gateway = { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }
    there.served.breaks = (call) => (isWrite(call.body) ? { do: 'answer-after', answer: gateway } : undefined)
    expect(outcomes(await send(there, ...family('r')))).toEqual(Array(3).fill('unknown DB-3317'))
    await there.close()
  })

  test('what never left is certainly not written (F5)', async () => {
    const there = await connect()
    await there.close()
    const [receipt] = await send(there, create('account', 'a', { name: 'A' }))
    expect(receipt).toMatchObject({ outcome: 'refused', error: { remedy: 'retry-later' } })
  })

  test.each([
    [
      'shorter (F42)',
      (body: string) =>
        body.replace(/--batchresponse_[\w-]+\r\nContent-Type: application\/http[\s\S]*?(?=--batchresponse)/, ''),
    ],
    ['in another order (F42)', swapped],
    ['cut off', (body: string) => body.slice(0, -30)],
  ])('a batch answer that is %s tells nothing', async (_, change) => {
    const there = await connect()
    const edits = [1, 2, 3].map((number) => update('opportunity', seedId(13, number), { name: `n${number}` }))
    await send(there, ...edits)
    there.served.breaks = () => undefined
    const handle = there.vendor.handle.bind(there.vendor)
    there.vendor.handle = async (call) => {
      const answer = await handle(call)
      return call.body.includes('PATCH ') ? { ...answer, body: change(answer.body) } : answer
    }
    expect(outcomes(await send(there, ...edits))).toEqual(Array(3).fill('unknown DB-3317'))
    await there.close()
  })
})

function swapped(body: string): string {
  const ids = [...body.matchAll(/OData-EntityId: \S+/g)].map(([text]) => text)
  return body.replaceAll(/OData-EntityId: \S+/g, (text) => ids[(ids.indexOf(text) + 1) % ids.length] ?? text)
}

describe('updating', () => {
  const name = shape('opportunity', 'name', 'parentcontactid', 'description')

  test('only what differs, on the version that was planned on', async () => {
    const there = await connect()
    const before = await readById(there, name, seedId(13, 1))
    const receipts = await send(there, update('opportunity', seedId(13, 1), { name: 'New' }, before?.version))
    expect(outcomes(receipts)).toEqual(['written'])
    const sent = there.served.calls.at(-1)
    expect([sent?.headers['if-match'], JSON.parse(sent?.body ?? '')]).toEqual([before?.version, { name: 'New' }])
    await there.close()
  })

  test('somebody was faster: stale, and their edit stays (F30)', async () => {
    const there = await connect()
    const before = await readById(there, name, seedId(13, 1))
    there.vendor.desk.edit(kind('opportunity'), recordId(seedId(13, 1)), { description: 'Mine' })
    const receipts = await send(
      there,
      update('opportunity', seedId(13, 1), { name: 'New' }, before?.version),
      update('opportunity', seedId(13, 2), { name: 'Fine' }),
    )
    expect(outcomes(receipts)).toEqual(['stale', 'written'])
    expect((await readById(there, name, seedId(13, 1)))?.fields).toMatchObject({
      name: 'Adatum – data estate',
      description: 'Mine',
    })
    await there.close()
  })

  test('a record that is gone is not made again by an update', async () => {
    const there = await connect()
    there.vendor.desk.remove(kind('opportunity'), recordId(seedId(13, 8)))
    const receipts = await send(there, update('opportunity', seedId(13, 8), { name: 'Ghost' }))
    expect(outcomes(receipts)).toEqual(['refused DB-3312'])
    expect(count(there, 'opportunity')).toBe(10)
    await there.close()
  })

  test('null clears, a lookup too; what is not named stays (I13)', async () => {
    const there = await connect()
    const receipts = await send(
      there,
      update('opportunity', seedId(13, 1), { parentcontactid: null, description: null }),
    )
    expect(outcomes(receipts)).toEqual(['written'])
    expect((await readById(there, name, seedId(13, 1)))?.fields).toEqual({
      name: 'Adatum – data estate',
      parentcontactid: null,
      description: null,
    })
    await there.close()
  })

  test('a key in a value that could not stand in an address (2.3) is found and written all the same', async () => {
    const there = await connect()
    const odd = "a/b<c>*%&:\\?+'"
    const [made] = await send(there, dealFor(odd, { name: 'Odd key' }))
    const again = await send(there, dealFor(odd, { name: 'Odd key' }))
    expect([outcomes(again), idOf(again[0])]).toEqual([['already-there'], idOf(made)])
    await there.close()
  })

  test('a closed deal takes no edits, and says so', async () => {
    const there = await connect()
    const receipts = await send(there, update('opportunity', seedId(13, 10), { name: 'Too late' }))
    expect(receipts[0]).toMatchObject({ outcome: 'refused', error: { code: 'DB-3307', who: 'the seller' } })
    await there.close()
  })

  test('in a batch of a thousand each has its own answer, in order', async () => {
    const there = await connect()
    await send(there, ...families(333))
    const rows = there.vendor.desk.all(kind('opportunity')).slice(11)
    const receipts = await send(
      there,
      ...rows.map(({ id }, index) =>
        update(
          'opportunity',
          id,
          { name: index % 3 === 0 ? 'x'.repeat(300) : 'ok', salesstage: 'Close' },
          index % 5 === 0 ? 'W/"1"' : null,
        ),
      ),
    )
    expect(outcomes(receipts)).toEqual(rows.map((_, index) => (index % 5 === 0 ? 'stale' : 'written')))
    await there.close()
  })
})
