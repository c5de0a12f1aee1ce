// A pretended org served over real HTTP, and a session of the connector against it.

import { connector } from '../../../../connectors/salesforce/index.ts'
import { Settings } from '../../../../connectors/salesforce/settings.ts'
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  salesforceSimulator,
  sandboxClient,
} from '../../../../connectors/salesforce/simulator/index.ts'
import {
  type CreateWrite,
  type Cursor,
  type Fields,
  kind,
  linkKey,
  type Page,
  recordId,
  type Session,
  type Shape,
  type SimulatedAnswer,
  type UpdateWrite,
  version,
} from '#spi'
import { type Served, serve } from '#testkit/serve'
import {
  type HandClock,
  handClock,
  seededRandom,
  type TestHost,
  testHost,
  type TestHostOptions,
} from '../../../support/host.ts'

export const Opportunity = kind('Opportunity')
export const Account = kind('Account')
export const Contact = kind('Contact')
export const Role = kind('OpportunityContactRole')

export const dealShape: Shape = {
  kind: Opportunity,
  fields: ['Name', 'StageName', 'Amount', 'CloseDate', 'PC_Referral_Id__c', 'AccountId'],
}
export const accountShape: Shape = { kind: Account, fields: ['Name', 'Website', 'BillingCountryCode', 'DUNS__c'] }
export const contactShape: Shape = { kind: Contact, fields: ['Email', 'AccountId', 'LastName'] }
export const roleShape: Shape = { kind: Role, fields: ['OpportunityId', 'ContactId', 'Role', 'IsPrimary'] }
export const allShapes = [dealShape, accountShape, contactShape, roleShape]

export const never = new AbortController().signal

export interface TestOrg {
  readonly served: Served
  readonly simulator: SalesforceSimulator
  readonly clock: HandClock
  readonly host: TestHost
  readonly session: Session
  /** What somebody between us does to an answer of the data API. */
  tamper: (answer: SimulatedAnswer) => SimulatedAnswer
  /** Calls of the data API, sign-in and versions left out. */
  apiCalls(): Served['calls']
  /** Another session against the same org, as after a restart. */
  open(settings?: object, hostOptions?: Partial<TestHostOptions>): Promise<Session>
  close(): Promise<void>
}

export interface TestOrgOptions extends Partial<SalesforceSimulatorOptions> {
  readonly settings?: object
  readonly hostOptions?: Partial<TestHostOptions>
}

export async function testOrg(options: TestOrgOptions = {}): Promise<TestOrg> {
  const { settings = {}, hostOptions = {}, ...simulated } = options
  const clock = handClock()
  let made: SalesforceSimulator | undefined
  const wire = { tamper: (answer: SimulatedAnswer): SimulatedAnswer => answer }
  const served = await serve((url) => {
    made = salesforceSimulator({
      now: () => clock.now(),
      random: () => random.next(),
      baseUrl: () => url,
      company: 'empty',
      ...simulated,
    })
    const simulator = made
    return { ...simulator, handle: async (call) => wire.tamper(await simulator.handle(call)) }
  })
  const random = seededRandom(7)
  const host = testHost({
    origins: [served.url],
    clock,
    env: { SF_SECRET: sandboxClient.secret },
    pace: { parallel: 8 },
    ...hostOptions,
  })
  const open = (more: object = {}, moreOptions?: Partial<TestHostOptions>): Promise<Session> => {
    const read = Settings.parse({
      url: served.url,
      auth: { flow: 'clientCredentials', clientId: sandboxClient.id, clientSecret: 'env:SF_SECRET' },
      limits: { shareOfDailyLimit: '100%' },
      ...settings,
      ...more,
    })
    const opened = moreOptions ? testHost({ origins: [served.url], clock, ...hostOptions, ...moreOptions }) : host
    return connector.open(read, opened)
  }
  const session = await open()
  if (!made) throw new Error('the simulator was not made')
  return Object.assign(wire, {
    served,
    simulator: made,
    clock,
    host,
    session,
    apiCalls: () => served.calls.filter(({ url }) => url.pathname.startsWith('/services/data/v')),
    open,
    close: async () => {
      await session.close()
      await served.close()
    },
  })
}

export async function pagesOf(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = []
  for await (const page of pages) all.push(page)
  return all
}

export interface Polled {
  readonly records: Page['records']
  readonly next: Cursor
}

export async function poll(
  session: Session,
  since: Cursor | null,
  shapes: readonly Shape[] = allShapes,
): Promise<Polled> {
  const pages = await pagesOf(session.changes(shapes, since, never))
  const last = pages.at(-1)
  if (!last) throw new Error('a poll has at least one page')
  return { records: pages.flatMap((page) => page.records), next: last.next }
}

export const referral = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export function newDeal(n: number, fields: Fields = {}): CreateWrite {
  const key = linkKey(referral(n))
  return {
    do: 'create',
    kind: Opportunity,
    key,
    keyField: 'PC_Referral_Id__c',
    fields: {
      Name: `Contoso ${n} – Azure migration`,
      StageName: 'New from Microsoft',
      CloseDate: '2026-12-18',
      Amount: '84000.00',
      PC_Referral_Id__c: key,
      ...fields,
    },
  }
}

/** A referral's worth: account, contact, deal and role, each pointing to what it rests on. */
export function wholeDeal(n: number): readonly CreateWrite[] {
  const account = linkKey(`${referral(n)}/account`)
  const contact = linkKey(`${referral(n)}/contact`)
  const deal = newDeal(n, { AccountId: { $write: account } })
  return [
    {
      do: 'create',
      kind: Account,
      key: account,
      keyField: null,
      fields: { Name: `Contoso ${n} AG`, BillingCountryCode: 'DE', Website: `https://contoso${n}.example` },
    },
    {
      do: 'create',
      kind: Contact,
      key: contact,
      keyField: null,
      fields: { LastName: `Smith ${n}`, Email: `sue${n}@contoso.example`, AccountId: { $write: account } },
    },
    deal,
    {
      do: 'create',
      kind: Role,
      key: linkKey(`${referral(n)}/role`),
      keyField: null,
      fields: {
        OpportunityId: { $write: deal.key },
        ContactId: { $write: contact },
        Role: 'Decision Maker',
        IsPrimary: true,
      },
    },
  ]
}

export const update = (id: string, expect: string | null, fields: Fields, of = Opportunity): UpdateWrite => ({
  do: 'update',
  kind: of,
  id: recordId(id),
  expect: expect === null ? null : version(expect),
  fields,
})
