import { describe, expect, test } from 'vitest'
import { cursor, kind, recordId, type Cursor, type VendorRecord } from '#spi'
import { seedId } from '../../../../connectors/dynamics/simulator/company.ts'
import { callsOf, collect, connect, deal, shape, signal, type Connected } from './session.ts'

const close = shape('opportunityclose', 'actualrevenue')
const lead = shape('lead', 'subject', 'statecode')
const all = [deal, close, lead]

interface Look {
  readonly records: readonly VendorRecord[]
  readonly next: Cursor
}

async function look(there: Connected, since: Cursor | null, shapes = all): Promise<Look> {
  const pages = await collect(there.session.changes(shapes, since, signal))
  const next = pages.at(-1)?.next
  if (next === undefined) throw new Error('a look ends with a page')
  return { records: pages.flatMap(({ records }) => records), next }
}

/** A connection that has looked once, some time after the company was founded. */
async function begun(
  shapes = all,
  knobs: Parameters<typeof connect>[0] = {},
): Promise<{ there: Connected; start: Cursor }> {
  const there = await connect(knobs)
  there.clock.turn(3_600_000)
  const first = await look(there, null, shapes)
  expect(first.records).toEqual([])
  // Without change tracking, what lies within the overlap is told once more at the beginning.
  const { next } = await look(there, first.next, shapes)
  return { there, start: next }
}

const edit = (there: Connected, fields: Record<string, string>, number = 1): void =>
  there.vendor.desk.edit(kind('opportunity'), recordId(seedId(13, number)), fields)

describe('looking for changes', () => {
  test('begins now, and tells what people do from then on', async () => {
    const { there, start } = await begun()
    edit(there, { name: 'Renamed', salesstage: 'Propose' })
    const made = there.vendor.desk.add(kind('lead'), { subject: 'Asked', lastname: 'A' })
    const { records } = await look(there, start)
    expect(records.map(({ id }) => id)).toEqual([seedId(13, 1), made])
    expect(records[0]?.fields).toMatchObject({ name: 'Renamed', salesstage: 'Propose' })
    await there.close()
  })

  test('an idle look is one call, and leaves the bookmark as it was (I16)', async () => {
    const { there, start } = await begun()
    const first = await look(there, start)
    const before = callsOf(there)
    for (let time = 0; time < 5; time += 1) {
      there.clock.turn(300_000)
      expect(await look(there, first.next)).toEqual({ records: [], next: first.next })
    }
    expect(callsOf(there) - before).toBe(5)
    await there.close()
  })

  test('a deletion is told, also of a record nobody knew (F59)', async () => {
    const { there, start } = await begun()
    const short = there.vendor.desk.add(kind('opportunity'), { name: 'Short-lived' })
    there.vendor.desk.remove(kind('opportunity'), short)
    there.vendor.desk.remove(kind('opportunity'), recordId(seedId(13, 8)))
    const { records } = await look(there, start)
    expect(records.map(({ id, gone }) => [id, gone])).toEqual([
      [short, true],
      [seedId(13, 8), true],
    ])
    await there.close()
  })

  test('a close is told beside its deal, and says which deal it is', async () => {
    const { there, start } = await begun()
    edit(there, { statecode: 'Won', 'opportunityclose.actualrevenue': '99' })
    const { records } = await look(there, start)
    expect(records.map((record) => record.kind).toSorted()).toEqual(['opportunity', 'opportunityclose'])
    expect(records.find((record) => record.kind === close.kind)?.fields).toEqual({
      actualrevenue: '99',
      opportunityid: seedId(13, 1),
    })
    await there.close()
  })

  test('nothing is told twice by change tracking', async () => {
    const { there, start } = await begun([deal])
    edit(there, { name: 'Once' })
    const first = await look(there, start, [deal])
    expect(first.records).toHaveLength(1)
    expect((await look(there, first.next, [deal])).records).toEqual([])
    await there.close()
  })
})

