// The real program against systems that are not ours: their documented APIs, written by nobody who knew our code, and a
// configuration with nothing but addresses, secrets and a rhythm. What is checked is what their people would see.

import { expect, test } from 'vitest'
import { end, run, until } from '../support/daemon-process.ts'
import type { Referral } from '../support/plain-servers/partner-center.ts'
import { type Crm, type PlainWorld, plainWorld } from '../support/plain-servers/plain-world.ts'

type Row = Readonly<Record<string, unknown>>

/** What a seller of each CRM sees and does, in that CRM's own words. */
interface Desk {
  /** Of a customer whose region this CRM's mapping takes. */
  readonly customer: Referral
  deals(): readonly Row[]
  count(): Readonly<Record<string, number>>
  readonly key: string
  readonly id: string
  readonly amount: string
  readonly state: string
  readonly isWhole: (deal: Row) => boolean
  edit(deal: Row, columns: Row): void
  readonly takeUp: Row
  readonly win: Row
  readonly reopen: Row
}

const brazilian = {
  name: 'Trey Research do Brasil S.A.',
  size: '10to50employees',
  address: { addressLine1: 'Rua Augusta 10', city: 'São Paulo', state: null, postalCode: '01304', country: 'BR' },
  team: [{ firstName: 'Ana', lastName: 'Prado', phoneNumber: '+55 11 5550', email: 'ana.prado@treyresearch.example' }],
  ids: [],
}

const desks: Readonly<Record<Crm, (world: PlainWorld) => Desk>> = {
  salesforce: ({ sf }) => ({
    customer: {},
    deals: () => sf.rows('Opportunity'),
    count: () => ({
      deals: sf.rows('Opportunity').length,
      accounts: sf.rows('Account').length,
      contacts: sf.rows('Contact').length,
      roles: sf.rows('OpportunityContactRole').length,
    }),
    key: 'PC_Referral_Id__c',
    id: 'Id',
    amount: 'Amount',
    state: 'PC_Sync_State__c',
    isWhole: ({ Id, AccountId }) => {
      const [role] = sf.rows('OpportunityContactRole').filter(({ OpportunityId }) => OpportunityId === Id)
      return typeof AccountId === 'string' && role?.['IsPrimary'] === true && role['Role'] === 'Decision Maker'
    },
    edit: (deal, columns) => sf.edit(String(deal['Id']), columns),
    takeUp: { StageName: 'Qualification' },
    win: { StageName: 'Closed Won' },
    reopen: { StageName: 'Proposal/Price Quote' },
  }),
  dynamics: ({ dv }) => ({
    customer: { customerProfile: brazilian, details: { ...someDetails, currency: 'BRL' } },
    deals: () => dv.rows('opportunity'),
    count: () => ({
      deals: dv.rows('opportunity').length,
      accounts: dv.rows('account').length,
      contacts: dv.rows('contact').length,
    }),
    key: 'fab_pcreferralid',
    id: 'opportunityid',
    amount: 'estimatedvalue',
    state: 'fab_pcsyncstate',
    isWhole: (deal) =>
      typeof deal['_parentaccountid_value'] === 'string' && typeof deal['_parentcontactid_value'] === 'string',
    edit: (deal, columns) => dv.edit('opportunity', String(deal['opportunityid']), columns),
    takeUp: { statuscode: 1, salesstage: 1 },
    win: { statecode: 1, statuscode: 3 },
    reopen: { statecode: 0, statuscode: 1 },
  }),
}

const inSixtyDays = `${new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`
const noRequirements = { industries: [], products: [], services: [], solutions: [], additionalRequirements: {} }
const someDetails = { notes: null, dealValue: 84000, closingDateTime: inSixtyDays, requirements: noRequirements }

// Side by side, because most of it is waiting for the next pass.
const crms: readonly Crm[] = ['salesforce', 'dynamics']

test.concurrent.for(crms)(
  '%s alone: a deal from its arrival to Won',
  { timeout: 40_000 },
  async (crm, { onTestFinished }) => {
    const world = await plainWorld({ crms: [crm] })
    const { pc } = world
    const desk = desks[crm](world)
    const daemon = world.daemon()
    onTestFinished(async () => {
      await end(daemon)
      await world.close()
    })
    const soon = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> =>
      await until(what, isSo, { of: daemon })

    const id = pc.arrive(desk.customer)
    const deal = (): Row => desk.deals().find((row) => row[desk.key] === id) ?? {}
    const referral = (): Referral => pc.referrals.get(id) ?? {}
    const value = (): unknown => (referral()['details'] as Row)['dealValue']

    await soon('the opportunity, and its id at Microsoft', () => referral()['externalReferenceId'] === deal()[desk.id])
    expect(desk.isWhole(deal())).toBe(true)
    expect(deal()).toMatchObject({ [desk.amount]: 84000, [desk.state]: 'Waiting for you' })

    desk.edit(deal(), desk.takeUp)
    await soon('the referral is accepted', () => referral()['substatus'] === 'Accepted')
    desk.edit(deal(), { [desk.amount]: 91500.5 })
    await soon('the new amount at Microsoft', () => Number(value()) === 91500.5)
    pc.edit(id, 'details/dealValue', 77000)
    await soon('the new amount in the CRM', () => deal()[desk.amount] === 77000)
    await soon('it is in step again', () => deal()[desk.state] === 'In step')

    desk.edit(deal(), desk.win)
    const standing = async (): Promise<string> => (await run(world.place.folder, ['explain', id], world.env)).output
    await soon('Won is held', async () => /⏸ held until .*DB-310\d/.test(await standing()))
    expect(referral()).toMatchObject({ status: 'Active', substatus: 'Accepted' })
    desk.edit(deal(), desk.reopen)
    await soon('Won is taken back', async () => !(await standing()).includes('held'))

    // I16, F66: at rest nothing is written, and nothing was made twice.
    const before = writes(world)
    const passes = (): number => daemon.events().filter(({ event }) => event === 'run.done').length
    const rested = passes()
    await soon('three more passes', () => passes() >= rested + 3)
    expect(writes(world)).toEqual(before)
    expect(new Set(Object.values(desk.count()))).toEqual(new Set([1]))
    expect(referral()).toMatchObject({ status: 'Active', substatus: 'Accepted' })

    expect(await end(daemon)).toEqual({ code: 0, signal: null })
  },
)

/** Requests that could have changed something, token requests aside. */
const writes = ({ servers }: PlainWorld): readonly string[] =>
  servers.flatMap(({ heard }) => heard.filter(isWrite).map(({ method, target, body }) => `${method} ${target} ${body}`))

function isWrite({ method, path, body }: { method: string; path: string; body: string }): boolean {
  if (method === 'GET' || path.endsWith('/token')) return false
  // Several reads may travel in one POST.
  if (path.endsWith('/composite')) return /"method":"(?:POST|PATCH)"/.test(body)
  return path.endsWith('/$batch') ? /^(?:POST|PATCH) /m.test(body) : true
}
