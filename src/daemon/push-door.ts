// Where a vendor's calls come in: POST /push/<connection>. A call that its connector vouches for makes the pipelines of
// that connection look now instead of when they would have; it never causes a write by itself, and losing every call
// changes nothing but how soon they look. One record is looked at no more than once a minute, however often it is named.

import type { Assembly } from '#assembly/assembly'
import type { Connection } from '#assembly/connection'
import { connectionPush } from '#assembly/push'
import type { Clock, Log, PushVerdict } from '#spi'
import type { Reply, Route } from './listener.ts'

export interface PushDoorParts {
  readonly assembly: () => Assembly
  readonly nudge: (pipeline: string) => void
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const path = /^\/push\/([a-z0-9-]{1,63})$/
/** A genuine call is a few hundred characters. */
const bodyMax = 64 * 1024
const lookEveryMs = 60_000
/** Records remembered as just looked at; more than that in a minute is a storm, and the schedule will do. */
const looksMax = 10_000

export function pushRoute(parts: PushDoorParts): Route {
  const looks = new Map<string, number>()
  return async (call) => {
    const name = path.exec(call.path)?.[1]
    if (name === undefined) return undefined
    if (call.method !== 'POST') return reply(405)
    if (call.body.length > bodyMax) return reply(413)
    const connection = [...parts.assembly().connections.values()].find((one) => one.name === name)
    const push = connection && connectionPush(connection)
    if (!connection || !push) return reply(404)
    const verdict = await push.verifyAndRead(call, parts.signal)
    return answered(verdict, { parts, connection, looks })
  }
}

interface Heard {
  readonly parts: PushDoorParts
  readonly connection: Connection
  readonly looks: Map<string, number>
}

function answered(verdict: PushVerdict, { parts, connection, looks }: Heard): Reply {
  const log = parts.log.with({ connection: connection.name })
  if (!verdict.genuine) {
    log.warn('push.refused', { code: verdict.code, status: verdict.status })
    return reply(verdict.status)
  }
  if (verdict.hint && isDue(looks, verdict.hint.id, parts.clock.monotonicMs())) {
    log.info('push.heard', { kind: verdict.hint.kind, record: verdict.hint.id })
    for (const runner of parts.assembly().runners.values()) {
      if (runner.source === connection || runner.target === connection) parts.nudge(runner.name)
    }
  }
  return reply(verdict.status)
}

function isDue(looks: Map<string, number>, id: string, now: number): boolean {
  const last = looks.get(id)
  if (last !== undefined && now - last < lookEveryMs) return false
  if (looks.size >= looksMax) for (const [known, at] of looks) if (now - at >= lookEveryMs) looks.delete(known)
  if (looks.size >= looksMax) return false
  looks.set(id, now)
  return true
}

/** Says nothing to whoever calls: a stranger learns nothing, and the vendor needs only the number. */
const reply = (status: number): Reply => ({ status, body: '' })
