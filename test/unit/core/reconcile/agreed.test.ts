// A plan that a person agreed to, held against what would be planned now.

import { describe, expect, test } from 'vitest'
import { version } from '#core/model/ids'
import { asAgreed } from '#core/reconcile/agreed'
import type { Plan } from '#core/reconcile/plan'
import { dealRecord, linkOf, planDeals, type Case } from '../../../support/deal-plan.ts'

const accepted = { stage: 'Accepted', step: 'Qualified' } as const
const edited = (id: string, topic = 'Fabric'): Case => ({
  id,
  link: linkOf(id),
  referral: { ...accepted, details: { topic } },
  deal: dealRecord(id),
})
const ids = ({ changes }: Plan): readonly string[] => changes.map(({ referral }) => referral)
const held = (plan: Plan): Plan => ({ ...plan, changes: plan.changes.map((one) => ({ ...one, state: 'held' })) })

describe('nothing moved since', () => {
  test('exactly what was agreed is written; what came after it is left for another plan', () => {
    const agreed = planDeals([edited('R-1'), edited('R-2')])
    const { plan, leftOut } = asAgreed(planDeals([edited('R-1'), edited('R-2'), edited('R-3')]), agreed)
    expect(ids(plan)).toEqual(['R-1', 'R-2'])
    expect(plan.links.map(({ referral }) => referral)).toEqual(['R-1', 'R-2'])
    expect([leftOut, plan.stopped]).toEqual([1, []])
  })

  test('what was held when it was agreed to is not part of it', () => {
    const fresh = planDeals([edited('R-1')])
    expect(asAgreed(fresh, held(fresh))).toMatchObject({ plan: { changes: [], links: [], stopped: [] }, leftOut: 1 })
  })

  test('brakes of the fresh plan go on holding it', () => {
    const cases = [edited('R-1'), edited('R-2')]
    const { plan } = asAgreed(planDeals(cases, { limits: { perRun: 1 } }), planDeals(cases))
    expect(plan.stopped.map(({ code }) => code)).toEqual(['DB-3120'])
    expect(ids(plan)).toEqual(['R-1', 'R-2'])
  })
})

describe('something moved since: nothing is written', () => {
  const agreed = () => planDeals([edited('R-1'), edited('R-2')])
  const newer = { ...edited('R-2'), deal: dealRecord('R-2', {}, { version: version('right-2') }) }
  test.each<[string, () => Plan]>([
    ['another value would be sent', () => planDeals([edited('R-1'), edited('R-2', 'Copilot')])],
    ['the same value to a newer record', () => planDeals([edited('R-1'), newer])],
    ['nothing is left to be done', () => planDeals([edited('R-1'), edited('R-2', 'Azure')])],
    ['it would be held by now', () => held(agreed())],
  ])('%s', (_, planned) => {
    const fresh = planned()
    const { plan, leftOut } = asAgreed(fresh, agreed())
    const due = fresh.changes.filter(({ state }) => state === 'ready')
    expect(plan).toMatchObject({ changes: [], links: [], stopped: [{ code: 'DB-3126', limit: 0 }] })
    expect(leftOut).toBe(due.length)
  })

  test.each([
    [5, /\(R-0, R-1, R-2, R-3, R-4\)/],
    [7, /\(R-0, R-1, R-2, R-3, R-4 and 2 more\)/],
  ])('%d deals: a few are named', (count, named) => {
    const cases = (topic: string) => Array.from({ length: count }, (_, n) => edited(`R-${n}`, topic))
    const [brake] = asAgreed(planDeals(cases('Copilot')), planDeals(cases('Fabric'))).plan.stopped
    expect(brake).toMatchObject({ wanted: count, message: expect.stringMatching(named) })
  })

  test('by the beginning of the referral’s id, once each', () => {
    const both = (topic: string): Case => ({
      ...edited('0123456789ab', topic),
      deal: dealRecord('0123456789ab', { CloseDate: topic === 'Fabric' ? '2027-01-15' : '2027-01-16' }),
    })
    const [brake] = asAgreed(planDeals([both('Copilot')]), planDeals([both('Fabric')])).plan.stopped
    expect(brake).toMatchObject({ wanted: 2, message: expect.stringContaining('(01234567)') })
  })
})
