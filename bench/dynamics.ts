// A first load into Dynamics: how many calls it takes beside the fewest there could be, what an idle look costs, and how
// much of a bare script's speed is left when the connector does the sending.
//
//   node bench/dynamics.ts                    10,000 referrals with account, contact and opportunity
//   node bench/dynamics.ts --referrals 1000
//
// The pretended environment runs in a process of its own. The bare script sends the very requests that the connector
// sent, to an environment of its own, in the same run, so the ratio is what to compare: machines differ.

import { spawn, type ChildProcess } from 'node:child_process'
import { cpus } from 'node:os'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { connector } from '../connectors/dynamics/index.ts'
import { dynamicsSimulator } from '../connectors/dynamics/simulator/index.ts'
import {
  type Criterion,
  type HttpRequest,
  instantFromMs,
  isPointer,
  kind,
  linkKey,
  pointer,
  type Question,
  type Session,
  type Shape,
  type Write,
} from '#spi'
import { systemClock } from '#platform/clock'
import { serve } from '#testkit/serve'
import { testHost } from '../test/support/host.ts'

const signal = new AbortController().signal
/** What the engine sends in one call of find and of write. */
const questionsMax = 2_000
const writesMax = connector.traits.batchMax
/** How many referrals are loaded in one pass. */
const passSize = 1_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { referrals: { type: 'string', default: '10000' } },
})

async function pretend(): Promise<void> {
  const { url } = await serve((baseUrl) =>
    dynamicsSimulator({
      now: () => instantFromMs(Date.now()),
      random: Math.random,
      baseUrl: () => baseUrl,
      protection: { requests: 1e9, executionMs: 1e12 },
    }),
  )
  process.stdout.write(`${url}\n`)
}

interface Environment {
  readonly url: string
  readonly process: ChildProcess
}

