// Keeps one pipeline: makes it ready when it is needed, lets one thing be done with it at a time, and remembers what
// keeps it from working. What is wrong with it stops nobody else.
//
//   unprepared ──ready()──► prepared ──(a failure that settings or a vendor's admin must mend)──► unprepared
//        └──(cannot be made ready)──► in trouble, and tried again by the next one who asks
//
// It does not know when to run; that is the daemon's.

import { asSyncError, FixConfig, type SyncError } from '#core/errors'
import type { Mapping } from '#core/mapping/mapping'
import { REFERRAL, type ConnectionName, type Kind, type PipelineName } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Problem } from '#core/problem'
import type { Mode, Pipeline } from '#engine/pipeline'
import type { KeptLedger } from '#ledger'
import type { PipelineSettings, Settings } from '#settings/settings'
import { invariant, type Probe } from '#spi'
import { bind } from './binding.ts'
import type { Connection } from './connection.ts'
import type { Drift } from './drift.ts'
import { readFact } from './facts.ts'
import type { Machine } from './machine.ts'
import { askProbe, keepProbe } from './probes.ts'

export interface Trouble {
  readonly error: SyncError
  readonly since: Instant
  /** How often in a row. */
  readonly times: number
  /** Whose connection it is about, where that is known. */
  readonly connection: ConnectionName | null
}

export interface RunnerParts {
  readonly settings: PipelineSettings
  readonly house: Pick<Settings, 'limits' | 'timezone' | 'root'>
  readonly source: Connection
  readonly target: Connection
  readonly ledger: KeptLedger
  readonly machine: Machine
}

interface Prepared {
  readonly mapping: Mapping
  readonly warnings: readonly Problem[]
  readonly target: Probe
}

export class Runner {
  readonly name: PipelineName
  readonly settings: PipelineSettings
  readonly source: Connection
  readonly target: Connection
  readonly ledger: KeptLedger
  readonly machine: Machine
  readonly #house: RunnerParts['house']
  #prepared: Prepared | null = null
  #trouble: Trouble | null = null

  constructor({ settings, house, source, target, ledger, machine }: RunnerParts) {
    this.name = settings.name
    this.settings = settings
    this.source = source
    this.target = target
    this.ledger = ledger
    this.machine = machine
    this.#house = house
  }

  get trouble(): Trouble | null {
    return this.#trouble
  }

  get mapping(): Mapping | null {
    return this.#prepared?.mapping ?? null
  }

  get warnings(): readonly Problem[] {
    return this.#prepared?.warnings ?? []
  }

  /** Is somebody at work with it, or waiting to be? */
  get isBusy(): boolean {
    return queueOf(this.ledger).waiting > 0
  }

  /**
   * One after the other: what a person asks for never meets a pass half way. The queue is the ledger's, so that it also
   * holds between the runner of the settings before a reload and the one after.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const queue = queueOf(this.ledger)
    queue.waiting += 1
    const mine = queue.last.then(work, work)
    queue.last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      queue.waiting -= 1
    }
  }

  /** A mode a person set holds until the file says another one than it said then. */
  async mode(): Promise<Mode> {
    const set = await readFact(this.ledger, 'mode')
    return set !== null && set.over === this.settings.mode ? set.mode : this.settings.mode
  }

