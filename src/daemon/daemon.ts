// The daemon: opens its doors, makes every pipeline ready, runs them on time, takes over new settings between two
// passes, and ends in order. It decides nothing about deals.
//
//   starting ──► working ──(SIGTERM, a ledger that fails)──► draining ──► ended
//                 └──(SIGHUP)──► working, with the new settings or, where they are bad, with the old ones

import type { Codebook } from '#core/codes'
import { asSyncError, FixConfig, type SyncError } from '#core/errors'
import type { Instant } from '#core/model/instant'
import { assemble, type Assembly } from '#assembly/assembly'
import { isBindingError } from '#assembly/binding'
import { Ledgers } from '#assembly/ledgers'
import type { Machine } from '#assembly/machine'
import { invalidMapping } from '#assembly/mapping-choice'
import { doorFile } from '#assembly/store'
import type { Control } from '#control/control'
import type { Door } from '#control/door'
import { LocalControl } from '#control/local'
import { troubleOf } from '#control/trouble'
import { controlPath } from '#control/verbs'
import type { Settings } from '#settings/settings'
import { AlertWatch } from './alert-watch.ts'
import { controlRoute } from './control-door.ts'
import { Housekeeping } from './housekeeping.ts'
import { healthRoute, metricsRoute, refreshMetrics, type MetricsText } from './health.ts'
import { isLoopback, listen, type Listener, type Route } from './listener.ts'
import { pushRoute } from './push-door.ts'
import { assertSameStore, prepared } from './reload.ts'
import { Rounds } from './rounds.ts'

export interface DaemonParts {
  readonly machine: Machine
  /** Throws a FixConfig with every problem of the settings. */
  readonly load: () => Promise<Settings>
  readonly codes: Codebook
  readonly version: string
  readonly pid: number
  readonly metrics: MetricsText
  /** Tells other commands where the door is; null takes that away again. */
  readonly announce: (file: string, door: Door | null) => Promise<void>
  /** Pages of the console, and whatever else is served. Asked after the daemon's own. */
  readonly routes?: (control: Control) => readonly Route[]
}

export interface Daemon {
  readonly control: Control
  readonly url: string
  /** Resolves when it has ended: with what ended it, or null when it was told to. */
  readonly ended: Promise<SyncError | null>
  reload(): Promise<void>
  /** Ends in order. False when something had to be cut off. */
  stop(): Promise<boolean>
  /** Ends now; the ledger makes the next start safe. */
  kill(): void
}

/** Pipelines begin when all of them are ready, or after this long. */
const readyMs = 20_000
/** A saved plan of ten thousand changes fits. */
const roomForPlans = { path: controlPath, bodyMax: 64 * 1024 * 1024 } as const
/** What was cut off gets so long to notice. */
const cutMs = 2_000

export async function startDaemon(parts: DaemonParts): Promise<Daemon> {
  const settings = await parts.load()
  assertPrivate(settings)
  let hold = await parts.machine.holdStore?.(settings.store)
  const release = async (): Promise<void> => {
    const held = hold
    hold = undefined
    await held?.release()
  }
  try {
    const ledgers = new Ledgers(parts.machine)
    const assembly = await assemble(settings, { machine: parts.machine, ledgers })
    const daemon = new Working(parts, ledgers, assembly, release)
    await daemon.open(settings).catch(async (error: unknown) => {
      await daemon.stop()
      throw error
    })
    return daemon
  } catch (error) {
    await release()
    throw error
  }
}

/** Pages that others can reach need a sign-in, and there is none: so nobody from elsewhere gets in. */
function assertPrivate({ http }: Settings): void {
  if (isLoopback(http.host) || !http.console.enabled) return
  throw new FixConfig(
    `http.listen is ${http.host}:${http.port}, which other computers can reach, and nobody is asked to sign in. ` +
      'Listen on 127.0.0.1 and put a proxy in front that signs people in, or switch the console off: health and ' +
      'metrics alone may be public.',
    { code: 'DB-1112', who: 'operations' },
  )
}

