// What machines ask the daemon: does it live, can it work, and what does it count. A vendor that is down is neither of
// the first two: it shows in `status` and in the metrics, and never makes anybody restart us.

import { BlockList, isIP } from 'node:net'
import type { Runner } from '#assembly/runner'
import { notebookOf } from '#control/notebook'
import { msOf, type Instant } from '#core/model/instant'
import type { Metrics } from '#core/metrics'
import type { HttpSettings } from '#settings/settings'
import type { Call, Reply, Route } from './listener.ts'

export interface Health {
  readonly isAlive: () => boolean
  /** What keeps it from working, in a few words; null when nothing does. */
  readonly unreadyBecause: () => string | null
}

export interface MetricsText {
  text(): Promise<string>
  readonly contentType: string
}

type Paths = Pick<HttpSettings, 'health' | 'metrics'>

export function healthRoute({ health: paths }: Paths, health: Health): Route {
  return async ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    if (path === paths.live) return said(health.isAlive() ? null : 'the scheduler has not moved for a minute')
    if (path === paths.ready) return said(health.unreadyBecause())
    return undefined
  }
}

const said = (trouble: string | null): Reply =>
  trouble === null ? { status: 200, body: 'ok\n' } : { status: 503, body: `${trouble}\n` }

export function metricsRoute(
  { metrics: { path, allow } }: Paths,
  refresh: () => Promise<void>,
  metrics: MetricsText,
): Route {
  const allowed = networks(allow)
  return async (call: Call) => {
    if (call.path !== path || call.method !== 'GET') return undefined
    const from = call.from.replace(/^::ffff:/, '')
    if (!allowed.check(from, isIP(from) === 6 ? 'ipv6' : 'ipv4')) return { status: 403, body: 'not from here\n' }
    await refresh()
    return { status: 200, headers: { 'content-type': metrics.contentType }, body: await metrics.text() }
  }
}

function networks(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits = '32'] = cidr.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** What has to be counted is counted when somebody asks. */
export async function refreshMetrics(runners: readonly Runner[], metrics: Metrics, now: Instant): Promise<void> {
  for (const runner of runners) {
    const notebook = await notebookOf(runner)
    const { inStep, waiting, stuck, heldByCode } = await notebook.counted()
    metrics.step(runner.name, { inStep, waiting, stuck })
    metrics.held(runner.name, heldByCode)
    const deadlines = notebook.roster.awaited().map(({ answerBy }) => msOf(answerBy))
    const left = { lt4h: 0, lt24h: 0, lt72h: 0, lt14d: 0 }
    for (const deadline of deadlines) left[leftOf(deadline - msOf(now))] += 1
    metrics.unanswered(runner.name, left, deadlines[0] ?? null)
  }
}

const hourMs = 3_600_000

function leftOf(ms: number): 'lt4h' | 'lt24h' | 'lt72h' | 'lt14d' {
  if (ms < 4 * hourMs) return 'lt4h'
  if (ms < 24 * hourMs) return 'lt24h'
  return ms < 72 * hourMs ? 'lt72h' : 'lt14d'
}
