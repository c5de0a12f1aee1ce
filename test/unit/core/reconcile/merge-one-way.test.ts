// Rows that go one way: they follow the side they read, and fight nobody over the side they write.

import { describe, expect, test } from 'vitest'
import { absent, reading } from '#core/model/deal'
import type { Value } from '#core/model/value'
import type { Row } from '#core/mapping/mapping'
import { mergeGroup, type RowVerdict, type RowView } from '#core/reconcile/merge'
import { frame, one, refusal, refused, row, view } from '../../../support/merge-rows.ts'

type Sides = readonly [base: Value | undefined, near: Value, far: Value]

const toCrm =
  (sides: Sides, of: Partial<Row> = {}, crmIsClosed = false) =>
  (): RowVerdict =>
    one(view(...sides, { ...row({ direction: 'toCrm' }), ...of }), { crmIsClosed })

describe('one way, without fighting people', () => {
  test.each<[string, () => RowVerdict, RowVerdict]>([
    ['its own side moved', toCrm(['1', '2', '1']), { do: 'toCrm', value: '2' }],
    ['its own side was cleared', toCrm(['1', null, '9']), { do: 'toCrm', value: null, lost: '9' }],
    ['a seller changed it: left alone', toCrm(['1', '1', '9']), { do: 'nothing' }],
    ['both: the row says whose it is', toCrm(['1', '2', '9']), { do: 'toCrm', value: '2', lost: '9' }],
    ['both to the same', toCrm(['1', '2', '2']), { do: 'adopt', value: '2' }],
    ['of a formula nothing is lost', toCrm(['1', '2', '9'], { referral: null }), { do: 'toCrm', value: '2' }],
    ['nothing agreed yet, and blank: nothing to say', toCrm([undefined, null, '9']), { do: 'adopt', value: null }],
    ['nothing agreed yet', toCrm([undefined, '1', '9']), { do: 'toCrm', value: '1' }],
    ['always, whatever became of the deal', toCrm(['1', '2', '1'], {}, true), { do: 'toCrm', value: '2' }],
  ])('%s', (_what, verdict, expected) => expect(verdict()).toStrictEqual(expected))

  test.each<[string, () => RowVerdict, RowVerdict]>([
    ['the first time', toCrm([undefined, '1', null], { write: 'once' }), { do: 'toCrm', value: '1' }],
    ['into a blank', toCrm([undefined, '1', ''], { write: 'once' }), { do: 'toCrm', value: '1' }],
    ['the seller was first', toCrm([undefined, '1', '9'], { write: 'once' }), { do: 'adopt', value: '1' }],
    ['never again', toCrm(['1', '2', '1'], { write: 'once' }), { do: 'adopt', value: '2' }],
    ['not even into what the seller emptied', toCrm(['1', '2', null], { write: 'once' }), { do: 'adopt', value: '2' }],
  ])('written once: %s', (_what, verdict, expected) => expect(verdict()).toStrictEqual(expected))

  test.each<[string, () => RowVerdict, RowVerdict]>([
    ['open', toCrm(['1', '2', '1'], { write: 'whileOpen' }), { do: 'toCrm', value: '2' }],
    ['closed: left as it is', toCrm(['1', '2', '1'], { write: 'whileOpen' }, true), { do: 'adopt', value: '2' }],
    [
      'closed, of a row to Microsoft, whose deal is not the CRM’s',
      () => one(view('1', '1', '2', row({ direction: 'toReferral', write: 'whileOpen' })), { crmIsClosed: true }),
      { do: 'toReferral', value: '2' },
    ],
  ])('while open: %s', (_what, verdict, expected) => expect(verdict()).toStrictEqual(expected))
})

