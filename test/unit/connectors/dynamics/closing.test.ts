import { describe, expect, test } from 'vitest'
import { kind, recordId, type Fields, type Receipt } from '#spi'
import { seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { connect, create, readById, shape, signal, update, type Connected } from './session.ts'

const whole = shape(
  'opportunity',
  'name',
  'statecode',
  'statuscode',
  'actualvalue',
  'actualclosedate',
  'opportunityclose.actualrevenue',
  'opportunityclose.actualend',
  'opportunityclose.description',
  'opportunityclose.competitorid',
  'opportunityclose.fab_lossreason',
)
const id = seedId(13, 3)
const now = (there: Connected, of = id) => readById(there, whole, of)
const outcome = (receipt: Receipt | undefined): string =>
  receipt && 'error' in receipt ? `${receipt.outcome} ${receipt.error.code}` : (receipt?.outcome ?? '')

async function send(there: Connected, fields: Fields, expect: string | null = null, of = id): Promise<string> {
  const [receipt] = await there.session.write([update('opportunity', of, fields, expect)], signal)
  return outcome(receipt)
}
const actions = ({ served }: Connected): readonly string[] =>
  served.calls.flatMap(({ body, url }) =>
    [...`${url.pathname}\n${body}`.matchAll(/(?:Win|Lose)Opportunity|QualifyLead/g)].map(([name]) => name),
  )

describe('winning', () => {
  test('with reason, amount, day and words; other edits of the write go with it', async () => {
    const there = await connect()
    const before = await now(there)
    const fields = {
      name: 'Wide World – ERP, signed',
      statecode: 'Won',
      statuscode: 'Won',
      'opportunityclose.actualrevenue': '180000.25',
      'opportunityclose.actualend': '2026-11-19',
      'opportunityclose.description': 'Signed.',
    }
    expect(await send(there, fields, before?.version)).toBe('written')
    expect((await now(there))?.fields).toMatchObject({
      ...fields,
      actualvalue: '180000.25',
      actualclosedate: '2026-11-19',
    })
    await there.close()
  })

  test('the deal’s own columns for amount and day mean those of the close', async () => {
    const there = await connect()
    await send(there, { statecode: 'Won', actualvalue: '5', actualclosedate: '2026-11-01' })
    expect((await now(there))?.fields).toMatchObject({
      'opportunityclose.actualrevenue': '5',
      actualclosedate: '2026-11-01',
    })
    await there.close()
  })

  test('without an amount, the estimate is final', async () => {
    const there = await connect()
    expect(await send(there, { statecode: 'Won' })).toBe('written')
    expect((await now(there))?.fields).toMatchObject({
      statuscode: 'Won',
      actualvalue: '185000',
      actualclosedate: '2026-11-20',
    })
    await there.close()
  })
})

describe('losing', () => {
  test('with its reason, its competitor and a column of the customer’s own', async () => {
    const there = await connect()
    const fields = {
      statecode: 'Lost',
      statuscode: 'Out-Sold',
      'opportunityclose.competitorid': seedId(7, 1),
      'opportunityclose.fab_lossreason': 'Price',
    }
    expect(await send(there, fields)).toBe('written')
    expect((await now(there))?.fields).toMatchObject(fields)
    await there.close()
  })

  test('a reason of another state is refused before anything is sent', async () => {
    const there = await connect()
    expect(await send(there, { statecode: 'Lost', statuscode: 'Won' })).toBe('refused DB-3302')
    expect(actions(there)).toEqual([])
    await there.close()
  })
})

describe('a deal that is not as it was planned on', () => {
  test('somebody edited it: stale, nothing is closed', async () => {
    const there = await connect()
    const before = await now(there)
    there.vendor.desk.edit(kind('opportunity'), recordId(id), { name: 'Edited' })
    expect(await send(there, { statecode: 'Won' }, before?.version)).toBe('stale')
    expect(actions(there)).toEqual([])
    await there.close()
  })

  test('an edit between our look and the action: stale, and neither half is done', async () => {
    const there = await connect()
    const before = await now(there)
    there.served.breaks = (call) => {
      if (call.body.includes('WinOpportunity'))
        there.vendor.desk.edit(kind('opportunity'), recordId(id), { name: 'Faster' })
      return undefined
    }
    expect(await send(there, { statecode: 'Won', name: 'Ours' }, before?.version)).toBe('stale')
    expect((await now(there))?.fields).toMatchObject({ name: 'Faster', statecode: 'Open' })
    await there.close()
  })

  test('closed as wanted already: done, and no second close (I5)', async () => {
    const there = await connect()
    await send(there, { statecode: 'Won' })
    expect(await send(there, { statecode: 'Won' })).toBe('written')
    expect(actions(there)).toEqual(['WinOpportunity'])
    await there.close()
  })

  test('closed the other way: refused, with whose turn it is', async () => {
    const there = await connect()
    expect(await send(there, { statecode: 'Lost' }, null, seedId(13, 10))).toBe('refused DB-3308')
    expect(actions(there)).toEqual([])
    await there.close()
  })

  test('gone: refused', async () => {
    const there = await connect()
    there.vendor.desk.remove(kind('opportunity'), recordId(id))
    expect(await send(there, { statecode: 'Won' })).toBe('refused DB-3312')
    await there.close()
  })

  test('the answer was lost: unknown, and looking shows it won', async () => {
    const there = await connect()
    there.served.breaks = (call) =>
      /WinOpportunity/.test(call.url.pathname + call.body) ? { do: 'cut-after' } : undefined
    expect(await send(there, { statecode: 'Won' })).toBe('unknown DB-3317')
    there.served.breaks = () => undefined
    expect((await now(there))?.fields).toMatchObject({ statecode: 'Won' })
    await there.close()
  })
})

describe('opening again', () => {
  test('by an update, with a reason of the open state', async () => {
    const there = await connect()
    expect(await send(there, { statecode: 'Open' }, null, seedId(13, 10))).toBe('written')
    expect((await now(there, seedId(13, 10)))?.fields).toMatchObject({ statecode: 'Open', statuscode: 'In Progress' })
    expect(await send(there, { statecode: 'Lost', statuscode: 'Canceled' }, null, seedId(13, 10))).toBe('written')
    await there.close()
  })

  test('straight to On Hold, edits included', async () => {
    const there = await connect()
    expect(await send(there, { statecode: 'Open', statuscode: 'On Hold', name: 'Again' }, null, seedId(13, 11))).toBe(
      'written',
    )
    expect((await now(there, seedId(13, 11)))?.fields).toMatchObject({ statuscode: 'On Hold', name: 'Again' })
    await there.close()
  })
})

describe('leads', () => {
  const lead = shape('lead', 'statecode', 'statuscode', 'companyname', 'qualifyingopportunityid')
  const first = seedId(12, 1)
  const move = async (there: Connected, fields: Fields): Promise<string> =>
    outcome((await there.session.write([update('lead', first, fields)], signal))[0])

  test('an answered one is qualified, and its deal names where it came from', async () => {
    const there = await connect()
    const receipts = await there.session.write(
      [
        { ...create('opportunity', 'r', { name: 'From a lead', originatingleadid: first }, 'fab_pcreferralid') },
        update('lead', first, { statecode: 'Qualified' }),
      ],
      signal,
    )
    expect(receipts.map(outcome)).toEqual(['written', 'written'])
    expect(actions(there)).toEqual(['QualifyLead'])
    expect((await readById(there, lead, first))?.fields).toMatchObject({
      statecode: 'Qualified',
      statuscode: 'Qualified',
    })
    expect(there.vendor.desk.all(kind('opportunity'))).toHaveLength(12)
    expect(there.vendor.desk.all(kind('account'))).toHaveLength(8)
    await there.close()
  })

  test('edits of the same write go with it', async () => {
    const there = await connect()
    expect(await move(there, { statecode: 'Qualified', companyname: 'Coho Vineyard' })).toBe('written')
    expect((await readById(there, lead, first))?.fields).toMatchObject({
      statecode: 'Qualified',
      companyname: 'Coho Vineyard',
    })
    await there.close()
  })

  test('a declined one is disqualified with its reason', async () => {
    const there = await connect()
    expect(await move(there, { statecode: 'Disqualified', statuscode: 'No Longer Interested' })).toBe('written')
    expect((await readById(there, lead, first))?.fields).toMatchObject({
      statecode: 'Disqualified',
      statuscode: 'No Longer Interested',
    })
    expect(await move(there, { statecode: 'Qualified' })).toBe('refused DB-3318')
    await there.close()
  })

  test('qualified twice is qualified once', async () => {
    const there = await connect()
    await move(there, { statecode: 'Qualified' })
    expect(await move(there, { statecode: 'Qualified' })).toBe('written')
    expect(actions(there)).toEqual(['QualifyLead'])
    await there.close()
  })

  test('one that a seller qualified carries its referral to the deal', async () => {
    const there = await connect()
    const { desk } = there.vendor
    desk.edit(kind('lead'), recordId(first), { fab_pcreferralid: 'q-9' })
    desk.edit(kind('lead'), recordId(first), { statecode: 'Qualified' })
    const [found] = await there.session.find(
      [{ shape: shape('opportunity', 'originatingleadid'), by: { key: { field: 'fab_pcreferralid', value: 'q-9' } } }],
      signal,
    )
    expect(found?.[0]?.fields['originatingleadid']).toBe(first)
    expect((await readById(there, lead, first))?.fields['qualifyingopportunityid']).toBe(found?.[0]?.id)
    await there.close()
  })
})
