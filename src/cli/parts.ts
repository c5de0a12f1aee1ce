// What the command line is given by main: it knows no file, no terminal, no vendor and no daemon by itself.

import type { Codebook } from '#core/codes'
import type { SyncError } from '#core/errors'
import type { Control } from '#control/control'
import type { Ending } from '#control/ending'
import type { Trouble } from '#control/trouble'
import type { Settings } from '#settings/settings'
import type { Flags, Loaded } from '#settings/load'
import type { Clock, DevicePrompt, Log, SignedIn } from '#spi'

export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Progress, hints, warnings, errors. */
  err(text: string): void
  readonly isOutTerminal: boolean
  readonly isErrTerminal: boolean
  readonly isInTerminal: boolean
  readonly columns: number
  ask(question: string, signal: AbortSignal): Promise<string>
}

export interface CliParts {
  readonly version: string
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly codes: Codebook
  /** Who sits at the keyboard. */
  readonly user: string
  readonly files: Files
  readonly interrupts: Interrupts
  /** Looks at the surroundings once, before anything else; throws where they would undo our promises. */
  begin(): void
  load(options: LoadWish): Promise<Loaded>
  /** The daemon, where one runs on this store; otherwise this process. */
  openControl(settings: Settings, ending: Ending): Promise<Control>
  /** The daemon alone, where the settings cannot be read; null when none runs. */
  findDaemon(wish: LoadWish, ending: Ending): Promise<FoundDaemon | null>
  /** Runs until it is told to end, or cannot go on. */
  runDaemon(wish: LoadWish & DaemonWish): Promise<DaemonEnd>
  signIn(settings: Settings, wish: SignInWish): Promise<SignedIn>
  /** Sends a trial message over one alert channel, or over all. */
  tryAlerts(settings: Settings, channel: string | undefined, signal: AbortSignal): Promise<readonly TriedChannel[]>
  restore(settings: Settings, from: string, force: boolean): Promise<readonly RestoredLedger[]>
  /** What ships with the program. */
  shipped(): Promise<Shipped>
  /** Null where it is not part of this build. */
  readonly sandbox: Sandbox | null
  /** Keeps what is known of unexpected errors, without secrets, and says where. */
  readonly crashes: { readonly log: Pick<Log, 'error'>; readonly path: () => string | null }
}

export interface FoundDaemon {
  readonly control: Control
  readonly timezone: string
}

/** Which configuration, by flags. */
export interface LoadWish {
  readonly config?: string | undefined
  readonly profile?: string | undefined
  readonly flags?: Flags
  /** The configuration itself, where it is not on disk yet. */
  readonly text?: string
}

export interface DaemonWish {
  readonly pipeline?: string | undefined
  /** Every pipeline only observes, whatever the file says. */
  readonly observe: boolean
}

export interface DaemonEnd {
  /** Everything that was begun was finished. */
  readonly isClean: boolean
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null
  readonly error: SyncError | null
}

export interface SignInWish {
  readonly connection: string
  readonly device: boolean
  readonly showCode: (prompt: DevicePrompt) => void
  readonly showAddress: (url: string) => void
  readonly signal: AbortSignal
}

export interface TriedChannel {
  readonly channel: string
  readonly type: string
  /** Null: it was taken. */
  readonly trouble: Trouble | null
}

export interface RestoredLedger {
  readonly pipeline: string
  readonly links: number
  /** Where the ledger that stood there went. */
  readonly setAside: string | null
}

/** Texts by file name. */
export interface Shipped {
  readonly mappings: Readonly<Record<string, string>>
  readonly fixtures: Readonly<Record<string, string>>
  /** The schema of the configuration, for editors. */
  readonly schema: string
  /** What every line of a mapping means, for people. */
  readonly guide: string
  /** By CRM: the fields it needs of us, as its own tools take them; by path. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface Files {
  read(path: string): Promise<string | undefined>
  /** Whole or not at all. */
  write(path: string, text: string): Promise<void>
  exists(path: string): Promise<boolean>
  /** A new file that others may read; false where one stands already, which is left alone. */
  create(path: string, text: string): Promise<boolean>
  /** Other words for a file that a person edits; false, and nothing is written, when it says something else by now. */
  replace(path: string, before: string, after: string): Promise<boolean>
  resolve(...parts: readonly string[]): string
}

export interface Interrupts {
  /** Calls back at each Ctrl-C or SIGTERM; what it answers ends that. */
  on(listener: () => void): () => void
  exitNow(code: number): void
}

/** The pretended vendors, and the stories they play. Given by main. */
export interface Sandbox {
  start(options: SandboxStart): Promise<number>
  /** Stories by name, with a line about each. */
  readonly stories: Readonly<Record<string, string>>
  play(story: string, say: (line: string) => void): Promise<number>
  clock(turn: string, say: (line: string) => void): Promise<number>
  reset(say: (line: string) => void): Promise<number>
}

export interface SandboxStart {
  readonly once: boolean
  readonly port: number | undefined
  readonly seed: number | undefined
  readonly say: (line: string) => void
}
