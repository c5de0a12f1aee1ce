// Whatever comes and goes, and whichever messages are lost: a thing is new once before it is over, it is over only after
// it was told, nothing is told of what was not there, and no channel hears more in an hour than a person can bear.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Condition, Sight } from '#alerts/condition'
import { afterSending, decide, type Message } from '#alerts/decide'
import { emptyMemory, type Memory, Memory as MemoryShape } from '#alerts/memory'
import { Alerts, alertEvents } from '#settings/schema/alerts'
import { type Instant, instantFromMs, later, msOf } from '#spi'
import { runs } from '../support/runs.ts'

const start = instantFromMs(Date.UTC(2026, 10, 20, 12))
const minute = 60_000
const things = ['a', 'b', 'c'].flatMap((subject) => alertEvents.map((event) => ({ event, subject })))

interface Turn {
  readonly ms: number
  readonly standing: readonly number[]
  readonly isSilent: boolean
  readonly isGood: boolean
  readonly arrives: boolean
  readonly restarts: boolean
}

const turn: fc.Arbitrary<Turn> = fc.record({
  ms: fc.constantFrom(1, 5, 9, 10, 30, 60, 240, 1_440).map((minutes) => minutes * minute),
  standing: fc.uniqueArray(fc.nat({ max: things.length - 1 }), { maxLength: 6 }),
  isSilent: fc.boolean(),
  isGood: fc.boolean(),
  arrives: fc.boolean(),
  restarts: fc.boolean(),
})
const alerts: fc.Arbitrary<Alerts> = fc
  .record({
    rules: fc.array(
      fc.record({
        event: fc.constantFrom(...alertEvents),
        to: fc.constantFrom(['ops'], ['sales'], ['ops', 'sales']),
        digest: fc.constantFrom(undefined, 'daily'),
        after: fc.constantFrom(undefined, '0s', '2h'),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    quiet: fc.constantFrom(undefined, { from: '20:00', to: '07:00', except: ['problem.new'] }),
  })
  .map((said) => Alerts.parse({ channels: { ops: { type: 'console' }, sales: { type: 'console' } }, ...said }))

const conditionsAt = (now: Instant, { standing }: Turn): readonly Condition[] =>
  standing.flatMap((index) => {
    const thing = things[index]
    if (!thing || thing.event === 'pipeline.stale') return []
    const due = later(now, 3_600_000)
    return [
      {
        ...thing,
        pipeline: 'cosell',
        connection: null,
        since: start,
        due,
        code: null,
        count: 1,
        referrals: [],
        url: null,
      },
    ]
  })

test('alerts', () => {
  fc.assert(
    fc.property(alerts, fc.array(turn, { maxLength: 40 }), (settings, turns) => {
      let now = start
      let memory: Memory = emptyMemory
      const open = new Set<string>()
      const sentAt = new Map<string, number[]>()
      for (const step of turns) {
        now = later(now, step.ms)
        if (step.restarts) memory = MemoryShape.parse(JSON.parse(JSON.stringify(memory)))
        const conditions = step.isSilent ? [] : conditionsAt(now, step)
        const pipeline = { name: 'cosell', lastGood: step.isGood ? now : null, isSilent: step.isSilent }
        const sight: Sight = { now, pipelines: [pipeline], conditions }
        const decision = decide(sight, memory, { alerts: settings, zone: 'Europe/Berlin' })
        memory = decision.memory
        for (const message of decision.messages) {
          if (!step.arrives) continue
          check(message, conditions, open)
          sentAt.set(message.channel, [...(sentAt.get(message.channel) ?? []), msOf(now)])
          memory = afterSending(memory, message, now)
        }
      }
      for (const times of sentAt.values())
        for (const at of times) expect(times.filter((one) => one > at - 3_600_000 && one <= at).length).toBeLessThan(13)
    }),
    runs(300),
  )
})

function check({ channel, notices }: Message, conditions: readonly Condition[], open: Set<string>): void {
  const named = notices.map(({ event, subject }) => `${channel} ${event} ${subject}`)
  expect(new Set(named).size).toBe(named.length)
  for (const { event, subject, state } of notices) {
    const key = `${channel} ${event} ${subject}`
    const stands = conditions.some((one) => one.event === event && one.subject === subject)
    if (state === 'over') {
      expect([key, open.delete(key), stands]).toEqual([key, true, false])
      continue
    }
    expect([key, stands || event === 'pipeline.stale']).toEqual([key, true])
    if (state === 'again') expect(open.has(key)).toBe(true)
    // The end of a referral or a countdown is no news, so nothing tells when it may be new again.
    else if (!event.startsWith('referral.') && event !== 'connection.expiring')
      expect([key, open.has(key)]).toEqual([key, false])
    open.add(key)
  }
}