describe('a delta link that has expired (F58)', () => {
  test('leads to a pass that tells what changed meanwhile, and nothing else', async () => {
    const { there, start } = await begun([deal])
    there.clock.turn(3_600_000)
    edit(there, { name: 'Meanwhile' })
    there.vendor.expireDeltaLinks()
    const { records, next } = await look(there, start, [deal])
    expect(records.map(({ id }) => id)).toEqual([seedId(13, 1)])
    expect((await look(there, next, [deal])).records).toEqual([])
    await there.close()
  })

  test('by age, as the service counts it', async () => {
    const { there, start } = await begun([deal])
    there.clock.turn(8 * 86_400_000)
    edit(there, { name: 'Late' })
    expect((await look(there, start, [deal])).records).toHaveLength(1)
    await there.close()
  })

  test('one table’s link leaves the others alone', async () => {
    const { there, start } = await begun()
    const text = start.replace(/\$deltatoken=\d+/, '$deltatoken=1')
    there.vendor.desk.edit(kind('lead'), recordId(seedId(12, 1)), { subject: 'Still told' })
    const { records } = await look(there, cursor(text))
    expect(records.some(({ fields }) => fields['subject'] === 'Still told')).toBe(true)
    await there.close()
  })
})

describe('without change tracking', () => {
  const untracked = async (): Promise<{ there: Connected; start: Cursor }> => {
    const there = await connect()
    there.vendor.setTracking('opportunity', false)
    there.clock.turn(3_600_000)
    const { next } = await look(there, null, [deal])
    return { there, start: next }
  }

  test('changes are found by their time, once each', async () => {
    const { there, start } = await untracked()
    there.clock.turn(60_000)
    edit(there, { name: 'By the clock' })
    const first = await look(there, start, [deal])
    expect(first.records.map(({ fields }) => fields['name'])).toContain('By the clock')
    const again = await look(there, first.next, [deal])
    expect(again.records).toEqual([])
    await there.close()
  })

  test('a row that is committed late, with an older time, is found by the overlap (F55, T10)', async () => {
    const { there, start } = await untracked()
    there.clock.turn(3_600_000)
    edit(there, { name: 'First' }, 1)
    const { next } = await look(there, start, [deal])
    there.clock.turn(-10 * 60_000)
    edit(there, { name: 'Late commit' }, 2)
    there.clock.turn(11 * 60_000)
    const { records } = await look(there, next, [deal])
    expect(records.map(({ fields }) => fields['name'])).toEqual(['Late commit'])
    await there.close()
  })

  test('five thousand rows of one second are all told (F54, T9)', async () => {
    const { there, start } = await untracked()
    there.clock.turn(60_000)
    for (let index = 0; index < 5_200; index += 1)
      there.vendor.desk.add(kind('opportunity'), { name: `Same second ${index}` })
    const { records } = await look(there, start, [deal])
    const told = new Set(
      records.map(({ fields }) => fields['name']).filter((name) => typeof name === 'string' && name.startsWith('Same')),
    )
    expect(told.size).toBe(5_200)
    await there.close()
  })

  test('switched off behind our back, the table is followed the other way', async () => {
    const there = await connect()
    there.clock.turn(3_600_000)
    const { next } = await look(there, null, [deal])
    there.vendor.setTracking('opportunity', false)
    there.vendor.expireDeltaLinks()
    there.clock.turn(60_000)
    edit(there, { name: 'Still seen' })
    const { records } = await look(there, next, [deal])
    expect(records.map(({ fields }) => fields['name'])).toContain('Still seen')
    await there.close()
  })
})

