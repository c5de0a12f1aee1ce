import { describe, expect, test } from 'vitest'
import { kind, type Finding, type FieldSchema } from '#spi'
import { people, seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { callsOf, connect, dealFor, readById, shape, signal, type Connected } from './session.ts'

const kinds = ['opportunity', 'lead', 'account', 'contact', 'opportunityclose', 'transactioncurrency'].map(kind)
const probe = ({ session }: Connected, of = kinds) => session.probe(of, signal)
const lines = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, code, what }) => `${level} ${code} ${what}`)

describe('a healthy environment', () => {
  test('says who we are, and which organization the ledger belongs to (I4)', async () => {
    const there = await connect()
    const seen = await probe(there)
    expect(seen).toMatchObject({ account: 'dealbridge@fabrikam.example', organization: seedId(3, 1) })
    expect(seen.label).toMatch(/^127\.0\.0\.1:\d+, Dataverse 9\.2\./)
    expect(seen.currencies).toEqual(['USD', 'EUR', 'BRL', 'TWD', 'JPY', 'KWD'])
    expect(lines(seen.findings)).toEqual([
      'warning DB-1502 2 owning teams have no mailbox; their deadline alerts go to the channel',
    ])
    await there.close()
  })

  test('names everyone who may own a deal, and nobody who may not', async () => {
    const there = await connect()
    const { owners } = await probe(there)
    const named = (name: string) => owners.find((owner) => owner.name === name)
    expect(named('Mei Tan')).toMatchObject({ kind: 'user', email: 'mei.tan@fabrikam.example', active: true })
    expect(named('Former Seller')).toMatchObject({ active: false })
    expect(named('Co-sell Brasil')).toMatchObject({ kind: 'team', email: null })
    expect(named('Deal room')).toBeUndefined()
    await there.close()
  })

  test('is read in a handful of calls, however many tables', async () => {
    const there = await connect()
    await probe(there)
    expect(callsOf(there)).toBeLessThanOrEqual(4)
    await there.close()
  })
})

describe('fields', () => {
  const fieldsOf = async (of: string): Promise<ReadonlyMap<string, FieldSchema>> => {
    const there = await connect()
    const seen = await probe(there)
    await there.close()
    return new Map(seen.kinds.find((one) => one.kind === of)?.fields.map((field) => [field.name, field]))
  }

  test.each<[string, string, Partial<FieldSchema>]>([
    ['opportunity', 'name', { type: 'text', lengthMax: 300, required: false, creatable: true }],
    ['opportunity', 'estimatedvalue', { type: 'money', scale: 2 }],
    ['opportunity', 'estimatedclosedate', { type: 'date' }],
    ['opportunity', 'totalamount', { calculated: true, creatable: false, updatable: false }],
    ['opportunity', 'parentaccountid', { type: 'reference', references: [kind('account')] }],
    ['opportunity', 'customerid', { references: [kind('account'), kind('contact')] }],
    ['opportunity', 'originatingleadid', { creatable: true, updatable: false }],
    ['opportunity', 'fab_pcreferralid', { type: 'text', unique: true }],
    ['opportunity', 'opportunityid', { unique: true, updatable: false }],
    ['opportunity', 'closeprobability', { type: 'decimal', scale: 0 }],
    ['opportunityclose', 'actualend', { type: 'date' }],
    ['lead', 'fab_pcanswerby', { type: 'instant' }],
    ['account', 'fab_duns', { unique: false, lengthMax: 20 }],
    ['transactioncurrency', 'isocurrencycode', { required: true }],
  ])('%s.%s', async (of, name, expected) => expect((await fieldsOf(of)).get(name)).toMatchObject(expected))

  test('choices are labels, and say what they mean for a deal', async () => {
    const fields = await fieldsOf('opportunity')
    expect(fields.get('statecode')?.choices?.map(({ value, means }) => [value, means])).toEqual([
      ['Open', 'open'],
      ['Won', 'won'],
      ['Lost', 'lost'],
    ])
    expect(fields.get('statuscode')?.choices?.find(({ value }) => value === 'Out-Sold')?.means).toBe('lost')
    expect(fields.get('salesstage')?.choices?.map(({ value }) => value)).toEqual([
      'Qualify',
      'Develop',
      'Propose',
      'Close',
    ])
  })
})

