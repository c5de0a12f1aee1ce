import { describe, expect, test } from 'vitest'
import { callsOf, collect, connect, deal, dealFor, signal, update, type Connected } from './session.ts'
import { openLimits, rowsMin } from '../../../../connectors/dynamics/limits.ts'
import { testHost, handClock } from '../../../support/host.ts'

const look = ({ session }: Connected) =>
  session.find([{ shape: deal, by: { key: { field: 'name', value: 'x' } } }], signal)

describe('when Dynamics asks us to wait', () => {
  test('nothing is sent until then, whoever asks (F33, I28)', async () => {
    const there = await connect({ protection: { requests: 3 } })
    await look(there)
    await look(there)
    const before = callsOf(there)
    const refused = await look(there).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'DB-1510', remedy: 'retry-later', scope: 'connection' })
    const sent = callsOf(there)
    for (let time = 0; time < 5; time += 1) await expect(look(there)).rejects.toMatchObject({ code: 'DB-1510' })
    await expect(collect(there.session.changes([deal], null, signal))).rejects.toMatchObject({ code: 'DB-1510' })
    expect(callsOf(there)).toBe(sent)
    expect(sent - before).toBeLessThanOrEqual(1)
    there.clock.turn(301_000)
    expect(await look(there)).toEqual([[]])
    await there.close()
  })

  test('our own share is kept before Dynamics has to speak', async () => {
    const there = await connect({}, () => ({ limits: { perFiveMinutes: 10 } }))
    for (let time = 0; time < 20; time += 1) await look(there).catch(() => undefined)
    expect(callsOf(there)).toBe(10)
    await expect(look(there)).rejects.toMatchObject({ code: 'DB-1510' })
    there.clock.turn(5 * 60_000 + 1)
    await look(there)
    await there.close()
  })

  test('so many requests at once are refused at once, and fewer are sent after that', async () => {
    let gate = Promise.resolve()
    const there = await connect({ protection: { concurrency: 1 }, before: () => gate })
    await look(there)
    const before = callsOf(there)
    const { promise, resolve: open } = Promise.withResolvers<void>()
    gate = promise
    const asked = [look(there), look(there)].map((one) =>
      one.then(
        () => 'answered',
        (error: { code: string }) => error.code,
      ),
    )
    while (callsOf(there) === before) await new Promise((resolve) => setImmediate(resolve))
    open()
    expect((await Promise.all(asked)).toSorted()).toEqual(['DB-1510', 'answered'])
    await there.close()
  })
})

test('rows are counted as Microsoft counts them: one for each that was written, however they travelled', async () => {
  const there = await connect()
  const before = there.vendor.operations()
  const writes = ['a', 'b', 'c'].map((key) => dealFor(key, { name: key }))
  const [made] = await there.session.write(writes, signal)
  const id = made && 'id' in made ? made.id : ''
  await there.session.write([update('opportunity', id, { name: 'again' })], signal)
  await there.session.write([update('opportunity', id, { statecode: 'Lost' })], signal)
  const { findings } = await there.session.probe([deal.kind], signal)
  expect(findings.map(({ what }) => what)).toContainEqual(expect.stringContaining('and 5 rows written since the start'))
  expect(there.vendor.operations() - before).toBeGreaterThanOrEqual(5)
  await there.close()
})

describe('going gentler', () => {
  const host = testHost({ origins: ['http://127.0.0.1:1'], clock: handClock() })
  const limits = () => openLimits({ perFiveMinutes: 6000, parallel: 8 }, host)
  const answer = (status: number, headers = {}) => ({ status, headers, body: '' })

  test('fewer at once after a refusal, and more again one by one', () => {
    const ours = limits()
    const seen = [429, 429, 200, 200].map((status) => {
      ours.heed(answer(status), null)
      return ours.parallel
    })
    expect(seen).toEqual([4, 2, 3, 4])
  })

  test('never more than the service recommends', () => {
    const ours = limits()
    ours.heed(answer(200, { 'x-ms-dop-hint': '3' }), null)
    expect(ours.parallel).toBe(3)
  })

  test('smaller pieces when a call was slow or too much, larger ones when it was quick', () => {
    const ours = limits()
    ours.paced(1000, 60_000, false)
    expect(ours.rows).toBe(500)
    ours.paced(500, 1_000, true)
    expect(ours.rows).toBe(250)
    for (let time = 0; time < 20; time += 1) ours.paced(ours.rows, 1_000, true)
    expect(ours.rows).toBe(rowsMin)
    for (let time = 0; time < 20; time += 1) ours.paced(ours.rows, 1_000, false)
    expect(ours.rows).toBe(1000)
  })
})
