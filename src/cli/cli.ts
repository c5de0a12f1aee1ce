// The command line: finds out what is meant, does it through the verbs, prints what came of it, and says how it went in
// an exit code. It decides nothing about deals, and knows no file and no terminal but those it is given.

import { Command, CommanderError } from 'commander'
import { argumentsOf, type AddCommand, type Bench, type Work } from './command.ts'
import { addAlerts } from './commands/alerts.ts'
import { addConnect } from './commands/connect.ts'
import { addReferrals, addReplay } from './commands/deals.ts'
import { addInit } from './commands/init.ts'
import { addCheck, addExplain, addProblems, addStatus } from './commands/look.ts'
import { addMappings } from './commands/mappings.ts'
import { addPlan } from './commands/plan.ts'
import { addMode, addReload, addRun, addSteering } from './commands/running.ts'
import { addSandbox } from './commands/sandbox.ts'
import { addSync } from './commands/sync.ts'
import { addUpkeep } from './commands/upkeep.ts'
import { addVerify } from './commands/verify.ts'
import { BadSettings, Context, Interrupted } from './context.ts'
import { exit, exitOf } from './exit.ts'
import { problemsText } from './failure.ts'
import { troubleOf } from '#control/trouble'
import type { CliParts } from './parts.ts'

const groups: Readonly<Record<string, readonly AddCommand[]>> = {
  'Start:': [addInit, addSandbox, addConnect, addCheck],
  'Map:': [addMappings],
  'Move:': [addPlan, addSync, addRun, addReplay],
  'Look:': [addStatus, addExplain, addReferrals, addProblems, addVerify],
  'Run it:': [addReload, addSteering, addMode, addAlerts, addUpkeep],
}

/** The code to exit with. */
export async function runCli(args: readonly string[], parts: CliParts): Promise<number> {
  let code: number = exit.done
  const bench: Bench = {
    run:
      <A extends readonly unknown[]>(work: Work<A>) =>
      async (...given: readonly unknown[]) => {
        const { own, flags } = argumentsOf(given)
        code = await done(new Context(parts, flags), async (context) => await work(context, ...(own as unknown as A)))
      },
  }
  const program = programFor(parts, bench)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    // Help and version are thrown too; what commander refuses, it has already explained.
    if (error instanceof CommanderError) return error.exitCode === 0 || isHelp(error) ? exit.done : exit.usage
    throw error
  }
}

const isHelp = ({ code }: CommanderError): boolean => code === 'commander.help' || code === 'commander.helpDisplayed'

/** Every command there is; also for whoever writes them down. */
export function programFor({ terminal, version }: Pick<CliParts, 'terminal' | 'version'>, bench: Bench): Command {
  const program = new Command('dealbridge')
    .description(
      'Microsoft referrals in your CRM, your outcomes back at Microsoft, every change shown before it is written.',
    )
    .version(version, '--version', 'the version')
    .option('--config <file>', 'the configuration (config/dealbridge.yaml)')
    .option('--profile <name>', 'a profile of the configuration')
    .option('--no-color', 'no colours')
    .option('--no-input', 'ask nothing; stop where an answer would be needed')
    .option('--utc', 'times in UTC')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError()
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading)
    for (const add of commands) add(program, bench)
  }
  program.addHelpText('before', 'Examples\n  $ dealbridge sandbox\n  $ dealbridge plan\n')
  program.addHelpText('after', '\nWhat a code means: dealbridge explain DB-3107')
  inherit(program)
  return program
}

/** Settings of the program hold for its commands only when handed down. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    inherit(command)
  }
}

async function done(context: Context, work: (context: Context) => Promise<number>): Promise<number> {
  const { parts, isErrColoured } = context
  try {
    parts.begin()
    return await work(context)
  } catch (error) {
    if (error instanceof Interrupted || isAbort(error)) return exit.interrupted
    if (error instanceof BadSettings) {
      parts.terminal.err(problemsText(error.problems, { sources: error.sources, isColoured: isErrColoured }))
      return exit.config
    }
    const trouble = troubleOf(error)
    if (trouble.remedy === 'bug') parts.crashes.log.error('command.broke', { code: trouble.code, error })
    context.failure(trouble)
    return exitOf(trouble)
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
