// What a plan does with one deal, in the words tests use: create, update, skip, hold, refuse or none; and what would be
// written to the referral and to each kind of record.

import type { Json } from '../../model/json.ts'
import type { FieldName } from '../../model/record.ts'
import type { TargetModel } from '../../model/target.ts'
import type { Change, Plan } from '../../reconcile/plan.ts'
import type { TestAction } from '../compile/tests.ts'
import { fits, type Mapping, type Rule } from '../mapping.ts'

export interface Outcome {
  readonly action: TestAction
  readonly because?: string
  readonly code?: string
  readonly message?: string
  readonly until?: string
  /** By `referral`, or the kind of record; only what would be written, now or when a hold is over. */
  readonly records: ReadonlyMap<string, RecordOutcome>
}

export interface RecordOutcome {
  readonly action: 'create' | 'update' | 'qualify'
  readonly fields: ReadonlyMap<FieldName, WrittenField>
}

export interface WrittenField {
  readonly value: Json
  readonly rule: Rule | null
}

export function outcomeOf(plan: Plan, mapping: Mapping, target: TargetModel): Outcome {
  const records = recordsIn(plan, mapping, target)
  const [skipped] = plan.skipped
  if (skipped) return { action: 'skip', because: skipped.because, records }
  if (plan.changes.some((change) => change.state === 'ready' && change.settles.becomes === 'record'))
    return { action: 'create', records }
  const waiting = refusal(plan) ?? hold(plan)
  if (waiting) return { ...waiting, records }
  return {
    action: [...records.values()].some(({ fields }) => tellsSomething(fields, mapping)) ? 'update' : 'none',
    records,
  }
}

type Waiting = Pick<Outcome, 'action' | 'code' | 'message' | 'until'>

function refusal(plan: Plan): Waiting | undefined {
  const refused = plan.changes.find((change) => change.state === 'refused')?.why
  const problem = refused ?? plan.links.flatMap((link) => link.waiting).find((wait) => wait.for === 'problem')
  return problem && { action: 'refuse', code: problem.code, message: problem.message }
}

function hold(plan: Plan): Waiting | undefined {
  const held = plan.changes.find((change) => change.state === 'held' || change.state === 'question')?.why
  if (held)
    return {
      action: 'hold',
      code: held.code,
      message: held.message,
      ...(held.until === null ? {} : { until: held.until }),
    }
  const question = plan.links.flatMap((link) => link.waiting).find((wait) => wait.for === 'question')
  return question && { action: 'hold', code: question.code, message: question.message }
}

/** What the seller sees is written beside everything else; alone it is no update of the deal. */
function tellsSomething(fields: RecordOutcome['fields'], { statusInCrm }: Mapping): boolean {
  const shown = new Set<FieldName | null>(statusInCrm ? Object.values(statusInCrm) : [])
  return [...fields.keys()].some((name) => !shown.has(name))
}

function recordsIn(plan: Plan, mapping: Mapping, target: TargetModel): ReadonlyMap<string, RecordOutcome> {
  // What is held is shown as what will be sent when its time comes.
  const sent = plan.changes.filter((change) => change.state !== 'refused')
  const byKind = Map.groupBy(sent, (change) => (change.side === 'referral' ? 'referral' : change.kind))
  return new Map([...byKind].map(([kind, changes]) => [kind, recordOf(changes, mapping, target)]))
}

function recordOf(changes: readonly Change[], mapping: Mapping, target: TargetModel): RecordOutcome {
  const fields = new Map<FieldName, WrittenField>()
  for (const change of changes) {
    for (const [name, value] of Object.entries(change.write.fields)) {
      fields.set(name, { value, rule: change.fields.find((line) => line.path === name)?.rule ?? null })
    }
  }
  return { action: actionOf(changes, mapping, target), fields }
}

function actionOf(changes: readonly Change[], mapping: Mapping, target: TargetModel): RecordOutcome['action'] {
  if (changes.some((change) => change.action === 'create')) return 'create'
  const { lead } = target
  const qualifies =
    lead && changes.some((change) => change.kind === mapping.lead?.record && fits(change.write.fields, lead.qualified))
  return qualifies ? 'qualify' : 'update'
}
