// The laws of the merge, over groups of rows that are written together: it neither invents nor splits, it is the same
// seen from the other side, and what it wrote merges to nothing (I11, I12, I13).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '#core/mapping/mapping'
import { instantFromMs } from '#core/model/instant'
import type { Value } from '#core/model/value'
import { mergeGroup, type MergeFrame, type RowVerdict } from '#core/reconcile/merge'
import { early, frame, late, row, view } from '../support/merge-rows.ts'
import { runs } from '../support/runs.ts'

const value = fc.option(fc.constantFrom('a', 'b', 'c', ''), { nil: null })
const base = fc.option(value, { nil: undefined })
const policy = fc.constantFrom<Policy>('newest', 'partnerCenter', 'crm', 'ask')

interface Three {
  readonly base: Value | undefined
  readonly left: Value
  readonly right: Value
}

const group = fc.array(fc.record<Three>({ base, left: value, right: value }), { minLength: 1, maxLength: 3 })
const clocks = fc.constantFrom<MergeFrame['clocks']>({ left: early, right: late }, { left: late, right: early })

const merged = (rows: readonly Three[], of: Policy, over: Partial<MergeFrame> = {}): readonly RowVerdict[] =>
  mergeGroup(
    rows.map(({ base, left, right }, index) => view(base, left, right, row({ id: `row-${index}`, policy: of }))),
    { ...frame, ...over },
  )

/** What both sides show, and what is remembered, once a verdict was carried out. */
function after({ base, left, right }: Three, verdict: RowVerdict): Three {
  if (verdict.do === 'toCrm') return { base: verdict.value, left, right: verdict.value }
  if (verdict.do === 'toReferral') return { base: verdict.value, left: verdict.value, right }
  return verdict.do === 'adopt' ? { base: verdict.value, left, right } : { base, left, right }
}

const carriedOut = (rows: readonly Three[], verdicts: readonly RowVerdict[]): readonly Three[] =>
  rows.map((one, index) => after(one, verdicts[index] ?? { do: 'nothing' }))

const isWrite = ({ do: does }: RowVerdict): boolean => does === 'toCrm' || does === 'toReferral'

describe('a merge', () => {
  test('of sides that agree writes nothing, whatever was agreed before', () => {
    fc.assert(
      fc.property(group, policy, (rows, of) => {
        const same = rows.map((one) => ({ ...one, right: one.left }))
        expect(merged(same, of).some(isWrite)).toBe(false)
      }),
      runs(1_000),
    )
  })
  test('of sides that have not moved says nothing', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), policy, (values, of) => {
        const still = values.map((one) => ({ base: one, left: one, right: one }))
        expect(merged(still, of)).toEqual(still.map(() => ({ do: 'nothing' })))
      }),
      runs(1_000),
    )
  })
  test('where one side moved leaves both as that side is', () => {
    fc.assert(
      fc.property(group, policy, fc.boolean(), (rows, of, isLeft) => {
        const moved = rows.map(({ left, right }) =>
          isLeft ? { base: right, left, right } : { base: left, left, right },
        )
        for (const { left, right } of carriedOut(moved, merged(moved, of))) expect(left).toEqual(right)
        expect(carriedOut(moved, merged(moved, of)).map((one) => one.left)).toEqual(
          moved.map((one) => (isLeft ? one.left : one.right)),
        )
      }),
      runs(1_000),
    )
  })
  test('I11: never invents: each side ends with what one of them showed', () => {
    fc.assert(
      fc.property(group, policy, clocks, (rows, of, by) => {
        for (const [index, end] of carriedOut(rows, merged(rows, of, { clocks: by })).entries()) {
          const shown = [rows[index]?.left, rows[index]?.right]
          expect([shown, shown]).toEqual([expect.arrayContaining([end.left]), expect.arrayContaining([end.right])])
        }
      }),
      runs(1_000),
    )
  })
  test('is idempotent: what it wrote merges to nothing', () => {
    fc.assert(
      fc.property(group, policy, clocks, (rows, of, at) => {
        const first = merged(rows, of, { clocks: at })
        if (first.some(({ do: does }) => does === 'ask')) return
        const second = merged(carriedOut(rows, first), of, { clocks: at })
        expect(second.some(isWrite)).toBe(false)
        expect(merged(carriedOut(carriedOut(rows, first), second), of, { clocks: at })).toEqual(
          rows.map(() => ({ do: 'nothing' })),
        )
      }),
      runs(1_000),
    )
  })
  test('is symmetric: sides, policy and clocks swapped, every verdict is swapped, to the value', () => {
    const swapped = { newest: 'newest', partnerCenter: 'crm', crm: 'partnerCenter', ask: 'ask' } as const
    const mirror = (verdict: RowVerdict): RowVerdict => {
      if (verdict.do === 'ask') return { do: 'ask', left: verdict.right, right: verdict.left }
      if (verdict.do === 'toCrm') return { ...verdict, do: 'toReferral' }
      return verdict.do === 'toReferral' ? { ...verdict, do: 'toCrm' } : verdict
    }
    fc.assert(
      fc.property(group, policy, clocks, (rows, of, at) => {
        const turned = rows.map(({ base, left, right }) => ({ base, left: right, right: left }))
        const other = merged(turned, swapped[of], { clocks: { left: at.right, right: at.left } })
        expect(other.map(mirror)).toEqual(merged(rows, of, { clocks: at }))
      }),
      runs(1_000),
    )
  })
  test('I12: writes a group in one direction, and asks about all of it', () => {
    fc.assert(
      fc.property(group, policy, clocks, (rows, of, at) => {
        const verdicts = merged(rows, of, { clocks: at })
        expect(new Set(verdicts.filter(isWrite).map(({ do: does }) => does)).size).toBeLessThan(2)
        if (!verdicts.some(({ do: does }) => does === 'ask')) return
        expect(verdicts.some(isWrite)).toBe(false)
      }),
      runs(1_000),
    )
  })
  test('I12: a written group ends as one side had all of it', () => {
    fc.assert(
      fc.property(group, policy, clocks, (rows, of, at) => {
        const verdicts = merged(rows, of, { clocks: at })
        if (!verdicts.some(isWrite)) return
        const end = carriedOut(rows, verdicts).map(({ left }) => left)
        expect([rows.map(({ left }) => left), rows.map(({ right }) => right)]).toContainEqual(end)
      }),
      runs(1_000),
    )
  })
  test('newest: only which clock is later counts, and by more than a tie', () => {
    const ms = fc.integer({ min: -20_000, max: 20_000 })
    fc.assert(
      fc.property(ms, ms, (left, right) => {
        const start = Date.UTC(2026, 10, 20)
        const at = { left: instantFromMs(start + left), right: instantFromMs(start + right) }
        const [verdict] = merged([{ base: 'a', left: 'b', right: 'c' }], 'newest', { clocks: at })
        expect(verdict?.do).toBe(left - right > 5_000 ? 'toCrm' : 'toReferral')
      }),
      runs(1_000),
    )
  })
})
