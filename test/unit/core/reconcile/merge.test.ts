import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absent, reading } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import { parseInstant } from '#core/model/instant'
import type { Value } from '#core/model/value'
import type { Direction, Policy, Row } from '#core/mapping/mapping'
import { mergeGroup, type MergeFrame, type RowVerdict, type RowView } from '#core/reconcile/merge'

const instant = (text: string) => parseInstant(text) ?? expect.fail(text)
const early = instant('2026-11-20T10:00:00Z')
const late = instant('2026-11-20T11:00:00Z')
const frame: MergeFrame = { clocks: { left: early, right: late }, answers: {}, crmIsClosed: false }

function row(options: { direction?: Direction; policy?: Policy; write?: Row['write'] } = {}): Row {
  const { direction = 'both', policy = 'partnerCenter', write = 'always' } = options
  return {
    id: rowId('Amount'),
    direction,
    type: 'money',
    policy,
    write,
    required: false,
    group: 'Amount',
    rule: { file: 'm.yaml', line: 1, column: 1, key: 'fields[0]' },
    crm: 'Amount',
    referral: 'details.dealValue',
    fromReferral: () => absent,
    fromCrm: () => absent,
  }
}

const view = (base: Value | undefined, left: Value, right: Value, of: Row = row()): RowView => ({
  row: of,
  base,
  left: reading(left),
  right: reading(right),
})
const one = (of: RowView, over: Partial<MergeFrame> = {}): RowVerdict =>
  mergeGroup([of], { ...frame, ...over })[0] ?? expect.fail('no verdict')

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
  ])('%s', (...[, base, left, right, verdict]) => expect(one(view(base, left, right))).toEqual(verdict))

  test('F108: a hidden field neither moves nor clears', () => {
    expect(one({ ...view('1', '2', '1'), right: absent })).toEqual({ do: 'nothing' })
    expect(one({ ...view('1', '1', '2'), left: absent })).toEqual({ do: 'nothing' })
  })
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

describe('one way, without fighting people', () => {
  const toCrm = (write: Row['write']) => row({ direction: 'toCrm', write })
  test.each<[string, Row['write'], Value | undefined, Value, Value, RowVerdict]>([
    ['the referral moved', 'always', '1', '2', '1', { do: 'toCrm', value: '2' }],
    ['a seller changed it: left alone', 'always', '1', '1', '9', { do: 'nothing' }],
    ['both: the row says whose it is', 'always', '1', '2', '9', { do: 'toCrm', value: '2', lost: '9' }],
    ['once: first', 'once', undefined, '1', null, { do: 'toCrm', value: '1' }],
    ['once: never again', 'once', '1', '2', '1', { do: 'adopt', value: '2' }],
    ['once: the seller was first', 'once', undefined, '1', '9', { do: 'adopt', value: '1' }],
    ['no base and blank: nothing to say', 'always', undefined, null, '9', { do: 'adopt', value: null }],
  ])('%s', (...[, write, base, left, right, verdict]) =>
    expect(one(view(base, left, right, toCrm(write)))).toEqual(verdict),
  )
  test('while open: a closed record is left as it is', () =>
    expect(one(view('1', '2', '1', toCrm('whileOpen')), { crmIsClosed: true })).toEqual({ do: 'adopt', value: '2' }))
})

