// Compares what a test expects with what the plan does. Only what is named is compared, unless the test says
// `exactly: true`; and each difference names the line that decided.

import { canonicalDecimal } from '../../model/decimal.ts'
import { parseInstant } from '../../model/instant.ts'
import { isList, sameJson, type Json } from '../../model/json.ts'
import { isPointer } from '../../model/record.ts'
import type { Where } from '../../problem.ts'
import type { ExpectedRecord, MappingTest } from '../compile/tests.ts'
import type { CrmSchema } from '../world.ts'
import { deciderOf, type Deciding } from './decider.ts'
import type { Outcome, RecordOutcome } from './outcome.ts'

export interface Difference {
  /** `action`, `referral.salesStage`, `Opportunity.Amount`. */
  readonly what: string
  readonly expected: string
  readonly got: string
  /** `stage row 2, line 145: the row has no step`. */
  readonly decidedBy?: string
  readonly where: Where
}

export interface Comparing extends Deciding {
  readonly test: MappingTest
  readonly outcome: Outcome
  /** For choices that a test names by their label. */
  readonly crm: CrmSchema | null
}

export function differences(comparing: Comparing): readonly Difference[] {
  const { test } = comparing
  return [
    ...wordDifferences(comparing),
    ...test.expect.records.flatMap((record) => recordDifferences(comparing, record)),
  ]
}

// ── the outcome as a whole ───────────────────────────────────────────────────────────────────────────────────

function wordDifferences({ test, outcome, ...deciding }: Comparing): readonly Difference[] {
  const { action, because, code, until, where } = test.expect
  const found: Difference[] = []
  if (action !== undefined && action !== outcome.action) {
    found.push({
      what: 'action',
      expected: action,
      got: gotAction(outcome),
      ...decided(deciderOf(deciding, 'action')),
      where,
    })
  }
  const words = [['because', because, outcome.because] as const, ['code', code, outcome.code] as const]
  for (const [what, expected, got] of words) {
    if (expected !== undefined && expected !== got) found.push({ what, expected, got: got ?? 'nothing', where })
  }
  if (until !== undefined && parseInstant(until) !== outcome.until) {
    found.push({ what: 'until', expected: until, got: outcome.until ?? 'no time', where })
  }
  return found
}

function gotAction({ action, because, code, message }: Outcome): string {
  const why = because ?? (code === undefined ? message : `${code} ${message ?? ''}`.trim())
  return why === undefined ? action : `${action}: ${why}`
}

const decided = (text: string | undefined): { readonly decidedBy?: string } =>
  text === undefined ? {} : { decidedBy: text }

// ── one record ───────────────────────────────────────────────────────────────────────────────────────────────

function recordDifferences(comparing: Comparing, expected: ExpectedRecord): readonly Difference[] {
  const { outcome, test } = comparing
  const got = outcome.records.get(expected.kind)
  return [
    ...actionDifference(expected, got),
    ...expected.fields.flatMap((field) => fieldDifference(comparing, { expected, field, got })),
    ...(test.expect.exactly ? unexpected(comparing, expected, got) : []),
  ]
}

function actionDifference(
  { kind, action, where }: ExpectedRecord,
  got: RecordOutcome | undefined,
): readonly Difference[] {
  const done = got?.action ?? 'none'
  return action === undefined || action === done ? [] : [{ what: `${kind}.action`, expected: action, got: done, where }]
}

interface FieldParts {
  readonly expected: ExpectedRecord
  readonly field: ExpectedRecord['fields'][number]
  readonly got: RecordOutcome | undefined
}

function fieldDifference(comparing: Comparing, { expected, field, got }: FieldParts): readonly Difference[] {
  const written = got?.fields.get(field.name)
  const wanted =
    expected.kind === 'referral'
      ? asReferral(comparing, field.name, field.value)
      : asChoice(comparing, expected.kind, field)
  if (written && same(wanted, written.value)) return []
  // A new record has nothing where nothing is written.
  if (!written && wanted === null && got?.action === 'create') return []
  const nothing = expected.kind === 'referral' ? 'nothing is sent' : 'nothing is written'
  const difference: Difference = {
    what: `${expected.kind}.${field.name}`,
    expected: shown(field.value),
    got: written ? shown(written.value) : nothing,
    ...decided(deciderOf(comparing, `${expected.kind}.${field.name}`, written?.rule ?? null)),
    where: field.where,
  }
  return [difference]
}

/** A step is expected by its name, however the source writes it. */
function asReferral({ source }: Comparing, name: string, value: Json): Json {
  if (name !== source.step.field || typeof value !== 'string') return value
  const steps: Readonly<Record<string, string>> = source.step.write
  return Object.hasOwn(steps, value) ? (steps[value] ?? value) : value
}

function asChoice({ crm }: Comparing, kind: string, { name, value }: FieldParts['field']): Json {
  const schema = crm?.kinds.find((one) => one.kind === kind)?.fields.find((field) => field.name === name)
  return schema?.choices?.find((choice) => choice.value === value || choice.label === value)?.value ?? value
}

/** With `exactly`, only what the test names may be written; what DealBridge reports in the CRM does not count. */
function unexpected(
  { outcome, mapping }: Comparing,
  expected: ExpectedRecord,
  got: RecordOutcome | undefined,
): readonly Difference[] {
  const reported = expected.kind === mapping.record ? Object.values(mapping.statusInCrm ?? {}) : []
  const named = new Set([...expected.fields.map((field) => field.name), ...reported])
  return [...(got?.fields ?? [])]
    .filter(([name]) => !named.has(name) && outcome.records.has(expected.kind))
    .map(([name, { value, rule }]) => ({
      what: `${expected.kind}.${name}`,
      expected: 'nothing (exactly)',
      got: shown(value),
      ...decided(rule ? `${rule.key}, line ${rule.line}` : undefined),
      where: expected.where,
    }))
}

/** How a test names the id of a record that the plan is about to make. */
const newRecord = 'the new record'

/** Numbers are the same whether they came as digits or as text, and points in time however they are written. */
function same(a: Json, b: Json): boolean {
  if (a === b || sameJson(a, b)) return true
  if (isPointer(b)) return a === newRecord
  if (isList(a) || isList(b)) return sameJson(members(a), members(b))
  const [left, right] = [numberText(a), numberText(b)]
  if (left !== undefined && left === right) return true
  const [from, to] = [moment(a), moment(b)]
  return from !== undefined && from === to
}

/** Several choices come as a list, or as one text with semicolons, in an order of the CRM's own. */
const members = (value: Json): readonly string[] =>
  (isList(value) ? value.map(shown) : shown(value).split(';')).map((one) => one.trim()).toSorted()

const numberText = (value: Json): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? canonicalDecimal(value) : undefined

const moment = (value: Json): string | undefined => (typeof value === 'string' ? parseInstant(value) : undefined)

function shown(value: Json): string {
  if (value === null) return 'empty'
  if (isPointer(value)) return newRecord
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
