// Plans and passes that a person asks for. What the mode of a pipeline allows, and what has to be agreed to first, is
// decided here; how it is written is the engine's.

import { FixConfig } from '#core/errors'
import type { Plan } from '#core/reconcile/plan'
import type { Mode, Pipeline } from '#engine/pipeline'
import { readFact } from '#assembly/facts'
import type { Runner } from '#assembly/runner'
import type { PipelinePlan, PipelineRun } from './answers.ts'
import { callsFor } from './calls.ts'
import type { Tell } from './control.ts'
import type { Ending } from './ending.ts'
import { look, pass, type PassReport } from './pass.ts'
import type { PlanRequest, SyncRequest } from './requests.ts'
import { troubleOf } from './trouble.ts'

export interface How {
  readonly ending: Ending
  readonly tell: Tell | undefined
}

export async function planAt(runner: Runner, request: PlanRequest, { ending, tell }: How): Promise<PipelinePlan> {
  const { mapping: words } = request
  const as = async (pipeline: Pipeline): Promise<Pipeline> =>
    words ? { ...pipeline, mapping: await runner.compileDraft(words.path, ending.signal, words.text) } : pipeline
  const report = await look(runner, {
    ...ending,
    tell,
    // A draft can change any deal, so all of them are looked at.
    everything: (request.everything ?? false) || words !== undefined,
    ...(words === undefined ? {} : { as }),
  })
  return planned(runner, report)
}

/** One pipeline after the other: a brake of the first is seen before the second has written. */
export async function syncAt(
  runners: readonly Runner[],
  request: SyncRequest,
  how: How,
): Promise<readonly PipelineRun[]> {
  const { agreed } = request
  const strangers = agreed?.filter(({ pipeline }) => !runners.some(({ name }) => name === pipeline)) ?? []
  const [stranger] = strangers
  if (stranger) throw foreignPlan(stranger)
  const runs: PipelineRun[] = []
  for (const runner of runners) {
    const mine = agreed?.find(({ pipeline }) => pipeline === runner.name)
    if (agreed && !mine) continue
    runs.push(await syncOne(runner, { ...request, agreed: mine }, how))
  }
  return runs
}

type OneSync = Omit<SyncRequest, 'agreed'> & { readonly agreed: Plan | undefined }

async function syncOne(runner: Runner, request: OneSync, { ending, tell }: How): Promise<PipelineRun> {
  const { agreed, approved, everything, who } = request
  const mode = await runner.mode()
  const writes = mode === 'auto' || (mode === 'review' && (agreed !== undefined || approved?.changes === true))
  const paused = (await readFact(runner.ledger, 'paused')) !== null
  if (!writes || paused) {
    const report = await look(runner, { ...ending, tell, everything: everything ?? false })
    return ran(runner, report, unwritten(report, mode, paused))
  }
  const report = await pass(runner, {
    ...ending,
    tell,
    who,
    everything: everything ?? false,
    approved: { outcomes: approved?.outcomes ?? 0, changes: (approved?.changes ?? false) || agreed !== undefined },
    ...(agreed ? { agreed } : {}),
  })
  return ran(runner, report, report.result)
}

function unwritten({ result, plan }: PassReport, mode: Mode, paused: boolean): PipelineRun['result'] {
  if (result === 'failed') return 'failed'
  if (paused) return 'paused'
  if (mode === 'observe') return 'observing'
  const isDue = plan?.changes.some((change) => change.state === 'ready') ?? false
  return isDue ? 'waiting' : 'done'
}

function planned(runner: Runner, report: PassReport): PipelinePlan {
  const { source, target } = runner
  return {
    pipeline: runner.name,
    mode: report.mode,
    source: { name: source.name, label: source.settings.connector.source?.label ?? source.name },
    target: { name: target.name, label: target.settings.connector.target?.label ?? target.name },
    ms: report.ms,
    plan: report.plan,
    apiCalls: report.plan ? callsFor(report.plan, { referral: source.party.traits, crm: target.party.traits }) : 0,
    trouble: report.error && troubleOf(report.error),
  }
}

export function ran(runner: Runner, report: PassReport, result: PipelineRun['result']): PipelineRun {
  const { applied } = report
  return {
    ...planned(runner, report),
    result,
    written: applied?.written ?? 0,
    refused: applied?.refused ?? 0,
    unknown: applied?.unknown ?? 0,
    deferred: applied?.deferred ?? 0,
  }
}

const foreignPlan = ({ pipeline }: Plan): FixConfig =>
  new FixConfig(`The saved plan is for the pipeline "${pipeline}", which is not among those to be written.`, {
    code: 'DB-1155',
    who: 'operations',
  })
