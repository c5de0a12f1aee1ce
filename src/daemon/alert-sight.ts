// What stands, as alerts want to see it: deadlines, questions, problems, connections, plans that wait. Gathered from what
// the daemon knows already; no vendor is asked. Only ids, codes, counts and times go over: messages about deals stay here.

import type { Codebook } from '#core/codes'
import type { Code } from '#core/model/ids'
import { msOf, type Instant } from '#core/model/instant'
import type { Condition, PipelineSight, Sight } from '#alerts/condition'
import { readFact } from '#assembly/facts'
import type { Runner } from '#assembly/runner'
import type { ProblemGroup } from '#control/answers'
import { notebookOf } from '#control/notebook'
import { problemGroups } from '#control/problem-groups'
import type { Awaited } from '#control/roster'
import type { Run } from '#ledger/entries'
import { dueIn, type Moment } from './schedule.ts'

/** Referrals named in one message; the rest is a number. */
const referralsMax = 5

/** Going through all links is dear: once for each pass is enough. */
export class Sights {
  readonly #codes: Codebook
  /** Since when we look: what was before is nobody's fault now. */
  #since: Instant | null = null
  readonly #stuck = new WeakMap<Runner, { readonly run: string; readonly groups: readonly ProblemGroup[] }>()

  constructor(codes: Codebook) {
    this.#codes = codes
  }