describe('I12: a group moves as one', () => {
  const group = (value: [Value, Value, Value], currency: [Value, Value, Value], policy: Policy): RowView[] => [
    view(...value, { ...row({ policy }), id: rowId('Amount'), group: 'money' }),
    view(...currency, { ...row({ policy }), id: rowId('Currency'), group: 'money' }),
  ]
  test('value moved here, currency there: one side wins both', () => {
    const verdicts = mergeGroup(group(['1', '2', '1'], ['EUR', 'EUR', 'USD'], 'crm'), frame)
    expect(verdicts.map((verdict) => verdict.do)).toEqual(['toReferral', 'toReferral'])
  })
  test('F108: half of it hidden: the other half stays where it is', () => {
    const [value, currency] = group(['1', '2', '1'], ['EUR', 'USD', 'EUR'], 'crm')
    const verdicts = mergeGroup([{ ...value!, right: absent }, currency!], frame)
    expect(verdicts).toEqual([{ do: 'nothing' }, { do: 'nothing' }])
  })
  const oneWay = (write: Row['write'], amounts: [Value, Value, Value], currencies: [Value, Value, Value]) =>
    mergeGroup(
      [
        view(...amounts, { ...row({ direction: 'toCrm', policy: 'ask', write }), group: 'money' }),
        view(...currencies, {
          ...row({ direction: 'toCrm', policy: 'ask', write }),
          id: rowId('Currency'),
          group: 'money',
        }),
      ],
      frame,
    )

  test.each<[string, Row['write'], [Value, Value, Value], [Value, Value, Value], RowVerdict[]]>([
    [
      'what the seller changed stays',
      'always',
      ['1', '1', '5'],
      ['E', 'E', 'E'],
      [{ do: 'nothing' }, { do: 'nothing' }],
    ],
    [
      'its own side moved: no conflict, whatever the far side did',
      'always',
      ['1', '2', '5'],
      ['E', 'E', 'E'],
      [{ do: 'toCrm', value: '2', lost: '5' }, { do: 'nothing' }],
    ],
    [
      'an amount never stands in another currency',
      'always',
      ['1', '2', '1'],
      ['E', 'E', 'U'],
      [
        { do: 'toCrm', value: '2' },
        { do: 'toCrm', value: 'E', lost: 'U' },
      ],
    ],
    [
      'written once, both are the seller’s',
      'once',
      ['1', '2', '5'],
      ['E', 'E', 'E'],
      [{ do: 'adopt', value: '2' }, { do: 'nothing' }],
    ],
  ])('one way, %s', (...[, write, amounts, currencies, verdicts]) => {
    expect(oneWay(write, amounts, currencies)).toEqual(verdicts)
  })

  test('a question is about the whole group', () => {
    const verdicts = mergeGroup(group(['1', '2', '1'], ['EUR', 'EUR', 'USD'], 'ask'), frame)
    expect(verdicts.map((verdict) => verdict.do)).toEqual(['ask', 'ask'])
  })
})

describe('laws', () => {
  const value = fc.option(fc.constantFrom('a', 'b', 'c', ''), { nil: null })
  const policies = fc.constantFrom<Policy>('newest', 'partnerCenter', 'crm', 'ask')
  const outcome = (verdict: RowVerdict, left: Value, right: Value): readonly [Value, Value] => {
    if (verdict.do === 'toCrm') return [left, verdict.value]
    if (verdict.do === 'toReferral') return [verdict.value, right]
    return [left, right]
  }
  test('one side moved: it wins under every policy', () => {
    fc.assert(
      fc.property(value, value, policies, (base, moved, policy) => {
        expect(outcome(one(view(base, moved, base, row({ policy }))), moved, base)).toEqual([moved, moved])
        expect(outcome(one(view(base, base, moved, row({ policy }))), base, moved)).toEqual([moved, moved])
      }),
    )
  })
  test('idempotent: what a merge wrote merges to nothing', () => {
    fc.assert(
      fc.property(value, value, value, policies, (base, left, right, policy) => {
        const first = one(view(base, left, right, row({ policy })))
        const [p, c] = outcome(first, left, right)
        const settled = first.do === 'toCrm' || first.do === 'toReferral' || first.do === 'adopt' ? first.value : base
        if (first.do !== 'ask') expect(one(view(settled, p, c, row({ policy })))).toEqual({ do: 'nothing' })
      }),
    )
  })
  test('symmetric: swapping sides and policy swaps the verdict', () => {
    const swapped = { newest: 'newest', partnerCenter: 'crm', crm: 'partnerCenter', ask: 'ask' } as const
    const mirror = { toCrm: 'toReferral', toReferral: 'toCrm' } as const
    fc.assert(
      fc.property(
        value,
        value,
        value,
        fc.constantFrom<Policy>('partnerCenter', 'crm', 'ask'),
        (base, left, right, policy) => {
          const there = one(view(base, left, right, row({ policy })))
          const back = one(view(base, right, left, row({ policy: swapped[policy] })))
          expect(back.do).toBe(there.do === 'toCrm' || there.do === 'toReferral' ? mirror[there.do] : there.do)
        },
      ),
    )
  })
  test('I11: no invention', () => {
    fc.assert(
      fc.property(value, value, value, policies, (base, left, right, policy) => {
        for (const end of outcome(one(view(base, left, right, row({ policy }))), left, right))
          expect([left, right]).toContainEqual(end)
      }),
    )
  })
})
