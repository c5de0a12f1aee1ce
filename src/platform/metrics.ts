// The metrics, for Prometheus to fetch. Base units, `dealbridge_` in front, and labels of small sets only.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from '#core/metrics'

export interface OpenMetrics extends Metrics {
  /** Everything as text, as Prometheus reads it. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricsOptions {
  readonly version: string
}

/** From a tenth of a second to a quarter of an hour. */
const runSeconds = [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900]
const callSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const lagSeconds = [1, 5, 15, 60, 300, 600, 1_800, 3_600, 21_600, 86_400]
const hour = 3_600
const answerSeconds = [hour, 4 * hour, 12 * hour, 24 * hour, 48 * hour, 72 * hour, 168 * hour, 336 * hour]

export function openMetrics({ version }: MetricsOptions): OpenMetrics {
  const registry = new Registry()
  const parts = { ...counters(registry), ...gauges(registry), ...histograms(registry) }
  parts.buildInfo.set({ version, node: process.versions.node }, 1)
  return {
    ...pipelineMetrics(parts),
    ...connectionMetrics(parts),
    text: async () => await registry.metrics(),
    contentType: registry.contentType,
  }
}

type Parts = ReturnType<typeof counters> & ReturnType<typeof gauges> & ReturnType<typeof histograms>

function pipelineMetrics(parts: Parts): Omit<Metrics, 'call' | 'budget' | 'credentialExpiry' | 'drift'> {
  return {
    run: (pipeline, result, ms) => parts.runs.observe({ pipeline, result }, ms / 1_000),
    changes: (labels, count) => parts.changes.inc({ ...labels }, count),
    step: (pipeline, { inStep, waiting, stuck }) => {
      parts.referrals.set({ pipeline, state: 'in_step' }, inStep)
      parts.referrals.set({ pipeline, state: 'waiting' }, waiting)
      parts.referrals.set({ pipeline, state: 'stuck' }, stuck)
    },
    succeeded: (pipeline, atMs) => parts.lastSuccess.set({ pipeline }, atMs / 1_000),
    unanswered: (pipeline, left, nextDeadlineMs) => {
      for (const [name, count] of Object.entries(left)) parts.unanswered.set({ pipeline, left: name }, count)
      if (nextDeadlineMs === null) parts.nextDeadline.remove({ pipeline })
      else parts.nextDeadline.set({ pipeline }, nextDeadlineMs / 1_000)
    },
    expired: (pipeline, count) => parts.expired.inc({ pipeline }, count),
    answered: (pipeline, kind, afterMs) => parts.responses.observe({ pipeline, kind }, afterMs / 1_000),
    lag: (pipeline, direction, ms) => parts.lag.observe({ pipeline, direction }, ms / 1_000),
    held: (pipeline, byCode) => restate(parts.held, { pipeline }, 'code', byCode),
  }
}

function connectionMetrics(parts: Parts): Pick<Metrics, 'call' | 'budget' | 'credentialExpiry' | 'drift'> {
  return {
    call: ({ connection, call, outcome, ms }) => {
      parts.requests.inc({ connection, call, outcome })
      parts.requestSeconds.observe({ connection }, ms / 1_000)
    },
    budget: (connection, used) => parts.budget.set({ connection }, used),
    credentialExpiry: (connection, kind, atMs) => parts.credentialExpiry.set({ connection, kind }, atMs / 1_000),
    drift: (connection, bySeverity) => restate(parts.drift, { connection }, 'severity', bySeverity),
  }
}

/** Says anew how many there are of each; what is no longer there is gone, and not zero for ever. */
function restate(
  gauge: Gauge,
  owner: Readonly<Record<string, string>>,
  label: string,
  counts: Readonly<Record<string, number>>,
): void {
  const [[name, value] = ['', '']] = Object.entries(owner)
  const before = said.get(gauge)?.get(value) ?? []
  for (const one of before) if (!Object.hasOwn(counts, one)) gauge.remove({ [name]: value, [label]: one })
  for (const [one, count] of Object.entries(counts)) gauge.set({ [name]: value, [label]: one }, count)
  const all = said.get(gauge) ?? new Map<string, readonly string[]>()
  said.set(gauge, all.set(value, Object.keys(counts)))
}

const said = new WeakMap<Gauge, Map<string, readonly string[]>>()

function counters(registry: Registry) {
  const counter = (name: string, help: string, labelNames: readonly string[]): Counter =>
    new Counter({ name: `dealbridge_${name}_total`, help, labelNames: [...labelNames], registers: [registry] })
  return {
    changes: counter('changes', 'Changes written or refused.', ['pipeline', 'direction', 'action', 'result']),
    expired: counter('expired_referrals', 'Referrals that Microsoft closed unanswered.', ['pipeline']),
    requests: counter('api_requests', 'Calls of vendors.', ['connection', 'call', 'outcome']),
  }
}

function gauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
    new Gauge({ name: `dealbridge_${name}`, help, labelNames: [...labelNames], registers: [registry] })
  return {
    buildInfo: gauge('build_info', 'The version that runs; always 1.', ['version', 'node']),
    referrals: gauge('referrals', 'Linked referrals, by how they stand.', ['pipeline', 'state']),
    unanswered: gauge('unanswered_referrals', 'Open referrals with a deadline, by the time left.', [
      'pipeline',
      'left',
    ]),
    nextDeadline: gauge('next_answer_deadline_timestamp_seconds', 'When the next referral expires.', ['pipeline']),
    lastSuccess: gauge('last_success_timestamp_seconds', 'When a run last did what it should.', ['pipeline']),
    held: gauge('held_changes', 'Changes that wait for somebody.', ['pipeline', 'code']),
    budget: gauge('api_budget_used_ratio', "Our use of a vendor's limit, 0 to 1.", ['connection']),
    credentialExpiry: gauge('credential_expiry_timestamp_seconds', 'When a credential ends.', ['connection', 'kind']),
    drift: gauge('schema_drift', 'Fields and choices that the vendor changed.', ['connection', 'severity']),
  }
}

function histograms(registry: Registry) {
  const histogram = (name: string, help: string, labelNames: readonly string[], buckets: number[]): Histogram =>
    new Histogram({
      name: `dealbridge_${name}_seconds`,
      help,
      labelNames: [...labelNames],
      buckets,
      registers: [registry],
    })
  return {
    runs: histogram('run_duration', 'How long runs took.', ['pipeline', 'result'], runSeconds),
    requestSeconds: histogram('api_request_duration', 'How long calls of vendors took.', ['connection'], callSeconds),
    responses: histogram('response_time', 'From arrival to answer.', ['pipeline', 'kind'], answerSeconds),
    lag: histogram(
      'end_to_end_lag',
      'From an edit to its arrival on the other side.',
      ['pipeline', 'direction'],
      lagSeconds,
    ),
  }
}
