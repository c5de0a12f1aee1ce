// The codes a command exits with. Small numbers say how it went; those of sysexits say why it could not run, so that
// systemd prints their names and can act on them.

import type { Code } from '#core/model/ids'
import { unreachable } from '#core/invariant'
import type { PipelineRun, PipelineVerified } from '#control/answers'
import type { Trouble } from '#control/trouble'

export const exit = {
  done: 0,
  /** Finished, but something was held, a test failed, or a check found an error. */
  held: 1,
  /** Changes are pending; only where that was asked for. */
  pending: 2,
  /** A person is needed: an approval, a limit, an answer. */
  person: 3,
  usage: 64,
  /** A remote system is down. */
  down: 69,
  bug: 70,
  /** The disk under the ledger is full, failed or cannot be written. Starting again helps once that is mended. */
  disk: 74,
  /** Try again later: a rate limit, or somebody else holds the ledger. */
  later: 75,
  /** Signed out or not permitted. */
  permission: 77,
  /** Configuration or mapping invalid. */
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const

/** Somebody else is at work, or asked us to wait: the same command succeeds later. */
const later: ReadonlySet<Code> = new Set(['DB-3001', 'DB-1106', 'DB-1108', 'DB-4001'])

/** The ledger stopped, or never started, for a reason of the disk's. */
const ofDisk: ReadonlySet<Code> = new Set(['DB-4007', 'DB-4008', 'DB-4009', 'DB-4010'])

export function exitOf({ remedy, code, notBefore }: Pick<Trouble, 'remedy' | 'code' | 'notBefore'>): number {
  if (later.has(code)) return exit.later
  if (ofDisk.has(code)) return exit.disk
  switch (remedy) {
    case 'retry-later':
      return notBefore === undefined ? exit.down : exit.later
    case 'fix-config':
      return isAboutAccess(code) ? exit.permission : exit.config
    case 'needs-human':
      return isAboutNames(code) ? exit.usage : exit.person
    case 'bug':
      return exit.bug
    default:
      return unreachable(remedy)
  }
}

/** Connections and credentials of vendors; a secret that our own configuration names wrongly is not among them. */
const isAboutAccess = (code: Code): boolean => /^DB-1[235]\d\d$/.test(code) || /^DB-14[1-9]\d$/.test(code)

/** What was named on the command line does not exist. */
const isAboutNames = (code: Code): boolean => /^DB-(?:115\d|1162|203[34])$/.test(code)

/** Of several pipelines the one that needs most attention decides. */
export function exitOfRuns(runs: readonly PipelineRun[]): number {
  // A pipeline that only observes is no reason for concern beside others that did what they should.
  const active = runs.filter(({ result }) => result !== 'observing')
  return Math.max(exit.done, ...(active.length > 0 ? active : runs).map(exitOfRun))
}

/** What waits or is unexplained is told louder than what is on its way; a pipeline that could not be read, loudest. */
export function exitOfVerified(pipelines: readonly PipelineVerified[]): number {
  return Math.max(exit.done, ...pipelines.map(exitOfPairs))
}

function exitOfPairs({ trouble, history, counts }: PipelineVerified): number {
  if (trouble) return exitOf(trouble)
  // An altered history is as loud as it gets without a failure: it is told before anything that is only pending.
  if (counts.unexplained + counts.held + counts.shared + (history?.altered ?? 0) > 0) return exit.held
  return counts.due > 0 ? exit.pending : exit.done
}

function exitOfRun({ result, trouble }: PipelineRun): number {
  switch (result) {
    case 'done':
      return exit.done
    case 'held':
      return exit.held
    case 'stopped':
    case 'observing':
    case 'waiting':
    case 'paused':
      return exit.person
    case 'failed':
      return trouble ? exitOf(trouble) : exit.bug
    default:
      return unreachable(result)
  }
}
