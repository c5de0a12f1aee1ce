// Deals that a seller closes in Dynamics, over real HTTP with the shipped mapping: what arrives at Microsoft, what a
// closed deal still takes, and what is said when it is opened again.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkKey } from '#core/model/ids'
import { cycle, type CycleReport } from '#engine/cycle'
import { at, type Fields, kind, REFERRAL, type RecordId } from '#spi'
import { roundTrip, type RoundTrip } from '../support/round-trip.ts'

const minute = 60_000
const opportunity = kind('opportunity')
let trip: RoundTrip
let referral: RecordId
let deal: RecordId

const pass = async (): Promise<CycleReport> => {
  const report = await cycle(trip.as('auto'), { signal: AbortSignal.timeout(15_000) })
  if (report.error) throw report.error
  trip.clock.turn(minute)
  return report
}
const settled = async (): Promise<void> => {
  for (let time = 0; time < 3; time += 1) await pass()
}
const bySeller = (fields: Fields): void => {
  trip.clock.turn(minute)
  trip.desks.crm.edit(opportunity, deal, fields)
}
const link = async () => (await trip.pipeline.ledger.get('link', linkKey(referral))) ?? expect.fail('no link')
const crmWrites = (since: number): number =>
  trip.servedCrm.calls.slice(since).filter(({ body }) => /^(?:POST|PATCH) /m.test(body)).length
const atMicrosoft = (path: string): unknown => at(trip.desks.source.read(REFERRAL, referral)?.fields, path)

beforeEach(async () => {
  trip = await roundTrip('dynamics', 'mappings/dynamics.opportunity.yaml')
  await settled()
  const old = Date.parse(trip.clock.now()) - 4 * 24 * 60 * minute
  referral =
    trip.source.referrals.find((id) => {
      const { status, createdAt } = trip.source.show(id)
      return status === 'Active/Accepted' && Date.parse(createdAt) < old && trip.crm.dealOf(id) !== null
    }) ?? expect.fail('no old accepted deal')
  deal = trip.crm.dealOf(referral) ?? expect.fail('no deal')
})
afterEach(() => trip.close())

const won: Fields = {
  statecode: 'Won',
  'opportunityclose.actualrevenue': 61_500.5,
  'opportunityclose.actualend': '2026-11-19',
}

test('won: the actual revenue and the day of the close are final at Microsoft', async () => {
  bySeller(won)
  await settled()
  trip.clock.turn(31 * minute)
  await settled()
  expect(trip.source.show(referral)).toMatchObject({ status: 'Closed/Won', value: '61500.5' })
  // The same moment of the day as before, on the day of the close where the mapping's days begin: in New York.
  expect(atMicrosoft('details.closingDateTime')).toBe('2026-11-20T00:00:00Z')
})

test('lost: why, in the seller’s words, and not without', async () => {
  bySeller({ statecode: 'Lost', statuscode: 'Out-Sold' })
  await settled()
  expect((await link()).waiting).toMatchObject([{ code: 'DB-3110', who: 'the seller' }])
  bySeller({ statecode: 'Open', statuscode: 'In Progress' })
  bySeller({
    statecode: 'Lost',
    statuscode: 'Out-Sold',
    'opportunityclose.description': 'The other offer was cheaper.',
    'opportunityclose.fab_lossreason': 'Price',
  })
  await settled()
  trip.clock.turn(31 * minute)
  await settled()
  expect(trip.source.show(referral).status).toBe('Closed/Lost')
  expect(atMicrosoft('statusReason')).toBe('Price')
})

test('a closed deal takes no edits: that is said once, in words that help, and not tried again and again', async () => {
  bySeller(won)
  trip.source.setValue(referral, '70000')
  await settled()
  const refused = (await link()).waiting.find(({ code }) => code === 'DB-3307')
  expect(refused?.message).toMatch(/closed.*Reopen the record in Dynamics/s)
  const before = trip.servedCrm.calls.length
  await settled()
  expect(crmWrites(before)).toBe(0)
})

test('opened again once Microsoft knows: nothing is sent, and the seller is told when the two say different things', async () => {
  bySeller(won)
  await settled()
  trip.clock.turn(31 * minute)
  await settled()
  expect(trip.source.show(referral).status).toBe('Closed/Won')
  const quiet = trip.source.mark()
  bySeller({ statecode: 'Open', statuscode: 'In Progress' })
  await settled()
  expect(trip.source.mark()).toBe(quiet)
  bySeller({ statecode: 'Lost', statuscode: 'Out-Sold', 'opportunityclose.description': 'They changed their mind.' })
  await settled()
  trip.clock.turn(31 * minute)
  await settled()
  expect(trip.source.mark()).toBe(quiet)
  expect((await link()).waiting).toMatchObject([{ code: 'DB-3103', who: 'the seller' }])
})