describe('many rows', () => {
  test('the first pass goes page by page, and what changes under way is not missed (T8, F47)', async () => {
    const there = await connect()
    for (let index = 0; index < 10_050; index += 1) there.vendor.desk.add(kind('opportunity'), { name: `Row ${index}` })
    there.clock.turn(3_600_000)
    let calls = 0
    there.served.breaks = (call) => {
      if (call.url.pathname.endsWith('/opportunities') && (calls += 1) === 2) edit(there, { name: 'Under way' })
      return undefined
    }
    const first = await look(there, null, [deal])
    const second = await look(there, first.next, [deal])
    const told = [...first.records, ...second.records].map(({ fields }) => fields['name'])
    expect(told).toContain('Under way')
    expect(told.length).toBeLessThan(5)
    await there.close()
  })

  test('a long delta is paged to its end', async () => {
    const { there, start } = await begun([deal])
    for (let index = 0; index < 6_000; index += 1) there.vendor.desk.add(kind('opportunity'), { name: `Row ${index}` })
    expect((await look(there, start, [deal])).records).toHaveLength(6_000)
    await there.close()
  })
})

describe('links (F50-F53, I40)', () => {
  const rewritten = async (from: (link: string) => string): Promise<Connected & { start: Cursor }> => {
    const { there, start } = await begun([deal])
    edit(there, { name: 'Linked' })
    there.served.breaks = (call) => {
      if (!call.url.search.includes('deltatoken')) return undefined
      const link = from(`${there.api}/opportunities?$select=opportunityid&$deltatoken=1`)
      const body = JSON.stringify({ value: [], '@odata.nextLink': link })
      return { do: 'answer', answer: { status: 200, headers: { 'content-type': 'application/json' }, body } }
    }
    return { ...there, start }
  }

  test.each([
    ['another host', () => 'https://evil.example/api/data/v9.2/opportunities?$deltatoken=1'],
    ['a user before the host', (link: string) => link.replace('://', '://127.0.0.1@evil.example/')],
    ['a longer host', (link: string) => link.replace(/127\.0\.0\.1:\d+/, '127.0.0.1.evil.example')],
    ['another port', (link: string) => link.replace(/:\d+\//, ':1/')],
    ['another path', (link: string) => link.replace('/api/data', '/other')],
    ['no address at all', () => 'javascript:alert(1)'],
  ])('to %s is refused, and nothing is sent there', async (_, from) => {
    const there = await rewritten(from)
    const before = there.served.calls.length
    await expect(look(there, there.start, [deal])).rejects.toMatchObject({ code: 'DB-1518', remedy: 'fix-config' })
    expect(there.served.calls.length - before).toBe(1)
    await there.close()
  })

  test('to itself is found out at once (F52)', async () => {
    const there = await rewritten((link) => link)
    const before = there.served.calls.length
    await expect(look(there, there.start, [deal])).rejects.toMatchObject({ code: 'DB-1517' })
    expect(there.served.calls.length - before).toBeLessThanOrEqual(3)
    await there.close()
  })

  test('in a ring end by themselves, and the next look goes on from there', async () => {
    let turn = 0
    const there = await rewritten((link) => `${link}${(turn += 1) % 2}`)
    const pages = await collect(there.session.changes([deal], there.start, signal))
    expect(pages.length).toBeLessThanOrEqual(400)
    await there.close()
  })
})

describe('bookmarks', () => {
  test.each(['{', '{"v":2}', '{"v":1,"places":{"opportunity":{"is":"dream"}}}'])(
    '%s means that everything is looked through again',
    async (text) => {
      const { there } = await begun([deal])
      const { records } = await look(there, cursor(text), [deal])
      expect(records).toHaveLength(there.vendor.desk.all(kind('opportunity')).length)
      await there.close()
    },
  )

  test('a kind that is new to the mapping joins the others', async () => {
    const { there, start } = await begun([deal])
    edit(there, { name: 'Old kind' })
    const first = await look(there, start)
    expect(first.records.map(({ fields }) => fields['name'])).toContain('Old kind')
    there.vendor.desk.edit(kind('lead'), recordId(seedId(12, 1)), { subject: 'New kind' })
    expect((await look(there, first.next)).records.map(({ fields }) => fields['subject'])).toContain('New kind')
    await there.close()
  })
})
