// `init`: sets up a folder. Writes a configuration, the mapping of the chosen CRM with the fixtures of its tests, and
// what editors need for completion. It calls no system, and leaves alone whatever stands there already.

import { Option } from 'commander'
import { examples, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { configFor, crms, type Crm } from '../print/first-config.ts'

interface InitFlags {
  readonly crm?: Crm
  readonly url?: string
  readonly tenant?: string
}

export const addInit: AddCommand = (program, bench) => {
  const command = program
    .command('init')
    .summary('set up a folder: configuration, first mapping, editor schemas')
    .description('Sets up this folder. Calls no system, and writes over nothing.')
    .addOption(new Option('--crm <crm>', 'which CRM').choices([...crms]))
    .option('--url <address>', 'the address of your CRM')
    .option('--tenant <tenant>', 'your Microsoft tenant')
    .action(bench.run(init))
  examples(
    command,
    'dealbridge init',
    'dealbridge init --crm salesforce --url https://fabrikam.my.salesforce.com --no-input',
  )
}

const guesses: Readonly<Record<Crm, string>> = {
  salesforce: 'https://fabrikam.my.salesforce.com',
  dynamics: 'https://fabrikam.crm4.dynamics.com',
}

async function init(context: Context, flags: InitFlags): Promise<number> {
  const { files } = context.parts
  const crm = flags.crm ?? crmOf(await ask(context, 'Which CRM? (salesforce, dynamics)', 'salesforce'))
  const url = flags.url ?? (await ask(context, 'The address of your CRM?', guesses[crm]))
  const tenant = flags.tenant ?? (await ask(context, 'Your Microsoft tenant?', 'fabrikam.onmicrosoft.com'))
  const ships = await context.parts.shipped()
  const mapping = `${crm}.opportunity.yaml`
  const wanted: readonly (readonly [path: string, text: string])[] = [
    ['config/dealbridge.yaml', configFor({ crm, url, tenant, mapping: `mappings/${mapping}` })],
    [`mappings/${mapping}`, ships.mappings[mapping] ?? ''],
    ...Object.entries(ships.fixtures).map(([name, text]) => [`mappings/fixtures/${name}`, text] as const),
    ['.dealbridge/schema/config.json', ships.schema],
    ['.gitignore', 'data/\n.dealbridge/\n*.key\n'],
  ]
  const made: string[] = []
  const left: string[] = []
  for (const [path, text] of wanted) if (text !== '') ((await files.create(path, text)) ? made : left).push(path)
  if (made.length > 0) context.lines(['Created', ...made.map((path) => `  ${path}`)])
  if (left.length > 0) context.note(`There already, and left alone: ${left.join(', ')}`)
  context.note(next(crm))
  return exit.done
}

const crmOf = (text: string): Crm => crms.find((crm) => crm === text.trim().toLowerCase()) ?? 'salesforce'

/** What is not asked is the guess: it stands in the file, to be changed there. */
async function ask(context: Context, question: string, guess: string): Promise<string> {
  if (!context.mayAsk) return guess
  const answer = await context.parts.terminal.ask(`${question} [${guess}] `, new AbortController().signal)
  return answer.trim() || guess
}

const next = (crm: Crm): string => `
Next   set the secrets that config/dealbridge.yaml names, then
       dealbridge connect sign-in partner-center
       dealbridge check     is everything reachable and allowed?
       dealbridge mappings suggest --pipeline cosell   what ${crm} has for what the mapping needs
       dealbridge plan      what would change? (writes nothing)`
