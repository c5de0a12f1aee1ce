// The laws of planning: what agrees plans to nothing, the same deals make the same plan in whatever order they come,
// only what differs is written, and what belongs together is written whole (I3, I12, I13, I16).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '#core/mapping/mapping'
import { rowId } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'
import type { Fields } from '#spi'
import { dealMapping, dealRows } from '../support/deal-mapping.ts'
import { agreedValues, type Case, dealFields, linkOf, planDeal, planDeals } from '../support/deal-plan.ts'
import { DealWorld } from '../support/deal-world.ts'
import { runs } from '../support/runs.ts'

const amount = fc.constantFrom('84000', '84000.5', '1', '999999999999.99', null)
const currency = fc.constantFrom('EUR', 'USD', 'CHF')
const date = fc.constantFrom('2026-12-18', '2027-01-15', '2026-03-29')
const topic = fc.constantFrom('Azure', 'Fabric', 'Security', null)
const terms = fc.record({ amount, currency, date, topic })
type Terms = typeof terms extends fc.Arbitrary<infer T> ? T : never
const policy = fc.constantFrom<Policy>('newest', 'partnerCenter', 'crm', 'ask')
const mapping = fc
  .record({ Amount: policy, CloseDate: policy, Topic: policy })
  .map((policies) => dealMapping({ policies }))

const atMicrosoft = ({ amount, currency, date, topic }: Terms) => ({
  stage: 'Accepted' as const,
  step: 'Qualified' as const,
  details: { value: amount, currency, closeDate: `${date}T09:00:00.000Z`, topic },
})
const inCrm = ({ amount, currency, date, topic }: Terms): Fields => ({
  Amount: amount,
  Currency: currency,
  CloseDate: date,
  Topic: topic,
})

/** A linked deal: what was agreed, what Microsoft shows, what the CRM shows. */
function dealOf(id: string, base: Terms, left: Terms, right: Terms): Case {
  const { Amount, Currency, CloseDate, Topic } = inCrm(base) as Record<string, string | null>
  const values = { ...agreedValues, '@key': id.toLowerCase(), Id: `opp-${id}`, Amount, Currency, CloseDate, Topic }
  const link = linkOf(id, { base: { standing: { stage: 'Accepted', step: 'Qualified' }, values: values as never } })
  return { id, referral: atMicrosoft(left), deal: { Id: `opp-${id}`, ...inCrm(right) }, link }
}

const deals = fc
  .array(fc.tuple(terms, terms, terms), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(([base, left, right], index) => dealOf(`R-${index + 1}`, base, left, right)))

describe('a plan', () => {
  test('of what agrees is empty', () => {
    fc.assert(
      fc.property(terms, mapping, (same, of) => {
        expect(planDeal(dealOf('R-1', same, same, same), { mapping: of }).changes).toEqual([])
      }),
      runs(1_000),
    )
  })
  test('made twice is the same plan', () => {
    fc.assert(
      fc.property(deals, mapping, (cases, of) => {
        expect(planDeals(cases, { mapping: of })).toEqual(planDeals(cases, { mapping: of }))
      }),
      runs(150),
    )
  })
  test('does not depend on the order in which deals arrive', () => {
    const byId = (changes: readonly Change[]): readonly Change[] => changes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    fc.assert(
      fc.property(deals, mapping, fc.nat(), (cases, of, turn) => {
        const other = cases.map((_, index) => cases[(index + turn) % cases.length] as Case)
        expect(byId(planDeals(other, { mapping: of }).changes)).toEqual(byId(planDeals(cases, { mapping: of }).changes))
      }),
      runs(150),
    )
  })
  test('I3, I13: writes mapped fields only, and none that stands there already', () => {
    const mapped = new Set(dealRows().flatMap(({ crm, referral }) => [crm, referral ?? '']))
    fc.assert(
      fc.property(terms, terms, terms, mapping, (base, left, right, of) => {
        const one = dealOf('R-1', base, left, right)
        for (const { side, write } of planDeal(one, { mapping: of }).changes) {
          expect(Object.keys(write.fields).every((name) => mapped.has(name))).toBe(true)
          const now: Fields = side === 'crm' ? dealFields('R-1', one.deal as Fields) : {}
          for (const [name, value] of Object.entries(write.fields))
            if (side === 'crm') expect(now[name]).not.toEqual(value)
        }
      }),
      runs(500),
    )
  })
  test('I12: writes a value and its currency to one side together, or neither', () => {
    fc.assert(
      fc.property(terms, terms, terms, mapping, (base, left, right, of) => {
        const { changes } = planDeal(dealOf('R-1', base, left, right), { mapping: of })
        const rows = [rowId('Amount'), rowId('Currency')]
        const touching = changes.filter(({ settles }) => rows.some((row) => Object.hasOwn(settles.values, row)))
        expect(touching.length).toBeLessThan(2)
        const [one] = touching
        if (!one) return
        const from = one.side === 'crm' ? left : right
        const to = one.side === 'crm' ? right : left
        const [value, code] =
          one.side === 'crm' ? (['Amount', 'Currency'] as const) : (['details.value', 'details.currency'] as const)
        expect(Object.hasOwn(one.write.fields, value)).toBe(from.amount !== to.amount)
        expect(Object.hasOwn(one.write.fields, code)).toBe(from.currency !== to.currency)
      }),
      runs(1_000),
    )
  })
})

type Edit = {
  readonly side: 'referral' | 'crm'
  readonly field: 'amount' | 'currency' | 'date' | 'topic'
  readonly to: Terms
}
const edit: fc.Arbitrary<Edit> = fc.record({
  side: fc.constantFrom('referral' as const, 'crm' as const),
  field: fc.constantFrom('amount' as const, 'currency' as const, 'date' as const, 'topic' as const),
  to: terms,
})
const paths = {
  amount: 'details.value',
  currency: 'details.currency',
  date: 'details.closeDate',
  topic: 'details.topic',
}
const fields = { amount: 'Amount', currency: 'Currency', date: 'CloseDate', topic: 'Topic' }

test('I15, I16: a plan that was carried out plans to nothing, whatever was edited before, and both sides agree', async () => {
  const settled = fc.constantFrom<Policy>('newest', 'partnerCenter', 'crm')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      settled,
      async (rounds, of) => {
        const world = new DealWorld({ mapping: dealMapping({ policies: { Amount: of, CloseDate: of, Topic: of } }) })
        world.refer('R-1', { stage: 'Accepted', step: 'Qualified' })
        await world.passes(3)
        for (const edits of rounds) {
          for (const { side, field, to } of edits) {
            if (side === 'crm') world.editDeal('R-1', { [fields[field]]: to[field] })
            else
              world.editReferral('R-1', { [paths[field]]: field === 'date' ? `${to.date}T09:00:00.000Z` : to[field] })
          }
          await world.passes(3)
          const since = world.nowMs()
          await world.passes(2)
          expect(world.writes(since + 1)).toEqual([])
          const { details } = world.referral('R-1').fields as Record<string, Record<string, string | null>>
          const deal = world.deal('R-1').fields
          expect([details?.['topic'], details?.['currency'], details?.['closeDate']?.slice(0, 10)]).toEqual([
            deal['Topic'],
            deal['Currency'],
            deal['CloseDate'],
          ])
        }
      },
    ),
    runs(40),
  )
})