class Working implements Daemon {
  readonly control: Control
  readonly ended: Promise<SyncError | null>
  readonly #parts: DaemonParts
  readonly #ledgers: Ledgers
  readonly #rounds: Rounds
  readonly #signal = new AbortController()
  readonly #drain = new AbortController()
  readonly #since: Instant
  readonly #end = Promise.withResolvers<SyncError | null>()
  #assembly: Assembly
  readonly #listeners: Listener[] = []
  /** Lets go of the store. */
  readonly #release: () => Promise<void>
  #reloadTrouble: { readonly at: Instant; readonly trouble: ReturnType<typeof troubleOf> } | null = null
  #reloading: Promise<void> = Promise.resolve()
  #working: Promise<void> = Promise.resolve()
  #stopping: Promise<boolean> | null = null
  #fatal: SyncError | null = null

  constructor(parts: DaemonParts, ledgers: Ledgers, assembly: Assembly, release: () => Promise<void>) {
    const { machine, codes, version, pid } = parts
    this.#release = release
    this.#parts = parts
    this.#ledgers = ledgers
    this.#assembly = assembly
    this.#since = machine.clock.now()
    this.ended = this.#end.promise
    const ending = { signal: this.#signal.signal, drain: this.#drain.signal }
    this.#rounds = new Rounds({
      ...machine,
      ending,
      runners: () => [...this.#assembly.runners.values()],
      zone: () => this.#assembly.settings.timezone,
      onFatal: (error) => this.#die(asSyncError(error)),
    })
    this.control = new LocalControl({
      assembly: () => this.#assembly,
      codes,
      version,
      ending,
      daemon: {
        status: () => ({ daemon: { since: this.#since, pid }, reload: this.#reloadTrouble }),
        nextRun: (pipeline) => this.#rounds.nextRun(pipeline),
        reload: async () => await this.reload(),
        nudge: (pipeline) => this.#rounds.nudge(pipeline),
      },
    })
  }

  get url(): string {
    return this.#listeners[0]?.url ?? ''
  }

  async open(settings: Settings): Promise<void> {
    const { machine, version, pid, announce, routes, metrics } = this.#parts
    const { clock, random, log } = machine
    const key = `${random.uuid()}${random.uuid()}`.replaceAll('-', '')
    const refresh = async (): Promise<void> =>
      await refreshMetrics([...this.#assembly.runners.values()], machine.metrics, clock.now())
    const control = controlRoute({ control: this.control, key, clock, random })
    const isPublic = !isLoopback(settings.http.host)
    const open = async (host: string, port: number, served: readonly Route[]): Promise<Listener> => {
      const generous = served.includes(control) ? { generous: roomForPlans } : {}
      const listener = await listen({ host, port, log, routes: served, ...generous })
      this.#listeners.push(listener)
      return listener
    }
    const main = await open(settings.http.host, settings.http.port, [
      healthRoute(settings.http, {
        isAlive: () => this.#rounds.isAlive,
        unreadyBecause: () => this.#unreadyBecause(),
      }),
      metricsRoute(settings.http, refresh, metrics),
      pushRoute({
        assembly: () => this.#assembly,
        nudge: (pipeline) => this.#rounds.nudge(pipeline),
        clock,
        log,
        signal: this.#signal.signal,
      }),
      ...(isPublic ? [] : [control, ...(routes?.(this.control) ?? [])]),
    ])
    // What others can reach steers nothing: commands on this computer get a door of their own.
    const { url } = isPublic ? await open('127.0.0.1', 0, [control]) : main
    await announce(doorFile(settings), { url, key, pid, version, since: this.#since })
    log.info('daemon.started', { version, count: this.#assembly.runners.size, at: this.url })
    this.#working = this.#work()
  }

  async #work(): Promise<void> {
    const runners = [...this.#assembly.runners.values()]
    const signal = AbortSignal.any([this.#signal.signal, this.#drain.signal])
    const failures = await prepared(runners, { clock: this.#parts.machine.clock, signal, withinMs: readyMs })
    const foreign = failures.find(({ error }) => isBindingError(error))
    if (foreign) return this.#die(asSyncError(foreign.error))
    const housekeeping = new Housekeeping({ ...this.#parts.machine, assembly: () => this.#assembly })
    const alerts = new AlertWatch({ ...this.#parts.machine, codes: this.#parts.codes, assembly: () => this.#assembly })
    await Promise.all([this.#rounds.work(), housekeeping.work(signal), alerts.work(signal)])
  }

  /** Something that makes going on dangerous. */
  #die(error: SyncError): void {
    if (this.#fatal) return
    this.#fatal = error
    this.#parts.machine.log.error('daemon.cannot-go-on', { code: error.code, error })
    void this.stop()
  }

  #unreadyBecause(): string | null {
    if (this.#drain.signal.aborted) return 'it is ending'
    const broken = [...this.#assembly.runners.values()].find(({ ledger }) => ledger.failure !== null)
    return broken ? `the ledger of ${broken.name} cannot be written` : null
  }

  /** One at a time. Bad settings leave the old ones in force, and say so here, in the log and in `status`. */
  async reload(): Promise<void> {
    const mine = this.#reloading.then(async () => await this.#takeOver())
    this.#reloading = mine.catch(() => undefined)
    await mine
  }

  async #takeOver(): Promise<void> {
    const { machine, load } = this.#parts
    const { log, clock } = machine
    try {
      const settings = await load()
      assertPrivate(settings)
      assertSameStore(this.#assembly.settings, settings)
      await this.#swap(settings)
      this.#reloadTrouble = null
      log.info('settings.reloaded', { count: this.#assembly.runners.size })
    } catch (error) {
      const trouble = troubleOf(error)
      this.#reloadTrouble = { at: clock.now(), trouble }
      log.error('settings.refused', { code: trouble.code, error })
      throw error
    }
  }

  async #swap(settings: Settings): Promise<void> {
    const { machine } = this.#parts
    const next = await assemble(settings, { machine, ledgers: this.#ledgers })
    try {
      const signal = AbortSignal.any([this.#signal.signal, this.#drain.signal])
      const failures = await prepared([...next.runners.values()], { clock: machine.clock, signal, withinMs: readyMs })
      // A vendor that is down or signed out is no fault of the settings: its pipeline waits, as it would after a start.
      const refusal = failures.find(({ runner, error }) => runner.trouble?.connection == null || isBindingError(error))
      const broken = [...next.runners.values()].find(({ refusedMapping }) => refusedMapping !== null)
      if (broken?.refusedMapping) throw invalidMapping(broken.refusedMapping.problems)
      if (refusal && asSyncError(refusal.error).remedy !== 'retry-later') throw refusal.error
    } catch (error) {
      await next.close()
      throw error
    }
    const before = this.#assembly
    this.#assembly = next
    for (const { name } of next.runners.values()) this.#rounds.nudge(name)
    // Whoever is in the middle of something finishes it with what it began with.
    await Promise.all([...before.runners.values()].map(async (runner) => await runner.alone(async () => undefined)))
    await before.close()
  }

  async stop(): Promise<boolean> {
    this.#stopping ??= this.#stop()
    return await this.#stopping
  }

  kill(): void {
    this.#signal.abort(new Error('told to end now'))
  }

  async #stop(): Promise<boolean> {
    const { machine, announce } = this.#parts
    const { clock, log } = machine
    const { settings } = this.#assembly
    log.info('daemon.draining', { ms: settings.limits.shutdownMs })
    this.#drain.abort(new Error('told to end'))
    const idle = this.#isIdle()
    // A timer nobody waits for any more would keep the process alive after its work is done.
    const patience = new AbortController()
    const isClean = await Promise.race([
      idle.then(() => true),
      this.#patience(settings.limits.shutdownMs, patience.signal),
    ])
    patience.abort()
    if (!isClean) {
      this.kill()
      await Promise.race([idle, clock.sleep(cutMs)])
    }
    await announce(doorFile(settings), null).catch(() => undefined)
    for (const listener of this.#listeners) await listener.close()
    await this.#assembly.close()
    await this.#release()
    log.info('daemon.ended', { value: isClean })
    this.#end.resolve(this.#fatal)
    return isClean
  }

  /** False when the time is up, or somebody will not wait for it. */
  async #patience(ms: number, enough: AbortSignal): Promise<boolean> {
    await this.#parts.machine.clock.sleep(ms, AbortSignal.any([this.#signal.signal, enough])).catch(() => undefined)
    return false
  }

  async #isIdle(): Promise<void> {
    await Promise.allSettled([this.#working, this.#reloading])
    const runners = [...this.#assembly.runners.values()]
    await Promise.allSettled(runners.map(async (runner) => await runner.alone(async () => undefined)))
  }
}