describe('what is wrong is said with its remedy', () => {
  const findings = async (spoil: (there: Connected) => void, knobs = {}): Promise<readonly Finding[]> => {
    const there = await connect(knobs)
    spoil(there)
    const seen = await probe(there)
    await there.close()
    return seen.findings.filter(({ level, code }) => level !== 'ok' && code !== 'DB-1502')
  }

  test.each<[string, (there: Connected) => void, string]>([
    [
      'a key whose index failed',
      ({ vendor }) => vendor.setKey('opportunity', 'fab_pcreferralid', 'Failed'),
      'error DB-1506 alternate key opportunity.fab_pcreferralid is Failed',
    ],
    [
      'a key that is being built',
      ({ vendor }) => vendor.setKey('lead', 'fab_pcreferralid', 'Pending'),
      'warning DB-1506 alternate key lead.fab_pcreferralid is Pending',
    ],
    [
      'tracking switched off',
      ({ vendor }) => vendor.setTracking('lead', false),
      'warning DB-1508 change tracking is off for lead',
    ],
    [
      'a privilege taken away',
      ({ vendor }) => vendor.access.take(people.role, 'prvCreateAccount'),
      'error DB-1505 the application user lacks prvCreateAccount',
    ],
    [
      'more rights than needed',
      ({ vendor }) => vendor.access.assign(people.application, seedId(4, 9)),
      'warning DB-1516 the application user is System Administrator',
    ],
  ])('%s', async (_, spoil, line) => {
    const found = await findings(spoil)
    expect(lines(found)).toEqual([line])
    for (const { consequence, fix, who } of found) expect([consequence, fix, who].every(Boolean)).toBe(true)
  })

  test('an environment without our solution', async () => {
    expect(lines(await findings(() => undefined, { company: 'bare' }))).toEqual([
      'warning DB-1506 opportunity has no alternate key for the referral’s id',
    ])
  })

  test('a table that is not there', async () => {
    const there = await connect()
    const seen = await probe(there, [kind('opportunity'), kind('contoso_nothing')])
    expect(lines(seen.findings)).toContain('error DB-1507 there is no table "contoso_nothing"')
    await there.close()
  })

  test('what changed since we last looked', async () => {
    const there = await connect()
    await probe(there)
    there.vendor.customize('opportunity', (columns) => {
      const stage = columns.get('salesstage')
      if (stage)
        columns.set('salesstage', {
          ...stage,
          options: [
            { value: 0, label: 'Qualify' },
            { value: 1, label: 'Solution' },
          ],
        })
      columns.delete('fab_campaign')
    })
    expect(lines((await probe(there)).findings).find((line) => line.includes('DB-1519'))).toBe(
      'warning DB-1519 opportunity changed since we last looked: salesstage: "Develop" is now called "Solution", salesstage lost the choice "Propose", salesstage lost the choice "Close", fab_campaign is gone',
    )
    await there.close()
  })
})

describe('what we know grows old', () => {
  test('a choice that was added since is read by its label at the second sight', async () => {
    const there = await connect()
    const stage = shape('opportunity', 'salesstage')
    await readById(there, stage, seedId(13, 1))
    there.vendor.customize('opportunity', (columns) => {
      const column = columns.get('salesstage')
      if (column)
        columns.set('salesstage', { ...column, options: [...(column.options ?? []), { value: 9, label: 'Pilot' }] })
    })
    there.vendor.desk.edit(kind('opportunity'), seedId(13, 1) as never, { salesstage: 'Pilot' })
    expect((await readById(there, stage, seedId(13, 1)))?.fields).toEqual({ salesstage: '9' })
    expect((await readById(there, stage, seedId(13, 1)))?.fields).toEqual({ salesstage: 'Pilot' })
    await there.close()
  })

  test('a column that was removed since stops nothing but itself', async () => {
    const there = await connect()
    const campaign = shape('opportunity', 'name', 'fab_campaign')
    await readById(there, campaign, seedId(13, 1))
    there.vendor.customize('opportunity', (columns) => columns.delete('fab_campaign'))
    await expect(readById(there, campaign, seedId(13, 1))).rejects.toMatchObject({ code: 'DB-1507' })
    expect((await readById(there, campaign, seedId(13, 1)))?.fields).toEqual({ name: 'Adatum – data estate' })
    await there.close()
  })
})

describe('an environment that shows nobody its definitions', () => {
  test('is worked with by what every environment has', async () => {
    const there = await connect()
    there.vendor.weather.next({
      status: 403,
      code: '0x80040220',
      message: 'no',
      when: ({ path }) => path.startsWith('EntityDefinitions'),
      times: 1_000,
    })
    const [receipt] = await there.session.write(
      [
        dealFor('r', {
          name: 'Blind',
          salesstage: 'Develop',
          estimatedvalue: '7.25',
          parentaccountid: seedId(10, 1),
          fab_campaign: 'c',
        }),
      ],
      signal,
    )
    expect(receipt?.outcome).toBe('written')
    const id = receipt && 'id' in receipt ? receipt.id : ''
    expect(
      (
        await readById(
          there,
          shape('opportunity', 'salesstage', 'estimatedvalue', 'parentaccountid', 'fab_campaign'),
          id,
        )
      )?.fields,
    ).toEqual({
      salesstage: 'Develop',
      estimatedvalue: '7.25',
      parentaccountid: seedId(10, 1),
      fab_campaign: 'c',
    })
    await there.close()
  })
})
