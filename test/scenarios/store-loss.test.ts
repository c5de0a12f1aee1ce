// The ledger is gone, or a week old: what is found on both sides is adopted. Real connectors over real HTTP, the shipped
// mappings, and a real backup put back in place of a real ledger.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { actOn, changesFor } from '#control/deal-actions'
import { linkKey } from '#core/model/ids'
import { cycle } from '#engine/cycle'
import type { EmbeddedLedger, Ledger } from '#ledger'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { restoreLedger } from '#ledger/lowdb/restore'
import type { RecordId } from '#spi'
import { roundTrip, type Crm, type RoundTrip } from '../support/round-trip.ts'

const minute = 60_000
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Lived {
  readonly trip: RoundTrip
  /** Where ledgers are. */
  readonly folder: string
  /** Won in the CRM, and told to Microsoft. */
  readonly won: RecordId
  /** Its amount was changed by its seller, and told to Microsoft. */
  readonly edited: RecordId
}

async function opened(directory: string): Promise<EmbeddedLedger> {
  const ledger = await openLowdbLedger({ directory })
  closing.push(async () => await ledger.close())
  return ledger
}

async function passes(trip: RoundTrip, ledger: Ledger, count = 3): Promise<void> {
  for (let pass = 0; pass < count; pass += 1) {
    const report = await cycle({ ...trip.as('auto'), ledger }, { signal: AbortSignal.timeout(15_000) })
    if (report.error) throw report.error
    trip.clock.turn(minute)
  }
}

/** A week: deals are made, a backup is taken, then one is won and one is edited. */
async function week(name: Crm): Promise<Lived> {
  const trip = await roundTrip(name, `mappings/${name}.opportunity.yaml`)
  closing.push(async () => await trip.close())
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-loss-'))
  closing.push(async () => await rm(folder, { recursive: true }))
  const { clock, crm, source, pipeline } = trip
  const ledger = await opened(join(folder, 'first'))
  await passes(trip, ledger)
  await ledger.backup(join(folder, 'backup'))
  clock.turn(7 * 24 * 60 * minute)

  const open = source.referrals.flatMap((referral) => {
    const deal = crm.dealOf(referral)
    return deal && source.show(referral).status === 'Active/Accepted' ? [{ referral, deal }] : []
  })
  const [won = expect.fail('no deal'), edited = expect.fail('no second deal')] = open
  crm.win(won.deal)
  crm.setAmount(edited.deal, '777')
  await passes(trip, ledger)
  const held = (await ledger.get('link', linkKey(won.referral))) ?? expect.fail('no link')
  if (source.show(won.referral).status !== 'Closed/Won') {
    const actor = { now: clock.now(), mapping: pipeline.mapping }
    const request = { do: 'release', deal: won.referral, who: 'anna' } as const
    await ledger.commit(...changesFor(actOn(held, request, actor), 'anna', clock.now()))
  }
  await passes(trip, ledger)
  expect(source.show(won.referral).status).toBe('Closed/Won')
  expect(Number(source.show(edited.referral).value)).toBe(777)
  return { trip, folder, won: won.referral, edited: edited.referral }
}

/** Changes that Partner Center was asked for, whether or not it made them. */
const attempts = ({ servedSource }: RoundTrip): readonly string[] =>
  servedSource.calls.filter(({ method }) => method === 'PATCH').map(({ url }) => url.pathname)

describe.each<Crm>(['salesforce', 'dynamics'])('with %s', (name) => {
  test('F81, I18: gone: nothing is made twice, equal pairs are adopted in silence, nothing closed is written', async () => {
    const { trip, folder } = await week(name)
    const [deals, before] = [trip.crm.count(), attempts(trip)]
    const ledger = await opened(join(folder, 'second'))
    expect(ledger.opened.fresh).toBe(true)
    await passes(trip, ledger)
    expect(trip.crm.count()).toBe(deals)
    expect(attempts(trip)).toEqual(before)
    const [source, crm] = [trip.source.mark(), trip.crm.mark()]
    await passes(trip, ledger)
    expect([trip.source.mark(), trip.crm.mark()]).toEqual([source, crm])
  })

  test('F82: a week old: nothing is made twice, no outcome is sent again, and later edits stay', async () => {
    const { trip, folder, won, edited } = await week(name)
    const [deals, before] = [trip.crm.count(), attempts(trip)]
    await restoreLedger({ from: join(folder, 'backup'), to: join(folder, 'restored'), force: false })
    const ledger = await opened(join(folder, 'restored'))
    expect(ledger.opened.restored).toBe(true)
    await passes(trip, ledger)
    expect(trip.crm.count()).toBe(deals)
    expect(attempts(trip).filter((path) => path.includes(won))).toEqual(before.filter((path) => path.includes(won)))
    expect(attempts(trip)).toEqual(before)
    expect(Number(trip.crm.show(trip.crm.dealOf(edited) ?? expect.fail('its deal is gone')).amount)).toBe(777)
    expect(trip.source.show(won).status).toBe('Closed/Won')
  })
})
