// `referrals`: single deals, listed, shown, and settled by a person; and `replay`, which tries held ones again.

import type { DealRequest } from '#control/requests'
import type { Command } from 'commander'
import { addAdopt } from './adopt.ts'
import { errorCode, examples, wholeNumber, type AddCommand, type Bench } from '../command.ts'
import type { Context } from '../context.ts'
import { exit, exitOfRuns } from '../exit.ts'
import { explainLines } from '../print/explain.ts'
import { referralCsv, referralLines } from '../print/referrals.ts'
import { runLines } from '../print/run.ts'
import { plural } from '../print/words.ts'
import { withProgress } from '../progress.ts'
import { InvalidArgumentError, Option } from 'commander'

export const addReferrals: AddCommand = (program, bench) => {
  const group = program
    .command('referrals')
    .summary('single deals: list, show, accept, decline, resolve, release, link, adopt, unlink, pause, resume, forget')
    .description('Works with single deals.')
  examples(
    group,
    'dealbridge referrals list --state waiting',
    'dealbridge referrals resolve 2f77c3d5 CloseDate --take crm',
  )
  addList(group, bench)
  addShow(group, bench)
  addResolve(group, bench)
  addRelease(group, bench)
  addLinks(group, bench)
  addAdopt(group, bench)
}

interface ListFlags {
  readonly pipeline?: string
  readonly state?: 'in-step' | 'waiting' | 'stuck' | 'paused'
  readonly text?: string
  readonly max?: number
  readonly json?: boolean
  readonly csv?: boolean
}

function addList(group: Command, bench: Bench): void {
  const states = new Option('--state <state>', 'only these').choices(['in-step', 'waiting', 'stuck', 'paused'])
  const command = group
    .command('list')
    .description('Deals that are linked or wait to be.')
    .addOption(states)
    .option('--pipeline <name>', 'only this pipeline')
    .option('--text <words>', 'only those whose title or id holds this')
    .option('--max <n>', 'at most so many', wholeNumber)
    .option('--json', 'one JSON document on standard output')
    .option('--csv', 'for spreadsheets')
    .action(bench.run(list))
  examples(command, 'dealbridge referrals list', 'dealbridge referrals list --text fabric --csv > deals.csv')
}

async function list(context: Context, { json, csv, ...flags }: ListFlags): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const found = await control.referrals(flags)
    const { max: _, ...narrowing } = flags
    const isNarrowed = Object.keys(narrowing).length > 0
    const print = { paint: context.paint, zone: context.zone(settings), now: context.parts.clock.now(), isNarrowed }
    if (json) context.json(found)
    else context.lines(csv ? referralCsv(found.deals) : referralLines(found, print))
    return exit.done
  })
}

function addShow(group: Command, bench: Bench): void {
  const command = group
    .command('show')
    .description('One deal on both sides, and what happened to it.')
    .argument('<deal>', "the beginning of a referral's id, or a CRM record's id")
    .option('--pipeline <name>', 'only this pipeline')
    .option('--history', 'everything that happened to it')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(show))
  examples(command, 'dealbridge referrals show 49d90c72', 'dealbridge referrals show 49d90c72 --history')
}

interface ShowFlags {
  readonly pipeline?: string
  readonly history?: boolean
  readonly json?: boolean
}

async function show(context: Context, deal: string, { json, history, ...flags }: ShowFlags): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const found = await control.explain({ deal, ...flags, ...(history ? { history } : {}) })
    const print = { paint: context.paint, zone: context.zone(settings), now: context.parts.clock.now() }
    if (json) context.json(found)
    else context.lines(explainLines(found, { ...print, full: true, field: null }))
    return exit.done
  })
}

interface ResolveFlags {
  readonly take?: 'referral' | 'crm'
  readonly value?: string
  readonly blank?: boolean
  readonly record?: string
  readonly new?: boolean
  readonly pipeline?: string
}

