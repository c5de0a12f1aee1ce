// A first load from end to end: so many new referrals mapped, planned, and made as account, contact, opportunity and
// contact role in the pretended Salesforce, with the shipped mapping, the real engine and a sealed ledger on disk. Beside
// it, in the same run, a bare script that sends the very same requests to an org of its own, with no mapping and no
// ledger, and reads whether they were taken.
//
//   node bench/first-load.ts                               10,000 referrals, into an org that takes no time at all
//   node bench/first-load.ts --referrals 1000 --row-ms 2   into one that takes two milliseconds for each row
//
// What we do for a referral is the same whatever the org does, so the share depends on how long the org takes for a row:
// the time is told with it. Each org runs in a process of its own. Ends with 1 below the mark, where a row takes time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { connector as partnerCenter } from '../connectors/partner-center/index.ts'
import { parseReferral, toRecord } from '../connectors/partner-center/referral.ts'
import { connector as salesforce } from '../connectors/salesforce/index.ts'
import { salesforceSimulator } from '../connectors/salesforce/simulator/index.ts'
import { compileMapping } from '#core/mapping/compile'
import { connectionName, pipelineName } from '#core/model/ids'
import { cycle } from '#engine/cycle'
import { Line } from '#engine/line'
import { noMeter } from '#engine/meter'
import type { Pipeline } from '#engine/pipeline'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { createSealer } from '#ledger/seal'
import { systemClock } from '#platform/clock'
import { parseYaml } from '#settings/yaml'
import { cursor, type HttpRequest, type JsonObject, kind, recordId, type Session } from '#spi'
import { serve } from '#testkit/serve'
import { seededRandom, testHost } from '../test/support/host.ts'
import { silentLog } from '../test/support/silent-log.ts'

const mark = 0.7
const pageSize = 200
const mappingFile = 'mappings/salesforce.opportunity.yaml'
const clock = systemClock()
const never = new AbortController().signal

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { referrals: { type: 'string', default: '10000' }, 'row-ms': { type: 'string', default: '0' } },
})
const count = Number(values.referrals)
const rowMs = Number(values['row-ms'])

// ── the org ──────────────────────────────────────────────────────────────────────────────────────────────────

/** The same seed, the same ids: what was sent to one org means the same to another. */
async function pretend(): Promise<void> {
  const random = seededRandom(1)
  const served = await serve((url) =>
    salesforceSimulator({
      now: () => clock.now(),
      random: () => random.next(),
      baseUrl: () => url,
      signIn: 'open',
    }),
  )
  served.breaks = ({ body }) => ({ do: 'delay', ms: rowMs * (body.split('"attributes"').length - 1) })
  process.on('message', () => process.send?.(spentOf(process.cpuUsage())))
  process.send?.(served.url)
}

const spentOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000

interface Org {
  readonly url: string
  readonly process: ChildProcess
}

