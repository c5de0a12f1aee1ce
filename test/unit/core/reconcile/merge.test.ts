// Rows that go both ways: who moved, whose value goes where, and what is a person's to decide.

import { describe, expect, test } from 'vitest'
import { absent, reading } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import type { Value } from '#core/model/value'
import type { Policy } from '#core/mapping/mapping'
import { mergeGroup, type RowVerdict, type RowView } from '#core/reconcile/merge'
import { early, frame, instant, late, one, refusal, refused, row, view } from '../../../support/merge-rows.ts'

describe('both ways', () => {
  test.each<[string, Value | undefined, Value, Value, RowVerdict]>([
    ['neither moved', '1', '1', '1', { do: 'nothing' }],
    ['the referral moved', '1', '2', '1', { do: 'toCrm', value: '2' }],
    ['the CRM moved', '1', '1', '2', { do: 'toReferral', value: '2' }],
    ['both moved to the same', '1', '2', '2', { do: 'adopt', value: '2' }],
    [
      'F94: both moved apart, Partner Center wins, the loser is kept',
      '1',
      '2',
      '3',
      { do: 'toCrm', value: '2', lost: '3' },
    ],
    ['an observed null clears', '1', null, '1', { do: 'toCrm', value: null }],
    ['no base, equal', undefined, '1', '1', { do: 'adopt', value: '1' }],
    ['no base, CRM blank', undefined, '1', null, { do: 'toCrm', value: '1' }],
    ['no base, referral blank', undefined, '', '1', { do: 'toReferral', value: '1' }],
    ['no base, apart', undefined, '1', '2', { do: 'toCrm', value: '1', lost: '2' }],
    ['no base, both blank in their own way', undefined, '', null, { do: 'nothing' }],
  ])('%s', (...[, base, left, right, verdict]) => expect(one(view(base, left, right))).toStrictEqual(verdict))
})

describe('I10: policies decide true conflicts', () => {
  const conflict = (policy: Policy) => view('1', '2', '3', row({ policy }))
  test('crm', () => expect(one(conflict('crm'))).toEqual({ do: 'toReferral', value: '3', lost: '2' }))
  test('ask', () => expect(one(conflict('ask'))).toEqual({ do: 'ask', left: '2', right: '3' }))
  test('newest: the later clock', () => {
    expect(one(conflict('newest'))).toMatchObject({ do: 'toReferral' })
    expect(one(conflict('newest'), { clocks: { left: late, right: early } })).toMatchObject({ do: 'toCrm' })
  })
  test('T12: within five seconds the clocks say nothing, and the CRM wins', () =>
    expect(one(conflict('newest'), { clocks: { left: instant('2026-11-20T10:00:04Z'), right: early } })).toMatchObject({
      do: 'toReferral',
    }))
  test('an answer beats every policy', () => {
    expect(one(conflict('ask'), { answers: { [rowId('Amount')]: 'crm' } })).toMatchObject({
      do: 'toReferral',
      value: '3',
    })
    expect(one(conflict('crm'), { answers: { [rowId('Amount')]: 'referral' } })).toMatchObject({
      do: 'toCrm',
      value: '2',
    })
    expect(one(conflict('ask'), { answers: { [rowId('Amount')]: { value: '9' } } })).toMatchObject({
      do: 'toReferral',
      value: '9',
    })
  })
})

describe('I12: a group moves as one', () => {
  const group = (value: [Value, Value, Value], currency: [Value, Value, Value], policy: Policy): RowView[] => [
    view(...value, row({ policy })),
    view(...currency, row({ id: 'Currency', policy })),
  ]
  test('value moved here, currency there: one side wins both', () => {
    const verdicts = mergeGroup(group(['1', '2', '1'], ['EUR', 'EUR', 'USD'], 'crm'), frame)
    expect(verdicts.map((verdict) => verdict.do)).toEqual(['toReferral', 'toReferral'])
  })
  test('a question is about the whole group', () => {
    const verdicts = mergeGroup(group(['1', '2', '1'], ['EUR', 'EUR', 'USD'], 'ask'), frame)
    expect(verdicts.map((verdict) => verdict.do)).toEqual(['ask', 'ask'])
  })
})

