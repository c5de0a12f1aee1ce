import { describe, expect, test } from 'vitest'
import { Line } from '#engine/line'
import type { Party } from '#engine/pipeline'
import { lostReceipt, send } from '#engine/send'
import { pointer } from '#core/model/record'
import {
  Bug,
  connectionName,
  FixConfig,
  kind,
  later,
  linkKey,
  NeedsHuman,
  type Receipt,
  recordId,
  RetryLater,
  type SyncError,
  version,
  type Write,
} from '#spi'
import { silentLog } from '../../support/fake-pipeline.ts'
import { handClock, type HandClock, seededRandom } from '../../support/host.ts'

const account: Write = { do: 'create', kind: kind('Account'), key: linkKey('acc'), keyField: null, fields: {} }
const deal: Write = {
  do: 'create',
  kind: kind('Opportunity'),
  key: linkKey('deal'),
  keyField: null,
  fields: { AccountId: { ...pointer(linkKey('acc')) } },
}
const written = (id: string): Receipt => ({ outcome: 'written', id: recordId(id), version: version('1') })
const busy: Receipt = { outcome: 'refused', error: new RetryLater('row locked', { code: 'DB-3210', scope: 'record' }) }
const never: Receipt = {
  outcome: 'refused',
  error: new NeedsHuman('bad country', { code: 'DB-3207', who: 'CRM admin' }),
}

interface Scene {
  readonly party: Party
  readonly batches: Write[][]
  readonly clock: HandClock
}

/** A party that gives these receipts, or throws these errors, batch after batch. */
function partyWith(answers: readonly (readonly Receipt[] | SyncError)[], meanwhile = (): void => undefined): Scene {
  const batches: Write[][] = []
  const [clock, random] = [handClock(), seededRandom(1)]
  const name = connectionName('salesforce')
  const party: Party = {
    name,
    traits: { writes: 'create-and-update', guard: 'etag', batchMax: 10 },
    line: new Line({ name, clock, random, log: silentLog }),
    session: {
      probe: () => Promise.reject(new Error('unused')),
      changes: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('unused')) }) }),
      find: () => Promise.reject(new Error('unused')),
      write: async (batch) => {
        batches.push([...batch])
        meanwhile()
        const answer = answers[batches.length - 1] ?? []
        if ('remedy' in answer) throw answer
        return answer
      },
      close: async () => undefined,
    },
  }
  return { party, batches, clock }
}

const { signal } = new AbortController()

describe('a batch of records that point to one another', () => {
  test('what points to a record that an earlier attempt made is given its id', async () => {
    const { party, batches } = partyWith([[written('001'), busy], [written('006')]])
    const { receipts } = await send(party, [account, deal], signal)
    expect(receipts).toEqual([written('001'), written('006')])
    expect(batches[1]).toMatchObject([{ key: 'deal', fields: { AccountId: '001' } }])
  })

  test('what points to a record that was refused is not sent again', async () => {
    const { party, batches } = partyWith([[never, busy]])
    const { receipts } = await send(party, [account, deal], signal)
    expect(receipts).toEqual([never, busy])
    expect(batches).toHaveLength(1)
  })

  test('nor is what points to a record that was not sent because of it, however long the chain', async () => {
    const role: Write = { ...deal, key: linkKey('role'), fields: { OpportunityId: { ...pointer(linkKey('deal')) } } }
    const { party, batches } = partyWith([[never, busy, busy]])
    const { receipts } = await send(party, [account, deal, role], signal)
    expect(receipts).toEqual([never, busy, busy])
    expect(batches).toHaveLength(1)
  })
})

const update = (id: string): Write => ({
  do: 'update',
  kind: kind('Account'),
  id: recordId(id),
  expect: null,
  fields: {},
})
const outage = (more: { readonly scope?: 'record' } = {}): RetryLater =>
  new RetryLater('out of order', { code: 'DB-1302', ...more })

