// Who is told what, and when: each thing once, again after a day, and once more when it is over.

import { describe, expect, test } from 'vitest'
import type { Condition, Sight } from '#alerts/condition'
import { afterSending, decide, type Message } from '#alerts/decide'
import { emptyMemory, type Memory } from '#alerts/memory'
import { Alerts } from '#settings/schema/alerts'
import { type Instant, later, parseInstant } from '#spi'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const start = parseInstant('2026-11-20T11:00:00Z') ?? expect.fail('not an instant')
const zone = 'Europe/Berlin'

const channels = { ops: { type: 'console' }, sales: { type: 'console' } }
const rulesOf = (rules: readonly object[], quiet?: object): Alerts =>
  Alerts.parse({ channels, rules, ...(quiet ? { quiet } : {}) })

const plain = { connection: null, due: null, code: null, count: 1, referrals: [], url: null } as const
const problem = (subject = 'cosell DB-3207', since: Instant = start): Condition => ({
  ...plain,
  event: 'problem.new',
  subject,
  pipeline: 'cosell',
  since,
  code: 'DB-3207',
})
const referral = (event: 'referral.new' | 'referral.answerSoon', due: Instant): Condition => ({
  ...plain,
  event,
  subject: 'R-1',
  pipeline: 'cosell',
  since: start,
  due,
})

interface How {
  readonly isSilent?: boolean
  readonly lastGood?: Instant | null
}

/** One installation over time: what it told, and what it remembers. */
class Story {
  readonly alerts: Alerts
  memory: Memory = emptyMemory
  now = start
  arrives = true

  constructor(alerts: Alerts) {
    this.alerts = alerts
  }

  look(conditions: readonly Condition[], { isSilent = false, lastGood = this.now }: How = {}) {
    const sight: Sight = { now: this.now, pipelines: [{ name: 'cosell', lastGood, isSilent }], conditions }
    const { memory, messages } = decide(sight, this.memory, { alerts: this.alerts, zone })
    this.memory = this.arrives ? messages.reduce((kept, one) => afterSending(kept, one, this.now), memory) : memory
    return messages.flatMap(short)
  }

  after(ms: number, conditions: readonly Condition[], how: How = {}): readonly string[] {
    this.now = later(this.now, ms)
    return this.look(conditions, how)
  }
}

const short = ({ channel, notices }: Message): readonly string[] =>
  notices.map(({ event, subject, state, step }) => `${channel}: ${state} ${event} ${subject} ${step}`)

describe('a problem', () => {
  const story = (): Story => new Story(rulesOf([{ event: 'problem.new', to: ['ops'] }]))

  test('is told once when it has lasted, again after a day, and once when it is over', () => {
    const one = story()
    expect(one.look([problem()])).toEqual([])
    expect(one.after(10 * minute, [problem()])).toEqual(['ops: new problem.new cosell DB-3207 1'])
    expect(one.after(minute, [problem()])).toEqual([])
    expect(one.after(day - 2 * minute, [problem()])).toEqual([])
    expect(one.after(2 * minute, [problem()])).toEqual(['ops: again problem.new cosell DB-3207 1'])
    expect(one.after(minute, [])).toEqual([])
    expect(one.after(10 * minute, [])).toEqual(['ops: over problem.new cosell DB-3207 1'])
    expect(one.after(day, [])).toEqual([])
    expect(one.memory.told).toEqual({})
  })

  test('that is gone for a moment only was never gone', () => {
    const one = story()
    one.after(10 * minute, [problem()])
    expect(one.after(minute, [])).toEqual([])
    expect(one.after(9 * minute, [problem()])).toEqual([])
    expect(one.after(9 * minute, [problem()])).toEqual([])
  })

  test('that mends itself in time is nobody’s business', () => {
    const one = story()
    one.look([problem()])
    expect(one.after(9 * minute, [problem()])).toEqual([])
    expect(one.after(hour, [])).toEqual([])
  })

  test('of a paused pipeline is neither over nor told again', () => {
    const one = story()
    one.after(10 * minute, [problem()])
    expect(one.after(2 * day, [], { isSilent: true })).toEqual([])
    expect(one.after(minute, [problem()])).toEqual(['ops: again problem.new cosell DB-3207 1'])
  })

  test('is remembered by a restart, which repeats nothing', () => {
    const one = story()
    one.after(10 * minute, [problem()])
    const other = story()
    other.memory = JSON.parse(JSON.stringify(one.memory)) as Memory
    other.now = one.now
    expect(other.after(minute, [problem()])).toEqual([])
  })

  test('that could not be told is told later, under the same id', () => {
    const one = story()
    one.arrives = false
    const sight = (now: Instant): Sight => ({ now, pipelines: [], conditions: [problem()] })
    const ids = [10, 11].map((passed) =>
      decide(sight(later(start, passed * minute)), one.memory, { alerts: one.alerts, zone }).messages.map(
        ({ id }) => id,
      ),
    )
    expect(ids[0]).toHaveLength(1)
    expect(ids[0]).toEqual(ids[1])
  })

  test('many at once are one message, and a channel has its fill within an hour', () => {
    const one = story()
    const many = Array.from({ length: 300 }, (_, index) => problem(`cosell DB-${1000 + index}`))
    one.now = later(start, 10 * minute)
    const { messages } = decide({ now: one.now, pipelines: [], conditions: many }, one.memory, {
      alerts: one.alerts,
      zone,
    })
    expect(messages.map(({ notices }) => notices.length)).toEqual([300])

    const told = Array.from({ length: 40 }, (_, index) => {
      const seen = many.slice(0, index + 1)
      return one.after(minute, seen).length > 0 ? 1 : 0
    }).reduce<number>((sum, sent) => sum + sent, 0)
    expect(told).toBe(12)
    // What found no room comes with the first message of the next hour.
    expect(one.after(hour, many.slice(0, 40))).toHaveLength(28)
  })
})

