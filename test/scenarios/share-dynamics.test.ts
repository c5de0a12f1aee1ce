// An opportunity of Dynamics becomes a co-sell pair: account, contact and currency are read from the records it points
// to, and the row that asks for help asks for it here too. Real connectors, real HTTP, the shipped mapping.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cycle } from '#engine/cycle'
import { kind, type Desk, type RecordId } from '#spi'
import { roundTrip } from '../support/round-trip.ts'
import { pairOf } from '../support/shared-pair.ts'

const shipped = join(import.meta.dirname, '../../mappings/dynamics.opportunity.yaml')
const section = `
share:
  mark: { fab_helprequired: Technical expertise }
  hold: 0m
  fields:
    details.currency: currency.isocurrencycode
    customerProfile.name: account.name
    customerProfile.address.country: { crm: account.address1_country, transform: [countryIso2] }
    customerProfile.team.email: contact.emailaddress1
    customerProfile.team.lastName: contact.lastname
    details.requirements.solutions: { set: SOL-10000-FAB }
    consent.consentToContact: { set: true }
    consent.consentToToShareInfoWithOthers: { set: true }
`
const { signal } = new AbortController()

function opportunity(desk: Desk): RecordId {
  const account = desk.add(kind('account'), { name: 'Wingtip Toys AG', address1_country: 'Germany' })
  const contact = desk.add(kind('contact'), {
    lastname: 'Berg',
    emailaddress1: 'lena.berg@wingtip.example',
    parentcustomerid: account,
  })
  const currency = desk.all(kind('transactioncurrency')).find(({ fields }) => fields['isocurrencycode'] === 'USD')
  return desk.add(kind('opportunity'), {
    name: 'Wingtip – data estate',
    parentaccountid: account,
    parentcontactid: contact,
    transactioncurrencyid: currency?.id ?? null,
    estimatedvalue: 5_000,
    estimatedclosedate: '2027-03-31',
    salesstage: 'Develop',
    fab_helprequired: 'Technical expertise',
  })
}

test('a marked opportunity of Dynamics becomes a pair, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-'))
  const file = join(folder, 'mapping.yaml')
  await writeFile(file, (await readFile(shipped, 'utf8')) + section)
  const world = await roundTrip('dynamics', file)
  const { pipeline, clock, desks } = world
  try {
    const deal = opportunity(desks.crm)
    for (let pass = 0; pass < 3; pass += 1) {
      clock.turn(60_000)
      await cycle(pipeline, { signal })
    }
    const { ours, theirs } = pairOf(desks.source)
    expect([ours.length, theirs.length]).toEqual([1, 1])
    expect(ours[0]?.fields).toMatchObject({
      name: 'Wingtip – data estate',
      externalReferenceId: deal,
      salesStage: '40',
      details: { dealValue: 5_000, currency: 'USD' },
      customerProfile: { address: { country: 'DE' }, team: [{ email: 'lena.berg@wingtip.example', lastName: 'Berg' }] },
    })
    expect(theirs[0]?.fields).toMatchObject({
      inviteContext: { assistanceRequestCode: 'CustomerTechnicalArchitecture' },
    })
    expect(desks.crm.read(kind('opportunity'), deal)?.fields).toMatchObject({ fab_pcreferralid: ours[0]?.id })
    const last = await cycle(pipeline, { signal, everything: true })
    expect(last.plan?.changes.filter(({ link }) => link === ours[0]?.id.toLowerCase())).toEqual([])
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
})
