// How a command is written: a name, flags, two examples, and what it does, which ends in an exit code.

import { Command, InvalidArgumentError } from 'commander'
import type { Context, GlobalFlags } from './context.ts'

export type Work<A extends readonly unknown[]> = (context: Context, ...args: A) => Promise<number>

/** Turns work into what commander calls: its arguments, then its flags, then the command itself. */
export interface Bench {
  run<A extends readonly unknown[]>(work: Work<A>): (...args: readonly unknown[]) => Promise<void>
}

/** Adds one command, or a group of them. */
export type AddCommand = (program: Command, bench: Bench) => void

export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('before', `Examples\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`)
}

/** The arguments of a call without commander's own last one, which carries the flags of the whole line. */
export function argumentsOf(args: readonly unknown[]): {
  readonly own: readonly unknown[]
  readonly flags: GlobalFlags
} {
  const command = args.at(-1)
  const flags = command instanceof Command ? command.optsWithGlobals<GlobalFlags>() : {}
  return { own: args.slice(0, -1), flags }
}

export function wholeNumber(text: string): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && Number.isSafeInteger(number)) return number
  throw new InvalidArgumentError('It must be a whole number.')
}

export function errorCode(text: string): string {
  const code = text.toUpperCase()
  if (/^DB-\d{4}$/.test(code)) return code
  throw new InvalidArgumentError('It must be a code like DB-3207.')
}
