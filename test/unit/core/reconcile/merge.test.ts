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

const refusal = { code: 'DB-2203', message: 'It is no amount.', who: 'CRM admin' } as const
const refused = { is: 'refused', refusal } as const
const sides = (of: Partial<RowView>): RowView => ({ ...view('1', '1', '1'), ...of })

describe('what cannot be read', () => {
  test.each<[string, Direction, Partial<RowView>, RowVerdict]>([
    ['at Microsoft, of a row both ways', 'both', { left: refused }, { do: 'refuse', refusal }],
    ['in the CRM, of a row both ways', 'both', { right: refused }, { do: 'refuse', refusal }],
    ['where a one-way row reads', 'toCrm', { left: refused }, { do: 'refuse', refusal }],
    ['where another one-way row reads', 'toReferral', { right: refused }, { do: 'refuse', refusal }],
    ['where a one-way row only writes', 'toCrm', { right: refused }, { do: 'nothing' }],
    ['where another one-way row only writes', 'toReferral', { left: refused }, { do: 'nothing' }],
  ])('%s', (_what, direction, of, verdict) => {
    expect(one({ ...sides(of), row: row({ direction }) })).toEqual(verdict)
  })

  test('holds what is written with it too', () => {
    expect(mergeGroup([view('1', '2', '1'), sides({ left: refused })], frame)).toEqual([
      { do: 'refuse', refusal },
      { do: 'refuse', refusal },
    ])
  })
})

describe('T19: what is hidden says nothing', () => {
  test.each<[string, Direction, Partial<RowView>, RowVerdict]>([
    ['at Microsoft', 'both', { left: absent, right: reading('2') }, { do: 'nothing' }],
    ['in the CRM', 'both', { left: reading('2'), right: absent }, { do: 'nothing' }],
    ['where a one-way row reads', 'toCrm', { left: absent, right: reading('2') }, { do: 'nothing' }],
    ['where a one-way row writes', 'toCrm', { left: reading('2'), right: absent }, { do: 'toCrm', value: '2' }],
    [
      'where another one-way row writes',
      'toReferral',
      { left: absent, right: reading('2') },
      { do: 'toReferral', value: '2' },
    ],
  ])('%s', (_what, direction, of, verdict) => {
    expect(one({ ...sides(of), row: row({ direction }) })).toEqual(verdict)
  })

  test('half of what belongs together keeps the other half where it is', () => {
    expect(mergeGroup([view('1', '2', '1'), sides({ right: absent })], frame)).toEqual([
      { do: 'nothing' },
      { do: 'nothing' },
    ])
    expect(mergeGroup([sides({ left: absent }), view('1', '1', '2')], frame)).toEqual([
      { do: 'nothing' },
      { do: 'nothing' },
    ])
  })
})

describe('whether a lost write arrived is not known', () => {
  const doubts = new Set([rowId('Amount')])
  test('a person decides, whatever the policy, as long as a side has moved', () => {
    expect(one(view('1', '2', '1'), { doubts })).toEqual({ do: 'ask', left: '2', right: '1' })
    expect(one(view('1', '1', '1'), { doubts })).toEqual({ do: 'nothing' })
    expect(one(view('1', '2', '1'), { doubts: new Set([rowId('Other')]) })).toEqual({ do: 'toCrm', value: '2' })
  })
  test('and what the person says counts', () => {
    // Also when the question is gone: its write was planned, and lost.
    expect(one(view('1', '2', '1'), { answers: { [rowId('Amount')]: 'crm' } })).toMatchObject({ do: 'toReferral' })
    expect(one(view('1', '2', '1'), { doubts, answers: { [rowId('Amount')]: 'crm' } })).toMatchObject({
      do: 'toReferral',
      value: '1',
    })
  })
  test('one row in doubt puts in doubt what is written with it', () => {
    const other = view('1', '2', '1', { ...row(), id: rowId('Currency') })
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
})

describe('one way, in every case', () => {
  const near = (values: readonly [Value | undefined, Value, Value], of: Partial<Row>, crmIsClosed = false) =>
    one(view(...values, { ...row({ direction: 'toCrm' }), ...of }), { crmIsClosed })
  test.each<[string, RowVerdict, RowVerdict]>([
    ['nothing agreed, and nothing to say', near([undefined, null, '9'], {}), { do: 'adopt', value: null }],
    ['nothing agreed, and something to say', near([undefined, '1', '9'], {}), { do: 'toCrm', value: '1' }],
    ['blank by now', near(['1', null, '9'], {}), { do: 'toCrm', value: null, lost: '9' }],
    ['once, and agreed before', near(['1', '2', '1'], { write: 'once' }), { do: 'adopt', value: '2' }],
    ['once, and somebody filled it in', near([undefined, '2', '9'], { write: 'once' }), { do: 'adopt', value: '2' }],
    ['once, and blank there', near([undefined, '2', ''], { write: 'once' }), { do: 'toCrm', value: '2' }],
    ['while open, and open', near(['1', '2', '1'], { write: 'whileOpen' }), { do: 'toCrm', value: '2' }],
    ['while open, and closed', near(['1', '2', '1'], { write: 'whileOpen' }, true), { do: 'adopt', value: '2' }],
    ['always, and closed', near(['1', '2', '1'], {}, true), { do: 'toCrm', value: '2' }],
    ['of a formula nothing is lost', near(['1', '2', '9'], { referral: null }), { do: 'toCrm', value: '2' }],
    [
      'while open, to Microsoft, whose deal is not the CRM’s',
      one(view('1', '1', '2', row({ direction: 'toReferral', write: 'whileOpen' })), { crmIsClosed: true }),
      { do: 'toReferral', value: '2' },
    ],
  ])('%s', (_what, verdict, expected) => expect(verdict).toEqual(expected))

  test('what is written brings along what belongs to it, unless that is hidden, equal, or written once', () => {
    const amount = view('1', '2', '1', row({ direction: 'toCrm' }))
    const beside = (of: Partial<RowView>, write: Row['write'] = 'always'): RowVerdict | undefined =>
      mergeGroup([amount, { ...view('E', 'E', 'U'), row: row({ direction: 'toCrm', write }), ...of }], frame)[1]
    expect(beside({})).toEqual({ do: 'toCrm', value: 'E', lost: 'U' })
    expect(beside({ right: absent })).toEqual({ do: 'nothing' })
    expect(beside({ left: absent })).toEqual({ do: 'nothing' })
    expect(beside({ right: reading('E') })).toEqual({ do: 'nothing' })
    expect(beside({}, 'once')).toEqual({ do: 'nothing' })
  })
})