function addResolve(group: Command, bench: Bench): void {
  const command = group
    .command('resolve')
    .description('Answers a question: which of two values counts, or which of several accounts or contacts it is.')
    .argument('<deal>', "the beginning of a referral's id, or a CRM record's id")
    .argument('[field]', 'the field or the lookup it is about; may be left out where it asks about one only')
    .option('--take <side>', 'partner-center or crm', side)
    .option('--value <value>', 'another value, in the form the mapping shows it')
    .option('--blank', 'empty on both sides')
    .option('--record <id>', 'which account or contact it is: one of those that fit, or another one')
    .option('--new', 'none of those that fit: a new one is made')
    .option('--pipeline <name>', 'only this pipeline')
    .action(bench.run(resolve))
  examples(
    command,
    'dealbridge referrals resolve 2f77c3d5 CloseDate --take crm',
    'dealbridge referrals resolve 2f77c3d5 account --record 001Qy00000Abf90',
  )
}

function side(text: string): 'referral' | 'crm' {
  if (text === 'crm') return 'crm'
  if (text === 'partner-center' || text === 'referral') return 'referral'
  throw new InvalidArgumentError('It must be partner-center or crm.')
}

async function resolve(
  context: Context,
  deal: string,
  field: string | undefined,
  { pipeline, ...flags }: ResolveFlags,
): Promise<number> {
  const [answer, ...more] = answersIn(flags)
  if (answer === undefined || more.length > 0) {
    context.note(
      'Say which value counts (--take partner-center, --take crm, --value <value> or --blank), or which record it is (--record <id> or --new). One of them.',
    )
    return exit.usage
  }
  return await act(context, {
    do: 'resolve',
    deal,
    take: answer,
    who: context.parts.user,
    ...(field === undefined ? {} : { field }),
    ...(pipeline === undefined ? {} : { pipeline }),
  })
}

type Answer = Extract<DealRequest, { do: 'resolve' }>['take']

const answersIn = ({ take, value, blank, record, ...flags }: ResolveFlags): readonly Answer[] => [
  ...(take === undefined ? [] : [take]),
  ...(value === undefined ? [] : [{ value }]),
  ...(blank ? [{ value: null }] : []),
  ...(record === undefined ? [] : [{ record }]),
  ...(flags.new ? [{ record: null }] : []),
]

function addRelease(group: Command, bench: Bench): void {
  const command = group
    .command('release')
    .description('Sends an outcome that is being held, now. It cannot be taken back at Microsoft.')
    .argument('<deal>', "the beginning of a referral's id, or a CRM record's id")
    .option('--pipeline <name>', 'only this pipeline')
    .option('--approve-outcomes <n>', 'must be 1: the deal that is named', wholeNumber)
    .action(bench.run(release))
  examples(
    command,
    'dealbridge referrals release c9a2b611',
    'dealbridge referrals release c9a2b611 --approve-outcomes 1',
  )
}

interface ReleaseFlags {
  readonly pipeline?: string
  readonly approveOutcomes?: number
}

async function release(context: Context, deal: string, { pipeline, approveOutcomes }: ReleaseFlags): Promise<number> {
  if (approveOutcomes !== 1) {
    if (!context.mayAsk) {
      context.note('An outcome cannot be taken back. Nobody is here to agree: say --approve-outcomes 1.')
      return exit.person
    }
    const question = 'An outcome cannot be taken back at Microsoft. Type 1 to send it: '
    if ((await context.parts.terminal.ask(question, new AbortController().signal)).trim() !== '1') return exit.person
  }
  return await act(context, {
    do: 'release',
    deal,
    who: context.parts.user,
    ...(pipeline === undefined ? {} : { pipeline }),
  })
}

interface DealFlags {
  readonly pipeline?: string
  readonly yes?: boolean
}

function addLinks(group: Command, bench: Bench): void {
  const link = group
    .command('link')
    .description('Ties a referral to a CRM record. Both are compared by the next pass; nothing is written now.')
    .argument('<deal>', "the beginning of a referral's id")
    .argument('<record>', "the CRM record's id")
    .option('--pipeline <name>', 'only this pipeline')
    .option('--yes', 'without asking')
    .action(
      bench.run(async (context: Context, deal: string, record: string, flags: DealFlags) =>
        (await agrees(context, `Link ${deal} to ${record}?`, flags))
          ? await act(context, { ...of(context, deal, flags), do: 'link', record })
          : exit.person,
      ),
    )
  examples(
    link,
    'dealbridge referrals link 49d90c72 006Qy00000Abf90',
    'dealbridge referrals link 49d90c72 006Qy00000Abf90 --yes',
  )
  addVerbs(group, bench)
}