  /** What the engine works with. Asks both systems who they are the first time, and whenever `fresh` is wished for. */
  async ready(signal: AbortSignal, { fresh = false } = {}): Promise<Pipeline> {
    if (this.ledger.failure) throw this.ledger.failure
    if (this.#prepared === null || fresh) this.#prepared = await this.#prepare(signal)
    return this.#pipeline(this.#prepared, await this.mode())
  }

  /** Another mapping file, held against what the CRM showed when this pipeline was made ready. */
  async compileDraft(path: string): Promise<Mapping> {
    const { root, timezone } = this.#house
    const draft = await this.machine.readMapping(path, shownPath(path, root))
    if (!draft.ok) throw invalid(draft.problems)
    const [source, target] = [this.#source().facet, this.#target().facet]
    const compiled = draft.value.compile({ source, target, probe: this.#prepared?.target ?? null, timezone })
    if (!compiled.ok) throw invalid(compiled.problems)
    return compiled.value
  }

  /** Something went wrong that has to be looked at anew: a field is gone, a sign-in is over. */
  failed(error: SyncError, connection?: ConnectionName): void {
    if (error.remedy === 'fix-config') this.#prepared = null
    const before = this.#trouble
    const isSame = before !== null && before.error.code === error.code
    this.#trouble = {
      error,
      connection: connection ?? (isSame ? before.connection : null),
      since: isSame ? before.since : this.machine.clock.now(),
      times: isSame ? before.times + 1 : 1,
    }
  }

  succeeded(): void {
    this.#trouble = null
  }

  async #prepare(signal: AbortSignal): Promise<Prepared> {
    // Both systems are asked at the same time; the first that fails is to blame.
    const blamed: ConnectionName[] = []
    const probe = async (connection: Connection, kinds: readonly Kind[]): Promise<Probe> => {
      try {
        return await askProbe(connection, kinds, signal)
      } catch (error) {
        blamed.push(connection.name)
        throw error
      }
    }
    try {
      return await this.#prepareWith(probe)
    } catch (error) {
      signal.throwIfAborted()
      this.failed(asSyncError(error), blamed[0])
      throw error
    }
  }

  async #prepareWith(probe: (connection: Connection, kinds: readonly Kind[]) => Promise<Probe>): Promise<Prepared> {
    const { facet: source } = this.#source()
    const { facet: target } = this.#target()
    const { root, timezone } = this.#house
    const draft = await this.machine.readMapping(this.settings.mapping, shownPath(this.settings.mapping, root))
    if (!draft.ok) throw invalid(draft.problems)
    const kinds = draft.value.kinds({ source, target, timezone })
    if (!kinds.ok) throw invalid(kinds.problems)
    const [left, right] = await Promise.all([probe(this.source, [REFERRAL]), probe(this.target, kinds.value)])
    await bind(this.ledger, {
      source: { connection: this.source.name, organization: left.organization },
      target: { connection: this.target.name, organization: right.organization },
    })
    const compiled = draft.value.compile({ source, target, probe: right, timezone })
    if (!compiled.ok) throw invalid(compiled.problems)
    this.#assertMeant(compiled.value)
    await this.#remember(right, compiled.value)
    return { mapping: compiled.value, warnings: [...draft.warnings, ...compiled.warnings], target: right }
  }

  /** A mapping names its CRM: as the configuration calls it, or by its type. */
  #assertMeant({ name, target }: Mapping): void {
    const { settings } = this.target
    if ([settings.name, settings.type, settings.connector.id].includes(target)) return
    throw new FixConfig(
      `The mapping ${name} is for "${target}", but the pipeline ${this.name} leads to ${settings.name} (${settings.type}).`,
      { code: 'DB-1107', who: 'CRM admin' },
    )
  }

  async #remember(probe: Probe, mapping: Mapping): Promise<void> {
    const { clock, log, metrics } = this.machine
    const fresh = { at: clock.now(), probe, used: mapping.shapes }
    const drift = await keepProbe(this.ledger, this.target.name, fresh)
    for (const one of drift) tell(log, this.target.name, one)
    const breaking = drift.filter((one) => one.breaking).length
    metrics.drift(this.target.name, { breaking, harmless: drift.length - breaking })
  }

  #source() {
    const facet = this.source.settings.connector.source
    invariant(facet, 'settings let only a source be one')
    return { ...this.source.party, facet }
  }

  #target() {
    const facet = this.target.settings.connector.target
    invariant(facet, 'settings let only a target be one')
    return { ...this.target.party, facet }
  }

  #pipeline({ mapping, target }: Prepared, mode: Mode): Pipeline {
    const { clock, random, log, metrics } = this.machine
    const { limits, timezone } = this.#house
    return {
      name: this.name,
      mode,
      mapping,
      source: this.#source(),
      target: this.#target(),
      owners: target.owners,
      timezone,
      limits: limits.changes,
      ledger: this.ledger,
      clock,
      random,
      log: log.with({ pipeline: this.name }),
      meter: metrics,
    }
  }
}

interface Queue {
  last: Promise<unknown>
  waiting: number
}

const queues = new WeakMap<KeptLedger, Queue>()

function queueOf(ledger: KeptLedger): Queue {
  const queue = queues.get(ledger) ?? { last: Promise.resolve(), waiting: 0 }
  queues.set(ledger, queue)
  return queue
}

function invalid(problems: readonly Problem[]): FixConfig {
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const place = first?.where ? `${first.where.file}:${first.where.line}: ` : ''
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: dealbridge mappings validate)` : ''
  const message = `${place}${first?.what ?? 'The mapping is not valid.'}${more}`
  return new FixConfig(message, { code: first?.code ?? 'DB-1102', problems, who: first?.who ?? 'CRM admin' })
}

const shownPath = (path: string, root: string): string =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path

function tell(log: Machine['log'], connection: ConnectionName, { kind, field, breaking }: Drift): void {
  const facts = { connection, kind, field, code: 'DB-1103' } as const
  if (breaking) log.warn('schema.broke', facts)
  else log.info('schema.changed', facts)
}
