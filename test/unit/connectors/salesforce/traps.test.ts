// What jsforce 3.10.26 is known to do wrong, each shown closed. The numbers are those of the list of its hazards in the
// connector's README. Vitest fails a run on any unhandled rejection or exception, so "the process survives" is part of
// every test here.

import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { afterEach, describe, expect, test } from 'vitest'
import { type SimulatedAnswer, type SimulatedCall, isSyncError, linkKey } from '#spi'
import type { WireFault } from '#testkit/serve'
import {
  allShapes,
  dealShape,
  newDeal,
  never,
  Opportunity,
  poll,
  referral,
  type TestOrg,
  testOrg,
  update,
  wholeDeal,
} from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const byKey = (value: string) => ({ shape: dealShape, by: { key: { field: 'PC_Referral_Id__c', value } } }) as const
const question = byKey(referral(1))

const isData = (call: SimulatedCall): boolean =>
  /\/(?:query|composite|sobjects)/.test(call.url.pathname) && !call.url.pathname.endsWith('describe')

function breakData(fault: WireFault): void {
  org.served.breaks = (call) => (isData(call) ? fault : undefined)
}

const json = (body: string): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body,
})

async function codeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'no error',
    (error: unknown) => (isSyncError(error) ? error.code : String(error)),
  )
}

test('the version whose inner fields we rely on is the one that is installed', () => {
  org = { close: () => Promise.resolve() } as TestOrg
  const { version } = createRequire(import.meta.url)('jsforce/package.json') as { readonly version: string }
  expect(version).toBe('3.10.26')
})

describe('an answer that is not whole', () => {
  test('1: cut in the middle of the body, it is a failed call and nothing more', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await org.session.find([question], never)
    breakData({ do: 'cut-within', atByte: 30 })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1302')
    org.served.breaks = () => undefined
    expect(await org.session.find([question], never)).toEqual([[]])
  })

  test('2: a body that stalls ends at the deadline', async () => {
    org = await testOrg({ hostOptions: { limits: { wholeMaxMs: 150 } } })
    await org.session.find([question], never)
    breakData({ do: 'stall' })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1302')
  })

  test.each([
    ['truncated JSON', json('{"totalSize":1,"done":true,"records":[{"Id"')],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Maintenance</html>' }],
    ['a list', json('[]')],
    ['null', json('null')],
    ['nothing', json('')],
  ])('5: a success that holds %s is not taken for one', async (_, answer) => {
    org = await testOrg()
    await org.session.find([question], never)
    breakData({ do: 'answer', answer })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1304')
  })
})

describe('a session that is refused', () => {
  test('3: a server that refuses every new token is asked twice, then left alone for a minute', async () => {
    org = await testOrg()
    org.simulator.knobs.sessionsRefused = true
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1424')
    const asked = org.served.calls.length
    expect(asked).toBeLessThanOrEqual(5)
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1424')
    expect(org.served.calls.filter(({ url }) => url.pathname.endsWith('/token')).length).toBeLessThanOrEqual(2)
    org.simulator.knobs.sessionsRefused = false
    org.clock.turn(61_000)
    expect(await org.session.find([question], never)).toEqual([[]])
  })

  test('4: a renewal that fails ends every waiting call with its own reason', async () => {
    org = await testOrg()
    await org.session.find([question], never)
    org.simulator.endSessions()
    org.simulator.knobs.tokenError = 'invalid_client'
    const calls = Array.from({ length: 4 }, () => codeOf(org.session.find([question], never)))
    expect(await Promise.all(calls)).toEqual(['DB-1421', 'DB-1421', 'DB-1421', 'DB-1421'])
  })

  test('F20: eight calls with an ended session share one renewal, and none is lost', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await org.session.find([question], never)
    const before = org.served.calls.length
    org.simulator.endSessions()
    await Promise.all(Array.from({ length: 8 }, () => org.session.find([question], never)))
    const tokens = org.served.calls.slice(before).filter(({ url }) => url.pathname.endsWith('/token'))
    expect(tokens).toHaveLength(1)
  })
})

