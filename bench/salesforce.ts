// What Salesforce costs: API calls for a thousand new referrals, beside the least that is possible and beside a client
// that makes one call per record; calls of an idle poll; and what the connector adds to a first load beside a bare script
// that sends the same requests and does nothing else. Everything against the pretended org, over real HTTP, in one run.
// The whole of a first load, with mapping, plan and ledger, is measured by first-load.ts.
//
//   node bench/salesforce.ts                 DEALBRIDGE_REFERRALS=1000 DEALBRIDGE_FIRST_LOAD=10000
//
// Ends with 1 when a figure misses its mark.

import process, { env } from 'node:process'
import { Connection } from 'jsforce'
import { connector } from '../connectors/salesforce/index.ts'
import { Settings } from '../connectors/salesforce/settings.ts'
import {
  type SalesforceSimulator,
  salesforceSimulator,
  sandboxClient,
} from '../connectors/salesforce/simulator/index.ts'
import {
  type CreateWrite,
  type Criterion,
  type Cursor,
  type HttpRequest,
  instantFromMs,
  kind,
  linkKey,
  type Question,
  type Session,
  type Shape,
} from '#spi'
import { type Served, serve } from '#testkit/serve'
import { systemClock } from '#platform/clock'
import { seededRandom, testHost } from '../test/support/host.ts'

const referrals = Number(env['DEALBRIDGE_REFERRALS'] ?? 1_000)
const firstLoad = Number(env['DEALBRIDGE_FIRST_LOAD'] ?? 10_000)
const never = new AbortController().signal
const [Opportunity, Account, Contact, Role] = ['Opportunity', 'Account', 'Contact', 'OpportunityContactRole'].map(
  kind,
) as [Shape['kind'], Shape['kind'], Shape['kind'], Shape['kind']]
const shapes: readonly Shape[] = [
  { kind: Opportunity, fields: ['Name', 'StageName', 'Amount', 'CloseDate', 'PC_Referral_Id__c'] },
  { kind: Account, fields: ['Name', 'Website', 'BillingCountryCode', 'DUNS__c'] },
  { kind: Contact, fields: ['LastName', 'Email', 'AccountId'] },
  { kind: Role, fields: ['OpportunityId', 'ContactId', 'Role', 'IsPrimary'] },
]

interface Bench {
  readonly served: Served
  readonly simulator: SalesforceSimulator
  readonly session: Session
  /** Every request that left, for the bare script to send again. */
  readonly sent: HttpRequest[]
}

async function start(): Promise<Bench> {
  const random = seededRandom(1)
  const made: SalesforceSimulator[] = []
  const clock = systemClock()
  const served = await serve((url) => {
    const simulator = salesforceSimulator({
      now: () => clock.now(),
      random: () => random.next(),
      baseUrl: () => url,
      company: 'empty',
    })
    made.push(simulator)
    return simulator
  })
  const host = testHost({
    origins: [served.url],
    clock,
    env: { SF_SECRET: sandboxClient.secret },
    pace: { parallel: 5 },
  })
  const sent: HttpRequest[] = []
  const http = {
    send: (request: HttpRequest, signal: AbortSignal) => {
      sent.push(request)
      return host.http.send(request, signal)
    },
  }
  const auth = { flow: 'clientCredentials', clientId: sandboxClient.id, clientSecret: 'env:SF_SECRET' }
  const settings = Settings.parse({ url: served.url, auth, limits: { shareOfDailyLimit: '100%' } })
  const session = await connector.open(settings, { ...host, http })
  await session.probe([Opportunity, Account, Contact, Role], never)
  const [simulator] = made
  if (!simulator) throw new Error('no simulator')
  return { served, simulator, session, sent }
}

const key = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function whole(n: number): readonly CreateWrite[] {
  const [account, contact, deal, role] = ['/account', '/contact', '', '/role'].map((part) => linkKey(key(n) + part))
  if (!account || !contact || !deal || !role) return []
  const to = (target: typeof account) => ({ $write: target })
  const write = (of: Shape['kind'], own: typeof account, fields: CreateWrite['fields']): CreateWrite => ({
    do: 'create',
    kind: of,
    key: own,
    keyField: of === Opportunity ? 'PC_Referral_Id__c' : null,
    fields,
  })
  return [
    write(Account, account, { Name: `Contoso ${n}`, BillingCountryCode: 'DE', Website: `https://contoso${n}.example` }),
    write(Contact, contact, { LastName: `Smith ${n}`, Email: `sue${n}@contoso.example`, AccountId: to(account) }),
    write(Opportunity, deal, {
      Name: `Contoso ${n} – Azure migration`,
      StageName: 'New from Microsoft',
      CloseDate: '2027-12-18',
      Amount: '84000.00',
      PC_Referral_Id__c: deal,
      AccountId: to(account),
    }),
    write(Role, role, { OpportunityId: to(deal), ContactId: to(contact), Role: 'Decision Maker', IsPrimary: true }),
  ]
}

