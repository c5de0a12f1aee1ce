import { describe, expect, test } from 'vitest'
import { Line } from '#engine/line'
import type { Party } from '#engine/pipeline'
import { send } from '#engine/send'
import { pointer } from '#core/model/record'
import {
  connectionName,
  kind,
  linkKey,
  NeedsHuman,
  type Receipt,
  recordId,
  RetryLater,
  version,
  type Write,
} from '#spi'
import { silentLog } from '../../support/fake-pipeline.ts'
import { handClock, seededRandom } from '../../support/host.ts'

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

/** A party that gives these receipts, batch after batch. */
function partyWith(answers: readonly (readonly Receipt[])[]): { readonly party: Party; readonly batches: Write[][] } {
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
        return answers[batches.length - 1] ?? []
      },
      close: async () => undefined,
    },
  }
  return { party, batches }
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