describe('what a value can do to a request', () => {
  test('6: a key that looks like a path stays a value', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const key = linkKey('../../Account/001qy?a=b#c/d e%')
    const [receipt] = await org.session.write([{ ...newDeal(1, { PC_Referral_Id__c: key }), key }], never)
    expect(receipt?.outcome).toBe('written')
    expect(org.served.calls.map(({ url }) => url.pathname).filter((path) => path.includes('Account'))).toEqual([])
    const [found] = await org.session.find([byKey(key)], never)
    expect(found?.[0]?.fields['PC_Referral_Id__c']).toBe(key)
  })

  test('9: quotes, backslashes and line breaks in a value end neither the text nor the query', async () => {
    org = await testOrg()
    const names = [String.raw`O'Re\'il`, String.raw`a\\' OR Name != '`, 'one\ntwo\ttab', `"'%_\\`]
    for (const [index, name] of names.entries())
      org.simulator.desk.add(Opportunity, { ...plain(index), NextStep: name })
    const questions = names.map(
      (value) => ({ shape: dealShape, by: { match: [{ field: 'NextStep', value, compare: 'exact' }] } }) as const,
    )
    const found = await org.session.find(questions, never)
    expect(found.map((records) => records.map(({ fields }) => fields['NextStep']))).toEqual(names.map((name) => [name]))
  })
})

const plain = (n: number) => ({ Name: `Deal ${n}`, StageName: 'Qualification', CloseDate: '2026-12-18' })

describe('how much of an answer is read, and how much is sent', () => {
  test('7: a collection never holds more than 200 rows', async () => {
    org = await testOrg()
    const receipts = await org.session.write(
      Array.from({ length: 450 }, (_, n) => newDeal(n)),
      never,
    )
    expect(receipts.every(({ outcome }) => outcome === 'written')).toBe(true)
    const sizes = org
      .apiCalls()
      .flatMap(({ body }) => [...body.matchAll(/"records":\[/g)].map((_, at) => rowsIn(body, at)))
    expect(sizes).toEqual([200, 200, 50])
  })

  test('8: a result of many pages is read to its end, and a page that leads nowhere is an error', async () => {
    org = await testOrg()
    org.simulator.knobs.pageMax = 20
    const { next } = await poll(org.session, null)
    for (let n = 0; n < 95; n += 1) org.simulator.desk.add(Opportunity, plain(n))
    expect((await poll(org.session, next)).records).toHaveLength(95)
    breakData({ do: 'answer', answer: json('{"totalSize":9000,"done":false,"records":[]}') })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1304')
  })

  test('10: a query that is refused is an error for whoever asked', async () => {
    org = await testOrg()
    await org.session.find([question], never)
    breakData({
      do: 'answer',
      answer: { ...json('[{"errorCode":"MALFORMED_QUERY","message":"unexpected token"}]'), status: 400 },
    })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1316')
  })

  test('11 to 14: bulk jobs, with all that can be lost in them, are not used however large the batch', async () => {
    org = await testOrg()
    await org.session.write(Array.from({ length: 300 }, (_, n) => wholeDeal(n)).flat(), never)
    expect(org.served.calls.some(({ url }) => url.pathname.includes('/jobs/'))).toBe(false)
  })
})

const rowsIn = (body: string, at: number): number => {
  const lists = (
    JSON.parse(body) as {
      readonly compositeRequest: readonly { readonly body: { readonly records: readonly unknown[] } }[]
    }
  ).compositeRequest
  return lists[at]?.body.records.length ?? 0
}

describe('where a request goes', () => {
  let stranger: Server
  const seen: string[] = []
  afterEach(() => stranger?.close())

  async function elsewhere(): Promise<string> {
    stranger = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
      response.end()
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  }

  test.each([301, 302, 303, 307, 308])(
    '15 and 18, F17, F18: a %i is not followed, here or elsewhere',
    async (status) => {
      org = await testOrg({ company: 'fabrikam' })
      const [deal] = org.simulator.desk.all(Opportunity)
      if (!deal) throw new Error('the company has deals')
      await org.session.probe([Opportunity], never)
      const away = await elsewhere()
      const change = update(deal.id, `${deal.changedAt}|${deal.changedAt}|x`, { NextStep: 'call' })
      for (const location of [`${away}/services`, '/services/data/v67.0/limits']) {
        breakData({ do: 'answer', answer: { status, headers: { location }, body: '' } })
        const before = org.served.calls.length
        const [receipt] = await org.session.write([change], never)
        expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-1305' } })
        expect(org.apiCalls().filter(({ number }) => number > before + 1)).toEqual([])
      }
      expect(seen).toEqual([])
      expect(org.simulator.desk.read(Opportunity, deal.id)?.fields['NextStep']).toBeNull()
    },
  )

  test('F51: a next page on another host is never asked for', async () => {
    org = await testOrg()
    await org.session.find([question], never)
    const away = await elsewhere()
    const page = (next: string) =>
      json(JSON.stringify({ totalSize: 9, done: false, nextRecordsUrl: next, records: [] }))
    for (const next of [
      `${away}/services/data/v67.0/query/01gQy-2000`,
      '//evil.example/services/data/v67.0/query/01g-1/../../../steal',
      '/services/oauth2/token',
      'javascript:alert(1)',
    ]) {
      let first = true
      org.served.breaks = (call) => {
        const isFirst = isData(call) && first
        if (isFirst) first = false
        return isFirst ? { do: 'answer', answer: page(next) } : undefined
      }
      await codeOf(org.session.find([question], never))
    }
    expect(seen).toEqual([])
  })

  test('17: every request passes through the one door', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { next } = await poll(org.session, null)
    await org.session.probe([Opportunity], never)
    await org.session.write(wholeDeal(1), never)
    await poll(org.session, next, allShapes)
    const passed = org.host.logLines.filter((line) => line.includes('"call":')).length
    expect(passed).toBeGreaterThan(5)
    expect(passed).toBe(org.served.calls.length)
  })
})

