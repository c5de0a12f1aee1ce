import { afterEach, describe, expect, test } from 'vitest'
import { byStatus, envelope } from '../../../../connectors/partner-center/faults.ts'
import { codes } from '../../../../connectors/partner-center/codes.ts'
import type { Receipt, SimulatedAnswer } from '#spi'
import { accepted, add, one, openWorld, read, still, update, type World } from './world.ts'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const answer = (status: number, headers: Record<string, string> = {}, body = ''): SimulatedAnswer => ({
  status,
  headers,
  body,
})
const refusal = (status: number, headers: Record<string, string> = {}): SimulatedAnswer =>
  answer(
    status,
    { 'content-type': 'application/json', ...headers },
    JSON.stringify({ error: { code: 'generalException', message: 'No.' } }),
  )

// F26: status, what a read does, what becomes of a write (and of a move where it differs)
const table = [
  [300, 'retry-later DB-1208', 'refused retry-later DB-1208'],
  [301, 'retry-later DB-1208', 'refused retry-later DB-1208'],
  [302, 'retry-later DB-1208', 'refused retry-later DB-1208'],
  [307, 'retry-later DB-1208', 'refused retry-later DB-1208'],
  [308, 'retry-later DB-1208', 'refused retry-later DB-1208'],
  [400, 'fix-config DB-1206', 'refused needs-human DB-3401', 'refused needs-human DB-3402'],
  [401, 'fix-config DB-1415', 'refused fix-config DB-1415'],
  [403, 'fix-config DB-1201', 'refused needs-human DB-3404'],
  [404, 'fix-config DB-1202', 'refused needs-human DB-3403'],
  [405, 'fix-config DB-1202', 'refused fix-config DB-1202'],
  [406, 'fix-config DB-1202', 'refused fix-config DB-1202'],
  [408, 'retry-later DB-1205', 'refused retry-later DB-1205'],
  [409, 'retry-later DB-1205', 'refused needs-human DB-3402'],
  [410, 'fix-config DB-1202', 'refused needs-human DB-3403'],
  [411, 'bug DB-9001', 'refused bug DB-9001'],
  [412, 'bug DB-9001', 'stale'],
  [413, 'bug DB-9001', 'refused needs-human DB-3405'],
  [415, 'fix-config DB-1202', 'refused fix-config DB-1202'],
  [416, 'bug DB-9001', 'refused bug DB-9001'],
  [418, 'fix-config DB-1206', 'refused needs-human DB-3401'],
  [422, 'fix-config DB-1206', 'refused needs-human DB-3401', 'refused needs-human DB-3402'],
  [423, 'retry-later DB-1205', 'refused retry-later DB-3410'],
  [429, 'retry-later DB-1203', 'refused retry-later DB-1203'],
  [500, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
  [501, 'fix-config DB-1202', 'refused fix-config DB-1202'],
  [502, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
  [503, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
  [504, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
  [507, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
  [509, 'retry-later DB-1203', 'unknown retry-later DB-3406'],
  [599, 'retry-later DB-1205', 'unknown retry-later DB-3406'],
] as const satisfies readonly (readonly [number, string, string, string?])[]

const told = (receipt: Receipt | undefined): string =>
  receipt && 'error' in receipt
    ? `${receipt.outcome} ${receipt.error.remedy} ${receipt.error.code}`
    : (receipt?.outcome ?? '')

describe('every status and its remedy', () => {
  test('every line of the connector’s own table is tested here', () =>
    expect(
      Object.keys(byStatus)
        .map(Number)
        .filter((status) => !table.some(([tested]) => tested === status)),
    ).toEqual([]))

  test.each(table)(
    '%d: a read: %s; a write: %s; a move: %s',
    async (status: number, reading: string, writing: string, moving: string = writing) => {
      world = await openWorld()
      const id = add(world, accepted())
      const { version } = await one(world.session, id)
      world.served.breaks = () => ({ do: 'answer', answer: refusal(status) })
      await expect(read(world.session).catch((error) => `${error.remedy} ${error.code}`)).resolves.toBe(reading)
      world.served.breaks = ({ method }) => (method === 'PATCH' ? { do: 'answer', answer: refusal(status) } : undefined)
      const [written] = await world.session.write([update(id, version, { name: 'New' })], still)
      const [moved] = await world.session.write([update(id, version, { status: 'Closed', substatus: 'Won' })], still)
      expect([told(written), told(moved)]).toEqual([writing, moving])
      // Once for each write; the transport repeats nothing.
      expect(world.served.calls.filter(({ method }) => method === 'PATCH')).toHaveLength(2)
    },
  )

  test('every code has an explanation', () => {
    const used = table.flatMap((row) => row.slice(1).flatMap((text) => /DB-\d{4}/.exec(String(text))?.[0] ?? []))
    const explained = codes
    for (const code of new Set(used)) if (code !== 'DB-9001') expect(explained).toHaveProperty(code)
  })

  test('the request id stands in each message and in its facts', async () => {
    world = await openWorld()
    world.served.breaks = () => ({ do: 'answer', answer: refusal(500) })
    const error = await read(world.session).catch((thrown) => thrown)
    const sent = world.served.calls[0]?.headers['client-request-id']
    expect(error.facts).toMatchObject({ requestId: sent, status: 500 })
    expect(error.message).toContain(sent)
  })
})

describe('no whole answer', () => {
  test.each([
    ['F5: cut before it was seen', { do: 'cut-before' }, 'unknown'],
    ['F6: cut after the commit', { do: 'cut-after' }, 'unknown'],
    ['F10: cut in the body', { do: 'cut-within', atByte: 10 }, 'unknown'],
    [
      'F13: a login page',
      { do: 'answer-after', answer: answer(200, { 'content-type': 'text/html' }, '<html>') },
      'unknown',
    ],
  ] as const)('%s: a read is tried again later, a write is unknown', async (_, fault, outcome) => {
    world = await openWorld()
    const id = add(world, accepted())
    const { version } = await one(world.session, id)
    world.served.breaks = () => fault
    await expect(read(world.session)).rejects.toMatchObject({ remedy: 'retry-later' })
    const [receipt] = await world.session.write([update(id, version, { name: 'New' })], still)
    expect(receipt).toMatchObject({ outcome, error: { code: 'DB-3406' } })
  })

  test('F3: nobody listens: tried again later, and certainly not written', async () => {
    world = await openWorld()
    const id = add(world, accepted())
    const { version } = await one(world.session, id)
    await world.served.close()
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1205' })
    const [receipt] = await world.session.write([update(id, version, { name: 'New' })], still)
    expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-1205' } })
  })

  test.each(['null', '[]', '7', '{"value":{}}', '{"value":', '{"id":"a","id":"b","value":[]}'])(
    'F14, F15: a list that says %s is no list',
    async (body) => {
      world = await openWorld()
      world.served.breaks = () => ({ do: 'answer', answer: answer(200, { 'content-type': 'application/json' }, body) })
      await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1202', remedy: 'retry-later' })
    },
  )
})

describe('F33, F34: Retry-After', () => {
  test.each([
    ['57', '2026-11-20T14:00:57.000Z'],
    ['0', '2026-11-20T14:00:01.000Z'],
    ['-5', '2026-11-20T14:00:01.000Z'],
    ['10000000000', '2026-11-21T14:00:00.000Z'],
    ['Fri, 20 Nov 2026 14:02:00 GMT', '2026-11-20T14:02:00.000Z'],
    ['abc', undefined],
  ])('"%s" means not before %s', async (header, notBefore) => {
    world = await openWorld()
    world.served.breaks = () => ({ do: 'answer', answer: refusal(429, { 'retry-after': header }) })
    const error = await read(world.session).catch((thrown) => thrown)
    expect([error.code, error.notBefore]).toEqual(['DB-1203', notBefore])
    await read(world.session).catch(() => undefined)
    expect(world.served.calls).toHaveLength(notBefore === undefined ? 2 : 1)
  })

  test('I28: until then nothing is sent, by nobody; after that it is', async () => {
    world = await openWorld()
    world.pc.mishap({ is: 'unavailable', seconds: 30 })
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1205' })
    world.clock.turn(29_999)
    await expect(one(world.session, 'a')).rejects.toMatchObject({ notBefore: '2026-11-20T14:00:30.000Z' })
    expect(world.served.calls).toHaveLength(1)
    world.clock.turn(1)
    expect((await read(world.session)).records).toEqual([])
  })
})

test.each([
  ['{"error":{"code":"a","message":"m","innerError":{"code":"b","innererror":{"code":"c"}}}}', ['a', 'b', 'c'], 'm'],
  [
    '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}',
    [],
    'Rate limit is exceeded. Try again in 57 seconds.',
  ],
  ['{"error":{"code":"not a code!","message":7}}', [], '7'],
  ['<html>', [], ''],
  ['', [], ''],
])('both envelopes are read: %s', (body, expectedCodes, message) => {
  expect(envelope(body)).toEqual({ codes: expectedCodes, message })
})
