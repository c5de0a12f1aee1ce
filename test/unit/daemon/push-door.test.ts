// I44: a call from a vendor is a hint. It makes us look, at most once a minute for a record, and never more than that.

import { describe, expect, test } from 'vitest'
import { connectionName, pipelineName, recordId } from '#core/model/ids'
import { pushRoute, type PushDoorParts } from '#daemon/push-door'
import type { Call } from '#daemon/listener'
import { REFERRAL, type PushVerdict } from '#spi'
import { handClock } from '../../support/host.ts'
import { silentLog } from '../../support/silent-log.ts'

const genuine = (id: string): PushVerdict => ({
  genuine: true,
  status: 200,
  test: false,
  hint: { kind: REFERRAL, id: recordId(id), related: false, at: null },
})

function doorThatHears(verdict: (call: { readonly body: string }) => PushVerdict, takesCalls = true) {
  const clock = handClock()
  const nudged: string[] = []
  const connection = {
    name: connectionName('partner-center'),
    settings: {
      settings: {},
      connector: { push: { open: () => (takesCalls ? { verifyAndRead: async (call: Call) => verdict(call) } : null) } },
    },
    host: {},
  }
  const runners = [
    { name: pipelineName('cosell'), source: connection, target: {} },
    { name: pipelineName('elsewhere'), source: {}, target: {} },
  ]
  const assembly = {
    connections: new Map([[connection.name, connection]]),
    runners: new Map(runners.map((runner) => [runner.name, runner])),
  }
  const parts = {
    assembly: () => assembly,
    nudge: (name: string) => void nudged.push(name),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  }
  const route = pushRoute(parts as unknown as PushDoorParts)
  const call = async (over: Partial<Call> = {}) =>
    (
      await route({
        method: 'POST',
        path: '/push/partner-center',
        query: new URLSearchParams(),
        headers: {},
        body: 'x',
        from: '127.0.0.1',
        ...over,
      })
    )?.status
  return { call, nudged, clock }
}

describe('a genuine call', () => {
  test('wakes the pipelines of its connection, and no other', async () => {
    const { call, nudged } = doorThatHears(() => genuine('r-1'))
    expect(await call()).toBe(200)
    expect(nudged).toEqual(['cosell'])
  })
  test('F125: ten thousand times the same within a minute is one look', async () => {
    const { call, nudged, clock } = doorThatHears(() => genuine('r-1'))
    for (let n = 0; n < 10_000; n += 1) await call()
    expect(nudged).toHaveLength(1)
    clock.turn(60_000)
    await call()
    expect(nudged).toHaveLength(2)
  })
  test('a storm of names is bounded: the schedule does the rest', async () => {
    let n = 0
    const { call, nudged } = doorThatHears(() => genuine(`r-${(n += 1)}`))
    for (let calls = 0; calls < 11_000; calls += 1) await call()
    expect(nudged).toHaveLength(10_000)
  })
  test('a test call wakes nobody', async () => {
    const { call, nudged } = doorThatHears(() => ({ genuine: true, status: 200, test: true, hint: null }))
    expect(await call()).toBe(200)
    expect(nudged).toEqual([])
  })
})

describe('F123: anything else has no effect', () => {
  test.each([400, 401, 413, 503] as const)('refused with %i', async (status) => {
    const { call, nudged } = doorThatHears(() => ({ genuine: false, status, code: 'DB-1214', why: 'forged' }))
    expect(await call()).toBe(status)
    expect(nudged).toEqual([])
  })
  test.each<[string, Partial<Call>, number | undefined]>([
    ['another path', { path: '/pushes' }, undefined],
    ['an unknown connection', { path: '/push/nobody' }, 404],
    ['a name that is none', { path: '/push/../control' }, undefined],
    ['a look with GET', { method: 'GET' }, 405],
    ['a huge body', { body: 'x'.repeat(65_537) }, 413],
  ])('%s', async (_, over, status) => {
    const { call, nudged } = doorThatHears(() => genuine('r-1'))
    expect(await call(over)).toBe(status)
    expect(nudged).toEqual([])
  })
  test('a connection that asked for no calls has no door', async () => {
    const { call } = doorThatHears(() => genuine('r-1'), false)
    expect(await call()).toBe(404)
  })
})
