// Plans as documents: what `plan --json` prints and `plan --out` keeps, and how such a file is read back.

import { FixConfig } from '#core/errors'
import { isOutcome, PLAN_SCHEMA, type Change, type Plan } from '#core/reconcile/plan'
import type { PipelinePlan } from '#control/answers'
import { SavedPlan } from '#control/requests'

export interface PlanDocument extends Omit<Plan, 'links' | 'changes'> {
  readonly mode: PipelinePlan['mode']
  readonly changes: readonly (Change & { readonly hold?: { readonly until: string | null; readonly code: string } })[]
  readonly questions: readonly Question[]
  readonly summary: Summary
}

interface Question {
  readonly referral: string
  readonly record: string | null
  readonly subject: string
  readonly code: string
  readonly message: string
  readonly who: string
  readonly choices: readonly string[]
}

interface Summary {
  readonly create: number
  readonly update: number
  readonly outcome: number
  readonly held: number
  readonly refused: number
  readonly question: number
  readonly apiCalls: number
}

/** One pipeline: its plan. Several: a list of them. Either names its schema. */
export function planDocument(plans: readonly PipelinePlan[]): object {
  const documents = plans.flatMap((one) => (one.plan ? [documentOf(one, one.plan)] : []))
  const troubles = plans.flatMap(({ pipeline, trouble }) => (trouble ? [{ pipeline, ...trouble }] : []))
  const [only] = documents
  if (only && plans.length === 1) return only
  return { schema: PLAN_SCHEMA, plans: documents, ...(troubles.length > 0 ? { troubles } : {}) }
}

function documentOf({ mode, apiCalls }: PipelinePlan, { links, changes, ...plan }: Plan): PlanDocument {
  const questions = links.flatMap((link) =>
    link.waiting
      .filter((wait) => wait.for === 'question')
      .map(({ subject, code, message, who, choices = [] }) => ({
        referral: link.referral,
        record: link.record,
        subject,
        code,
        message,
        who,
        choices,
      })),
  )
  return {
    ...plan,
    mode,
    changes: changes.map((change) =>
      change.state === 'held' && change.why
        ? { ...change, hold: { until: change.why.until, code: change.why.code } }
        : change,
    ),
    questions,
    summary: { ...summaryOf(changes, questions.length), apiCalls },
  }
}

export function summaryOf(changes: readonly Change[], question: number): Omit<Summary, 'apiCalls'> {
  const ready = changes.filter((change) => change.state === 'ready')
  const create = ready.filter((change) => change.action === 'create').length
  const outcome = ready.filter(isOutcome).length
  return {
    create,
    update: ready.length - create - outcome,
    outcome,
    held: changes.filter((change) => change.state === 'held').length,
    refused: changes.filter((change) => change.state === 'refused').length,
    question,
  }
}

/** What a saved file agrees to. Throws where it is not one of ours. */
export function readPlans(file: string, text: string): readonly Plan[] {
  const found = parts(parseJson(text)).map((part) => SavedPlan.safeParse(part))
  if (found.length === 0 || found.some((one) => !one.success)) throw notPlan(file)
  return found.flatMap((one) => (one.success ? [{ ...one.data, links: [], stopped: [], skipped: [] }] : []))
}

function parts(document: unknown): readonly unknown[] {
  if (typeof document !== 'object' || document === null) return []
  return 'plans' in document && Array.isArray(document.plans) ? document.plans : [document]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const notPlan = (file: string): FixConfig =>
  new FixConfig(`${file} is not a plan that \`dealbridge plan --out\` wrote with this version. Make it again.`, {
    code: 'DB-1156',
    who: 'operations',
  })
