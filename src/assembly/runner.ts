// Keeps one pipeline: makes it ready when it is needed, lets one thing be done with it at a time, and remembers what
// keeps it from working. What is wrong with it stops nobody else.
//
//   unprepared ──ready()──► prepared ──(a failure that settings or a vendor's admin must mend)──► unprepared
//        └──(cannot be made ready)──► in trouble, and tried again by the next one who asks
//
// It does not know when to run; that is the daemon's.

import { asSyncError, type SyncError } from '#core/errors'
import type { Mapping } from '#core/mapping/mapping'
import { REFERRAL, type ConnectionName, type Kind, type PipelineName } from '#core/model/ids'
import { msOf, type Instant } from '#core/model/instant'
import type { VendorRecord } from '#core/model/record'
import type { Problem } from '#core/problem'
import type { Mode, Pipeline } from '#engine/pipeline'
import type { KeptLedger } from '#ledger'
import type { PipelineSettings, Settings } from '#settings/settings'
import { invariant, type LogFacts, type Probe } from '#spi'
import { bind } from './binding.ts'
import type { Connection } from './connection.ts'
import { readFact } from './facts.ts'
import type { Machine } from './machine.ts'
import type { Against } from './mapping-draft.ts'
import { candidatesAt, choose, invalidMapping, kindsWanted, type Chosen, type RefusedFile } from './mapping-choice.ts'
import { keepVersion, readVersions, type MappingVersion } from './mapping-versions.ts'
import { askProbe, keepProbe } from './probes.ts'
import { SchemaWatch } from './schema-watch.ts'

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
  readonly chosen: Chosen
  readonly target: Probe
  readonly endings: ReadonlyMap<ConnectionName, Instant>
}

/** Who brings a mapping, and why; null where it is taken over because the file has changed. */
export interface Publishing {
  readonly who: string
  readonly note: string | null
}

