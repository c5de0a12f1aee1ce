// The doctor: is everything reachable, allowed, valid and mapped? Reads only. Every connection is asked who it is and
// what it may do, and every mapping is held against what its CRM has today.

import type { Problem } from '#core/problem'
import { asSyncError } from '#core/errors'
import type { Assembly } from '#assembly/assembly'
import type { Connection } from '#assembly/connection'
import { askProbe } from '#assembly/probes'
import { connectionPush } from '#assembly/push'
import type { Runner } from '#assembly/runner'
import { REFERRAL, type Kind } from '#core/model/ids'
import type { Finding } from '#spi'
import type { Checked, CheckSection } from './answers.ts'
import { troubleOf } from './trouble.ts'

export interface House {
  readonly assembly: Assembly
  /** Only a running daemon hears a call. */
  readonly isDaemon: boolean
}

export async function check(
  { assembly, isDaemon }: House,
  connection: string | undefined,
  signal: AbortSignal,
): Promise<Checked> {
  const runners = [...assembly.runners.values()].filter(
    ({ source, target }) => connection === undefined || [source.name, target.name].some((name) => name === connection),
  )
  const connections = [...assembly.connections.values()].filter(
    ({ name }) => connection === undefined || name === connection,
  )
  // Each vendor is asked at the same time; what one of them says is never lost behind another's silence. Mappings come
  // first: they say which kinds of record a connection must be able to write.
  const mapped = await Promise.all(runners.map(async (one) => await pipelineSection(one, signal)))
  const looks = connections.map((one): Look => ({ connection: one, kinds: kindsFor(one, runners), isDaemon }))
  const asked = await Promise.all(looks.map(async (look) => await connectionSection(look, signal)))
  return { schema: 'dealbridge.check/v1', sections: [...asked, ...mapped, await machineSection(runners)] }
}

/** All that the mappings touch; where none can be read, what they would be about. */
function kindsFor({ name, settings: { connector } }: Connection, runners: readonly Runner[]): readonly Kind[] {
  if (connector.source) return [REFERRAL]
  const used = runners.flatMap(({ target, mapping }) => (target.name === name ? (mapping?.shapes ?? []) : []))
  const kinds = [...(connector.target ? [connector.target.record] : []), ...used.map(({ kind }) => kind)]
  return [...new Set(kinds)]
}

interface Look {
  readonly connection: Connection
  readonly kinds: readonly Kind[]
  readonly isDaemon: boolean
}

async function connectionSection({ connection, kinds, isDaemon }: Look, signal: AbortSignal): Promise<CheckSection> {
  const { name, settings } = connection
  const { source, target } = settings.connector
  const title = source?.label ?? target?.label ?? name
  try {
    const { label, account, findings } = await askProbe(connection, kinds, signal)
    const signedIn: Finding = { level: 'ok', what: `signed in as ${account}` }
    const isSaid = findings.some(({ what }) => what.includes(account))
    return {
      of: 'connection',
      title,
      about: `${name}, ${label}`,
      findings: [
        ...(isSaid ? [] : [signedIn]),
        ...findings,
        ...(isDaemon ? await trialFindings(connection, signal) : []),
      ],
      problems: [],
    }
  } catch (error) {
    signal.throwIfAborted()
    return { of: 'connection', title, about: name, findings: [failed(error)], problems: [] }
  }
}

/** A call of the vendor's own, all the way round: only where it is us whom it calls. */
async function trialFindings(connection: Connection, signal: AbortSignal): Promise<readonly Finding[]> {
  const push = connectionPush(connection)
  if (!push?.address) return []
  try {
    if ((await push.registered(signal))?.url !== push.address) return []
    const { arrived, said } = await push.roundTrip(signal)
    return [arrived ? { level: 'ok', what: 'a test call came all the way round' } : lostTrial(said)]
  } catch (error) {
    signal.throwIfAborted()
    const { code, message } = troubleOf(error)
    return [{ level: 'warning', what: `no test call could be asked for: ${message}`, code }]
  }
}

