// An unanswered lead is a lead in Dynamics too, with the shipped mapping that puts leads first: qualified when it is
// accepted, disqualified when it is declined, by whichever side comes first, over real HTTP.

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkKey } from '#core/model/ids'
import { cycle, type CycleReport } from '#engine/cycle'
import { type DeskRecord, type Fields, kind, REFERRAL, type RecordId } from '#spi'
import { until } from '../support/daemon-process.ts'
import { realWorld } from '../support/real-process.ts'
import { roundTrip, type RoundTrip } from '../support/round-trip.ts'

const minute = 60_000
const [lead, opportunity] = [kind('lead'), kind('opportunity')]
let trip: RoundTrip
let referral: RecordId

const pass = async (): Promise<CycleReport> => {
  const report = await cycle(trip.as('auto'), { signal: AbortSignal.timeout(15_000) })
  if (report.error) throw report.error
  trip.clock.turn(minute)
  return report
}
const settled = async (): Promise<void> => {
  for (let time = 0; time < 3; time += 1) await pass()
}
const held = (of: typeof lead): readonly DeskRecord[] =>
  trip.desks.crm.all(of).filter(({ fields }) => fields['fab_pcreferralid'] === referral)
const theLead = (): DeskRecord => held(lead)[0] ?? expect.fail('there is no lead')
const theDeal = (): DeskRecord => held(opportunity)[0] ?? expect.fail('there is no opportunity')
const status = (): string => trip.source.show(referral).status
const bySeller = (fields: Fields): void => {
  trip.clock.turn(minute)
  trip.desks.crm.edit(lead, theLead().id, fields)
}
const atMicrosoft = (fields: Fields): void => {
  trip.clock.turn(minute)
  trip.desks.source.edit(REFERRAL, referral, fields)
}
const link = async () => (await trip.pipeline.ledger.get('link', linkKey(referral))) ?? expect.fail('no link')

beforeEach(async () => {
  trip = await roundTrip('dynamics', 'mappings/dynamics.lead-first.yaml')
  await settled()
  referral = trip.source.arrive('lead', 'Americas')
  await settled()
})
afterEach(() => trip.close())

/** What a lead that was answered has become: one opportunity of its own, and nothing twice. */
async function assertQualified(): Promise<void> {
  expect(status()).toBe('Active/Accepted')
  expect([held(lead).length, held(opportunity).length]).toEqual([1, 1])
  expect(theLead().fields).toMatchObject({ statecode: 'Qualified' })
  expect(theDeal().fields).toMatchObject({ statecode: 'Open', originatingleadid: theLead().id })
  expect(await link()).toMatchObject({ kind: opportunity, record: theDeal().id, waiting: [] })
}

/** Whatever is changed afterwards finds its way between the referral and the opportunity. */
async function assertInStep(): Promise<void> {
  trip.crm.setAmount(theDeal().id, '91500')
  await settled()
  expect(trip.source.show(referral).value).toBe('91500')
  atMicrosoft({ 'details.dealValue': 77_000 })
  await settled()
  expect(trip.crm.show(theDeal().id).amount).toBe('77000')
}

test('a lead that nobody has answered is a lead there, once, and no opportunity', async () => {
  expect(held(opportunity)).toEqual([])
  expect(held(lead)).toHaveLength(1)
  expect(theLead().fields).toMatchObject({ statecode: 'Open', fab_pcsyncstate: 'Waiting for you' })
  await settled()
  expect(held(lead)).toHaveLength(1)
})

test('what changes at Microsoft meanwhile is shown on the lead, and what sellers write there is left alone', async () => {
  bySeller({ description: 'Called them twice.' })
  atMicrosoft({ 'customerProfile.name': 'Parnell Aerospace Group' })
  await settled()
  expect(theLead().fields).toMatchObject({
    companyname: 'Parnell Aerospace Group',
    description: 'Called them twice.',
    statecode: 'Open',
  })
})

