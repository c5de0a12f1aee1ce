// The vendors' process: the pretended Partner Center, Salesforce and Dynamics, which live on while the program under
// test is killed. It lets its people work when it is told to, ends the program at the very request it was told to, and
// shows what every system holds and what each of them was asked. It says where it listens on its first line.
//
//   POST /  { "do": "work", … }   customers and sellers change something; answers what they did
//           { "do": "arm", … }    kill this process at that write
//           { "do": "show" }      every record, and every call since it was last shown

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pretended } from '../../connectors/pretended.ts'
import { type Instant, kind, REFERRAL, type SimulatedCall, type SimulatorOptions } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { peopleAt } from './people.ts'
import { isWrite } from './requests.ts'
import type { Arming, Shown, ShownCall, ShownRecord, Work } from './told.ts'

const now = (): Instant => new Date().toISOString() as Instant

function pretend<V>(make: (options: SimulatorOptions) => V): Promise<{ served: Served; vendor: V }> {
  const made: { vendor?: V } = {}
  const options = (url: string): SimulatorOptions => ({ now, random: Math.random, baseUrl: () => url })
  return serve((url) => (made.vendor = make(options(url))) as never).then((served) => ({
    served,
    vendor: made.vendor as V,
  }))
}

const source = await pretend(pretended.source.make)
const salesforce = await pretend(pretended.crms[0].make)
const dynamics = await pretend(pretended.crms[1].make)
const systems = { 'partner-center': source.served, salesforce: salesforce.served, dynamics: dynamics.served }

const people = peopleAt({
  source: source.vendor.hands,
  crms: { salesforce: salesforce.vendor.hands, dynamics: dynamics.vendor.hands },
  desk: source.vendor.desk,
})

// ── killing at a request ─────────────────────────────────────────────────────────────────────────────────────

let armed: Arming | null = null

for (const served of Object.values(systems)) served.breaks = (call) => at(call)

/** The write that was waited for: the program dies before it is seen, after it was done, or right after its answer. */
function at(call: SimulatedCall): ReturnType<Served['breaks']> {
  if (armed === null || !isWrite(call.method, call.url.pathname, call.body)) return undefined
  armed = { ...armed, write: armed.write - 1 }
  if (armed.write > 0) return undefined
  const { pid, when } = armed
  armed = null
  if (when === 'after the answer') {
    setTimeout(() => kill(pid), Math.random() * 20)
    return undefined
  }
  kill(pid)
  return { do: when === 'before' ? 'cut-before' : 'cut-after' }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

// ── showing ──────────────────────────────────────────────────────────────────────────────────────────────────

const shownUpTo = new Map<Served, number>()

const callsOf = (system: string, served: Served): readonly ShownCall[] => {
  const from = shownUpTo.get(served) ?? 0
  const calls = served.calls.filter(({ number }) => number > from)
  shownUpTo.set(served, Math.max(from, ...calls.map(({ number }) => number)))
  return calls.map(({ method, url, body, status }) => ({ system, method, path: url.pathname, body, status }))
}

const recordsOf = (desk: typeof source.vendor.desk, kinds: readonly string[]): readonly ShownRecord[] =>
  kinds.flatMap((name) => desk.all(kind(name)).map(({ id, fields }) => ({ kind: name, id, fields })))

const show = (): Shown => ({
  referrals: recordsOf(source.vendor.desk, [REFERRAL]),
  salesforce: recordsOf(salesforce.vendor.desk, ['Opportunity', 'Account', 'Contact', 'OpportunityContactRole']),
  dynamics: recordsOf(dynamics.vendor.desk, ['opportunity', 'account', 'contact', 'opportunityclose']),
  calls: Object.entries(systems).flatMap(([system, served]) => callsOf(system, served)),
})

const desk = createServer((request, response) => {
  const answer = async (): Promise<unknown> => {
    let body = ''
    for await (const piece of request) body += String(piece)
    const wish = JSON.parse(body) as { do: 'show' } | ({ do: 'arm' } & Arming) | ({ do: 'work' } & Work)
    if (wish.do === 'work') return people.work(wish)
    if (wish.do === 'show') return show()
    armed = wish.write > 0 ? wish : null
    return {}
  }
  answer().then(
    (said) => response.end(JSON.stringify(said)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})
desk.listen(0, '127.0.0.1', () => {
  const { port } = desk.address() as AddressInfo
  const urls = Object.fromEntries(Object.entries(systems).map(([system, { url }]) => [system, url]))
  console.log(JSON.stringify({ ...urls, desk: `http://127.0.0.1:${port}` }))
})
// Nobody to serve any more.
process.stdin.on('end', () => process.exit()).resume()