describe('what is sent again', () => {
  test('is what the vendor certainly did not do, and may do later; nothing else of the batch', async () => {
    const stale: Receipt = { outcome: 'stale' }
    const answers = [[written('1'), busy, never, lostReceipt, stale, busy], [busy, written('6')], [written('2')]]
    const { party, batches } = partyWith(answers)
    const { receipts, failure } = await send(party, ['1', '2', '3', '4', '5', '6'].map(update), signal)
    expect(batches.map((batch) => batch.map((write) => 'id' in write && write.id))).toEqual([
      ['1', '2', '3', '4', '5', '6'],
      ['2', '6'],
      ['2'],
    ])
    expect(receipts).toEqual([written('1'), written('2'), never, lostReceipt, stale, written('6')])
    expect(failure).toBeNull()
  })

  test('a few times: then it stays refused, and a locked record is no failure of the connection', async () => {
    const { party, batches, clock } = partyWith(Array.from({ length: 9 }, () => [busy]))
    expect(await send(party, [update('1')], signal)).toEqual({ receipts: [busy], failure: null })
    expect([batches.length, party.line.restingUntil(clock.now())]).toEqual([4, null])
  })

  test('while the connection refuses everything: it rests, and the pass hears why', async () => {
    const throttled: Receipt = { outcome: 'refused', error: outage() }
    const { party, batches, clock } = partyWith(Array.from({ length: 9 }, () => [throttled]))
    const { receipts, failure } = await send(party, [update('1')], signal)
    expect([receipts, failure?.code, batches.length]).toEqual([[throttled], 'DB-1302', 4])
    expect(party.line.restingUntil(clock.now())).not.toBeNull()
  })

  test('a record that is there already takes the place of a pointer to it, like one that was made', async () => {
    const there: Receipt = { outcome: 'already-there', id: recordId('009'), version: null }
    const { party, batches } = partyWith([[there, busy], [written('006')]])
    await send(party, [account, deal], signal)
    expect(batches[1]).toMatchObject([{ fields: { AccountId: '009' } }])
  })

  test('and points to a record of the same batch that is sent again too', async () => {
    const { party, batches } = partyWith([
      [busy, busy],
      [written('001'), written('006')],
    ])
    const { receipts } = await send(party, [account, deal], signal)
    expect(batches[1]).toEqual([account, deal])
    expect(receipts).toEqual([written('001'), written('006')])
  })

  test('what points to a record of no batch is sent again by itself', async () => {
    const { party } = partyWith([[never, busy], [written('006')]])
    const other: Write = { ...deal, fields: { AccountId: { ...pointer(linkKey('elsewhere')) } } }
    expect((await send(party, [account, other], signal)).receipts).toEqual([never, written('006')])
  })

  test('an update that was refused keeps nobody from being made', async () => {
    const { party } = partyWith([[never, busy], [written('006')]])
    expect((await send(party, [{ ...update('acc') }, deal], signal)).receipts).toEqual([never, written('006')])
  })
})

test('a vendor that asks for a pause has still answered: what is not known stays that', async () => {
  const pause: Receipt = { outcome: 'refused', error: new RetryLater('wait', { code: 'DB-3001' }) }
  const { party } = partyWith([[lostReceipt, pause], [pause], [pause], [pause]])
  expect(await send(party, [update('1'), update('2')], signal)).toMatchObject({
    receipts: [{ outcome: 'unknown', error: { code: 'DB-3002', scope: 'record' } }, pause],
    failure: { code: 'DB-3001' },
  })
})

describe('no receipts', () => {
  test.each<[string, SyncError, boolean]>([
    ['the connection is out of order: it rests', outage(), true],
    ['one record is: nobody rests', outage({ scope: 'record' }), false],
    ['somebody has to sign in', new FixConfig('no', { code: 'DB-1301' }), false],
  ])('%s; nothing is sent again, all of it may have arrived', async (_, error, rests) => {
    const { party, batches, clock } = partyWith([error])
    const sent = await send(party, [update('1'), update('2')], signal)
    expect(sent).toEqual({ receipts: [lostReceipt, lostReceipt], failure: error })
    expect([batches.length, party.line.restingUntil(clock.now()) !== null]).toEqual([1, rests])
  })

  test('too few of them say nothing about any write', async () => {
    const { party, batches } = partyWith([[written('1')]])
    const { receipts, failure } = await send(party, [update('1'), update('2')], signal)
    expect(receipts).toEqual([lostReceipt, lostReceipt])
    expect(failure).toBeInstanceOf(Bug)
    expect([failure?.code, failure?.message, batches.length]).toEqual([
      'DB-9004',
      'salesforce answered 1 writes of 2.',
      1,
    ])
  })

  test('of the second attempt leave those of the first as they were', async () => {
    const { party } = partyWith([[written('1'), busy], outage()])
    const { receipts, failure } = await send(party, [update('1'), update('2')], signal)
    expect([receipts, failure?.code]).toEqual([[written('1'), lostReceipt], 'DB-1302'])
  })

  test.each([
    ['the vendor answers', [busy]],
    ['it does not', outage()],
  ])('told to end while %s: that is no failure of the connection', async (_, answer) => {
    const ending = new AbortController()
    const { party, batches } = partyWith([answer], () => ending.abort(new Error('told to end')))
    const { receipts, failure } = await send(party, [update('1')], ending.signal)
    expect([failure, batches.length]).toEqual([null, 1])
    expect(receipts).toEqual(Array.isArray(answer) ? answer : [lostReceipt])
  })
})

test('told to end before the first attempt: nothing is sent, and the connection has not failed', async () => {
  const { party, batches } = partyWith([])
  const { failure } = await send(party, [update('1')], AbortSignal.abort(new Error('told to end')))
  expect([failure, batches]).toEqual([null, []])
})

describe('a line that rests', () => {
  test('lets nothing pass: every write is refused for now, and certainly not done', async () => {
    const { party, batches, clock } = partyWith([])
    const until = later(clock.now(), 60_000)
    party.line.rest(new RetryLater('wait', { code: 'DB-1303', notBefore: until }))
    const { receipts, failure } = await send(party, [update('1'), update('2')], signal)
    expect(receipts).toMatchObject(
      ['1', '2'].map(() => ({ outcome: 'refused', error: { code: 'DB-3001', notBefore: until } })),
    )
    expect([failure?.code, batches]).toEqual(['DB-3001', []])
  })
})
