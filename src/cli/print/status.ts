// One screen: does it work, what is urgent, what needs someone.

import { msOf, type Instant } from '#core/model/instant'
import type { ConnectionStatus, PipelineStatus, ProblemGroup, Status } from '#control/answers'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { clip, plural, span, until, when } from './words.ts'

export interface StatusPrint {
  readonly paint: Paint
  readonly zone: string
}

const answersShown = 4

export function statusLines(status: Status, print: StatusPrint): readonly string[] {
  const { paint, zone } = print
  const needy = status.problems.length
  const up = status.daemon ? `, up ${span(msOf(status.at) - msOf(status.daemon.since))}` : ''
  const state = status.daemon
    ? needy > 0
      ? `working, ${plural(needy, 'thing')} ${needy === 1 ? 'needs' : 'need'} someone`
      : 'working'
    : 'no daemon runs here'
  return [
    `${paint.bold(`dealbridge ${status.version}`)}${up}: ${state}   ${when(status.at, status.at, zone)}`,
    ...(status.reload
      ? [
          paint.bad(
            `✗ The settings changed at ${when(status.reload.at, status.at, zone)}, but could not be taken over: ${status.reload.trouble.message} The ones before are in force.`,
          ),
        ]
      : []),
    '',
    ...pipelines(status, print),
    ...answers(status, print),
    '',
    paint.bold('CONNECTIONS'),
    ...connectionLines(status.connections, status.at, print),
    ...problems(status.problems, print),
  ]
}

function pipelines(status: Status, { paint, zone }: StatusPrint): readonly string[] {
  const rows = status.pipelines.map((pipeline) => [
    pipeline.name,
    pipeline.paused ? `${pipeline.mode}, paused` : pipeline.mode,
    lastRun(pipeline, status.at, zone),
    String(pipeline.linked),
    String(pipeline.inStep),
    String(pipeline.waiting),
    String(pipeline.stuck),
    pipeline.running ? 'running' : pipeline.next ? when(pipeline.next, status.at, zone) : '–',
  ])
  const troubles = status.pipelines.flatMap(({ name, trouble }) =>
    trouble ? [paint.bad(`  ✗ ${name}: ${trouble.message}   ${trouble.code}`)] : [],
  )
  const refused = status.pipelines.flatMap(({ name, mapping }) =>
    mapping.refused
      ? [
          paint.warn(
            `  ! ${name}: the mapping file cannot be used since ${when(mapping.refused.since, status.at, zone)}, so version ${mapping.version ?? '?'} works on: ${clip(mapping.refused.message, 160)}   ${mapping.refused.code}`,
          ),
        ]
      : [],
  )
  return [
    ...table(['PIPELINE', 'MODE', 'LAST RUN', 'LINKED', 'IN STEP', 'WAITING', 'STUCK', 'NEXT'], rows, paint),
    ...refused,
    ...troubles,
  ]
}

function lastRun({ lastRun: run }: PipelineStatus, now: Instant, zone: string): string {
  if (!run) return '–'
  const mark = run.result === 'done' || run.result === 'held' ? '✓' : '✗'
  return `${when(run.startedAt, now, zone)} ${mark} ${(run.ms / 1_000).toFixed(1)} s`
}

function answers(status: Status, { paint }: StatusPrint): readonly string[] {
  if (status.answers.length === 0) return []
  const soonest = status.answers.toSorted((a, b) => (a.answerBy < b.answerBy ? -1 : 1)).slice(0, answersShown)
  return [
    '',
    `${paint.bold('ANSWER SOON')}   Microsoft closes unanswered referrals   ${soonest.length} of ${status.answers.length} open shown`,
    ...soonest.map(
      ({ answerBy, title, kind, referral }) =>
        `  ${until(answerBy, status.at).padEnd(12)} ${clip(title || referral, 48).padEnd(48)} ${kind}`,
    ),
  ]
}

export const connectionLines = (
  connections: Status['connections'],
  now: Instant,
  print: StatusPrint,
): readonly string[] => connections.map((connection) => connectionLine(connection, now, print))

function connectionLine(
  { name, state, account, label, until: end, trouble, signIn }: ConnectionStatus,
  now: Instant,
  { paint, zone }: StatusPrint,
): string {
  const about = [account ?? signIn?.account, label, life(signIn, now)].filter(Boolean).join(', ')
  if (state === 'ok') return `  ${name.padEnd(16)} ${paint.good('✓')}  ${about}`
  if (state === 'unknown')
    return `  ${name.padEnd(16)} ·  ${['not asked yet', life(signIn, now)].filter(Boolean).join(', ')}`
  if (state === 'resting')
    return `  ${name.padEnd(16)} ${paint.warn('⏸')}  resting${end ? ` until ${when(end, now, zone)}` : ''}`
  return `  ${name.padEnd(16)} ${paint.bad('✗')}  ${trouble?.message ?? 'in trouble'}   ${trouble?.code ?? ''}`.trimEnd()
}

/** How long the sign-in lasts if nothing renews it. */
function life(signIn: ConnectionStatus['signIn'], now: Instant): string {
  if (!signIn) return ''
  return signIn.until
    ? `signed in, renewed by use; unused it ends in ${until(signIn.until, now)}`
    : 'signed in, renewed by use'
}

function problems(groups: readonly ProblemGroup[], { paint }: StatusPrint): readonly string[] {
  if (groups.length === 0) return []
  return [
    '',
    paint.bold('NEEDS SOMEONE'),
    ...groups
      .slice(0, 8)
      .map(
        ({ what, pipeline, count, message, who, code }) =>
          `  ${(what === 'pipeline' ? clip(pipeline, 20) : plural(count, 'deal')).padEnd(9)} ${clip(message, 70)}   ${who}   ${code}`,
      ),
    paint.dim('  more: dealbridge problems'),
  ]
}
