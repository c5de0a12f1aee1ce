// One screen: pipelines, deadlines, connections, what needs someone. Read from memory and the ledger; no vendor is asked.

import type { Codebook } from '#core/codes'
import { linkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Assembly } from '#assembly/assembly'
import type { Connection } from '#assembly/connection'
import { readFact } from '#assembly/facts'
import { readVersions } from '#assembly/mapping-versions'
import { cachedProbe, recentDrift } from '#assembly/probes'
import type { Runner } from '#assembly/runner'
import type { ConnectionStatus, MappingStatus, OpenAnswer, PipelineStatus, Status } from './answers.ts'
import { notebookOf } from './notebook.ts'
import { problemGroups } from './problem-groups.ts'
import { troubleOf } from './trouble.ts'

export interface StatusParts {
  readonly assembly: Assembly
  readonly codes: Codebook
  readonly version: string
  readonly now: Instant
  readonly daemon: Status['daemon']
  readonly reload: Status['reload']
  readonly nextRun: (pipeline: string) => Instant | null
}

/** Deadlines shown: the soonest. */
const answersMax = 50

export async function statusOf(parts: StatusParts): Promise<Status> {
  const { assembly, codes, version, now, daemon, reload, nextRun } = parts
  const runners = [...assembly.runners.values()]
  const connections = [...assembly.connections.values()]
  return {
    schema: 'dealbridge.status/v1',
    version,
    name: assembly.settings.name,
    at: now,
    daemon,
    reload,
    pipelines: await Promise.all(runners.map(async (runner) => await pipelineStatus(runner, nextRun(runner.name)))),
    connections: await Promise.all(connections.map(async (one) => await connectionStatus(one, runners, now))),
    answers: soonest((await Promise.all(runners.map(answersOf))).flat()),
    problems: await problemGroups(runners, codes),
  }
}

async function pipelineStatus(runner: Runner, next: Instant | null): Promise<PipelineStatus> {
  const { trouble, settings } = runner
  const notebook = await notebookOf(runner)
  const mode = await runner.mode()
  const { linked, inStep, waiting, stuck } = await notebook.counted()
  return {
    name: runner.name,
    mode,
    fileMode: mode === settings.mode ? null : settings.mode,
    paused: await readFact(runner.ledger, 'paused'),
    mapping: await mappingStatus(runner),
    running: runner.isBusy,
    lastRun: notebook.lastRun,
    next,
    linked,
    inStep,
    waiting,
    stuck,
    trouble: trouble && { ...troubleOf(trouble.error), since: trouble.since, connection: trouble.connection },
  }
}

async function mappingStatus({ ledger }: Runner): Promise<MappingStatus> {
  const refused = await readFact(ledger, 'refused-mapping')
  return {
    version: (await readVersions(ledger)).at(-1)?.number ?? null,
    refused: refused && { since: refused.since, code: refused.code, message: refused.message },
  }
}

async function connectionStatus(
  { name, settings, party, host }: Connection,
  runners: readonly Runner[],
  now: Instant,
): Promise<ConnectionStatus> {
  const users = runners.filter(({ source, target }) => source.name === name || target.name === name)
  const trouble = users.map((runner) => runner.trouble).find((one) => one?.connection === name) ?? null
  const until = party.line.restingUntil(now)
  const ledger = users[0]?.ledger
  const probe = ledger ? await cachedProbe(ledger, name) : null
  const isProbed = users.some((runner) => runner.mapping !== null)
  return {
    name,
    role: settings.role,
    type: settings.type,
    state: trouble ? 'trouble' : until ? 'resting' : isProbed || probe ? 'ok' : 'unknown',
    account: probe?.probe.account ?? null,
    label: probe?.probe.label ?? null,
    until,
    trouble: trouble && troubleOf(trouble.error),
    signIn: (await settings.connector.signIn?.kept(settings.settings, host)) ?? null,
    drift: ledger ? await recentDrift(ledger, name, now) : [],
  }
}

/** One referral that several pipelines see is answered once. */
function soonest(answers: readonly OpenAnswer[]): readonly OpenAnswer[] {
  const byReferral = new Map<string, OpenAnswer>()
  for (const answer of answers) {
    const known = byReferral.get(answer.referral)
    if (!known || (known.title === '' && answer.title !== '')) byReferral.set(answer.referral, answer)
  }
  return [...byReferral.values()].sort((a, b) => (a.answerBy < b.answerBy ? -1 : 1)).slice(0, answersMax)
}

async function answersOf(runner: Runner): Promise<readonly OpenAnswer[]> {
  const { roster } = await notebookOf(runner)
  return roster.awaited().map(({ referral, answerBy, kind }) => ({
    pipeline: runner.name,
    referral,
    answerBy,
    title: roster.title(linkKey(referral)) ?? '',
    kind,
  }))
}