async function org(): Promise<Org> {
  const args = [import.meta.filename, 'pretend', '--row-ms', String(rowMs)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [url] = (await once(child, 'message')) as [string]
  return { url, process: child }
}

// ── ours ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Referrals as their connector hands them on: how fast Partner Center answers is another matter. */
function source(): Pipeline['source'] {
  const name = connectionName('partner-center')
  const records = Array.from({ length: count }, (_, n) => toRecord(parseReferral(referral(n)) ?? none()))
  const session: Session = {
    probe: () => Promise.reject(new Error('nobody asks')),
    async *changes() {
      for (let at = 0; at < records.length; at += pageSize) {
        await Promise.resolve()
        yield { records: records.slice(at, at + pageSize), next: cursor(String(at)) }
      }
    },
    find: (questions) => Promise.resolve(questions.map(() => [])),
    write: (batch) => Promise.resolve(batch.map(() => ({ outcome: 'written', id: recordId(''), version: null }))),
    close: () => Promise.resolve(),
  }
  const line = new Line({ name, clock, random: seededRandom(2), log: silentLog })
  return { name, session, traits: partnerCenter.traits, line, facet: partnerCenter.source ?? none() }
}

/** A co-sell deal of a customer of its own. */
function referral(n: number): JsonObject {
  const host = `company${n}.example`
  const team = [{ firstName: 'Sue', lastName: `Smith ${n}`, email: `sue.smith@${host}`, phoneNumber: '+493012345678' }]
  const address = { addressLine1: 'Main street 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    eTag: `"${n}"`,
    createdDateTime: '2026-11-20T14:00:00Z',
    updatedDateTime: '2026-11-20T14:00:00Z',
    organizationId: 'fabrikam',
    name: `Azure migration ${n}`,
    status: 'New',
    substatus: 'Pending',
    type: 'Shared',
    qualification: 'SalesQualified',
    direction: 'Incoming',
    expirationDateTime: '2099-01-01T00:00:00Z',
    customerProfile: { name: `Company ${n} GmbH`, size: '51to250employees', address, team },
    details: {
      notes: 'Would like to talk about a migration, with a first workshop within the quarter.',
      dealValue: 20_000 + n,
      currency: 'EUR',
      closingDateTime: '2098-12-18T00:00:00Z',
    },
    inviteContext: { notes: null, invitedBy: { organizationId: 'msft', organizationName: 'Microsoft' } },
  }
}

async function target(url: string, sent: HttpRequest[]): Promise<Pipeline['target']> {
  const auth = { flow: 'none' }
  const raw = { url: 'https://fabrikam.example', endpoint: url, auth, limits: { shareOfDailyLimit: '100%' } }
  const settings = salesforce.settings.parse(raw)
  const host = testHost({ origins: salesforce.origins(settings), clock })
  const http: typeof host.http = {
    send: (request, signal) => {
      sent.push(request)
      return host.http.send(request, signal)
    },
  }
  const name = connectionName('salesforce')
  const session = await salesforce.open(settings, { ...host, http, log: silentLog })
  const line = new Line({ name, clock, random: host.random, log: silentLog })
  return { name, session, traits: salesforce.traits, line, facet: salesforce.target ?? none() }
}

async function pipelineFor(url: string, sent: HttpRequest[], directory: string): Promise<Pipeline> {
  const [left, right] = [source(), await target(url, sent)]
  const tree = parseYaml(mappingFile, readFileSync(mappingFile, 'utf8'))
  if (!tree.ok) throw new Error(JSON.stringify(tree.problems))
  const kinds = ['Opportunity', 'Account', 'Contact', 'OpportunityContactRole'].map(kind)
  const crm = await right.session.probe(kinds, never)
  const { properties } = partnerCenter.source ?? none()
  const compiled = compileMapping(tree.value, { properties, target: right.facet, crm, timezone: 'Europe/Berlin' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
  return {
    name: pipelineName('salesforce'),
    mode: 'auto',
    mapping: compiled.value.mapping,
    source: left,
    target: right,
    owners: crm.owners,
    timezone: 'Europe/Berlin',
    limits: { perRun: 1e6, shareOfLinked: 1, creates: 1e6, outcomes: 0, vanished: { count: 1e6, share: 1 } },
    ledger: await openLowdbLedger({ directory, seal: createSealer(Buffer.alloc(32, 1)) }),
    clock,
    random: seededRandom(3),
    log: silentLog,
    meter: noMeter,
  }
}

async function firstLoad(pipeline: Pipeline): Promise<void> {
  const { error, applied } = await cycle(pipeline, { signal: never })
  if (error) throw error
  if (!applied || applied.refused + applied.unknown + applied.deferred > 0) throw new Error(JSON.stringify(applied))
  const linked = await pipeline.ledger.count('link')
  if (linked !== count) throw new Error(`${linked} of ${count} are linked`)
}

function none(): never {
  throw new Error('a part of the bench is missing')
}

// ── the bare script ──────────────────────────────────────────────────────────────────────────────────────────

/** As a script does it that knows its rows: writes them as JSON, sends them, reads whether they were taken. */
function bareScript(requests: readonly HttpRequest[], from: string, to: string): () => Promise<void> {
  const known = requests.map(({ url, method, headers = {}, body }) => ({
    url: url.replace(from, to),
    method,
    headers: { ...headers },
    rows: body === undefined ? undefined : (JSON.parse(body) as unknown),
  }))
  return async () => {
    for (const { url, method, headers, rows } of known) {
      const body = rows === undefined ? {} : { body: JSON.stringify(rows) }
      const answer = await fetch(url, { method, headers, ...body })
      JSON.parse(await answer.text())
      if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status}`)
    }
  }
}

// ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────

interface Spent {
  readonly ms: number
  /** Processor time of the caller and of the org, which other work on this machine does not lengthen. */
  readonly cpuMs: number
}

async function timed(called: Org, work: () => Promise<void>): Promise<Spent> {
  const before = await spentWith(called)
  const began = performance.now()
  await work()
  const ms = performance.now() - began
  return { ms, cpuMs: (await spentWith(called)) - before }
}

async function spentWith({ process: child }: Org): Promise<number> {
  const answer = once(child, 'message')
  child.send('spent?')
  return spentOf(process.cpuUsage()) + Number((await answer)[0])
}

async function main(): Promise<void> {
  const [loaded, bare] = await Promise.all([org(), org()])
  const directory = mkdtempSync(join(tmpdir(), 'first-load-'))
  try {
    const sent: HttpRequest[] = []
    const pipeline = await pipelineFor(loaded.url, sent, directory)
    // Signing in and describing the org are not the load.
    sent.length = 0
    const ours = await timed(loaded, () => firstLoad(pipeline))
    await pipeline.ledger.close()
    const theirs = await timed(bare, bareScript(sent, loaded.url, bare.url))
    report(sent.length, ours, theirs)
  } finally {
    rmSync(directory, { recursive: true, force: true })
    for (const each of [loaded, bare]) each.process.kill()
  }
}

function report(calls: number, ours: Spent, theirs: Spent): void {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
  const waited = 4 * count * rowMs
  const share = (theirs.cpuMs + waited) / (ours.cpuMs + waited)
  const told = (name: string, { ms, cpuMs }: Spent): void =>
    console.log(`${name.padEnd(12)} ${seconds(ms)}, of it ${seconds(cpuMs)} of processor time`)
  console.log(`${count} referrals, ${calls} calls, an org that takes ${rowMs} ms for a row`)
  told('ours', ours)
  told('bare script', theirs)
  console.log(`share        ${(theirs.ms / ours.ms).toFixed(2)} by the clock, ${share.toFixed(2)} on an idle machine`)
  if (rowMs > 0 && share < mark) process.exitCode = 1
}

await (positionals[0] === 'pretend' ? pretend() : main())
