// The rules of the settings as routes: which event goes over which channel, and when. Where several rules name the same
// event and channel, the first one counts.

import type { Instant } from '#core/model/instant'
import { dateIn, instantAt, msOf, timeIn } from '#core/model/instant'
import type { AlertEvent, Alerts } from '#settings/schema/alerts'
import type { Condition } from './condition.ts'

export interface Route {
  readonly channel: string
  readonly event: AlertEvent
  /** Reminders: so long before it is due, or after it began. Longest first for the one, shortest for the other. */
  readonly steps: readonly number[]
  /** How long it must have lasted. */
  readonly afterMs: number
  /** Collected, and told once a day. */
  readonly isDaily: boolean
  /** Told at any hour. */
  readonly isUrgent: boolean
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** Counted back from when it is too late. */
export const isCountdown = (event: AlertEvent): boolean =>
  event === 'referral.answerSoon' || event === 'connection.expiring'

/** What mends itself within this time is nobody's business. */
const afterMs: Readonly<Partial<Record<AlertEvent, number>>> = {
  'problem.new': 10 * minute,
  'pipeline.stale': 30 * minute,
}
/** Between two passes of a pipeline that is well. */
export const staleAtLeastMs = 10 * minute

const stepsOf: Readonly<Partial<Record<AlertEvent, readonly number[]>>> = {
  'referral.answerSoon': [72 * hour, 24 * hour, 4 * hour],
  'referral.wantsCallBack': [0],
  'connection.expiring': [30 * day, 7 * day, day],
}

export function routesOf({ channels, rules, quiet }: Alerts): readonly Route[] {
  const routes = new Map<string, Route>()
  for (const { event, to, at, after, digest } of rules)
    for (const channel of to) {
      const name = `${channel} ${event}`
      if (routes.has(name) || !Object.hasOwn(channels, channel)) continue
      const steps = (at ?? stepsOf[event] ?? []).toSorted((a, b) => (isCountdown(event) ? b - a : a - b))
      routes.set(name, {
        channel,
        event,
        steps,
        afterMs: Math.max(after ?? afterMs[event] ?? 0, event === 'pipeline.stale' ? staleAtLeastMs : 0),
        isDaily: digest === 'daily',
        isUrgent: quiet?.except.includes(event) ?? false,
      })
    }
  return [...routes.values()]
}

/** How far it has come on this route: 0 when it is nobody's business yet. */
export function stepOf({ event, steps, afterMs }: Route, { since, due }: Condition, now: Instant): number {
  const age = msOf(now) - msOf(since)
  if (isCountdown(event)) {
    const left = due === null ? -1 : msOf(due) - msOf(now)
    return left < 0 ? 0 : steps.filter((before) => left <= before).length
  }
  if (event === 'referral.wantsCallBack') return steps.filter((after) => age >= after).length
  return age >= afterMs ? 1 : 0
}

export function isQuiet({ quiet }: Alerts, now: Instant, zone: string): boolean {
  if (!quiet) return false
  const time = timeIn(now, zone).slice(0, 5)
  const { from, to } = quiet
  return from <= to ? time >= from && time < to : time >= from || time < to
}

const digestTime = '08:00'

/** When today's digest is due: in the morning, or when the quiet hours end. */
export function digestMoment({ quiet }: Alerts, now: Instant, zone: string): Instant {
  return instantAt(dateIn(now, zone), `${quiet?.to ?? digestTime}:00.000`, zone)
}
