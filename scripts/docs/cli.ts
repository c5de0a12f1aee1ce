// docs/reference/cli.md: every command with its flags, from the command line itself, and what exit codes say.

import type { Argument, Command, Option } from 'commander'
import { programFor } from '#cli/cli'
import { exit } from '#cli/exit'
import { code, madeBy, page, plain, table } from './markdown.ts'

type Exit = keyof typeof exit

/** For each code what it says, and what a script or a service manager may do about it. */
export const exitCodes: Readonly<Record<Exit, readonly [says: string, use: string]>> = {
  done: ['Done. The daemon: it was told to stop, and everything it had begun was finished.', ''],
  held: ['Finished, but something is held or was refused, a test failed, or `check` found an error.', 'a gate in CI'],
  pending: ['Changes are pending, or two mappings differ.', '`plan --exit-code`, `mappings diff`, `verify`'],
  person: ['A person is needed: an agreement, a brake, an answer; or the mode writes nothing.', 'review mode in CI'],
  usage: ['The command was not understood, or names something that does not exist.', 'correct the command'],
  down: ['A remote system cannot be reached, or fails.', 'try again later'],
  bug: ['A mistake of dealbridge. What is known of it is in `.dealbridge/errors.log`.', 'report it'],
  disk: ['The disk under the ledger is full, failed or cannot be written.', 'mend it; systemd tries again meanwhile'],
  later: ['Try again later: a vendor asked for a pause, or another process holds the ledger.', 'timers'],
  permission: ['Signed out, or not permitted.', 'call the owner; systemd does not restart on it'],
  config: ['The configuration or a mapping is not valid.', 'mend the file; systemd does not restart on it'],
  interrupted: ['Ended by Ctrl-C before everything was done.', ''],
  terminated: ['Ended by SIGTERM before the write in hand was finished.', 'the next start settles it'],
}

const silent = { out: () => undefined, err: () => undefined } as const

/** The commands, with nothing behind them. */
export function commandTree(): Command {
  const terminal = {
    ...silent,
    isOutTerminal: false,
    isErrTerminal: false,
    isInTerminal: false,
    columns: 80,
    ask: async () => await Promise.resolve(''),
  }
  return programFor({ terminal, version: '0.0.0' }, { run: () => async () => await Promise.resolve() })
}

const head = `# Commands

For operations and CRM admins. Look one up; \`dealbridge <command> --help\` prints the same in a terminal.

Results go to standard output, everything else to standard error, so \`--json\` and \`--csv\` can be piped. Colours appear on a
terminal only, and never with \`NO_COLOR\` set. Where nobody can be asked (no terminal, or \`--no-input\`) a command that would
ask stops with exit code 3. A deal is named by the beginning of its referral's id, or by its CRM record's id.`

export function cliPage(): string {
  const program = commandTree()
  return page(
    madeBy('src/cli'),
    head,
    '## Exit codes',
    'Small numbers say how it went; those from 64 on say why it could not run.',
    table(
      ['Code', 'Says', 'Use'],
      Object.entries(exitCodes).map(([name, [says, use]]) => [String(exit[name as Exit]), says, use]),
    ),
    '## Before or after any command',
    optionTable(program),
    ...program.commands.flatMap((command) => sections(command, [])),
  )
}

function sections(command: Command, above: readonly string[]): readonly string[] {
  const path = [...above, command.name()]
  if (command.name() === 'help') return []
  const depth = '#'.repeat(path.length + 1)
  const alias = command.aliases().map((name) => `, also ${code(`dealbridge ${name}`)}`)
  const blocks = [
    `${depth} ${path.join(' ')}`,
    plain(command.description()),
    `${code(`dealbridge ${path.join(' ')} ${command.usage()}`.trim())}${alias.join('')}`,
    ...argumentTable(command),
    ...(shownOptions(command).length > 0 ? [optionTable(command)] : []),
    ...examplesOf(command),
  ]
  return [...blocks, ...command.commands.flatMap((inner) => sections(inner, path))]
}

function argumentTable(command: Command): readonly string[] {
  const told = command.registeredArguments.filter(({ description, argChoices }) => description || argChoices)
  if (told.length === 0) return []
  return [
    table(
      ['Argument', ''],
      told.map((one: Argument) => [code(one.name()), about(one.description, one.argChoices)]),
    ),
  ]
}

const shownOptions = (command: Command): readonly Option[] => command.options.filter(({ hidden }) => !hidden)

const optionTable = (command: Command): string =>
  table(
    ['Flag', ''],
    shownOptions(command).map(({ flags, description, argChoices, defaultValue }) => [
      code(flags),
      `${about(description, argChoices)}${typeof defaultValue === 'string' ? ` (${code(defaultValue)} when left out)` : ''}`,
    ]),
  )

const about = (description: string, choices: readonly string[] | undefined): string =>
  `${plain(description)}${choices ? `: ${choices.map(code).join(', ')}` : ''}`

/** They are said above the help of a command, each on a line that begins with a dollar sign. */
function examplesOf(command: Command): readonly string[] {
  let text = ''
  command.configureOutput({ writeOut: (piece) => void (text += piece) })
  command.outputHelp()
  const own = text.slice(0, Math.max(0, text.indexOf('Usage:')))
  const lines = own.split('\n').flatMap((line) => /^\s+\$ (.*)$/.exec(line)?.slice(1) ?? [])
  return lines.length === 0 ? [] : [`\`\`\`sh\n${lines.join('\n')}\n\`\`\``]
}
