// Runs the tests that a mapping carries. Each is planned exactly as a real deal would be, by the planner itself, and
// what the plan does is compared with what the test expects. Pure: fixtures are read by whoever calls.

import type { JsonObject } from '../model/json.ts'
import type { Where } from '../problem.ts'
import { planAll } from '../reconcile/plan-all.ts'
import type { CompiledMapping } from './compile.ts'
import type { MappingTest } from './compile/tests.ts'
import { coverageOf, type Coverage, type Tried } from './testing/coverage.ts'
import { differences, type Difference } from './testing/expect.ts'
import { outcomeOf, type Outcome } from './testing/outcome.ts'
import { situationOf, type Situation, type TestHouse } from './testing/situation.ts'
import type { CrmSchema } from './world.ts'

export { coverageText, type Coverage } from './testing/coverage.ts'
export type { Difference } from './testing/expect.ts'
export type { Outcome } from './testing/outcome.ts'

export interface TestingHouse extends Omit<TestHouse, 'mapping' | 'currencies'> {
  /** For choices that a test names by their label. */
  readonly crm: CrmSchema | null
  /** The referral in a file that a test names; undefined when there is no such file, or no JSON object in it. */
  readonly fixture: (path: string) => JsonObject | undefined
}

export interface TestResult {
  /** In the words of the person who wrote the test. */
  readonly name: string
  readonly where: Where
  readonly passed: boolean
  readonly differences: readonly Difference[]
  /** Null when the fixture is missing. */
  readonly outcome: Outcome | null
}

export interface TestReport {
  readonly mapping: string
  readonly results: readonly TestResult[]
  readonly passed: number
  readonly coverage: Coverage
}

export function runTests(compiled: CompiledMapping, house: TestingHouse): TestReport {
  const { mapping, tests } = compiled
  const tried: Tried[] = []
  const currencies = new Set(house.crm?.currencies ?? moneyInUse())
  const results = tests.map((test) => {
    const fixture = house.fixture(test.given.referral)
    if (!fixture) return withoutFixture(test)
    const situation = situationOf({ ...house, mapping, currencies }, test, fixture)
    tried.push({ test, situation })
    return resultOf(test, situation, house)
  })
  return {
    mapping: mapping.name,
    results,
    passed: results.filter((result) => result.passed).length,
    coverage: coverageOf(compiled, tried),
  }
}

/** Every file the tests name, once: for whoever reads them beforehand. */
export const fixturesOf = (tests: readonly MappingTest[]): readonly string[] => [
  ...new Set(tests.map((test) => test.given.referral)),
]

/** Codes that begin with X are metals, funds and tests, except for a few currencies of several countries. */
const sharedMoney: ReadonlySet<string> = new Set(['XAF', 'XCD', 'XCG', 'XOF', 'XPF'])

const moneyInUse = (): readonly string[] =>
  Intl.supportedValuesOf('currency').filter((code) => !code.startsWith('X') || sharedMoney.has(code))

/** One deal never meets the brakes that are meant for many. */
const unlimited = {
  perRun: Infinity,
  shareOfLinked: 1,
  creates: Infinity,
  outcomes: Infinity,
  vanished: { count: Infinity, share: 1 },
} as const

function resultOf(test: MappingTest, { frame, view, env }: Situation, house: TestingHouse): TestResult {
  const options = {
    limits: unlimited,
    linked: 1,
    read: { referrals: 1, records: 1 },
    approved: { changes: true, outcomes: 0 },
  }
  const plan = planAll(frame, [view], options)
  const outcome = outcomeOf(plan, frame.mapping, house.target)
  const found = differences({ test, outcome, crm: house.crm, mapping: frame.mapping, source: house.source, env })
  return { name: test.name, where: test.where, passed: found.length === 0, differences: found, outcome }
}

function withoutFixture({ name, where, given }: MappingTest): TestResult {
  const difference = {
    what: 'given.referral',
    expected: given.referral,
    got: 'there is no such file, or no referral in it',
    where,
  }
  return { name, where, passed: false, differences: [difference], outcome: null }
}
