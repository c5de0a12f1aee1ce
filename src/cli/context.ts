// What every command works with: the parts it was given, how it prints, and how it ends.

import type { Control } from '#control/control'
import type { Ending } from '#control/ending'
import type { Trouble } from '#control/trouble'
import type { Problem } from '#core/problem'
import type { SourceText } from '#core/source'
import type { Settings } from '#settings/settings'
import { FixConfig } from '#core/errors'
import { invariant } from '#core/invariant'
import { printable } from '#core/one-line'
import { exit } from './exit.ts'
import { failureText, problemsText } from './failure.ts'
import type { CliParts, LoadWish } from './parts.ts'
import { colour, noColour, type Paint } from './print/paint.ts'

/** Flags that stand before or after any command. */
export interface GlobalFlags {
  readonly config?: string
  readonly profile?: string
  readonly color?: boolean
  readonly input?: boolean
  readonly utc?: boolean
}

const usualPlace = 'config/dealbridge.yaml'
const sandboxPlace = '.dealbridge/sandbox/config/dealbridge.yaml'

export class Context {
  readonly parts: CliParts
  readonly flags: GlobalFlags
  readonly paint: Paint
  readonly errPaint: Paint
  readonly isErrColoured: boolean
  #interrupted = false

  constructor(parts: CliParts, flags: GlobalFlags) {
    this.parts = parts
    this.flags = flags
    const { terminal } = parts
    this.paint = this.#wantsColour(terminal.isOutTerminal) ? colour : noColour
    this.isErrColoured = this.#wantsColour(terminal.isErrTerminal)
    this.errPaint = this.isErrColoured ? colour : noColour
  }

  #wantsColour(isTerminal: boolean): boolean {
    const { env } = this.parts
    return isTerminal && this.flags.color !== false && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  }

  /** May a question be asked? Only where somebody can read it and type. */
  get mayAsk(): boolean {
    const { terminal } = this.parts
    return terminal.isInTerminal && terminal.isErrTerminal && this.flags.input !== false
  }

  lines(lines: readonly string[]): void {
    this.parts.terminal.out(`${printable(lines.join('\n'))}\n`)
  }

  json(document: unknown): void {
    this.parts.terminal.out(`${JSON.stringify(document, null, 2)}\n`)
  }

  note(text: string): void {
    this.parts.terminal.err(`${printable(text)}\n`)
  }

  /** What went wrong, and for what nobody expected, where more is known. */
  failure(trouble: Trouble): void {
    const { terminal, codes, crashes } = this.parts
    terminal.err(failureText(trouble, { paint: this.errPaint, codes }))
    const file = crashes.path()
    if (trouble.remedy === 'bug' && file !== null)
      terminal.err(`  What is known of it, without secrets or customer data, is in ${file}\n`)
  }

  /** Was Ctrl-C pressed? */
  get isInterrupted(): boolean {
    return this.#interrupted
  }

  zone(settings: Pick<Settings, 'timezone'>): string {
    return this.flags.utc ? 'UTC' : settings.timezone
  }

  /** Which configuration: the one that is named, the one at its usual place, or the sandbox's where one was started. */
  async wish(): Promise<LoadWish> {
    const { config, profile } = this.flags
    const { files, env } = this.parts
    const isNamed = config !== undefined || (env['DEALBRIDGE_CONFIG'] ?? '') !== ''
    if (isNamed || (await files.exists(usualPlace)) || !(await files.exists(sandboxPlace))) return { config, profile }
    this.note('There is no config/dealbridge.yaml here: this is about the sandbox.')
    return { config: sandboxPlace, profile }
  }

  /** The settings, with every warning told; throws where there is an error. */
  async settings(wish?: LoadWish): Promise<Settings> {
    const { result, sources } = await this.parts.load(wish ?? (await this.wish()))
    if (!result.ok) throw new BadSettings(result.problems, sources)
    if (result.warnings.length > 0)
      this.parts.terminal.err(problemsText(result.warnings, { sources, isColoured: this.isErrColoured }))
    return result.value
  }

  /** Opens the verbs, works with them, and closes them whatever happens. */
  async withControl<T>(work: (control: Control, settings: Settings) => Promise<T>): Promise<T> {
    const settings = await this.settings()
    return await this.withControlOf(settings, async (control) => await work(control, settings))
  }

  /** The same for settings that are at hand. */
  async withControlOf<T>(settings: Settings, work: (control: Control) => Promise<T>): Promise<T> {
    const { signal, drain, release } = this.#ending()
    const control = await this.parts.openControl(settings, { signal, drain })
    try {
      return await work(control)
    } finally {
      release()
      await control.close()
    }
  }

  /**
   * For what a daemon can be asked, or told, whatever the file says by now: with bad settings it goes on with those it
   * has, and this is how one finds out.
   */
  async withDaemonOr<T>(work: (control: Control, settings: Pick<Settings, 'timezone'>) => Promise<T>): Promise<T> {
    try {
      return await this.withControl(work)
    } catch (error) {
      if (!(error instanceof BadSettings)) throw error
      const { signal, drain, release } = this.#ending()
      const found = await this.parts.findDaemon(await this.wish(), { signal, drain })
      if (!found) throw error
      const { problems, sources } = error
      this.parts.terminal.err(problemsText(problems, { sources, isColoured: this.isErrColoured }))
      this.note('The daemon goes on with the settings it has.\n')
      try {
        return await work(found.control, found)
      } finally {
        release()
        await found.control.close()
      }
    }
  }

  /** The first Ctrl-C finishes the write in hand, the second ends at once: the ledger makes the next start safe. */
  #ending(): Ending & { readonly release: () => void } {
    const { interrupts } = this.parts
    const [signal, drain] = [new AbortController(), new AbortController()]
    const release = interrupts.on(() => {
      if (drain.signal.aborted) {
        signal.abort(new Error('interrupted'))
        interrupts.exitNow(exit.interrupted)
        return
      }
      this.#interrupted = true
      this.note('Ending: the write in hand is finished first. Once more to end now.')
      drain.abort(new Interrupted())
    })
    return { signal: signal.signal, drain: drain.signal, release }
  }
}

/** Ctrl-C: no failure, and nothing to say about it. */
export class Interrupted extends Error {}

/** Problems of the configuration, with the text they point into. */
export class BadSettings extends FixConfig {
  readonly sources: readonly SourceText[]
  constructor(problems: readonly Problem[], sources: readonly SourceText[]) {
    const [first] = problems
    invariant(first, 'settings that are refused have a problem')
    super(first.what, { code: first.code, problems, who: first.who ?? 'operations' })
    this.sources = sources
  }
}