export class Runner {
  readonly name: PipelineName
  readonly settings: PipelineSettings
  readonly source: Connection
  readonly target: Connection
  readonly ledger: KeptLedger
  readonly machine: Machine
  readonly #house: RunnerParts['house']
  readonly #schema: SchemaWatch
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
    this.#schema = new SchemaWatch({ connection: target.name, ledger, machine })
  }

  get trouble(): Trouble | null {
    return this.#trouble
  }

  get mapping(): Mapping | null {
    return this.#prepared?.chosen.mapping ?? null
  }

  get warnings(): readonly Problem[] {
    return this.#prepared?.chosen.warnings ?? []
  }

  /** How many tests the mapping passed when it was taken over. */
  get testsPassed(): number {
    return this.#prepared?.chosen.tests ?? 0
  }

  /** When what its connections sign in with ends, where that is known. */
  get endings(): ReadonlyMap<ConnectionName, Instant> {
    return this.#prepared?.endings ?? new Map()
  }

  /** The mapping file, where it cannot be used and an earlier version works in its stead. */
  get refusedMapping(): RefusedFile | null {
    return this.#prepared?.chosen.refused ?? null
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

  /** Records of the CRM as they were read: do they still show what the mapping reads? */
  see(records: readonly VendorRecord[]): void {
    this.#schema.see(records, this.mapping?.shapes ?? [])
  }

  /** What the engine works with. Asks both systems who they are the first time, in doubt, and when `fresh` is wished for. */
  async ready(signal: AbortSignal, { fresh = false } = {}): Promise<Pipeline> {
    if (this.ledger.failure) throw this.ledger.failure
    if (this.#prepared === null || fresh || this.#schema.isInDoubt) this.#prepared = await this.#prepare(signal)
    return this.#pipeline(this.#prepared, await this.mode())
  }

  /** Another mapping file, or other words for one, held against what the CRM has. */
  async compileDraft(path: string, signal: AbortSignal, text?: string): Promise<Mapping> {
    const draft = await this.machine.readMapping(path, shownPath(path, this.#house.root), text)
    if (!draft.ok) throw invalidMapping(draft.problems)
    const against = this.#against(this.#prepared?.target ?? null)
    const kinds = draft.value.kinds(against)
    if (!kinds.ok) throw invalidMapping(kinds.problems)
    const known = new Set(against.probe?.kinds.map(({ kind }) => kind))
    const probe = kinds.value.every((kind) => known.has(kind))
      ? against.probe
      : await askProbe(this.target, [...new Set([...known, ...kinds.value])], signal)
    const compiled = draft.value.compile({ ...against, probe })
    if (!compiled.ok) throw invalidMapping(compiled.problems)
    return compiled.value
  }

  /** Remembers the words it works with as a version: the newest that is known to be good. */
  async adopt({ who, note }: Publishing): Promise<MappingVersion | null> {
    const chosen = this.#prepared?.chosen
    if (!chosen) return null
    if (chosen.refused) return (await readVersions(this.ledger)).at(-1) ?? null
    const { name, hash } = chosen.mapping
    return await keepVersion(this.ledger, { name, hash, text: chosen.text, at: this.machine.clock.now(), who, note })
  }

  /** Takes the file over, and says who brought it; throws every problem of a file that cannot be used. */
  async publish(by: Publishing, signal: AbortSignal): Promise<MappingVersion> {
    await this.ready(signal, { fresh: true })
    const { refusedMapping } = this
    if (refusedMapping) throw invalidMapping(refusedMapping.problems)
    const version = await this.adopt(by)
    invariant(version, 'a pipeline that is ready has a mapping')
    return version
  }

  /** Something went wrong that has to be looked at anew: a field is gone, a sign-in is over. */
  failed(error: SyncError, connection?: ConnectionName): void {
    if (error.remedy === 'fix-config') this.#prepared = null
    const before = this.#trouble
    const isSame = before !== null && before.error.code === error.code
    this.#trouble = {
      error,
      connection: connection ?? this.#blamed(error) ?? (isSame ? before.connection : null),
      since: isSame ? before.since : this.machine.clock.now(),
      times: isSame ? before.times + 1 : 1,
    }
    if (!isSame) this.machine.log.warn('pipeline.in-trouble', this.#told(this.#trouble))
  }

  /** Whose line it came over. */
  #blamed(error: SyncError): ConnectionName | undefined {
    return [this.source, this.target].find(({ party }) => party.line.failedWith(error))?.name
  }

  succeeded(): void {
    if (this.#trouble) this.machine.log.info('pipeline.well-again', this.#told(this.#trouble))
    this.#trouble = null
  }

  /** Once when it begins and once when it is over: whoever reads only logs is on call too. */
  #told({ error, connection }: Trouble): LogFacts {
    return { pipeline: this.name, code: error.code, ...(connection === null ? {} : { connection }) }
  }

  async #prepare(signal: AbortSignal): Promise<Prepared> {
    this.#schema.asked()
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
    const { mapping: path } = this.settings
    const { readMapping: read, clock } = this.machine
    const { ledger } = this
    const candidates = await candidatesAt({ ledger, read, path, shown: shownPath(path, this.#house.root) })
    const kinds = kindsWanted(candidates, this.#against(null))
    if (!kinds.ok) throw invalidMapping(kinds.problems)
    const [left, right] = await Promise.all([probe(this.source, [REFERRAL]), probe(this.target, kinds.value)])
    await bind(ledger, {
      source: { connection: this.source.name, organization: left.organization },
      target: { connection: this.target.name, organization: right.organization },
    })
    const fits = (mapping: Mapping): readonly Problem[] => this.#strangers(mapping)
    const chosen = await choose(candidates, { ...this.#against(right), ledger, now: clock.now(), fits })
    await this.#schema.remember(right, chosen.ok ? chosen.value.mapping : null)
    if (!chosen.ok) throw invalidMapping(chosen.problems)
    await keepProbe(ledger, this.source.name, { at: clock.now(), probe: left, used: [] })
    if (chosen.value.refused) this.#warn(chosen.value.refused)
    const endings = new Map([...this.#ending(this.source.name, left), ...this.#ending(this.target.name, right)])
    return { chosen: chosen.value, target: right, endings }
  }

  #ending(connection: ConnectionName, { credentialEnds }: Probe): readonly (readonly [ConnectionName, Instant])[] {
    if (credentialEnds === undefined) return []
    this.machine.metrics.credentialExpiry(connection, 'credential', msOf(credentialEnds))
    return [[connection, credentialEnds]]
  }

  #against(probe: Probe | null): Against {
    return { source: this.#source().facet, target: this.#target().facet, probe, timezone: this.#house.timezone }
  }

  #warn({ problems: [first], version }: RefusedFile): void {
    const facts = { pipeline: this.name, version: String(version) }
    this.machine.log.warn('mapping.refused', first ? { ...facts, code: first.code } : facts)
  }

  /** A mapping names its CRM: as the configuration calls it, or by its type. */
  #strangers({ name, target }: Mapping): readonly Problem[] {
    const { settings } = this.target
    if ([settings.name, settings.type, settings.connector.id].includes(target)) return []
    const what = `The mapping ${name} is for "${target}", but the pipeline ${this.name} leads to ${settings.name} (${settings.type}).`
    return [{ code: 'DB-1107', severity: 'error', what, who: 'CRM admin' }]
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

  #pipeline({ chosen: { mapping }, target }: Prepared, mode: Mode): Pipeline {
    const { clock, random, log, metrics } = this.machine
    const { limits, timezone } = this.#house
    return {
      name: this.name,
      mode,
      mapping,
      source: this.#source(),
      target: this.#target(),
      owners: target.owners,
      ...(target.user === undefined ? {} : { self: target.user }),
      timezone,
      limits: limits.changes,
      giveUpAfterMs: limits.retries.giveUpAfterMs,
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

const shownPath = (path: string, root: string): string =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
