// Who is told what now. Pure: what stands, what was told and the rules go in; messages and what to remember come out.
//
//   stands ──(long enough, next reminder)──► told ──(a day later, still there)──► told again
//                                             └──(gone for a while)──► told that it is over, once
//
// Everything one channel has to hear at one moment is one message, and a channel gets only so many an hour: what does not
// fit waits, and comes with the next. What is not told because of the hour of the day is looked at again later.

import { hashOf } from '#core/model/hash'
import { later, type Instant } from '#core/model/instant'
import type { Alerts } from '#settings/schema/alerts'
import type { Condition, PipelineSight, Sight } from './condition.ts'
import { type Memory, type Told, toldKey } from './memory.ts'
import { digestMoment, isCountdown, isQuiet, type Route, routesOf, staleAtLeastMs, stepOf } from './routes.ts'

export interface Notice extends Condition {
  readonly state: 'new' | 'again' | 'over'
  readonly step: number
}

export interface Message {
  /** The same when it is sent once more, because nobody knows whether it arrived. */
  readonly id: string
  readonly channel: string
  readonly isDigest: boolean
  readonly notices: readonly Notice[]
}

export interface Decision {
  readonly memory: Memory
  readonly messages: readonly Message[]
}

export interface House {
  readonly alerts: Alerts
  readonly zone: string
}

const againMs = 24 * 3_600_000
/** What comes back within this time has never been gone. */
const graceMs = 10 * 60_000
const hourMs = 3_600_000
const messagesPerHour = 12
/** Things remembered as told; beyond that the oldest are forgotten, and may be told once more. */
const toldMax = 10_000

export function decide(sight: Sight, before: Memory, house: House): Decision {
  const routes = routesOf(house.alerts)
  const good = goodOf(sight, before)
  const conditions = [...sight.conditions, ...sight.pipelines.flatMap((one) => staleOf(one, good))]
  const told = withGone(knownOf(before, routes), { conditions, sight })
  const memory = { ...before, told: { ...told, ...metQuietly(sight, before, routes) }, good }
  const digests = { ...before.digests }
  const messages = Object.keys(house.alerts.channels).flatMap((channel): readonly Message[] => {
    const mine = routes.filter((route) => route.channel === channel)
    const isDigest = mine.some(({ isDaily }) => isDaily) && isDigestDue(channel, { sight, before, house })
    const open = mine.filter((route) =>
      isOpen(route, { isDigest, quiet: isQuiet(house.alerts, sight.now, house.zone) }),
    )
    const notices = noticesFor(open, { conditions, memory, now: sight.now })
    if (isDigest && notices.length === 0) digests[channel] = sight.now
    if (notices.length === 0 || isFull(channel, before, sight.now)) return []
    return [{ id: idOf(channel, notices), channel, isDigest, notices }]
  })
  return { memory: { ...memory, digests }, messages }
}

/** What to remember once a message has left. */
export function afterSending(memory: Memory, { channel, isDigest, notices }: Message, now: Instant): Memory {
  const told = { ...memory.told }
  for (const notice of notices) {
    const key = toldKey(channel, notice)
    if (notice.state === 'over') delete told[key]
    else told[key] = toldOf(channel, notice, notice.step, now)
  }
  const sent = [...(memory.sent[channel] ?? []), now].filter((at) => later(at, hourMs) > now)
  return {
    ...memory,
    told: newest(told),
    sent: { ...memory.sent, [channel]: sent },
    ...(isDigest ? { digests: { ...memory.digests, [channel]: now } } : {}),
  }
}

// ── what stands ──────────────────────────────────────────────────────────────────────────────────────────────────────

function goodOf({ now, pipelines }: Sight, { good }: Memory): Memory['good'] {
  const latest = ({ name, lastGood, isSilent }: PipelineSight): Instant => {
    const known = good[name]
    if (isSilent || (known === undefined && lastGood === null)) return now
    return lastGood !== null && (known === undefined || lastGood > known) ? lastGood : (known ?? now)
  }
  return Object.fromEntries(pipelines.map((one) => [one.name, latest(one)]))
}

function staleOf({ name, isSilent }: PipelineSight, good: Memory['good']): readonly Condition[] {
  const since = good[name]
  if (isSilent || since === undefined) return []
  const about = { pipeline: name, connection: null, code: null, due: null, count: 0, referrals: [], url: null }
  return [{ event: 'pipeline.stale', subject: name, since, ...about }]
}

// ── what was told ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Of channels and rules there still are. */
function knownOf({ told }: Memory, routes: readonly Route[]): Memory['told'] {
  const ways = new Set(routes.map(({ channel, event }) => `${channel} ${event}`))
  return Object.fromEntries(Object.entries(told).filter(([, { channel, event }]) => ways.has(`${channel} ${event}`)))
}

interface Standing {
  readonly conditions: readonly Condition[]
  readonly sight: Sight
}

