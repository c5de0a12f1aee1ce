// Which changes travel together, and which have to wait for the receipt of another.

import { describe, expect, test } from 'vitest'
import { changeId, connectionName, kind, linkKey, recordId } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'
import { nextBatch, type Progress } from '#engine/batches'

const crm = connectionName('crm')

function change(id: string, does: 'create' | 'update', after: readonly string[] = []): Change {
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
  }
}

const idsOf = (changes: readonly Change[]): readonly string[] => changes.map(({ id }) => id)

function cut(queue: readonly Change[], progress: Partial<Progress> = {}) {
  const planned = new Set(queue.map(({ id }) => id))
  const none = new Set<Change['id']>()
  const { batch, putOff, rest } = nextBatch(queue, { done: none, failed: none, planned, ...progress }, () => 10)
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
})
