// A field that somebody always writes back is left alone for a while, and that is said.

import { expect, test } from 'vitest'
import { at, linkAfter, linkOf, now, planDeal, sent } from '../../../support/deal-plan.ts'

const referral = { stage: 'Accepted', step: 'Qualified', details: { topic: 'Fabric' } } as const
const times = (...minutesAgo: readonly number[]) =>
  minutesAgo.map((minutes) => at(new Date(Date.parse(now) - minutes * 60_000).toISOString()))
const planned = (lately: Readonly<Record<string, ReturnType<typeof times>>>, deal = {}, from: object = referral) => {
  const link = linkOf('R-1', { lately })
  const plan = planDeal({ referral: { ...referral, ...from }, deal, link })
  return { writes: sent(plan), waiting: linkAfter(plan, link).waiting }
}
const written = [['crm', { Topic: 'Fabric' }]]

test.each<[string, Parameters<typeof planned>[0]]>([
  ['never written', {}],
  ['written three times', { 'crm:Topic': times(50, 30, 10) }],
  ['written four times, one of them an hour ago', { 'crm:Topic': times(60, 30, 20, 10) }],
  ['another field was', { 'crm:Amount': times(50, 30, 20, 10) }],
  ['the same field of the other side was', { 'referral:details.topic': times(50, 30, 20, 10) }],
])('%s: it is written', (_, lately) => expect(planned(lately)).toEqual({ writes: written, waiting: [] }))

test('four times within the hour: it rests until an hour after the first of them', () =>
  expect(planned({ 'crm:Topic': times(70, 50, 30, 20, 10) })).toMatchObject({
    writes: [],
    waiting: [{ for: 'problem', code: 'DB-3127', subject: 'loop:Topic', until: at('2026-11-20T14:10:00Z') }],
  }))

test('to the referral just the same', () =>
  expect(
    planned({ 'referral:details.topic': times(50, 30, 20, 10) }, { Topic: 'Copilot' }, { details: {} }),
  ).toMatchObject({ writes: [], waiting: [{ subject: 'loop:Topic' }] }))

test('what is written with it rests with it, and everything else is written', () => {
  const details = { value: '90000', currency: 'USD', topic: 'Fabric' }
  expect(planned({ 'crm:Currency': times(50, 30, 20, 10) }, {}, { details })).toMatchObject({
    writes: written,
    waiting: [{ subject: 'loop:Currency' }],
  })
})