function withGone(told: Memory['told'], { conditions, sight }: Standing): Memory['told'] {
  const standing = new Set(conditions.filter((one) => isFelt(one, sight.now)).map(thing))
  const silent = new Set(sight.pipelines.filter(({ isSilent }) => isSilent).map(({ name }) => name))
  const next = Object.entries(told).flatMap(([key, one]): readonly (readonly [string, Told])[] => {
    if (one.pipeline !== null && silent.has(one.pipeline)) return [[key, one]]
    const goneSince = standing.has(thing(one)) ? null : (one.goneSince ?? sight.now)
    const isForgotten = goneSince !== null && isPassing(one) && later(goneSince, graceMs) <= sight.now
    return isForgotten ? [] : [[key, { ...one, goneSince }]]
  })
  return Object.fromEntries(next)
}

const thing = ({ event, subject }: Pick<Condition, 'event' | 'subject'>): string => `${event} ${subject}`

/** A pipeline that ran a moment ago is not stale, however short the time is that a rule gives it. */
const isFelt = ({ event, since }: Condition, now: Instant): boolean =>
  event !== 'pipeline.stale' || later(since, staleAtLeastMs) <= now

/** A referral's news, and a countdown, end by themselves; nobody has to hear that it was answered or renewed. */
const isPassing = ({ event }: Pick<Told, 'event'>): boolean => event.startsWith('referral.') || isCountdown(event)

/** A pipeline met for the first time brings all its referrals along: none of them is new. */
function metQuietly({ now, conditions }: Sight, { good }: Memory, routes: readonly Route[]): Memory['told'] {
  const strange = conditions.filter(
    ({ event, pipeline }) => event === 'referral.new' && pipeline !== null && !Object.hasOwn(good, pipeline),
  )
  return Object.fromEntries(
    routes
      .filter(({ event }) => event === 'referral.new')
      .flatMap(({ channel }) => strange.map((one) => [toldKey(channel, one), toldOf(channel, one, 1, now)] as const)),
  )
}

function toldOf(
  channel: string,
  { event, subject, pipeline, connection, code, since }: Omit<Condition, 'due' | 'count' | 'referrals' | 'url'>,
  step: number,
  now: Instant,
): Told {
  return { channel, event, subject, pipeline, connection, code, since, step, last: now, goneSince: null }
}

function newest(told: Memory['told']): Memory['told'] {
  const all = Object.entries(told)
  if (all.length <= toldMax) return told
  return Object.fromEntries(all.toSorted(([, a], [, b]) => (a.last < b.last ? 1 : -1)).slice(0, toldMax))
}

// ── what is told now ─────────────────────────────────────────────────────────────────────────────────────────────────

interface Now {
  readonly conditions: readonly Condition[]
  readonly memory: Pick<Memory, 'told'>
  readonly now: Instant
}

const isOpen = ({ isDaily, isUrgent }: Route, { isDigest, quiet }: { isDigest: boolean; quiet: boolean }): boolean =>
  (!isDaily || isDigest) && (!quiet || isUrgent)

function noticesFor(routes: readonly Route[], { conditions, memory, now }: Now): readonly Notice[] {
  return routes.flatMap((route) => [
    ...conditions
      .filter(({ event }) => event === route.event)
      .flatMap((one) => standingNotice(route, one, memory, now)),
    ...Object.values(memory.told)
      .filter(({ channel, event }) => channel === route.channel && event === route.event)
      .flatMap((one) => overNotice(one, now)),
  ])
}

function standingNotice(
  route: Route,
  condition: Condition,
  { told }: Pick<Memory, 'told'>,
  now: Instant,
): readonly Notice[] {
  const step = stepOf(route, condition, now)
  const known = told[toldKey(route.channel, condition)]
  if (step === 0) return []
  if (!known) return [{ ...condition, state: 'new', step }]
  const isNext = step > known.step
  const isOld = !isPassing(condition) && (route.isDaily || later(known.last, againMs) <= now)
  return isNext || isOld ? [{ ...condition, state: 'again', step }] : []
}

function overNotice(told: Told, now: Instant): readonly Notice[] {
  const { event, subject, pipeline, connection, code, since, step, goneSince } = told
  if (goneSince === null || isPassing(told) || later(goneSince, graceMs) > now) return []
  const about = { event, subject, pipeline, connection, code, since, step }
  return [{ ...about, state: 'over', due: null, count: 0, referrals: [], url: null }]
}

interface Digesting {
  readonly sight: Sight
  readonly before: Memory
  readonly house: House
}

function isDigestDue(channel: string, { sight, before, house }: Digesting): boolean {
  const moment = digestMoment(house.alerts, sight.now, house.zone)
  const last = before.digests[channel]
  return sight.now >= moment && (last === undefined || last < moment)
}

const isFull = (channel: string, { sent }: Memory, now: Instant): boolean =>
  (sent[channel] ?? []).filter((at) => later(at, hourMs) > now).length >= messagesPerHour

const idOf = (channel: string, notices: readonly Notice[]): string =>
  hashOf(
    JSON.stringify([
      channel,
      notices.map(({ event, subject, since, step, state }) => [event, subject, since, step, state]),
    ]),
    32,
  )
