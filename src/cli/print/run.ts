// How a pass went, in one or two lines.

import type { PipelineRun } from '#control/answers'
import { unreachable } from '#core/invariant'
import type { Change } from '#core/reconcile/plan'
import type { Paint } from './paint.ts'
import { plural, when } from './words.ts'

export interface RunPrint {
  readonly paint: Paint
  readonly zone: string
}

export function runLines(run: PipelineRun, print: RunPrint): readonly string[] {
  const { paint } = print
  const name = paint.bold(run.pipeline)
  switch (run.result) {
    case 'done':
    case 'held':
      return [
        `${run.result === 'done' ? paint.good('✓') : paint.warn('!')} ${name}: ${written(run)}${waits(run, print)}`,
      ]
    case 'stopped':
      return [`${paint.bad('✗')} ${name}: stopped before the first write. A person has to decide.`]
    case 'failed':
      return [`${paint.bad('✗')} ${name}: ${written(run)}`]
    case 'observing':
      return [
        `· ${name}: this pipeline only observes, so nothing is written. ${due(run)}To let it write: mode review or auto.`,
      ]
    case 'waiting':
      return [`⏸ ${name}: this pipeline writes only what a person agreed to. ${due(run)}`.trimEnd()]
    case 'paused':
      return [`⏸ ${name}: paused, so nothing is written. Go on: dealbridge resume ${run.pipeline}`]
    default:
      return unreachable(run.result)
  }
}

function written({ written: count, refused, unknown, deferred, ms }: PipelineRun): string {
  const parts = [
    refused > 0 && `${refused} refused`,
    unknown > 0 && `${plural(unknown, 'answer')} lost, looked up by the next pass`,
    deferred > 0 && `${deferred} left for the next pass`,
  ].filter(Boolean)
  const head = count === 0 ? 'nothing written' : `${count} written`
  return `${[`${head} in ${(ms / 1_000).toFixed(1)} s`, ...parts].join(', ')}.`
}

/** What waits, and until when the first of it does. */
function waits({ plan }: PipelineRun, { zone }: RunPrint): string {
  if (!plan) return ''
  const held = plan.changes.filter((change) => change.state === 'held')
  const refused = plan.changes.filter((change) => change.state === 'refused')
  const questions = plan.links.filter((link) => link.waiting.some((wait) => wait.for === 'question'))
  const first = earliest(held)
  const parts = [
    held.length > 0 &&
      `${plural(held.length, 'outcome')} held${first ? `, the first until ${when(first, plan.readAt, zone)}` : ''}.`,
    refused.length > 0 && `${plural(refused.length, 'change')} refused before: dealbridge problems.`,
    questions.length > 0 && `${plural(questions.length, 'question')}: dealbridge problems.`,
  ].filter(Boolean)
  return parts.length > 0 ? `  ${parts.join('  ')}` : ''
}

function earliest(held: readonly Change[]) {
  return held.flatMap(({ why }) => (why?.until ? [why.until] : [])).toSorted()[0]
}

function due({ plan }: PipelineRun): string {
  const ready = plan?.changes.filter((change) => change.state === 'ready').length ?? 0
  return ready === 0 ? 'Nothing is due. ' : `${plural(ready, 'change')} would be due: dealbridge plan. `
}