describe('what cannot be read, and T19, F108: what is hidden says nothing', () => {
  const moved = view('1', '2', '1')
  const refuse: RowVerdict = { do: 'refuse', refusal }
  const nothing: RowVerdict = { do: 'nothing' }
  test.each<[string, Partial<RowView>, RowVerdict]>([
    ['unreadable at Microsoft', { left: refused }, refuse],
    ['unreadable in the CRM', { right: refused }, refuse],
    ['hidden at Microsoft', { left: absent, right: reading('2') }, nothing],
    ['hidden in the CRM', { left: reading('2'), right: absent }, nothing],
  ])('%s: also for what is written with it', (_what, half, verdict) => {
    const other = { ...view('1', '1', '1'), ...half }
    expect(one(other)).toEqual(verdict)
    expect(mergeGroup([moved, other], frame)).toEqual([verdict, verdict])
    expect(mergeGroup([other, moved], frame)).toEqual([verdict, verdict])
  })
})

describe('whether a lost write arrived is not known', () => {
  const doubts = new Set([rowId('Amount')])
  test('a person decides, whatever the policy, as long as a side has moved', () => {
    expect(one(view('1', '2', '1'), { doubts })).toEqual({ do: 'ask', left: '2', right: '1' })
    expect(one(view('1', '1', '1'), { doubts })).toEqual({ do: 'nothing' })
    expect(one(view(undefined, '', null), { doubts })).toEqual({ do: 'nothing' })
    expect(one(view('1', '2', '1'), { doubts: new Set([rowId('Other')]) })).toEqual({ do: 'toCrm', value: '2' })
  })
  test('and what the person says counts', () => {
    // Also when the question is gone: its write was planned, and lost.
    expect(one(view('1', '2', '1'), { answers: { [rowId('Amount')]: 'crm' } })).toMatchObject({ do: 'toReferral' })
    expect(one(view('1', '2', '1'), { doubts, answers: { [rowId('Amount')]: 'crm' } })).toStrictEqual({
      do: 'toReferral',
      value: '1',
    })
  })
  test('of a referral that is over, too: what the CRM shows is kept, and Microsoft’s last word counts as known', () => {
    const answer = (whose: 'crm' | 'referral') => ({ answers: { [rowId('Amount')]: whose }, frozen: true })
    expect(one(view('1', '2', '1'), { doubts, ...answer('crm') })).toStrictEqual({ do: 'adopt', value: '2' })
    expect(one(view('1', '2', '1'), { doubts, ...answer('referral') })).toStrictEqual({ do: 'toCrm', value: '2' })
    expect(one(view('1', '2', '3'), { frozen: true })).toMatchObject({ do: 'toCrm' })
    expect(one(view('1', '1', '3'), { frozen: true })).toMatchObject({ do: 'toReferral' })
  })
  test('one row in doubt puts in doubt what is written with it', () => {
    const other = view('1', '2', '1', row({ id: 'Currency' }))
    expect(mergeGroup([other, view('1', '1', '1')], { ...frame, doubts })[0]).toMatchObject({ do: 'ask' })
  })
})

describe('T12: two clocks', () => {
  const at = (ms: number) => instant(new Date(Date.parse(early) + ms).toISOString())
  test.each([
    [5_000, 'toReferral'],
    [5_001, 'toCrm'],
    [-5_001, 'toReferral'],
  ] as const)('the referral is %d ms newer: %s', (ms, verdict) => {
    const clocks = { left: at(ms), right: early }
    expect(one(view('1', '2', '3', row({ policy: 'newest' })), { clocks })).toMatchObject({ do: verdict })
  })
})

describe('a value that a person typed', () => {
  test.each<[string, RowVerdict]>([
    ['2', { do: 'toCrm', value: '2', lost: '3' }],
    ['3', { do: 'toReferral', value: '3', lost: '2' }],
    ['7', { do: 'toReferral', value: '7', lost: '2', agreed: '3' }],
  ])('%s', (value, verdict) => {
    expect(one(view('1', '2', '3'), { answers: { [rowId('Amount')]: { value } } })).toEqual(verdict)
  })
  test.each<[string, RowVerdict]>([
    ['2', { do: 'toCrm', value: '2', lost: '3' }],
    ['3', { do: 'adopt', value: '2' }],
    ['7', { do: 'toCrm', value: '7', lost: '3', agreed: '2' }],
  ])('%s, for a referral that is over: the CRM alone is given it', (value, verdict) => {
    expect(one(view('1', '2', '3'), { answers: { [rowId('Amount')]: { value } }, frozen: true })).toEqual(verdict)
  })
  test('of one row: what is written with it stays as the seller has it', () => {
    const currency = view('E', 'U', 'E', row({ id: 'Currency' }))
    const answers = { [rowId('Amount')]: { value: '7' } }
    expect(mergeGroup([view('1', '2', '3'), currency], { ...frame, answers })).toEqual([
      { do: 'toReferral', value: '7', lost: '2', agreed: '3' },
      { do: 'toReferral', value: 'E', lost: 'U' },
    ])
  })
})