describe('a referral', () => {
  test('is told at each reminder, once, and its end is not news', () => {
    const one = new Story(rulesOf([{ event: 'referral.answerSoon', to: ['sales'], at: ['4h', '7d', '24h'] }]))
    const soon = referral('referral.answerSoon', later(start, 8 * day))
    expect(one.look([soon])).toEqual([])
    expect(one.after(day, [soon])).toEqual(['sales: new referral.answerSoon R-1 1'])
    expect(one.after(5 * day, [soon])).toEqual([])
    expect(one.after(day, [soon])).toEqual(['sales: again referral.answerSoon R-1 2'])
    expect(one.after(20 * hour, [soon])).toEqual(['sales: again referral.answerSoon R-1 3'])
    expect(one.after(hour, [])).toEqual([])
    expect(one.after(hour, [])).toEqual([])
    expect(one.memory.told).toEqual({})
  })

  test('met late is told by its nearest reminder only', () => {
    const one = new Story(rulesOf([{ event: 'referral.answerSoon', to: ['sales'] }]))
    const soon = referral('referral.answerSoon', later(start, 3 * hour))
    expect(one.look([soon])).toEqual(['sales: new referral.answerSoon R-1 3'])
    expect(one.after(4 * hour, [soon])).toEqual([])
  })

  test('that was there before us is not new', () => {
    const one = new Story(rulesOf([{ event: 'referral.new', to: ['sales'] }]))
    const old = referral('referral.new', later(start, 9 * day))
    expect(one.look([old])).toEqual([])
    const fresh = { ...old, subject: 'R-2' }
    expect(one.after(minute, [old, fresh])).toEqual(['sales: new referral.new R-2 1'])
    expect(one.after(2 * day, [old, fresh])).toEqual([])
  })
})

describe('a pipeline', () => {
  test('without a good pass for half an hour is stale, until it has one again', () => {
    const one = new Story(rulesOf([{ event: 'pipeline.stale', to: ['ops'] }]))
    const good = { lastGood: start }
    one.look([], good)
    expect(one.after(29 * minute, [], good)).toEqual([])
    expect(one.after(minute, [], good)).toEqual(['ops: new pipeline.stale cosell 1'])
    expect(one.after(minute, [], { lastGood: null })).toEqual([])
    one.after(minute, [])
    expect(one.after(10 * minute, [])).toEqual(['ops: over pipeline.stale cosell 1'])
  })

  test('that somebody paused is not; and when it goes on it has its half hour again', () => {
    const one = new Story(rulesOf([{ event: 'pipeline.stale', to: ['ops'] }]))
    one.look([])
    expect(one.after(day, [], { isSilent: true, lastGood: start })).toEqual([])
    expect(one.after(minute, [], { lastGood: start })).toEqual([])
  })
})

describe('the hour of the day', () => {
  test('holds back in quiet hours what is not urgent', () => {
    const rules = [
      { event: 'problem.new', to: ['ops'] },
      { event: 'referral.answerSoon', to: ['ops'] },
    ]
    const one = new Story(rulesOf(rules, { from: '20:00', to: '07:00', except: ['referral.answerSoon'] }))
    // 22:00 in Berlin.
    one.now = later(start, 10 * hour)
    const soon = referral('referral.answerSoon', later(one.now, hour))
    expect(one.look([problem(), soon])).toEqual(['ops: new referral.answerSoon R-1 3'])
    expect(one.after(8 * hour, [problem()])).toEqual([])
    expect(one.after(hour, [problem()])).toEqual(['ops: new problem.new cosell DB-3207 1'])
  })

  test('a digest comes once a day in the morning, with all that stands', () => {
    const one = new Story(rulesOf([{ event: 'problem.new', to: ['ops'], digest: 'daily' }]))
    // 03:00 in Berlin: yesterday's has been.
    one.now = later(start, 15 * hour)
    one.memory = { ...emptyMemory, digests: { ops: start } }
    const two = [problem(), problem('cosell DB-2110')]
    expect(one.look(two)).toEqual([])
    expect(one.after(5 * hour, two)).toHaveLength(2)
    expect(one.after(hour, [problem()])).toEqual([])
    expect(one.after(23 * hour, [problem()])).toEqual([
      'ops: again problem.new cosell DB-3207 1',
      'ops: over problem.new cosell DB-2110 1',
    ])
  })

  test('an empty digest is none, and does not come later that day', () => {
    const one = new Story(rulesOf([{ event: 'problem.new', to: ['ops'], digest: 'daily' }]))
    expect(one.look([])).toEqual([])
    expect(one.after(hour, [problem()])).toEqual([])
  })
})

test('channels and rules that are gone are forgotten', () => {
  const one = new Story(rulesOf([{ event: 'problem.new', to: ['ops', 'sales'] }]))
  expect(one.after(10 * minute, [problem()])).toHaveLength(2)
  const other = new Story(rulesOf([{ event: 'problem.new', to: ['sales'] }]))
  other.memory = one.memory
  other.now = one.now
  expect(other.look([problem()])).toEqual([])
  expect(Object.values(other.memory.told).map(({ channel }) => channel)).toEqual(['sales'])
})
