// When a pipeline runs next. Pure: the clock's readings and chance come in as values. Waiting is measured on the clock
// that never jumps; where the wall clock has gone on further, because the machine slept, the run is due at once, and
// once only.

import { Cron } from 'croner'
import {
  dateIn,
  instantAt,
  instantFromMs,
  later,
  msOf,
  timeIn,
  type CalendarDate,
  type Instant,
} from '#core/model/instant'
import type { PipelineSettings, ScheduleSettings } from '#settings/settings'

/** One reading of both clocks. */
export interface Moment {
  readonly at: Instant
  /** Never jumps, and may stand still while the machine sleeps. */
  readonly ms: number
}

export interface LastRun {
  readonly began: Moment
  /** In [0, 1): how much of the jitter this one waits. */
  readonly chance: number
}

/** A rhythm of a second is not stretched to half a minute by the usual jitter. */
const jitterShareMax = 0.1

/** Milliseconds until the next run; zero when it is due. */
export function dueIn(schedule: ScheduleSettings, zone: string, last: LastRun | null, now: Moment): number {
  const opens = opensIn(schedule.between, zone, now.at)
  const every = opens === 0 ? schedule.everyMs : schedule.outsideMs
  if (every === null) return opens
  if (last === null) return 0
  const jitter = Math.min(schedule.jitterMs, every * jitterShareMax) * last.chance
  const wait = Math.max(0, every + jitter - elapsed(last.began, now))
  return opens === 0 ? wait : Math.min(wait, opens)
}

/** How much time has passed for people. A wall clock that was set back counts for nothing. */
export const elapsed = (since: Moment, now: Moment): number =>
  Math.max(0, now.ms - since.ms, msOf(now.at) - msOf(since.at))

/** Milliseconds until the window opens; zero while it is open, or where there is none. */
function opensIn(between: string | null, zone: string, now: Instant): number {
  if (between === null) return 0
  const [from = '00:00', to = '24:00'] = between.split('-')
  const time = timeIn(now, zone).slice(0, 5)
  const isOpen = from < to ? time >= from && time < to : time >= from || time < to
  if (isOpen) return 0
  const today = instantAt(dateIn(now, zone), `${from}:00`, zone)
  const opens = today > now ? today : instantAt(dayAfter(now, zone), `${from}:00`, zone)
  return Math.max(1, msOf(opens) - msOf(now))
}

const dayMs = 86_400_000

/** From noon to noon is never two dates, also where a day has 23 hours. */
const dayAfter = (now: Instant, zone: string): CalendarDate =>
  dateIn(later(instantAt(dateIn(now, zone), '12:00:00', zone), dayMs), zone)

/** A wish of "each day" is not put off a day because the last run was late by an hour. */
const slackMs = dayMs / 2

/** Is a full comparison due? The first is due at the first appointed hour after the pipeline began. */
export function isReconcileDue(
  { everyMs, at }: PipelineSettings['reconcile'],
  zone: string,
  last: Instant,
  now: Instant,
): boolean {
  return now >= nextReconcile({ everyMs, at }, zone, last)
}

export function nextReconcile({ everyMs, at }: PipelineSettings['reconcile'], zone: string, last: Instant): Instant {
  if (everyMs < dayMs) return later(last, everyMs)
  const [hour = '3', minute = '15'] = at.split(':')
  const daily = new Cron(`${Number(minute)} ${Number(hour)} * * *`, { timezone: zone })
  const from = new Date(msOf(last) + Math.max(0, everyMs - slackMs))
  const next = daily.nextRun(everyMs === dayMs ? new Date(msOf(last)) : from)
  return next ? instantFromMs(next.getTime()) : later(last, everyMs)
}
