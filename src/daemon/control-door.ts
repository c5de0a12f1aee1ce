// The control verbs over loopback HTTP, for commands on the same computer. Whoever may read the daemon's key may steer
// it; a web page in somebody's browser may not, whatever it sends: it has no key, and its Origin gives it away.
//
//   POST /control/v1/<verb>      200 with the answer, or 202 with a job where it takes longer
//   GET  /control/v1/jobs/<id>   how far it has come; 200 with the answer once there is one

import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Control, Progress } from '#control/control'
import { troubleOf, type Trouble } from '#control/trouble'
import { controlPath, isVerb, verbs } from '#control/verbs'
import type { Clock, Random } from '#spi'
import { isLoopback, type Call, type Reply, type Route } from './listener.ts'

export interface ControlDoorParts {
  readonly control: Control
  readonly key: string
  readonly clock: Clock
  readonly random: Random
}

/** An answer that comes within this time needs no job. */
const patienceMs = 1_500
/** Answers nobody came for are kept so long. */
const keptMs = 10 * 60_000
const jobsMax = 100

type Outcome = { readonly answer: unknown } | { readonly trouble: Trouble }

/** One verb under way. */
class Job {
  readonly begunMs: number
  readonly ended: Promise<void>
  readonly #progress = new Map<string, Progress>()
  outcome: Outcome | null = null

  constructor(begunMs: number, work: (tell: (progress: Progress) => void) => Promise<unknown>) {
    this.begunMs = begunMs
    this.ended = this.#run(work)
  }

  get progress(): readonly Progress[] {
    return [...this.#progress.values()]
  }

  async #run(work: (tell: (progress: Progress) => void) => Promise<unknown>): Promise<void> {
    try {
      const answer = await work((one) => void this.#progress.set(`${one.pipeline} ${one.system}`, one))
      this.outcome = { answer: answer ?? null }
    } catch (error) {
      this.outcome = { trouble: error instanceof z.ZodError ? misunderstood(error) : troubleOf(error) }
    }
  }
}

const misunderstood = (error: z.ZodError): Trouble => ({
  code: 'DB-1106',
  remedy: 'bug',
  message: `The request was not understood: ${z.prettifyError(error)}`,
  who: 'dealbridge',
})

export function controlRoute(parts: ControlDoorParts): Route {
  const jobs = new Map<string, Job>()
  return async (call) => {
    if (!call.path.startsWith(`${controlPath}/`)) return undefined
    const refusal = refusalOf(call, parts.key)
    if (refusal) return refusal
    const rest = call.path.slice(controlPath.length + 1)
    if (call.method === 'GET' && rest.startsWith('jobs/')) return await look(jobs, rest.slice('jobs/'.length), parts)
    if (call.method !== 'POST' || !isVerb(rest)) return { status: 404, body: 'no such verb\n' }
    const request = parseBody(call.body)
    if (request === undefined) return { status: 400, body: 'not JSON\n' }
    forgetOld(jobs, parts.clock.monotonicMs())
    if (jobs.size >= jobsMax) return { status: 429, body: 'too many at once\n' }
    const { control, clock, random } = parts
    const job = new Job(clock.monotonicMs(), async (tell) => await verbs[rest].call(control, request, tell))
    const id = random.uuid()
    jobs.set(id, job)
    return await answered(jobs, id, parts)
  }
}

function refusalOf({ headers, from }: Call, key: string): Reply | null {
  const host = URL.parse(`http://${headers['host'] ?? ''}`)?.hostname ?? ''
  if (!isLoopback(host) || !isLoopback(from.replace(/^::ffff:/, ''))) return { status: 403, body: 'not from here\n' }
  if (headers['origin'] !== undefined) return { status: 403, body: 'not for browsers\n' }
  return sameKey(headers['authorization'] ?? '', `Bearer ${key}`) ? null : { status: 401, body: 'no\n' }
}

function sameKey(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function parseBody(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body)
  } catch {
    return undefined
  }
}

async function look(jobs: Map<string, Job>, id: string, parts: ControlDoorParts): Promise<Reply> {
  return jobs.has(id) ? await answered(jobs, id, parts) : { status: 404, body: 'no such job\n' }
}

/** Waits a little, so that most verbs need one call. */
async function answered(jobs: Map<string, Job>, id: string, { clock }: ControlDoorParts): Promise<Reply> {
  const job = jobs.get(id)
  if (!job) return { status: 404, body: 'no such job\n' }
  const bell = new AbortController()
  await Promise.race([job.ended, clock.sleep(patienceMs, bell.signal).catch(() => undefined)])
  bell.abort()
  if (job.outcome === null) return json(202, { job: id, progress: job.progress })
  jobs.delete(id)
  return json('trouble' in job.outcome ? 409 : 200, job.outcome)
}

function forgetOld(jobs: Map<string, Job>, nowMs: number): void {
  for (const [id, { begunMs, outcome }] of jobs) if (outcome !== null && nowMs - begunMs > keptMs) jobs.delete(id)
}

const json = (status: number, value: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
})