describe('where the mapping says otherwise', () => {
  const whenAccepted = async (onAccept: string): Promise<void> => {
    await trip.close()
    const folder = await mkdtemp(join(tmpdir(), 'dealbridge-lead-'))
    const file = join(folder, 'leads.yaml')
    const shipped = await readFile('mappings/dynamics.lead-first.yaml', 'utf8')
    await writeFile(file, shipped.replace('onAccept: qualify', `onAccept: ${onAccept}`))
    trip = await roundTrip('dynamics', file)
    await rm(folder, { recursive: true })
    await settled()
    referral = trip.source.arrive('lead', 'Americas')
    await settled()
    atMicrosoft({ status: 'Active', substatus: 'Accepted' })
    await settled()
  }

  test('copy: an opportunity is made, and the lead stays as it is', async () => {
    await whenAccepted('copy')
    expect([held(lead).length, held(opportunity).length]).toEqual([1, 1])
    expect(theLead().fields).toMatchObject({ statecode: 'Open' })
    await assertInStep()
  })

  test('leave: the lead stays, and is all there is', async () => {
    await whenAccepted('leave')
    expect([held(lead).length, held(opportunity).length]).toEqual([1, 0])
    expect(theLead().fields).toMatchObject({ statecode: 'Open', fab_pcsyncstate: 'In step' })
    expect((await link()).waiting).toEqual([])
  })
})