  async of(runners: readonly Runner[], now: Instant, zone: string): Promise<Sight> {
    const from = (this.#since ??= now)
    const seen = await Promise.all(runners.map(async (runner) => await this.#look(runner, { now, zone, from })))
    return {
      now,
      pipelines: seen.map(({ pipeline }) => pipeline),
      conditions: unique(seen.flatMap(({ conditions }) => conditions)),
    }
  }

  async #look(runner: Runner, look: Look): Promise<Looked> {
    const { now } = look
    const { lastRun, roster } = await notebookOf(runner)
    const isSilent = (await readFact(runner.ledger, 'paused')) !== null
    const pipeline = { name: runner.name, lastGood: lastGood(runner, lastRun, look), isSilent }
    // What is wrong with a connection is so whether or not somebody paused what uses it.
    if (isSilent) return { pipeline, conditions: ofTrouble(runner).filter(({ connection }) => connection !== null) }
    return {
      pipeline,
      conditions: [
        ...roster.awaited().flatMap((one) => ofReferral(runner.name, one, now)),
        ...byCode(await this.#groups(runner, lastRun)),
        ...ofTrouble(runner),
        ...ofEndings(runner, now),
        ...(await ofPlan(runner, lastRun)),
        ...(await ofMapping(runner)),
      ],
    }
  }

  async #groups(runner: Runner, lastRun: Run | null): Promise<readonly ProblemGroup[]> {
    const run = lastRun?.id ?? ''
    const known = this.#stuck.get(runner)
    if (known?.run === run) return known.groups
    const groups = (await problemGroups([runner], this.#codes)).filter(({ what }) => what !== 'pipeline')
    this.#stuck.set(runner, { run, groups })
    return groups
  }
}

interface Look {
  readonly now: Instant
  readonly zone: string
  readonly from: Instant
}

interface Looked {
  readonly pipeline: PipelineSight
  readonly conditions: readonly Condition[]
}

/**
 * When it was last as it should be. A run that stopped at a limit did what it should: it asks, and that is told as such.
 * Whoever only waits for the hour that the schedule says is well for as long.
 */
function lastGood({ settings }: Runner, lastRun: Run | null, { now, zone, from }: Look): Instant | null {
  if (!lastRun || lastRun.startedAt < from) return from
  if (lastRun.result === 'failed') return null
  const at = (instant: Instant): Moment => ({ at: instant, ms: msOf(instant) })
  const waits = dueIn(settings.schedule, zone, { began: at(lastRun.startedAt), chance: 1 }, at(now))
  return waits > 0 ? now : lastRun.startedAt
}

const plain = { connection: null, due: null, code: null, count: 0, referrals: [], url: null } as const

function ofReferral(pipeline: string, one: Awaited, now: Instant): readonly Condition[] {
  const { referral, answerBy, createdAt, wantsCallBack, url } = one
  const about = { ...plain, subject: referral, pipeline, since: createdAt ?? now, count: 1, referrals: [referral], url }
  return [
    { ...about, event: 'referral.new', due: answerBy },
    { ...about, event: 'referral.answerSoon', due: answerBy },
    ...(wantsCallBack ? [{ ...about, event: 'referral.wantsCallBack', due: null } as const] : []),
  ]
}

/** One cause is one thing, however many messages it has. */
function byCode(groups: readonly ProblemGroup[]): readonly Condition[] {
  const causes = Map.groupBy(groups, ({ pipeline, code, what }) => `${pipeline} ${what} ${code}`)
  return [...causes.values()].flatMap((of): readonly Condition[] => {
    const [first] = of
    if (!first) return []
    const { pipeline, what, code } = first
    return [
      {
        ...plain,
        event: what === 'question' ? 'conflict.waiting' : 'problem.new',
        subject: `${pipeline} ${code}`,
        pipeline,
        code: code as Code,
        since: of.map(({ since }) => since).reduce((a, b) => (a < b ? a : b)),
        count: of.reduce((sum, { count }) => sum + count, 0),
        referrals: of.flatMap(({ examples }) => examples).slice(0, referralsMax),
      },
    ]
  })
}

/** An outage passes by itself; when it does not, the pipeline becomes stale. */
function ofTrouble({ name, trouble }: Runner): readonly Condition[] {
  if (!trouble || trouble.error.remedy === 'retry-later') return []
  const { error, since, connection } = trouble
  if (connection !== null && error.remedy === 'fix-config')
    return [
      { ...plain, event: 'connection.down', subject: connection, pipeline: null, connection, code: error.code, since },
    ]
  return [{ ...plain, event: 'problem.new', subject: `${name} ${error.code}`, pipeline: name, code: error.code, since }]
}

const ofEndings = ({ endings }: Runner, now: Instant): readonly Condition[] =>
  [...endings].map(([connection, due]) => ({
    ...plain,
    event: 'connection.expiring',
    subject: `${connection} ${due}`,
    pipeline: null,
    connection,
    since: now,
    due,
  }))

/** Stopped at a limit, or, where a person agrees to each plan, with something in it. Who only observes waits for nobody. */
async function ofPlan(runner: Runner, lastRun: Run | null): Promise<readonly Condition[]> {
  const mode = await runner.mode()
  if (!lastRun || mode === 'observe') return []
  const { result, code, startedAt, counts } = lastRun
  const ready = (counts['planned'] ?? 0) - (counts['held'] ?? 0)
  const isReview = mode === 'review' && result !== 'failed' && ready > 0 && (counts['written'] ?? 0) === 0
  if (result !== 'stopped' && !isReview) return []
  const about = { subject: runner.name, pipeline: runner.name, code, since: startedAt, count: ready }
  return [{ ...plain, ...about, event: 'plan.waiting' }]
}

async function ofMapping({ name, ledger }: Runner): Promise<readonly Condition[]> {
  const refused = await readFact(ledger, 'refused-mapping')
  if (!refused) return []
  const { since, code, fingerprint } = refused
  return [{ ...plain, event: 'mapping.refused', subject: `${name} ${fingerprint}`, pipeline: name, code, since }]
}

/** Two pipelines that share a source, or a connection, see the same thing. */
function unique(conditions: readonly Condition[]): readonly Condition[] {
  const known = new Map<string, Condition>()
  for (const one of conditions) {
    const thing = `${one.event} ${one.subject}`
    if (!known.has(thing)) known.set(thing, one)
  }
  return [...known.values()]
}
