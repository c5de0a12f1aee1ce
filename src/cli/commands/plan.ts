// `plan`: what would be written to each system, and why. Writes nothing.

import type { PipelinePlan } from '#control/answers'
import { examples, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit, exitOf } from '../exit.ts'
import { planDocument } from '../plan-file.ts'
import { draftLines } from '../print/mapping-preview.ts'
import { planKey, planLines } from '../print/plan.ts'
import { withProgress } from '../progress.ts'
import { pipelineFor, wordsAt } from './mappings/preview.ts'
import { parseSelection, selected } from '../select.ts'

interface PlanFlags {
  readonly pipeline?: string
  readonly select?: string
  readonly mapping?: string
  readonly out?: string
  readonly json?: boolean
  readonly exitCode?: boolean
  readonly full?: boolean
  readonly everything?: boolean
}

export const addPlan: AddCommand = (program, bench) => {
  const command = program
    .command('plan')
    .summary('show what would be written to each system, and why; writes nothing')
    .description('Shows what would be written to each system, and why. Writes nothing.')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--select <words>', 'only changes that fit: state:ready system:salesforce text:"fabric"')
    .option('--mapping <file>', 'plan with this draft instead of the published mapping')
    .option('--out <file>', 'keep the plan, for sync --plan')
    .option('--json', 'one JSON document on standard output')
    .option('--exit-code', 'exit with 2 when changes are pending')
    .option('--full', 'show every change and every field')
    .option('--everything', 'compare every pair, not only what changed')
    .action(bench.run(plan))
  examples(command, 'dealbridge plan', 'dealbridge plan --out plan.json && dealbridge sync --plan plan.json')
}

async function plan(context: Context, flags: PlanFlags): Promise<number> {
  const { parts } = context
  return await context.withControl(async (control, settings) => {
    const { everything, mapping } = flags
    const draft = mapping === undefined ? null : await wordsAt(context, mapping)
    const pipeline = flags.pipeline ?? (draft ? pipelineFor(settings, draft) : undefined)
    const request = {
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(everything ? { everything } : {}),
      ...(draft ? { mapping: draft } : {}),
    }
    const found = await withProgress({ ...parts, label: 'Reading' }, async (tell) => await control.plan(request, tell))
    const plans = flags.select === undefined ? found : narrowed(found, flags.select)
    if (flags.out !== undefined) await parts.files.write(parts.files.resolve(flags.out), text(planDocument(plans)))
    if (flags.json) context.json(planDocument(plans))
    else {
      tell(context, plans, { zone: context.zone(settings), full: flags.full ?? false })
      if (mapping !== undefined) context.lines(['', ...plans.flatMap((one) => draftLines(one, mapping))])
    }
    for (const { trouble } of plans) if (trouble) context.failure(trouble)
    if (flags.out !== undefined && plans.some(({ plan: one }) => one !== null))
      context.note(`Nothing has been written. Exactly this, later:  dealbridge sync --plan ${flags.out}`)
    return codeOf(plans, flags.exitCode ?? false)
  })
}

const text = (document: object): string => `${JSON.stringify(document, null, 2)}\n`

export function narrowed(plans: readonly PipelinePlan[], words: string): readonly PipelinePlan[] {
  const selects = parseSelection(words)
  return plans.map((one) => ({
    ...one,
    plan: one.plan && { ...one.plan, changes: selected(one.plan.changes, selects) },
  }))
}

interface Telling {
  readonly zone: string
  readonly full: boolean
}

export function tell(context: Context, plans: readonly PipelinePlan[], { zone, full }: Telling): void {
  const made = plans.filter(({ plan: one }) => one !== null)
  const isEmpty = made.every(({ plan: one }) => one?.changes.length === 0)
  const lines = made.flatMap((one) => [...planLines(one, { paint: context.paint, zone, full }), ''])
  if (lines.length > 0) context.lines([...(isEmpty ? [] : [planKey, '']), ...lines.slice(0, -1)])
}

function codeOf(plans: readonly PipelinePlan[], wantsPending: boolean): number {
  const troubles = plans.flatMap(({ trouble }) => (trouble ? [exitOf(trouble)] : []))
  const isPending = plans.some(({ plan: one }) => one?.changes.some((change) => change.state === 'ready'))
  return Math.max(exit.done, wantsPending && isPending ? exit.pending : exit.done, ...troubles)
}