/** What is done to one deal that is named, and nothing else. */
const verbs = [
  [
    'accept',
    'answer a referral: accepted',
    'Answers a referral: accepted. Its record moves on once Microsoft shows it.',
  ],
  [
    'decline',
    'answer a referral: declined',
    'Answers a referral: declined. It waits as long as every outcome does, and cannot be taken back after that.',
  ],
  [
    'unlink',
    'untie a referral from its record',
    'Unties a referral from its record. Both stay as they are, and nothing is made again.',
  ],
  ['pause', 'write nothing for this deal', 'Writes nothing for this deal until it is resumed.'],
  ['resume', 'let a paused or unlinked deal go on', 'Lets a paused or unlinked deal go on.'],
  [
    'forget',
    'take a deal out of the ledger for good',
    'Takes a deal out of the ledger for good, with the words of its history, and leaves the referral alone from now on.',
  ],
] as const

function addVerbs(group: Command, bench: Bench): void {
  for (const [name, summary, description] of verbs) {
    const command = group
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<deal>', "the beginning of a referral's id, or a CRM record's id")
      .option('--pipeline <name>', 'only this pipeline')
      .option('--yes', 'without asking')
      .action(
        bench.run(async (context: Context, deal: string, flags: DealFlags) =>
          name === 'pause' || name === 'resume' || (await agrees(context, `${lasting[name]} ${deal}?`, flags))
            ? await act(context, { ...of(context, deal, flags), do: name })
            : exit.person,
        ),
      )
    examples(command, `dealbridge referrals ${name} 49d90c72`, `dealbridge referrals ${name} 49d90c72 --yes`)
  }
}

/** What is not undone by another command is asked about first. */
const lasting = { accept: 'Accept', decline: 'Decline', unlink: 'Unlink', forget: 'Forget, for good,' } as const

const of = (context: Context, deal: string, { pipeline }: DealFlags) => ({
  deal,
  who: context.parts.user,
  ...(pipeline === undefined ? {} : { pipeline }),
})

async function agrees(context: Context, question: string, { yes }: DealFlags): Promise<boolean> {
  if (yes) return true
  if (!context.mayAsk) {
    context.note('Nobody is here to agree. Say --yes to do it without being asked.')
    return false
  }
  const answer = await context.parts.terminal.ask(`${question} [y/N] `, new AbortController().signal)
  return /^y(?:es)?$/i.test(answer.trim())
}

async function act(context: Context, request: DealRequest): Promise<number> {
  return await context.withDaemonOr(async (control) => {
    const { referral, next } = await control.deal(request)
    context.lines([`${context.paint.good('✓')} ${referral.slice(0, 8)}: ${next}`])
    if (!control.isDaemon) context.note('No daemon runs here: dealbridge sync makes the next pass.')
    return exit.done
  })
}

export const addReplay: AddCommand = (program, bench) => {
  const command = program
    .command('replay')
    .summary('try held changes again, by cause, deal or time')
    .description("Plans what is held again on today's data, and writes it. Steps that were done are not repeated.")
    .option('--cause <code>', 'only those held by this code', errorCode)
    .option('--deal <id>', "only this deal: the beginning of a referral's id")
    .option('--since <time>', 'only those held since this point in time')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--dry-run', 'only say how many deals it would be')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(replay))
  examples(command, 'dealbridge replay --cause DB-3207', 'dealbridge replay --deal 49d90c72 --dry-run')
}

interface ReplayFlags {
  readonly cause?: string
  readonly deal?: string
  readonly since?: string
  readonly pipeline?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

async function replay(context: Context, { json, ...flags }: ReplayFlags): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const request = { ...flags, who: context.parts.user }
    const found = await withProgress(
      { ...context.parts, label: 'Planning again' },
      async (tell) => await control.replay(request, tell),
    )
    const print = { paint: context.paint, zone: context.zone(settings) }
    if (json) context.json({ schema: 'dealbridge.replay/v1', ...found })
    else if (found.deals === 0) context.lines(['Nothing is held that fits.'])
    else if (flags.dryRun) context.lines([`${plural(found.deals, 'deal')} would be planned again. Nothing was done.`])
    else
      context.lines([
        `${plural(found.deals, 'deal')} planned again on today's data.`,
        ...found.runs.flatMap((run) => runLines(run, print)),
      ])
    return exitOfRuns(found.runs)
  })
}