/** The questions the engine asks for new referrals: deal by key, account three ways, contact. */
function questionsOf(count: number): readonly (readonly Question[])[] {
  const each = Array.from({ length: count }, (_, n) => n)
  const [deal, account, contact] = shapes
  if (!deal || !account || !contact) return []
  const match = (shape: Shape, ...criteria: readonly Criterion[]): Question => ({ shape, by: { match: criteria } })
  const exact = (field: string, value: string): Criterion => ({ field, value, compare: 'exact' })
  return [
    each.map((n) => ({ shape: deal, by: { key: { field: 'PC_Referral_Id__c', value: key(n) } } })),
    each.map((n) => match(account, exact('DUNS__c', String(300_000_000 + n)))),
    each.map((n) => match(account, { field: 'Website', value: `contoso${n}.example`, compare: 'domain' })),
    each.map((n) =>
      match(
        account,
        { field: 'Name', value: `Contoso${n} AG`, compare: 'companyName' },
        exact('BillingCountryCode', 'DE'),
      ),
    ),
    each.map((n) => match(contact, { field: 'Email', value: `sue${n}@contoso.example`, compare: 'email' })),
  ]
}

async function writeAll(session: Session, count: number): Promise<number> {
  const writes = Array.from({ length: count }, (_, n) => whole(n)).flat()
  let failed = 0
  for (let from = 0; from < writes.length; from += connector.traits.batchMax) {
    const receipts = await session.write(writes.slice(from, from + connector.traits.batchMax), never)
    failed += receipts.filter(({ outcome }) => outcome !== 'written').length
  }
  return failed
}

async function poll(session: Session, since: Cursor | null): Promise<Cursor | null> {
  let next = since
  for await (const page of session.changes(shapes, since, never)) next = page.next
  return next
}

/** jsforce as its manual shows it: one call for each question and each record. On a tenth, and scaled up. */
async function naiveCalls(): Promise<{ readonly reads: number; readonly writes: number }> {
  const { served, simulator, session } = await start()
  const tenth = Math.max(1, Math.round(referrals / 10))
  const naive = new Connection({ instanceUrl: served.url, version: '67.0', accessToken: await tokenOf(served.url) })
  const before = simulator.callsCounted
  for (let n = 0; n < tenth; n += 1) {
    await naive.query(`SELECT Id FROM Opportunity WHERE PC_Referral_Id__c = '${key(n)}'`)
    await naive.query(`SELECT Id FROM Account WHERE DUNS__c = '${300_000_000 + n}'`)
    await naive.query(`SELECT Id FROM Account WHERE Website LIKE '%contoso${n}.example%'`)
    await naive.query(`SELECT Id FROM Account WHERE Name LIKE 'Contoso${n}%' AND BillingCountryCode = 'DE'`)
    await naive.query(`SELECT Id FROM Contact WHERE Email = 'sue${n}@contoso.example'`)
  }
  const reads = simulator.callsCounted - before
  for (let n = 0; n < tenth; n += 1) {
    const account = await naive.sobject('Account').create({ Name: `Contoso ${n}`, BillingCountryCode: 'DE' })
    const contact = await naive.sobject('Contact').create({ LastName: `Smith ${n}`, AccountId: account.id ?? '' })
    const deal = {
      Name: `Contoso ${n}`,
      StageName: 'Qualification',
      CloseDate: '2027-12-18',
      AccountId: account.id ?? '',
    }
    const made = await naive.sobject('Opportunity').create(deal)
    const role = { OpportunityId: made.id ?? '', ContactId: contact.id ?? '', Role: 'Decision Maker', IsPrimary: true }
    await naive.sobject('OpportunityContactRole').create(role)
  }
  const writes = simulator.callsCounted - before - reads
  await session.close()
  await served.close()
  const scale = referrals / tenth
  return { reads: Math.round(reads * scale), writes: Math.round(writes * scale) }
}

const failures: string[] = []
function line(what: string, figure: string, isRight: boolean): void {
  console.log(`${isRight ? '✓' : '✗'} ${what.padEnd(70)} ${figure}`)
  if (!isRight) failures.push(what)
}