test('16: "not modified" keeps what we know of an object', async () => {
  org = await testOrg({ company: 'fabrikam' })
  const before = await org.session.probe([Opportunity], never)
  org.clock.turn(25 * 60 * 60_000)
  const after = await org.session.probe([Opportunity], never)
  expect(org.served.calls.filter(({ status }) => status === 304)).toHaveLength(1)
  expect(after.kinds).toEqual(before.kinds)
})

test('of the eighteen traps in the list, eighteen are shown closed here, each by its number', () => {
  org = { close: () => Promise.resolve() } as TestOrg
  const [, list = ''] = readFileSync('connectors/salesforce/README.md', 'utf8').split('### What jsforce does not do')
  const listed = [...list.matchAll(/^\| ([\d, –]+) \|/gm)].flatMap(([, numbers = '']) => numbersIn(numbers, '–'))
  const titles = [
    ...readFileSync(import.meta.filename, 'utf8').matchAll(/^ *(?:test\(|\]\)\()?'(\d[\d a-z]*)(?:,[^:]*)?: /gm),
  ]
  const shown = titles.flatMap(([, numbers = '']) => numbersIn(numbers, 'to'))
  const all = Array.from({ length: 18 }, (_, n) => n + 1)
  expect(inOrder(listed)).toEqual(all)
  expect(inOrder(shown)).toEqual(all)
})

/** `1, 2` and `15 and 18` name two, `10–14` names five. */
function numbersIn(text: string, upTo: string): readonly number[] {
  const [from = 0, ...others] = text.split(/\D+/).filter(Boolean).map(Number)
  const last = others.at(-1)
  if (last === undefined || !text.includes(upTo)) return [from, ...others]
  return Array.from({ length: last - from + 1 }, (_, n) => from + n)
}

const inOrder = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)].toSorted((a, b) => a - b)
