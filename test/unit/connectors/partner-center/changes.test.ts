import { afterEach, describe, expect, test } from 'vitest'
import { REFERRAL } from '#spi'
import { accepted, add, cosell, listCalls, openWorld, read, type World, type WorldOptions } from './world.ts'

let world: World
const open = async (options: WorldOptions = {}): Promise<World> => (world = await openWorld(options))
afterEach(async () => await world.close())

describe('reading what changed', () => {
  test('with no bookmark, everything that the settings ask for', async () => {
    await open()
    const ids = Array.from({ length: 3 }, () => add(world, cosell()))
    const { records } = await read(world.session)
    expect(records.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect(records[0]).toMatchObject({ kind: REFERRAL, gone: false, fields: { ref: { kind: 'cosell', stage: 'New' } } })
  })

  test('an idle poll is one call, brings nothing, and leaves the bookmark as it was', async () => {
    await open()
    for (let n = 0; n < 25; n += 1) add(world, cosell({ name: `Deal ${n}` }))
    const { next } = await read(world.session)
    const before = listCalls(world)
    const idle = await read(world.session, next)
    expect([listCalls(world) - before, idle.records, idle.next]).toEqual([1, [], next])
  })

  test('an edit is brought once', async () => {
    await open()
    const id = add(world, accepted())
    add(world, accepted())
    const { next } = await read(world.session)
    world.clock.turn(1_000)
    world.pc.desk.edit(REFERRAL, id, { 'details.dealValue': 90_000 })
    const first = await read(world.session, next)
    expect(first.records.map(({ id: changed, fields }) => [changed, fields['details']])).toEqual([
      [id, expect.objectContaining({ dealValue: 90_000 })],
    ])
    expect((await read(world.session, first.next)).records).toEqual([])
  })

  test('with more than a page in the overlap: whole again after half a minute, then ever more rarely, then never', async () => {
    await open({ pretend: { pageSize: 10 } })
    for (let n = 0; n < 45; n += 1) add(world, cosell({ name: `Deal ${n}` }))
    let { next } = await read(world.session)
    const costs: number[] = []
    for (let second = 0; second < 1_500; second += 10) {
      const before = listCalls(world)
      const idle = await read(world.session, next)
      expect(idle.records).toEqual([])
      ;({ next } = idle)
      costs.push(listCalls(world) - before)
      world.clock.turn(10_000)
    }
    const whole = costs.flatMap((calls, index) => (calls > 1 ? [index * 10] : []))
    expect(whole).toEqual([30, 60, 120, 240, 480, 660])
    // And it stays exact when something happens after that.
    add(world, cosell({ name: 'New' }))
    const { records } = await read(world.session, next)
    expect(records.map(({ fields }) => fields['name'])).toEqual(['New'])
  })

  test('F55: an update that appears two minutes late, far below the newest, is not missed', async () => {
    await open({ pretend: { pageSize: 10 } })
    const late = add(world, accepted({ name: 'Late' }))
    for (let n = 0; n < 30; n += 1) add(world, cosell({ name: `Deal ${n}` }))
    let { next } = await read(world.session)
    world.clock.turn(1_000)
    world.pc.setListLag(120_000)
    world.pc.desk.edit(REFERRAL, late, { name: 'Late, edited' })
    world.pc.setListLag(0)
    world.clock.turn(1_000)
    for (let n = 0; n < 30; n += 1) add(world, cosell({ name: `More ${n}` }))
    ;({ next } = await read(world.session, next))
    world.clock.turn(120_000)
    const { records } = await read(world.session, next)
    expect(records.map(({ fields }) => fields['name'])).toContain('Late, edited')
  })

  test('F47: an edit while paging is brought now or by the next read', async () => {
    await open({ pretend: { pageSize: 5 } })
    const ids = Array.from({ length: 17 }, (_, n) => add(world, accepted({ name: `Deal ${n}` })))
    const [first] = ids
    world.served.breaks = (_, number) => {
      if (number === 3 && first) world.pc.desk.edit(REFERRAL, first, { name: 'Moved to the top' })
      return undefined
    }
    const one = await read(world.session)
    world.clock.turn(1_000)
    const two = await read(world.session, one.next)
    const seen = new Map([...one.records, ...two.records].map(({ id, fields }) => [id, fields['name']]))
    expect(seen.size).toBe(17)
    expect(first && seen.get(first)).toBe('Moved to the top')
  })

  test('F49: a removal while paging makes no neighbour vanish', async () => {
    await open({ pretend: { pageSize: 5 } })
    const ids = Array.from({ length: 16 }, (_, n) => {
      world.clock.turn(1_000)
      return add(world, cosell({ name: `Deal ${n}` }))
    })
    const newest = ids.at(-1)
    world.served.breaks = (_, number) => {
      if (number === 2 && newest) world.pc.desk.remove(REFERRAL, newest)
      return undefined
    }
    const { records } = await read(world.session)
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(ids))
  })

  test('F48: a list that comes in no order is read to its end', async () => {
    await open({ pretend: { pageSize: 5 } })
    const ids = Array.from({ length: 23 }, (_, n) => {
      world.clock.turn(3_600_000)
      return add(world, cosell({ name: `Deal ${n}` }))
    })
    // The order is dropped on the way, as by a server that ignores it.
    world.served.breaks = (call) => {
      call.url.searchParams.delete('$orderby')
      return undefined
    }
    const { next, records } = await read(world.session)
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(ids))
    world.clock.turn(1_000)
    const [, second] = ids
    if (second) world.pc.desk.edit(REFERRAL, second, { name: 'Edited' })
    const after = await read(world.session, next)
    expect(after.records.map(({ fields }) => fields['name'])).toContain('Edited')
  })

  test.each(['page', 'absent'] as const)('F63: every page is read, whatever its count says (%s)', async (count) => {
    await open({ pretend: { pageSize: 5, count } })
    const ids = Array.from({ length: 12 }, (_, n) => add(world, cosell({ name: `Deal ${n}` })))
    const { records } = await read(world.session)
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(ids))
  })

  test('F53: a page that is gone starts the read again', async () => {
    await open({ pretend: { pageSize: 5 } })
    for (let n = 0; n < 12; n += 1) add(world, cosell({ name: `Deal ${n}` }))
    world.served.breaks = (_, number) =>
      number === 2 ? { do: 'answer', answer: { status: 410, headers: {}, body: '' } } : undefined
    const { records } = await read(world.session)
    expect(records).toHaveLength(12)
  })

  test.each([
    ['a foreign host', 'https://evil.example/v1.0/engagements/referrals?$skiptoken=x'],
    [
      'a user in front of the host',
      'https://api.partner.microsoft.com@evil.example/v1.0/engagements/referrals?$skiptoken=x',
    ],
    ['a dot behind the host', 'https://api.partner.microsoft.com./v1.0/engagements/referrals?$skiptoken=x'],
    ['another port', 'http://127.0.0.1:1/v1.0/engagements/referrals?$skiptoken=x'],
    ['another scheme', 'file:///v1.0/engagements/referrals?$skiptoken=x'],
    ['another path', '/v1.0/engagements/secrets?$skiptoken=x'],
    ['a backslash', 'https:\\\\evil.example/v1.0/engagements/referrals?$skiptoken=x'],
  ])('F51: a next page at %s is refused before anything is sent', async (_, link) => {
    await open()
    const answer = { status: 200, headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ value: [{ id: 'a', eTag: '"1"' }], '@odata.nextLink': link })
    world.served.breaks = () => ({ do: 'answer', answer: { ...answer, body } })
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1207', remedy: 'fix-config' })
    expect(world.served.calls).toHaveLength(1)
  })

  test('F50: the odd link of the documentation is followed on the endpoint of the settings', async () => {
    await open({ pretend: { pageSize: 5, nextLink: 'odd' } })
    for (let n = 0; n < 12; n += 1) add(world, cosell())
    expect((await read(world.session)).records).toHaveLength(12)
    expect(new Set(world.served.calls.map(({ url }) => url.pathname))).toEqual(new Set(['/v1.0/engagements/referrals']))
  })

  test('F52: a next page that leads to itself ends with an error, not never', async () => {
    await open()
    const body = JSON.stringify({ value: [], '@odata.nextLink': '/v1.0/engagements/referrals?$skiptoken=again' })
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body }
    world.served.breaks = () => ({ do: 'answer', answer })
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1209' })
    expect(world.served.calls.length).toBeLessThan(5)
  })

  test('F14: an entry that is no referral is left out; the others come', async () => {
    await open()
    const value = [
      null,
      7,
      [],
      {},
      { id: 'a', updatedDateTime: '2026-11-20T13:00:00Z' },
      { id: 'b', updatedDateTime: 'soon' },
    ]
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ value }) }
    world.served.breaks = () => ({ do: 'answer', answer })
    expect((await read(world.session)).records.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('T37, F62: an empty list takes nothing for gone, keeps the bookmark, and is told', async () => {
    await open()
    add(world, cosell())
    const { next } = await read(world.session)
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"value":[]}' }
    world.served.breaks = () => ({ do: 'answer', answer })
    expect(await read(world.session, next)).toMatchObject({ records: [], next })
    expect(world.host.logLines.join()).toContain('partner-center.list-empty')
  })

  test('F10: a page cut in the middle is an error, and the bookmark stays', async () => {
    await open({ pretend: { pageSize: 5 } })
    for (let n = 0; n < 12; n += 1) add(world, cosell())
    world.served.breaks = (_, number) => (number === 2 ? { do: 'cut-within', atByte: 400 } : undefined)
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1205', remedy: 'retry-later' })
    world.served.breaks = () => undefined
    expect((await read(world.session)).records).toHaveLength(12)
  })

  test('the bookmark of a page in between is the one before: a read that stops is made again', async () => {
    await open({ pretend: { pageSize: 5 } })
    for (let n = 0; n < 12; n += 1) add(world, cosell())
    const { pages } = await read(world.session)
    const [first] = pages
    const again = await read(world.session, first?.next ?? null)
    expect(again.records).toHaveLength(12)
  })

  test('an unreadable bookmark reads everything', async () => {
    await open()
    add(world, cosell())
    const { next } = await read(world.session)
    expect((await read(world.session, `${next}?` as typeof next)).records).toHaveLength(1)
  })

  test('a new session with an old bookmark brings nothing again that was handed over', async () => {
    await open()
    add(world, cosell())
    const { next } = await read(world.session)
    const { connector } = await import('../../../../connectors/partner-center/index.ts')
    const session = await connector.open(world.settings, world.host)
    expect((await read(session, next)).records).toEqual([])
  })

  test('only the kinds that were asked for, and only from the date that was named', async () => {
    await open({ settings: { read: { include: ['leads'], since: '2026-11-01' } } })
    add(world, cosell())
    const lead = { type: 'Independent', qualification: 'Direct', inviteContext: {} }
    add(world, cosell({ ...lead, name: 'Old', updatedDateTime: '2026-10-31T23:59:59.0000000Z' }))
    add(world, cosell({ ...lead, name: 'Young', updatedDateTime: '2026-11-01T00:00:00.0000000Z' }))
    expect((await read(world.session)).records.map(({ fields }) => fields['name'])).toEqual(['Young'])
  })

  test('stopping is heard in the middle', async () => {
    await open({ pretend: { pageSize: 5 } })
    for (let n = 0; n < 12; n += 1) add(world, cosell())
    const stop = new AbortController()
    const pages = world.session.changes([], null, stop.signal)
    const reading = async (): Promise<void> => {
      for await (const _ of pages) stop.abort(new Error('stopped'))
    }
    await expect(reading()).rejects.toThrow('stopped')
    expect(listCalls(world)).toBe(1)
  })
})