async function calls(): Promise<void> {
  const bench = await start()
  let cursor = await poll(bench.session, null)
  const before = bench.simulator.callsCounted
  for (const questions of questionsOf(referrals)) await bench.session.find(questions, never)
  const reads = bench.simulator.callsCounted - before
  const failed = await writeAll(bench.session, referrals)
  const writes = bench.simulator.callsCounted - before - reads
  cursor = await poll(bench.session, cursor)
  const beforeIdle = bench.simulator.callsCounted
  await poll(bench.session, cursor)
  const idle = bench.simulator.callsCounted - beforeIdle
  const naive = await naiveCalls()
  const floor = Math.ceil((referrals * 4) / 1_020)
  // Fewer than a thousand may take as many calls as a thousand.
  const per = (limit: number): number => Math.ceil(limit * Math.max(1, referrals / 1_000))
  line(
    `${referrals} new referrals: write calls (floor ${floor}, one per record ${naive.writes})`,
    String(writes),
    failed === 0 && writes <= per(8),
  )
  line(`${referrals} new referrals: read calls (one per question ${naive.reads})`, String(reads), reads <= per(8))
  line('an idle poll of four objects', String(idle), idle === 1)
  await bench.session.close()
  await bench.served.close()
}

/**
 * What the connector itself adds to a first load (first-load.ts measures the whole of it), beside a bare script that
 * sends the very same requests to another empty org: slice by slice in turn, and the median of the slices, so that
 * whatever else this machine does meanwhile counts for neither.
 */
async function throughput(): Promise<void> {
  const [loaded, bare] = [await start(), await start()]
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(bare.served.url)}` }
  // The first slice warms both up and is not counted.
  const writes = Array.from({ length: firstLoad + 1_000 }, (_, n) => whole(n)).flat()
  const shares: number[] = []
  const spent = { ours: 0, theirs: 0, failed: 0, calls: 0 }
  for (let from = 0; from < writes.length; from += connector.traits.batchMax) {
    const before = loaded.sent.length
    const begun = performance.now()
    const begunCpu = process.cpuUsage()
    const receipts = await loaded.session.write(writes.slice(from, from + connector.traits.batchMax), never)
    const oursCpu = cpuOf(begunCpu)
    const ours = performance.now() - begun
    const requests = loaded.sent.slice(before).map(bareOf)
    const betweenCpu = process.cpuUsage()
    const between = performance.now()
    await replay(bare, requests, headers)
    const isCounted = from > 0
    if (isCounted) shares.push(cpuOf(betweenCpu) / oursCpu)
    spent.ours += isCounted ? ours : 0
    spent.theirs += isCounted ? performance.now() - between : 0
    spent.failed += receipts.filter(({ outcome }) => outcome !== 'written').length
    spent.calls += isCounted ? requests.length : 0
  }
  const isSame = [loaded, bare].every(({ simulator }) => simulator.desk.all(Role).length === firstLoad + 1_000)
  const share = shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0
  const seconds = `${(spent.ours / 1_000).toFixed(1)} s beside ${(spent.theirs / 1_000).toFixed(1)} s`
  const figure = `${share.toFixed(2)} (${Math.round(firstLoad / (spent.ours / 1_000))} referrals/s, ${spent.calls} calls, ${seconds})`
  line(
    `the connector in a first load of ${firstLoad}, as a share of a bare script`,
    figure,
    isSame && spent.failed === 0 && share >= 0.7,
  )
  for (const { session, served } of [loaded, bare]) {
    await session.close()
    await served.close()
  }
}

const cpuOf = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

/** As a script does it that knows its rows: writes them as JSON, sends them, reads whether they were taken. */
async function replay(
  { served }: Bench,
  requests: readonly Bare[],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  for (const { path, method, rows } of requests) {
    const body = rows === undefined ? {} : { body: JSON.stringify(rows) }
    const response = await fetch(served.url + path, { method, headers, ...body })
    JSON.parse(await response.text())
  }
}

interface Bare {
  readonly path: string
  readonly method: string
  readonly rows: unknown
}

/** Both orgs number their records alike, so the ids in the requests are right in the other one too. */
const bareOf = ({ url, method, body }: HttpRequest): Bare => ({
  path: new URL(url).pathname,
  method,
  rows: body === undefined ? undefined : JSON.parse(body),
})

async function tokenOf(url: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: sandboxClient.id, client_secret: sandboxClient.secret }
  const response = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
  const answer = (await response.json()) as { readonly access_token: string }
  return answer.access_token
}

console.log(`Salesforce, ${instantFromMs(Date.now()).slice(0, 10)}, Node ${process.version}, ${process.arch}`)
await calls()
await throughput()
process.exitCode = failures.length === 0 ? 0 : 1
