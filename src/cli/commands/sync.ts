// `sync`: one pass now. In mode auto it asks nothing unless a brake stops it; in mode review it shows the plan first;
// in mode observe it writes nothing, whatever is typed. Outcomes, which nobody can take back, are counted, not waved
// through: --yes never covers them.

import type { PipelinePlan, PipelineRun, PipelineStatus } from '#control/answers'
import type { Control } from '#control/control'
import { isOutcome, type Plan } from '#core/reconcile/plan'
import { NeedsHuman } from '#core/errors'
import type { Settings } from '#settings/settings'
import { examples, wholeNumber, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit, exitOfRuns } from '../exit.ts'
import { readPlans } from '../plan-file.ts'
import { runLines } from '../print/run.ts'
import { withProgress } from '../progress.ts'
import { limited, parseSelection, selected } from '../select.ts'
import { tell } from './plan.ts'

export interface SyncFlags {
  readonly pipeline?: string
  readonly plan?: string
  readonly select?: string
  readonly limit?: number
  readonly yes?: boolean
  readonly approveOutcomes?: number
  readonly json?: boolean
}

export const addSync: AddCommand = (program, bench) => {
  const command = program
    .command('sync')
    .summary('one pass now: plan, then write')
    .description('One pass now: plans, then writes what the mode of each pipeline lets it write.')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--plan <file>', 'exactly this saved plan; refuses when a record moved since')
    .option('--select <words>', 'only changes that fit')
    .option('--limit <n>', 'at most so many changes', wholeNumber)
    .option('--yes', 'write without asking; never covers outcomes')
    .option('--approve-outcomes <n>', 'send up to so many Won, Lost and Declined in this run', wholeNumber)
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(sync))
  examples(command, 'dealbridge sync', 'dealbridge sync --plan plan.json --yes')
}

export async function sync(context: Context, flags: SyncFlags): Promise<number> {
  return await context.withControl(async (control, settings) => {
    const { pipelines } = await control.status()
    const saved = flags.plan === undefined ? null : await savedPlans(context, flags.plan)
    const wanted = flags.pipeline ?? (saved?.length === 1 ? saved[0]?.pipeline : undefined)
    const chosen = pipelines.filter(({ name }) => wanted === undefined || name === wanted)
    // A name that is none is refused where names are known, with the nearest one.
    if (chosen.length === 0) await control.plan({ pipeline: wanted ?? '' })
    const one = new Sync(context, control, { flags, zone: context.zone(settings), settings })
    const runs: PipelineRun[] = []
    for (const pipeline of chosen) {
      const agreed = saved?.find((plan) => plan.pipeline === pipeline.name)
      if (!saved || agreed) runs.push(...(await one.run(pipeline, agreed ?? null)))
    }
    if (saved && runs.length === 0) throw elsewhere(flags.plan ?? '')
    if (flags.json) context.json({ schema: 'dealbridge.sync/v1', runs })
    // Told to end before everything was done; what was begun is finished and recorded.
    return context.isInterrupted && runs.some(({ deferred }) => deferred > 0) ? exit.interrupted : exitOfRuns(runs)
  })
}

async function savedPlans({ parts }: Context, file: string): Promise<readonly Plan[]> {
  const text = await parts.files.read(parts.files.resolve(file))
  if (text === undefined)
    throw new NeedsHuman(`There is no file ${file}. Make a plan with \`dealbridge plan --out ${file}\`.`, {
      code: 'DB-1156',
      who: 'operations',
    })
  return readPlans(file, text)
}

const elsewhere = (file: string): NeedsHuman =>
  new NeedsHuman(`${file} holds no plan for a pipeline of this configuration.`, { code: 'DB-1155', who: 'operations' })

interface SyncParts {
  readonly flags: SyncFlags
  readonly zone: string
  readonly settings: Settings
}

class Sync {
  readonly #context: Context
  readonly #control: Control
  readonly #parts: SyncParts

  constructor(context: Context, control: Control, parts: SyncParts) {
    this.#context = context
    this.#control = control
    this.#parts = parts
  }

  async run(pipeline: PipelineStatus, saved: Plan | null): Promise<readonly PipelineRun[]> {
    const { flags } = this.#parts
    const narrow = flags.select !== undefined || flags.limit !== undefined
    const first =
      saved || narrow || pipeline.mode === 'review'
        ? await this.#agreed(pipeline, saved)
        : await this.#write(pipeline, null, false)
    return await this.#afterBrakes(pipeline, first)
  }

  /** What was saved, or what is shown now and agreed to. */
  async #agreed(pipeline: PipelineStatus, saved: Plan | null): Promise<PipelineRun> {
    if (pipeline.mode === 'observe' || pipeline.paused) return await this.#write(pipeline, saved, false)
    if (saved && pipeline.mode === 'auto') return await this.#write(pipeline, saved, true)
    const shown = await this.#shown(pipeline, saved)
    const plan = saved ?? this.#cut(shown)
    if (!plan || !plan.changes.some((change) => change.state === 'ready'))
      return await this.#write(pipeline, null, false)
    const may = pipeline.mode === 'auto' || (await this.#asks(plan))
    return may ? await this.#write(pipeline, plan, true) : this.#unagreed(shown, pipeline)
  }