describe('accepted at Microsoft', () => {
  test('it is qualified, and the opportunity that comes of it goes on', async () => {
    atMicrosoft({ status: 'Active', substatus: 'Accepted' })
    await settled()
    await assertQualified()
    await assertInStep()
  })

  test.each([
    ['the qualification', /QualifyLead/, 'cut-after'],
    ['the qualification', /QualifyLead/, 'cut-before'],
    ['the new opportunity', /opportunit(?:y|ies)\b.*"originatingleadid|CreateMultiple|originatingleadid/s, 'cut-after'],
    ['every write', /^(?:POST|PATCH) /m, 'cut-after'],
  ] as const)('with the answer to %s lost (%s, %s), it comes to the same', async (_what, which, fault) => {
    atMicrosoft({ status: 'Active', substatus: 'Accepted' })
    let hits = 0
    trip.servedCrm.breaks = ({ body, url }) => {
      if (hits > 0 || !which.test(`${url.pathname}\n${body}`)) return undefined
      hits += 1
      return { do: fault }
    }
    await pass()
    expect(hits).toBe(1)
    await settled()
    await settled()
    await assertQualified()
  })
})

describe('qualified by a seller', () => {
  test('the referral is accepted, and the opportunity that Dynamics made is the one that goes on', async () => {
    bySeller({ statecode: 'Qualified' })
    await settled()
    await assertQualified()
    await assertInStep()
  })

  test('at the same time as somebody accepts it at Microsoft, there is still one opportunity', async () => {
    atMicrosoft({ status: 'Active', substatus: 'Accepted' })
    bySeller({ statecode: 'Qualified' })
    await settled()
    await assertQualified()
  })
})

describe('declined', () => {
  test('by a seller who disqualifies it: Microsoft hears of it once it can no longer be a slip', async () => {
    bySeller({ statecode: 'Disqualified' })
    await settled()
    expect(status()).toBe('New/Pending')
    trip.clock.turn(31 * minute)
    await settled()
    expect(status()).toBe('Closed/Declined')
    expect(held(opportunity)).toEqual([])
  })

  test('and opened again within the half hour, it was nothing', async () => {
    bySeller({ statecode: 'Disqualified' })
    await settled()
    bySeller({ statecode: 'Open' })
    trip.clock.turn(31 * minute)
    await settled()
    expect(status()).toBe('New/Pending')
    expect((await link()).waiting).toEqual([])
  })

  test('by a seller, and accepted at Microsoft: the seller is told, and either way out of it works', async () => {
    bySeller({ statecode: 'Disqualified' })
    atMicrosoft({ status: 'Active', substatus: 'Accepted' })
    await settled()
    expect((await link()).waiting).toMatchObject([{ code: 'DB-3104', who: 'the seller' }])
    bySeller({ statecode: 'Open' })
    await settled()
    await assertQualified()
  })

  test('at Microsoft: the lead is disqualified', async () => {
    atMicrosoft({ status: 'Closed', substatus: 'Declined' })
    await settled()
    expect(theLead().fields).toMatchObject({ statecode: 'Disqualified' })
    expect(held(opportunity)).toEqual([])
  })

  test('by nobody, because its time ran out: the lead is disqualified', async () => {
    trip.clock.turn(15 * 24 * 60 * minute)
    await settled()
    expect(status()).toBe('Closed/Expired')
    expect(theLead().fields).toMatchObject({ statecode: 'Disqualified' })
  })
})

// Every call of the passes that carry an answer: LEAD_CUTS=all npx vitest run test/scenarios/leads.test.ts
const isThorough = process.env['LEAD_CUTS'] === 'all'
const cuts = (isThorough ? (['at Microsoft', 'here', 'on both sides'] as const) : (['on both sides'] as const)).flatMap(
  (where) =>
    (['servedCrm', 'servedSource'] as const).flatMap((side) =>
      (['cut-before', 'cut-after'] as const).flatMap((fault) =>
        Array.from({ length: isThorough ? 12 : 2 }, (_, n) => ({
          where,
          side,
          fault,
          call: isThorough ? n + 1 : 3 * n + 1,
        })),
      ),
    ),
)

test.each(cuts)('answered $where, with call $call of $side $fault: it comes to the same', async (cut) => {
  if (cut.where !== 'here') atMicrosoft({ status: 'Active', substatus: 'Accepted' })
  if (cut.where !== 'at Microsoft') bySeller({ statecode: 'Qualified' })
  let calls = 0
  trip[cut.side].breaks = () => {
    calls += 1
    return calls === cut.call ? { do: cut.fault } : undefined
  }
  for (let time = 0; time < 3; time += 1) {
    await cycle(trip.as('auto'), { signal: AbortSignal.timeout(15_000) })
    trip.clock.turn(minute)
  }
  trip[cut.side].breaks = () => undefined
  trip.clock.turn(20 * minute)
  await settled()
  trip.clock.turn(20 * minute)
  await settled()
  await assertQualified()
})

test('our own lead that comes back is known by what it says: nothing is asked about it', async () => {
  trip.source.arrive('lead', 'Americas')
  const { applied } = await pass()
  expect(applied?.written).toBe(1)
  const before = [trip.servedSource.calls.length, trip.servedCrm.calls.length]
  const { plan } = await pass()
  expect(plan?.changes).toEqual([])
  const [source = 0, crm = 0] = before
  // The list of each side, and the row that changed.
  expect([trip.servedSource.calls.length - source, trip.servedCrm.calls.length - crm]).toEqual([1, 2])
})

test('once everything is in step a pass is one call to each side', async () => {
  trip.clock.turn(30 * minute)
  await settled()
  const before = [trip.servedSource.calls.length, trip.servedCrm.calls.length]
  const { plan } = await pass()
  expect(plan?.changes).toEqual([])
  expect([trip.servedSource.calls.length, trip.servedCrm.calls.length]).toEqual(before.map((calls) => calls + 1))
})

test('the daemon itself does all of it, beside sellers and Microsoft at work', { timeout: 120_000 }, async () => {
  const world = await realWorld(['dynamics'])
  const { source, crms, folder } = world
  const { dynamics } = crms
  if (!dynamics) throw new Error('there is no Dynamics')
  const desk = dynamics.simulator.desk
  const heldBy = (id: RecordId, of: typeof lead) =>
    desk.all(of).filter(({ fields }) => fields['fab_pcreferralid'] === id)
  const leadOf = (id: RecordId): RecordId => heldBy(id, lead)[0]?.id ?? expect.fail('there is no lead')
  await copyFile('mappings/dynamics.lead-first.yaml', join(folder, 'mappings', 'dynamics.opportunity.yaml'))
  const daemon = world.start('run')
  const soon = async (what: string, isSo: () => boolean): Promise<void> =>
    await until(what, isSo, { withinMs: 40_000 }).catch((error: unknown) => {
      throw new Error(daemon.said(), { cause: error })
    })
  try {
    const [bySellers, byMicrosoft] = [source.hands.arrive('lead', 'Americas'), source.hands.arrive('lead', 'Americas')]
    await soon('both are leads', () => [bySellers, byMicrosoft].every((id) => heldBy(id, lead).length === 1))
    desk.edit(lead, leadOf(bySellers), { statecode: 'Qualified' })
    source.simulator.desk.edit(REFERRAL, byMicrosoft, { status: 'Active', substatus: 'Accepted' })
    for (const id of [bySellers, byMicrosoft]) {
      await soon('it is accepted on both sides', () => source.hands.show(id).status === 'Active/Accepted')
      await soon('its deal says so', () => heldBy(id, opportunity)[0]?.fields['fab_pcsyncstate'] === 'In step')
      expect([heldBy(id, lead).length, heldBy(id, opportunity).length]).toEqual([1, 1])
      expect(desk.read(lead, leadOf(id))?.fields).toMatchObject({ statecode: 'Qualified' })
    }
  } finally {
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toMatchObject({ code: 0 })
    await world.close()
  }
})
