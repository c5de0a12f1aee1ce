// This process as the rest of the house may know it: what it was started with, who started it, which signals it gets.

import { userInfo } from 'node:os'

export interface ThisProcess {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly pid: number
  /** Who sits at the keyboard, as the machine knows them. */
  readonly user: string
  /** What it answers takes the listener away. */
  readonly onSignal: (signals: readonly Signal[], listener: (signal: Signal) => void) => () => void
  /** Is there a process of this number? */
  readonly isAlive: (pid: number) => boolean
  /** Ends once everything that was said has been written. */
  readonly exitWith: (code: number) => void
  /** Ends now. */
  readonly exitNow: (code: number) => void
}

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export const thisProcess: ThisProcess = {
  args: process.argv.slice(2),
  env: process.env,
  workingDirectory: process.cwd(),
  pid: process.pid,
  user: userName(),
  onSignal: (signals, listener) => {
    for (const signal of signals) process.on(signal, listener)
    return () => {
      for (const signal of signals) process.off(signal, listener)
    }
  },
  isAlive: (pid) => {
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      // Somebody else's process is a process.
      return error instanceof Error && 'code' in error && error.code === 'EPERM'
    }
  },
  exitWith: (code) => {
    process.exitCode = code
  },
  exitNow: (code) => process.exit(code),
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'someone'
  }
}
