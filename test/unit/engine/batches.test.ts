// Which changes travel together, and which have to wait for the receipt of another.

import { describe, expect, test } from 'vitest'
import { changeId, connectionName, kind, linkKey, recordId } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'
import { nextBatch, type Progress } from '#engine/batches'

const crm = connectionName('crm')

function change(
  id: string,
  does: 'create' | 'update',
  after: readonly string[] = [],
  over: Partial<Change> = {},
): Change {
  const of = { kind: kind('opportunity'), fields: {} }
  return {
    id: changeId(id),
    link: linkKey('r-1'),
    system: crm,
    side: 'crm',
    kind: of.kind,
    record: does === 'create' ? null : recordId(id),
    action: does,
    referral: recordId('r-1'),
    title: '',
    write:
      does === 'create'
        ? { do: 'create', ...of, key: linkKey(id), keyField: null }
        : { do: 'update', ...of, id: recordId(id), expect: null },
    fields: [],
    state: 'ready',
    after: after.map(changeId),
    irreversible: false,
    settles: { values: {} },
    ...over,
  }
}

const idsOf = (changes: readonly Change[]): readonly string[] => changes.map(({ id }) => id)

function cut(queue: readonly Change[], progress: Partial<Progress> = {}, max = 10) {
  const planned = new Set(queue.map(({ id }) => id))
  const none = new Set<Change['id']>()
  const { batch, putOff, rest } = nextBatch(queue, { done: none, failed: none, planned, ...progress }, () => max)
  return { batch: idsOf(batch), putOff: idsOf(putOff), rest: idsOf(rest) }
}

describe('a batch', () => {
  test('holds records that point to each other', () => {
    const queue = [change('account', 'create'), change('deal', 'create', ['account'])]
    expect(cut(queue)).toEqual({ batch: ['account', 'deal'], putOff: [], rest: [] })
  })

  test('does not hold what rests on an update: whether that was made is known only by its receipt', () => {
    const queue = [change('lead', 'update'), change('account', 'create'), change('deal', 'create', ['lead', 'account'])]
    expect(cut(queue)).toEqual({ batch: ['lead', 'account'], putOff: [], rest: ['deal'] })
    const [, , deal] = queue
    expect(cut(deal ? [deal] : [], { failed: new Set([changeId('lead')]) })).toMatchObject({ putOff: ['deal'] })
  })

  test('begins with the first change that rests on nothing open, whatever stands before it', () => {
    const queue = [change('deal', 'create', ['lead']), change('lead', 'update'), change('other', 'update')]
    expect(cut(queue)).toEqual({ batch: ['lead', 'other'], putOff: [], rest: ['deal'] })
  })

  test('holds what rests on something done, or on something that is not of this plan', () => {
    const queue = [change('a', 'update', ['lead']), change('b', 'update', ['long ago']), change('c', 'update', ['a'])]
    const planned = new Set([...queue.map(({ id }) => id), changeId('lead')])
    expect(cut(queue, { planned })).toEqual({ batch: ['b'], putOff: [], rest: ['a', 'c'] })
    expect(cut(queue, { planned, done: new Set([changeId('lead')]) })).toEqual({
      batch: ['a', 'b'],
      putOff: [],
      rest: ['c'],
    })
  })

  test('is for one system; what is for another keeps its place', () => {
    const elsewhere = { system: connectionName('source') }
    const queue = [change('a', 'update'), change('b', 'update', [], elsewhere), change('c', 'update')]
    expect(cut(queue)).toEqual({ batch: ['a', 'c'], putOff: [], rest: ['b'] })
    expect(cut(queue.slice(1))).toEqual({ batch: ['b'], putOff: [], rest: ['c'] })
  })

  test.each([
    [1, ['a'], ['b', 'c']],
    [2, ['a', 'b'], ['c']],
    [3, ['a', 'b', 'c'], []],
    [0, ['a'], ['b', 'c']],
  ])('of %d at most holds so many, and never none', (max, batch, rest) => {
    const queue = ['a', 'b', 'c'].map((id) => change(id, 'update'))
    expect(cut(queue, {}, max)).toEqual({ batch, putOff: [], rest })
  })

  test('asks how many for the system it is for', () => {
    const queue = [change('a', 'update'), change('b', 'update')]
    const progress = { done: new Set<never>(), failed: new Set<never>(), planned: new Set<never>() }
    expect(idsOf(nextBatch(queue, progress, (system) => (system === crm ? 1 : 9)).batch)).toEqual(['a'])
  })

  test('never holds two updates of one record: the second would be stale', () => {
    const deal = { record: recordId('opp-1') }
    const queue = [
      change('a', 'update', [], deal),
      change('b', 'update', [], deal),
      change('c', 'create'),
      change('d', 'create'),
    ]
    expect(cut(queue)).toEqual({ batch: ['a', 'c', 'd'], putOff: [], rest: ['b'] })
  })
})

describe('what cannot be sent', () => {
  test('rests on something that failed: it is put off, and everything else goes on', () => {
    const queue = [
      change('deal', 'create', ['lead', 'account']),
      change('other', 'update'),
      change('last', 'update', ['deal']),
    ]
    expect(cut(queue, { failed: new Set([changeId('account')]) })).toEqual({
      batch: ['other'],
      putOff: ['deal'],
      rest: ['last'],
    })
  })

  test('waits when nothing is free', () => {
    const queue = [change('a', 'update', ['b']), change('b', 'update', ['a'])]
    expect(cut(queue)).toEqual({ batch: [], putOff: [], rest: ['a', 'b'] })
    expect(cut([])).toEqual({ batch: [], putOff: [], rest: [] })
  })
})
