// Which handler answers what. Everything but the list of versions and the sign-in needs a session and counts as a call.

import { isObject, parseJson, type SimulatedAnswer, type SimulatedCall } from '#spi'
import { type Reply, Refusal, notFound, ok, onTheWire, refusalReply, refuse } from '../answers.ts'
import type { Org } from '../org.ts'
import { Saves } from '../save.ts'
import { BulkJobs, isBulk } from './bulk.ts'
import { collections } from './collections.ts'
import { composite } from './composite.ts'
import { QueryCursors } from './cursors.ts'
import { query } from './queries.ts'
import { sobjects } from './rows.ts'
import type { Sessions } from './sessions.ts'
import { type Inner, type Visit, partsOfPath } from './visit.ts'

export interface RouterOptions {
  readonly org: Org
  readonly sessions: Sessions
  readonly userId: string
  readonly organizationId: string
}

const retiredBefore = 31

export class Router {
  readonly cursors = new QueryCursors()
  /** Calls that counted against the daily limit. */
  calls = 0
  readonly #options: RouterOptions
  readonly #jobs = new BulkJobs()
  readonly #saves: Saves

  constructor(options: RouterOptions) {
    this.#options = options
    this.#saves = new Saves(options.org, { userId: options.userId, rights: 'connected' })
  }

  answer(call: SimulatedCall): SimulatedAnswer {
    const reply = this.#guarded(call)
    const { knobs } = this.#options.org
    const date = new Date(this.#options.org.nowMs() + knobs.dateSkewMs).toUTCString()
    return onTheWire({ ...reply, headers: { ...reply.headers, date } })
  }

  #guarded(call: SimulatedCall): Reply {
    try {
      return this.#route(call)
    } catch (error) {
      if (error instanceof Refusal) return this.#counted(refusalReply(error))
      throw error
    }
  }

  #route(call: SimulatedCall): Reply {
    const path = partsOfPath(call.url.pathname)
    const [first, second, third] = path
    if (first === 'services' && second === 'oauth2' && third !== 'userinfo') return this.#signIn(third, call)
    if (first === 'services' && second === 'data' && third === undefined) return ok(this.#versions())
    if (!this.#options.sessions.accepts(call.headers['authorization']))
      throw refuse(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
    if (first === 'id' || third === 'userinfo') return ok(this.#identity())
    if (first !== 'services' || second !== 'data') throw notFound()
    const visit = this.#visit(third ?? '')
    if (this.used >= this.#options.org.knobs.dailyLimit)
      throw refuse(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
    this.calls += 1
    const inner = innerOf(call, path.slice(3))
    if (isBulk(inner)) return this.#counted(this.#jobs.handle(visit, inner, call.body))
    return this.#counted(this.#perform(visit, inner))
  }

  get used(): number {
    return this.calls + this.#options.org.knobs.usedByOthers
  }

  #counted(reply: Reply): Reply {
    const usage = `api-usage=${this.used}/${this.#options.org.knobs.dailyLimit}`
    return { ...reply, headers: { ...reply.headers, 'sforce-limit-info': usage } }
  }

  #signIn(what: string | undefined, call: SimulatedCall): Reply {
    const form = new URLSearchParams(call.body)
    if (what === 'token') return this.#options.sessions.token(form)
    if (what === 'introspect') return this.#options.sessions.introspect(form)
    if (what === 'revoke') return this.#options.sessions.revoke(form)
    throw notFound()
  }

  #versions() {
    const newest = this.#options.org.knobs.newestVersion
    return Array.from({ length: Math.max(newest - retiredBefore + 1, 0) }, (_, index) => {
      const version = `${retiredBefore + index}.0`
      return { label: `Release ${version}`, url: `/services/data/v${version}`, version }
    })
  }

  #visit(segment: string): Visit {
    const { org, userId, organizationId } = this.#options
    const number = /^v(\d+)\.0$/.exec(segment)?.[1]
    if (number === undefined || Number(number) > org.knobs.newestVersion) throw notFound()
    if (Number(number) < retiredBefore)
      throw refuse(410, 'GONE', 'The REST API version you requested has been retired.')
    return { org, version: `${number}.0`, userId, organizationId, saves: this.#saves, cursors: this.cursors }
  }

  #identity() {
    const { org, userId, organizationId } = this.#options
    const user = org.row('User', userId)
    return {
      user_id: userId,
      organization_id: organizationId,
      preferred_username: user?.fields['Username'] ?? '',
      username: user?.fields['Username'] ?? '',
      name: user?.fields['Name'] ?? '',
      email: user?.fields['Email'] ?? '',
      active: true,
    }
  }

  #perform(visit: Visit, inner: Inner): Reply {
    const [first, second] = inner.path
    const name = first?.toLowerCase()
    if (name === undefined) return ok(this.#resources(visit))
    if (name === 'sobjects') return sobjects(visit, inner)
    if (name === 'query' || name === 'queryall') return query(visit, inner)
    if (name === 'composite' && second === 'sobjects') return collections(visit, inner)
    if (name === 'composite' && second === undefined)
      return composite(visit, inner, (part, each) => {
        if (each.path[0] === 'composite' && each.path[1] === undefined) throw notFound()
        return this.#perform(part, each)
      })
    if (name === 'limits') return ok(this.#limits())
    throw notFound()
  }

  #resources(visit: Visit) {
    const base = `/services/data/v${visit.version}`
    return {
      sobjects: `${base}/sobjects`,
      query: `${base}/query`,
      queryAll: `${base}/queryAll`,
      composite: `${base}/composite`,
      limits: `${base}/limits`,
      jobs: `${base}/jobs`,
      identity: `/id/${this.#options.organizationId}/${this.#options.userId}`,
    }
  }

  #limits() {
    const { dailyLimit } = this.#options.org.knobs
    return {
      DailyApiRequests: { Max: dailyLimit, Remaining: dailyLimit - this.used },
      DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
      DataStorageMB: { Max: 10_000, Remaining: 9_000 },
    }
  }
}

function innerOf(call: SimulatedCall, path: readonly string[]): Inner {
  const hasJson = call.body !== '' && !(call.headers['content-type'] ?? '').includes('csv')
  const body = hasJson ? parseJson(call.body) : undefined
  if (hasJson && !isObject(body)) throw refuse(400, 'JSON_PARSER_ERROR', 'Unexpected character in the request body')
  return { method: call.method, path, query: call.url.searchParams, headers: call.headers, body }
}
