// The tests a mapping carries, run by the planner itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../../connectors/partner-center/lifecycle.ts'
import { isObject, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { coverageText, fixturesOf, runTests, type TestingHouse, type TestReport } from '#core/mapping/run'
import type { MappingWorld } from '#core/mapping/compile'
import { compiled, dynamics, exampleText, replaced, salesforce } from './support.ts'
import { timed } from '../../../support/processor-time.ts'

const mappings = join(import.meta.dirname, '..', '..', '..', '..', 'mappings')

function fixture(path: string): JsonObject | undefined {
  try {
    const read = parseJson(readFileSync(join(mappings, path), 'utf8'))
    return isObject(read) ? read : undefined
  } catch {
    return undefined
  }
}

const house = (world: MappingWorld): TestingHouse => ({
  source: {
    label: 'Partner Center',
    moves,
    reasonField: 'statusReason',
    step: { field: 'salesStage', write: stepNames },
  },
  target: world.target,
  facts,
  crm: world.crm,
  fixture,
})

function report(text: string, world: MappingWorld): TestReport {
  return runTests(compiled(text, world), house(world))
}

describe.each([
  ['cosell-salesforce', salesforce],
  ['deals-dynamics', dynamics],
] as const)('the example %s', (name, world) => {
  const made = report(exampleText(name), world)

  test.each(made.results.map((result) => [result.name, result] as const))('%s', (_name, result) => {
    expect(result.differences).toEqual([])
    expect(result.passed).toBe(true)
  })
})

describe('a test that fails', () => {
  const example = exampleText('cosell-salesforce')
  const failing = (text: string, name: string) => {
    const found = report(text, salesforce).results.find((result) => result.name === name)
    if (!found) throw new Error(`no such test: ${name}`)
    return {
      line: found.where.line,
      passed: found.passed,
      differences: found.differences.map(({ where: _where, ...rest }) => rest),
    }
  }

  test('says what was expected, what came instead, and which line decided', () => {
    const text = replaced(example, 'step: Qualified,  crm', 'crm')
    expect(failing(text, 'moving the stage on accepts the referral')).toEqual({
      line: 213,
      passed: false,
      differences: [
        {
          what: 'referral.salesStage',
          expected: 'Qualified',
          got: 'nothing is sent',
          decidedBy: 'stage row 2, line 145: the row has no step',
        },
      ],
    })
  })

  test.each([
    [
      'a row that makes another value',
      '"High", "Normal"',
      '"High", "Hot"',
      { what: 'Opportunity.Priority__c', expected: 'Normal', got: 'Hot', decidedBy: 'row 10 of fields, line 126' },
    ],
    [
      'a row that is gone',
      '  - crm: Amount\n',
      '  - crm: ExpectedRevenue\n',
      { what: 'Opportunity.Amount', expected: '84000', got: 'nothing is written', decidedBy: 'no row of the mapping' },
    ],
    [
      'an assignment rule',
      'to: { user: lukas.weber@fabrikam.example }',
      'to: { user: mei.tan@fabrikam.example }',
      {
        what: 'Opportunity.OwnerId',
        expected: 'lukas.weber@fabrikam.example',
        got: 'mei.tan@fabrikam.example',
        decidedBy: 'row 3 of assign.rules, line 68',
      },
    ],
    [
      'the field of a made record',
      'BillingCountryCode: { from: customerProfile.address.country, transform: [countryIso2] }',
      'BillingCountryCode: { set: CH }',
      {
        what: 'Account.BillingCountryCode',
        expected: 'DE',
        got: 'CH',
        decidedBy: 'lookups.account.create.BillingCountryCode, line 44',
      },
    ],
  ])('%s', (_what, from, to, difference) => {
    const world = { ...salesforce, crm: null }
    const { results } = runTests(compiled(replaced(example, from, to), world), house(world))
    const [first] = results
    expect(first?.differences.map(({ where: _where, ...rest }) => rest)).toEqual([difference])
  })

  test('an action, and the rule that took the deal away', () => {
    const found = failing(
      replaced(example, 'details.dealValue < 1000', 'details.dealValue < 100000'),
      'a German co-sell deal becomes an opportunity with a new account and contact',
    )
    expect(found.differences[0]).toEqual({
      what: 'action',
      expected: 'create',
      got: 'skip: Below our minimum deal size.',
      decidedBy: 'row 2 of take.unless, line 17',
    })
  })

  test('a reason, a code, a time', () => {
    const text = example
      .replace('because: Below our minimum deal size. }', 'because: Too small. }')
      .replace('code: DB-3110 }', 'code: DB-3111 }')
      .replace('until: 2026-11-21T09:12:00Z', 'until: 2026-11-21T10:12:00Z')
    expect(
      report(text, salesforce).results.flatMap((result) =>
        result.differences.map(({ what, expected, got }) => [what, expected, got]),
      ),
    ).toEqual([
      ['because', 'Too small.', 'Below our minimum deal size.'],
      ['until', '2026-11-21T10:12:00Z', '2026-11-21T09:12:00.000Z'],
      ['code', 'DB-3111', 'DB-3110'],
    ])
  })

  test('a fixture that is not there', () => {
    const text = replaced(example, 'fixtures/cosell-inbound-de.json', 'fixtures/nothing.json')
    expect(report(text, salesforce).results[0]).toMatchObject({
      passed: false,
      outcome: null,
      differences: [{ what: 'given.referral', expected: 'fixtures/nothing.json' }],
    })
  })

  test('exactly: nothing more may be written', () => {
    const text = replaced(example, 'action: update\n', 'action: update\n      exactly: true\n').replace(
      '{ status: Active, substatus: Accepted, salesStage: Qualified }',
      '{ status: Active, substatus: Accepted }',
    )
    expect(failing(text, 'moving the stage on accepts the referral').differences).toEqual([
      {
        what: 'referral.salesStage',
        expected: 'nothing (exactly)',
        got: 'Qualified',
        decidedBy: 'stages.rows[1], line 145',
      },
    ])
  })
})

test('what no test covers is said', () => {
  const { coverage, passed } = report(exampleText('cosell-salesforce'), salesforce)
  expect(passed).toBe(5)
  expect(coverageText(coverage)).toBe(
    'No test covers: CurrencyIsoCode, Description and 6 more; assign rules 1, 2; take.unless 1',
  )
})

test('fixtures are named once, for whoever reads the files', () => {
  expect(fixturesOf(compiled(exampleText('cosell-salesforce'), salesforce).tests)).toEqual([
    'fixtures/cosell-inbound-de.json',
    'fixtures/cosell-accepted-registrable.json',
    'fixtures/cosell-accepted.json',
  ])
})

test('a mapping is tested as fast as it is typed', () => {
  const made = compiled(exampleText('cosell-salesforce'), salesforce)
  expect(timed(() => runTests(made, house(salesforce))).ms).toBeLessThan(200)
})

describe('assign.after', () => {
  const moved = `
  - name: a deal moves to Switzerland
    given:
      referral: fixtures/cosell-inbound-de.json
      with: { customerProfile.address.country: CH }
      linked: { Opportunity: {} }
    expect: { Opportunity: { OwnerId: anna.meier@fabrikam.example } }
  - name: a seller gives a deal to a colleague
    given:
      referral: fixtures/cosell-inbound-de.json
      linked: { Opportunity: { OwnerId: mei.tan@fabrikam.example } }
    expect: { Opportunity: { OwnerId: lukas.weber@fabrikam.example } }
  - name: what is closed belongs to whom it belonged
    given:
      referral: fixtures/cosell-accepted.json
      linked: { Opportunity: { OwnerId: mei.tan@fabrikam.example, StageName: Closed Lost, Loss_Reason__c: Budget } }
    expect: { Opportunity: { OwnerId: lukas.weber@fabrikam.example } }
`
  const outcomes = (after: string): readonly (string | undefined)[] =>
    report(replaced(exampleText('cosell-salesforce').trimEnd() + moved, 'after: keep', `after: ${after}`), salesforce)
      .results.slice(-3)
      .map(({ differences }) => differences.map(({ what, got }) => `${what}: ${got}`).join())

  test('keep: a seller keeps a deal, whatever the rules say later', () => {
    expect(outcomes('keep')).toEqual([1, 2, 3].map(() => 'Opportunity.OwnerId: nothing is written'))
  })

  test('follow: the rules decide as long as the deal is open', () => {
    expect(outcomes('follow')).toEqual(['', '', 'Opportunity.OwnerId: nothing is written'])
  })
})
