// What a preview shows of a deal is what is then written: whatever stands in the referral, for the mappings we ship.

import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts } from '../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../connectors/partner-center/lifecycle.ts'
import { valuesMade } from '#control/mappings/values'
import { situationOf } from '#core/mapping/testing/situation'
import { isObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { planAll } from '#core/reconcile/plan-all'
import { compiled, dynamics, salesforce } from '../unit/core/mapping/support.ts'
import { runs } from '../support/runs.ts'

const folder = join(import.meta.dirname, '..', '..', 'mappings')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
const changes = fc.record(
  {
    name: text,
    'details.notes': text,
    'details.dealValue': fc.oneof(fc.nat(10_000_000), fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(null)),
    'details.currency': fc.constantFrom('EUR', 'CHF', 'USD'),
    'details.closingDateTime': fc
      .integer({ min: 0, max: 60_000 })
      .map((hours) => new Date(hours * 3_600_000).toISOString()),
    'customerProfile.name': text,
    'customerProfile.size': fc.constantFrom('1to9employees', '251to1000employees', 'Morethan20000employees', 'odd'),
    'customerProfile.address.country': fc.constantFrom('DE', 'CH', 'BR', 'US'),
    campaignId: text,
    qualification: fc.constantFrom('SalesQualified', 'MarketingQualified', 'Direct'),
  },
  { requiredKeys: [] },
)

const limits = { perRun: 100, shareOfLinked: 1, creates: 100, outcomes: 100, vanished: { count: 10, share: 1 } }
const options = {
  limits,
  linked: 1,
  read: { referrals: 1, records: 1 },
  approved: { changes: true, outcomes: 0 },
}

describe.each([
  ['salesforce.opportunity.yaml', salesforce, 'cosell-inbound-de'],
  ['dynamics.opportunity.yaml', dynamics, 'cosell-inbound-br'],
] as const)('%s', (name, world, fixtureName) => {
  const { mapping, tests } = compiled(read(name), world)
  const fixture = parseJson(read(`fixtures/${fixtureName}.json`))
  const source = {
    label: 'Partner Center',
    moves,
    reasonField: 'statusReason',
    step: { field: 'salesStage', write: stepNames },
  }
  const house = { mapping, source, target: world.target, facts, currencies: new Set(['EUR', 'CHF', 'USD', 'BRL']) }

  test('every value that is previewed is the value that is written', () => {
    const [one] = tests
    if (!one || !isObject(fixture)) throw new Error('nothing to begin with')
    let made = 0
    fc.assert(
      fc.property(changes, (changed) => {
        const { frame, view, env } = situationOf(
          house,
          { ...one, given: { ...one.given, changes: changed, linked: null, crm: {} } },
          fixture,
        )
        const record = planAll(frame, [view], options).changes.find(
          ({ settles, state }) => settles.becomes === 'record' && state === 'ready',
        )
        if (!record) return
        made += 1
        const shown = valuesMade(mapping, view, env).filter(
          ({ name: field, direction, problem, value }) =>
            direction !== 'toReferral' && problem === null && value !== null && !field.includes('.'),
        )
        expect(shown.length).toBeGreaterThan(5)
        for (const { name: field, value } of shown) expect(record.write.fields[field]).toEqual(value)
      }),
      runs(250),
    )
    expect(made).toBeGreaterThan(30)
  })
})