describe('T19: what is hidden or cannot be read', () => {
  const sides = (direction: 'toCrm' | 'toReferral', of: Partial<RowView>) => (): RowVerdict =>
    one({ ...view('1', '2', '2', row({ direction })), ...of })
  test.each<[string, () => RowVerdict, RowVerdict]>([
    ['hidden where it reads', sides('toCrm', { left: absent }), { do: 'nothing' }],
    ['hidden where it writes', sides('toCrm', { right: absent }), { do: 'toCrm', value: '2' }],
    ['the other way round', sides('toReferral', { left: absent }), { do: 'toReferral', value: '2' }],
    ['unreadable where it reads', sides('toCrm', { left: refused }), { do: 'refuse', refusal }],
    ['the other way round', sides('toReferral', { right: refused }), { do: 'refuse', refusal }],
    ['unreadable where it only writes', sides('toCrm', { right: refused }), { do: 'toCrm', value: '2' }],
    ['the other way round', sides('toReferral', { left: refused }), { do: 'toReferral', value: '2' }],
  ])('%s', (_what, verdict, expected) => expect(verdict()).toStrictEqual(expected))

  test('written once, into what is hidden: nobody is known to have filled it in', () =>
    expect(one({ ...view(undefined, '2', '2', row({ direction: 'toCrm', write: 'once' })), right: absent })).toEqual({
      do: 'toCrm',
      value: '2',
    }))
})

describe('I12: a group that goes one way', () => {
  const money = (direction: Row['direction'], amount: Sides, currency: Sides, write: Row['write'] = 'always') =>
    [view(...amount, row({ direction })), view(...currency, row({ id: 'Currency', direction, write }))] as const
  const nothing: RowVerdict = { do: 'nothing' }

  test.each<[string, readonly RowView[], readonly RowVerdict[]]>([
    ['what the seller changed stays', money('toCrm', ['1', '1', '5'], ['E', 'E', 'E']), [nothing, nothing]],
    [
      'its own side moved: no conflict, whatever the far side did',
      money('toCrm', ['1', '2', '5'], ['E', 'E', 'E']),
      [{ do: 'toCrm', value: '2', lost: '5' }, nothing],
    ],
    [
      'an amount never stands in another currency',
      money('toCrm', ['1', '2', '1'], ['E', 'E', 'U']),
      [
        { do: 'toCrm', value: '2' },
        { do: 'toCrm', value: 'E', lost: 'U' },
      ],
    ],
    [
      'nor in one that its own side never had',
      money('toCrm', ['1', '2', '1'], [undefined, null, 'U']),
      [
        { do: 'toCrm', value: '2' },
        { do: 'toCrm', value: null, lost: 'U' },
      ],
    ],
    [
      'nor at Microsoft',
      money('toReferral', ['1', '1', '2'], ['E', 'U', 'E']),
      [
        { do: 'toReferral', value: '2' },
        { do: 'toReferral', value: 'E', lost: 'U' },
      ],
    ],
    [
      'what is written once is not brought along',
      money('toCrm', ['1', '2', '1'], ['E', 'E', 'U'], 'once'),
      [{ do: 'toCrm', value: '2' }, nothing],
    ],
    [
      'nothing is written: nothing is brought along',
      money('toCrm', ['1', '2', '2'], ['E', 'E', 'U']),
      [{ do: 'adopt', value: '2' }, nothing],
    ],
  ])('%s', (_what, group, verdicts) => expect(mergeGroup(group, frame)).toStrictEqual(verdicts))

  test.each<[string, Partial<RowView>, readonly RowVerdict[]]>([
    ['hidden where it reads: both wait', { left: absent, right: reading('U') }, [nothing, nothing]],
    ['hidden where it writes: both wait', { right: absent }, [nothing, nothing]],
    ['unreadable where it writes: stays', { right: refused }, [{ do: 'toCrm', value: '2' }, nothing]],
  ])('half of it %s', (_what, half, verdicts) => {
    const [amount, currency] = money('toCrm', ['1', '2', '1'], ['E', 'E', 'E'])
    expect(mergeGroup([amount, { ...currency, ...half }], frame)).toStrictEqual(verdicts)
    expect(mergeGroup([{ ...currency, ...half }, amount], frame)).toStrictEqual(verdicts.toReversed())
  })
})