const lostTrial = (said: string): Finding => ({
  level: 'warning',
  what: `a test call did not arrive: ${said}`,
  code: 'DB-1172',
  consequence: 'Changes are seen at the next poll, not at once.',
  fix: 'see that the address leads to /push/<connection> of this daemon',
  who: 'operations',
})

function failed(error: unknown): Finding {
  const { code, message, who } = troubleOf(error)
  return { level: 'error', what: message, code, who }
}

async function pipelineSection(runner: Runner, signal: AbortSignal): Promise<CheckSection> {
  const title = `Pipeline ${runner.name}`
  const about = `mode ${await runner.mode()}`
  try {
    await runner.ready(signal, { fresh: true })
    runner.succeeded()
    const { refusedMapping, warnings } = runner
    const bound: Finding = { level: 'ok', what: 'the ledger belongs to these organizations' }
    if (refusedMapping) {
      const instead: Finding = {
        level: 'ok',
        what: `version ${refusedMapping.version} of the mapping works on meanwhile`,
      }
      return { of: 'pipeline', title, about, findings: [instead, bound], problems: refusedMapping.problems }
    }
    return { of: 'pipeline', title, about, findings: [...mappingFindings(runner), bound], problems: warnings }
  } catch (error) {
    signal.throwIfAborted()
    const known = asSyncError(error)
    const culprit = runner.trouble?.connection
    if (culprit) return { of: 'pipeline', title, about, findings: [unchecked(culprit)], problems: [] }
    const problems: readonly Problem[] = known.remedy === 'fix-config' ? known.problems : []
    return { of: 'pipeline', title, about, findings: problems.length > 0 ? [] : [failed(error)], problems }
  }
}

function mappingFindings({ mapping, testsPassed }: Runner): readonly Finding[] {
  const name = mapping?.name ?? ''
  return [
    { level: 'ok', what: `the mapping ${name} is valid and fits what the CRM has today` },
    testsPassed > 0
      ? { level: 'ok', what: testsPassed === 1 ? 'its test passes' : `its ${testsPassed} tests pass` }
      : {
          level: 'warning',
          what: `the mapping ${name} carries no tests`,
          fix: 'see "tests" in mappings/README.md',
          who: 'CRM admin',
        },
  ]
}

const unchecked = (connection: string): Finding => ({
  level: 'warning',
  what: `cannot be checked while the connection ${connection} does not work`,
})

async function machineSection(runners: readonly Runner[]): Promise<CheckSection> {
  const histories = await Promise.all(runners.map(historyFinding))
  const findings = runners.flatMap(({ name, ledger }): readonly Finding[] => {
    if (ledger.failure) return [failed(ledger.failure)]
    const writable: Finding = { level: 'ok', what: `the ledger of ${name} can be written` }
    if (ledger.opened.sealed) return [writable]
    return [
      writable,
      {
        level: 'warning',
        what: `the ledger of ${name} is not encrypted`,
        code: 'DB-1104',
        consequence: 'Whoever reads its files reads names and amounts of deals.',
        fix: 'set store.encryptionKey: openssl rand -base64 32 makes one',
        who: 'operations',
      },
    ]
  })
  return { of: 'machine', title: 'This machine', about: '', findings: [...findings, ...histories.flat()], problems: [] }
}

/** Who did what, when and why is only worth keeping while nobody has changed it afterwards. */
async function historyFinding({ name, ledger }: Runner): Promise<readonly Finding[]> {
  if (ledger.failure) return []
  const { altered } = await ledger.verifyHistory()
  const [first] = altered
  if (!first) return [{ level: 'ok', what: `the history of ${name} is as it was written` }]
  return [
    {
      level: 'error',
      what: `the history of ${name} was altered, first at event ${first.number}: ${first.what}`,
      code: 'DB-4013',
      fix: 'keep the files as they are, and find out who can write them',
      who: 'operations',
    },
  ]
}