async function environment(): Promise<Environment> {
  const child = spawn(process.execPath, [import.meta.filename, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: line.toString().trim(), process: child }
}

async function main(referrals: number): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${referrals} referrals\n`)
  const [ours, bare] = [await environment(), await environment()]
  try {
    const sent: HttpRequest[] = []
    const session = await open(ours.url, sent)
    await session.probe(
      shapes.map((shape) => shape.kind),
      signal,
    )
    const start = await bookmark(session, null)
    sent.length = 0
    const total = { reads: 0, writes: 0, ourMs: 0, bareMs: 0 }
    // Pass by pass, ours and then the script's, so that whatever else the machine is doing weighs on both.
    for (let from = 0; from < referrals; from += passSize) {
      sent.length = 0
      total.ourMs += await timed(() => onePass(session, from, Math.min(passSize, referrals - from)))
      total.reads += sent.filter(({ writes }) => !writes).length
      total.writes += sent.filter(({ writes }) => writes).length
      total.bareMs += await timed(() => bareScript([...sent], ours.url, bare.url))
    }
    report(referrals, total)
    await idle(session, sent, start)
  } finally {
    ours.process.kill()
    bare.process.kill()
  }
}

interface Total {
  readonly reads: number
  readonly writes: number
  readonly ourMs: number
  readonly bareMs: number
}

function report(referrals: number, { reads, writes, ourMs, bareMs }: Total): void {
  const per = (count: number): string => ((count * 1000) / referrals).toFixed(1)
  console.log(
    `calls per 1,000 new referrals: ${per(reads)} reads, ${per(writes)} writes (wanted: at most 5 and 5; fewest: 1 and 1)`,
  )
  console.log(`first load: ${(ourMs / 1000).toFixed(1)} s, ${((referrals * 1000) / ourMs).toFixed(0)} referrals/s`)
  console.log(
    `the same requests by a bare script: ${(bareMs / 1000).toFixed(1)} s; ratio ${(bareMs / ourMs).toFixed(2)} (wanted: at least 0.70)`,
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

// ── ours ─────────────────────────────────────────────────────────────────────────────────────────────────────

const shape = (name: string, ...fields: string[]): Shape => ({ kind: kind(name), fields })
const deal = shape(
  'opportunity',
  'name',
  'statecode',
  'statuscode',
  'salesstage',
  'estimatedvalue',
  'estimatedclosedate',
  'fab_pcreferralid',
)
const account = shape('account', 'fab_duns', 'websiteurl', 'name', 'address1_country')
const contact = shape('contact', 'emailaddress1', 'parentcustomerid')
const currency = shape('transactioncurrency', 'isocurrencycode')
const close = shape('opportunityclose', 'actualrevenue', 'actualend')
const lead = shape('lead', 'subject', 'statecode')
const shapes = [deal, lead, account, contact, currency, close]

async function open(url: string, sent: HttpRequest[]): Promise<Session> {
  const settings = connector.settings.parse({ endpoint: url, auth: { flow: 'none' }, limits: { perFiveMinutes: 6000 } })
  const host = testHost({
    origins: connector.origins(settings),
    clock: systemClock(),
    pace: { parallel: 8 },
    limits: { requestBytesMax: 64 * 1024 * 1024 },
  })
  const http: typeof host.http = {
    send: async (request, by) => {
      sent.push(request)
      return await host.http.send(request, by)
    },
  }
  return await connector.open(settings, { ...host, http, log: silent(host.log) })
}

const silent = (log: ReturnType<typeof testHost>['log']): typeof log => ({ ...log, debug: () => undefined })

async function onePass(session: Session, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  const questions = numbers.flatMap(questionsFor)
  for (let at = 0; at < questions.length; at += questionsMax)
    await session.find(questions.slice(at, at + questionsMax), signal)
  const writes = numbers.flatMap(writesFor)
  const made = new Map<string, string>()
  for (let at = 0; at < writes.length; at += writesMax) {
    const batch = writes.slice(at, at + writesMax).map((write) => filledIn(write, made))
    const receipts = await session.write(batch, signal)
    for (const [index, receipt] of receipts.entries()) {
      const write = batch[index]
      if (receipt.outcome !== 'written' || write?.do !== 'create') throw new Error(JSON.stringify(receipt))
      made.set(write.key, receipt.id)
    }
  }
}

/** What an earlier batch made is known by its id, as the engine sees to. */
function filledIn(write: Write, made: ReadonlyMap<string, string>): Write {
  const fields = Object.entries(write.fields).map(([name, value]) => [
    name,
    isPointer(value) ? (made.get(value.$write) ?? value) : value,
  ])
  return { ...write, fields: Object.fromEntries(fields) as Write['fields'] }
}

/** As the example mapping asks: the deal by its key, the account three ways, the contact, the currency. */
function questionsFor(number: number): readonly Question[] {
  const match = (of: Shape, ...criteria: Criterion[]): Question => ({ shape: of, by: { match: criteria } })
  const exact = (field: string, value: string): Criterion => ({ field, value, compare: 'exact' })
  return [
    { shape: deal, by: { key: { field: 'fab_pcreferralid', value: `r-${number}` } } },
    { shape: account, by: { key: { field: 'fab_duns', value: `${100_000_000 + number}` } } },
    match(account, { field: 'websiteurl', value: `company${number}.example`, compare: 'domain' }),
    match(
      account,
      { field: 'name', value: `Company${number} Ltda`, compare: 'companyName' },
      exact('address1_country', 'BR'),
    ),
    match(contact, { field: 'emailaddress1', value: `buyer@company${number}.example`, compare: 'email' }),
    { shape: currency, by: { key: { field: 'isocurrencycode', value: 'BRL' } } },
  ]
}

function writesFor(number: number): readonly Write[] {
  const create = (of: string, key: string, fields: Write['fields'], keyField: string | null = null): Write => ({
    do: 'create',
    kind: kind(of),
    key: linkKey(key),
    keyField,
    fields,
  })
  const of = (what: string) => pointer(linkKey(`r-${number}:${what}`))
  return [
    create('account', `r-${number}:account`, {
      name: `Company${number} Ltda`,
      websiteurl: `https://www.company${number}.example`,
      address1_country: 'BR',
    }),
    create('contact', `r-${number}:contact`, {
      firstname: 'Buyer',
      lastname: `${number}`,
      emailaddress1: `buyer@company${number}.example`,
      parentcustomerid: of('account'),
    }),
    create(
      'opportunity',
      `r-${number}`,
      {
        fab_pcreferralid: `r-${number}`,
        name: `Deal ${number}`,
        estimatedvalue: `${1000 + number}.5`,
        estimatedclosedate: '2026-12-31',
        statuscode: 'On Hold',
        opportunityratingcode: 'Warm',
        parentaccountid: of('account'),
        parentcontactid: of('contact'),
      },
      'fab_pcreferralid',
    ),
  ]
}

async function bookmark(session: Session, since: Parameters<Session['changes']>[1]) {
  let next = since
  for await (const page of session.changes(shapes, since, signal)) next = page.next
  return next
}

async function idle(session: Session, sent: HttpRequest[], start: Awaited<ReturnType<typeof bookmark>>): Promise<void> {
  let seen = await bookmark(session, await bookmark(session, start))
  sent.length = 0
  const looks = 20
  const ms = await timed(async () => {
    for (let look = 0; look < looks; look += 1) seen = await bookmark(session, seen)
  })
  console.log(`an idle look at ${shapes.length} tables: ${sent.length / looks} call, ${(ms / looks).toFixed(1)} ms`)
}

// ── a bare script ────────────────────────────────────────────────────────────────────────────────────────────

/** Sends what it is told and reads the whole answer. It makes nothing of it. */
async function bareScript(requests: readonly HttpRequest[], from: string, to: string): Promise<void> {
  for (const { method, url, headers, body } of requests) {
    const answer = await fetch(url.replace(from, to), {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    if (answer.status >= 400) throw new Error(text.slice(0, 200))
  }
}

if (positionals[0] === 'serve') await pretend()
else await main(Number(values.referrals))