  async #shown({ name }: PipelineStatus, saved: Plan | null): Promise<PipelinePlan> {
    const { parts } = this.#context
    const [planned] = await withProgress(
      { ...parts, label: 'Reading' },
      async (progress) => await this.#control.plan({ pipeline: name }, progress),
    )
    if (!planned) throw elsewhere(name)
    const shown = saved ? { ...planned, plan: saved } : { ...planned, plan: this.#cut(planned) }
    if (!this.#parts.flags.json) tell(this.#context, [shown], { zone: this.#parts.zone, full: false })
    return shown
  }

  #cut({ plan }: PipelinePlan): Plan | null {
    const { select, limit } = this.#parts.flags
    if (!plan) return null
    const fitting = select === undefined ? plan.changes : selected(plan.changes, parseSelection(select))
    return { ...plan, changes: limit === undefined ? fitting : limited(fitting, limit) }
  }

  async #asks({ changes }: Plan): Promise<boolean> {
    const count = changes.filter((change) => change.state === 'ready').length
    return await this.#question(`Write ${count} ${count === 1 ? 'change' : 'changes'}?`)
  }

  /** One y/N. Without a terminal only --yes is a yes. */
  async #question(question: string): Promise<boolean> {
    const { parts, mayAsk } = this.#context
    if (this.#parts.flags.yes) return true
    if (!mayAsk) {
      this.#context.note('Nobody is here to agree. Say --yes to write without being asked.')
      return false
    }
    const answer = await parts.terminal.ask(`${question} [y/N] `, new AbortController().signal)
    return /^y(?:es)?$/i.test(answer.trim())
  }

  #unagreed(shown: PipelinePlan, { mode }: PipelineStatus): PipelineRun {
    return { ...shown, mode, result: 'waiting', written: 0, refused: 0, unknown: 0, deferred: 0 }
  }

  async #write(
    { name }: PipelineStatus,
    plan: Plan | null,
    isAgreed: boolean,
    outcomes?: number,
  ): Promise<PipelineRun> {
    const { parts } = this.#context
    const { flags } = this.#parts
    const approved = { changes: isAgreed, outcomes: outcomes ?? flags.approveOutcomes ?? 0 }
    const request = { pipeline: name, who: parts.user, approved, ...(plan ? { agreed: [plan] } : {}) }
    const [run] = await withProgress(
      { ...parts, label: 'Working' },
      async (progress) => await this.#control.sync(request, progress),
    )
    if (!run) throw elsewhere(name)
    return run
  }

  /** A plan that a brake stopped is shown; what a person may let go, they are asked about. */
  async #afterBrakes(pipeline: PipelineStatus, run: PipelineRun): Promise<readonly PipelineRun[]> {
    const { plan } = run
    const next = run.result === 'stopped' && plan ? await this.#letGo(pipeline, run, plan) : null
    this.#told(next ?? run)
    return [next ?? run]
  }

  async #letGo(pipeline: PipelineStatus, run: PipelineRun, plan: Plan): Promise<PipelineRun | null> {
    const { flags, zone } = this.#parts
    if (!flags.json) tell(this.#context, [run], { zone, full: false })
    const codes = new Set(plan.stopped.map(({ code }) => code))
    const outcomes = plan.changes.filter((change) => change.state === 'ready' && isOutcome(change)).length
    // A record that moved, and links that vanished, are not for waving through.
    if (codes.has('DB-3126') || codes.has('DB-3125')) return null
    if (codes.has('DB-3121') && !(await this.#countsOutcomes(outcomes))) return null
    const isOnlyOutcomes = codes.size === 1 && codes.has('DB-3121')
    if (!isOnlyOutcomes && !(await this.#asks(plan))) return null
    return await this.#write(pipeline, plan, true, outcomes)
  }

  async #countsOutcomes(outcomes: number): Promise<boolean> {
    const { parts, mayAsk } = this.#context
    const hint = `${outcomes} outcomes cannot be taken back. To send them: --approve-outcomes ${outcomes}`
    if (!mayAsk) {
      this.#context.note(hint)
      return false
    }
    const question = `${outcomes} outcomes cannot be taken back. Type their number to send them: `
    return (await parts.terminal.ask(question, new AbortController().signal)).trim() === String(outcomes)
  }

  #told(run: PipelineRun): void {
    if (!this.#parts.flags.json)
      this.#context.lines(runLines(run, { paint: this.#context.paint, zone: this.#parts.zone }))
    if (run.trouble) this.#context.failure(run.trouble)
  }
}
