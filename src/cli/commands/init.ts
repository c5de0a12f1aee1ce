// `init`: sets up a folder. Writes a configuration, a first mapping matched to the org with the fixtures of its tests,
// what editors need for completion, and the fields the CRM does not have yet. It reads the CRM and writes nothing there;
// in the folder it writes over nothing without being told to.

import { Option } from 'commander'
import { templates } from '#control/mappings/first'
import { examples, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { setUp, type SetUp } from '../init/org.ts'
import { Asking, wishFrom, type InitFlags, type InitWish } from '../init/questions.ts'
import type { Shipped } from '../parts.ts'
import { configFor, crms, secretHomes, type Crm } from '../print/first-config.ts'
import { fittedLines, missingFields, packageFolders } from '../print/first-mapping.ts'
import { schemaFile } from './mappings/suggest.ts'

export const addInit: AddCommand = (program, bench) => {
  const command = program
    .command('init')
    .summary('set up a folder: configuration, first mapping, editor schemas')
    .description(
      'Sets up this folder. Reads the field list of your CRM, writes nothing there, and asks before it writes over a file.',
    )
    .addOption(new Option('--crm <crm>', 'which CRM').choices([...crms]))
    .addOption(new Option('--template <what>', 'which referrals the first mapping is about').choices([...templates]))
    .option('--url <address>', 'the address of your CRM')
    .option('--tenant <tenant>', 'your Microsoft tenant')
    .option('--timezone <zone>', 'where a day begins: Europe/Berlin')
    .option('--sign-in <flow>', 'how dealbridge signs in to the CRM')
    .addOption(new Option('--secrets <home>', 'where secrets live').choices([...secretHomes]))
    .option('--contact <address>', 'who answers for the mapping')
    .option('--pipeline <name>', 'what the pipeline is called')
    .option('--sandbox', 'against the pretended systems that `dealbridge sandbox` runs in another terminal')
    .option('--offline', 'call no system: the mapping is written as it ships')
    .option('--force', 'write over files that stand there already')
    .action(bench.run(init))
  examples(
    command,
    'dealbridge init',
    'dealbridge init --crm salesforce --url https://fabrikam.my.salesforce.com --no-input',
  )
}

async function init(context: Context, flags: InitFlags): Promise<number> {
  const wish = await wishFrom(context, flags)
  const ships = await context.parts.shipped()
  const path = `mappings/${wish.pipeline}-${wish.crm}.yaml`
  const pretended = wish.isPretended ? await pretendedAt(context, wish.crm) : null
  const config = configFor({ ...wish, mapping: path, pretended })
  const fixtures = Object.fromEntries(
    Object.entries(ships.fixtures).map(([name, text]) => [`mappings/fixtures/${name}`, text]),
  )
  const mapping = { ...wish, name: `${wish.pipeline}-${wish.crm}`, source: 'partner-center', target: wish.crm }
  const made = await setUp(context, {
    config,
    path,
    fixtures,
    crm: wish.crm,
    readsOrg: wish.readsOrg,
    mapping: { ...mapping, shipped: shippedFor(ships, wish) },
  })
  const { fitted } = made.mapping
  if (made.label !== null) context.note(made.label)
  const print = { crm: wish.crm, paint: context.errPaint, isOurs: (field: string) => isShipped(ships, wish.crm, field) }
  if (fitted) for (const line of fittedLines(fitted, print)) context.note(line)
  await write(context, filesOf({ wish, ships, made, config, path, fixtures }), flags)
  context.note(next(wish, made))
  return exit.done
}

/** Leads have a mapping of their own where a CRM knows leads. */
function shippedFor({ mappings }: Shipped, { crm, template }: InitWish): string {
  const leads = template === 'leads' ? mappings[`${crm}.lead-first.yaml`] : undefined
  return leads ?? mappings[`${crm}.opportunity.yaml`] ?? ''
}

/** Where a sandbox that runs here says its systems are; their usual places otherwise. */
async function pretendedAt(
  { parts }: Context,
  crm: Crm,
): Promise<{ readonly source: string; readonly target: string }> {
  const place = '.dealbridge/sandbox/config/dealbridge.yaml'
  const found = (await parts.files.exists(place)) ? (await parts.load({ config: place })).result : null
  const at = (name: string, usual: string): string => {
    const connections = found?.ok ? [...found.value.connections.values()] : []
    return connections.find((connection) => connection.name === name)?.origins[0] ?? usual
  }
  const usual = { salesforce: 'http://127.0.0.1:9702', dynamics: 'http://127.0.0.1:9703' } as const
  return { source: at('partner-center', 'http://127.0.0.1:9701'), target: at(crm, usual[crm]) }
}

interface Written {
  readonly wish: InitWish
  readonly ships: Shipped
  readonly made: SetUp
  readonly config: string
  readonly path: string
  readonly fixtures: Readonly<Record<string, string>>
}

/** Is the field among those that our package makes? */
const isShipped = ({ packages }: Shipped, crm: Crm, field: string): boolean =>
  Object.entries(packages[crm] ?? {}).some(([path, text]) => path.includes(field) || text.includes(field))

type NewFile = readonly [path: string, text: string]

function filesOf({ wish, ships, made, config, path, fixtures }: Written): readonly NewFile[] {
  const { text, fitted } = made.mapping
  const needed = Object.entries(fixtures).filter(([name]) => text.includes(name.replace('mappings/', '')))
  const isMissing = fitted !== null && missingFields(fitted).some((field) => isShipped(ships, wish.crm, field))
  const fields = isMissing ? Object.entries(ships.packages[wish.crm] ?? {}) : []
  return [
    ['config/dealbridge.yaml', config],
    [path, text],
    ['mappings/README.md', ships.guide],
    ...needed,
    ['.dealbridge/schema/config.json', ships.schema],
    ...(made.editorSchema ? [[schemaFile(wish.crm), `${JSON.stringify(made.editorSchema, null, 2)}\n`] as const] : []),
    ...fields.map(([name, words]) => [`${packageFolders[wish.crm]}/${name}`, words] as const),
    ['.gitignore', 'data/\n.dealbridge/\n*.key\n'],
  ]
}

async function write(context: Context, wanted: readonly NewFile[], { force }: InitFlags): Promise<void> {
  const { files } = context.parts
  const made: string[] = []
  const there: NewFile[] = []
  for (const [path, text] of wanted) {
    if (text === '') continue
    if (await files.create(path, text)) made.push(path)
    else if ((await files.read(path)) !== text) there.push([path, text])
  }
  const isAgreed =
    there.length > 0 &&
    (force ||
      (await new Asking(context).no(`There already: ${there.map(([path]) => path).join(', ')}. Write over them?`)))
  for (const [path, text] of isAgreed ? there : []) {
    await files.replace(path, (await files.read(path)) ?? '', text)
    made.push(path)
  }
  if (made.length > 0) context.lines(['Created', ...shortened(made).map((path) => `  ${path}`)])
  if (there.length > 0 && !isAgreed)
    context.note(
      `There already, and left alone: ${there.map(([path]) => path).join(', ')}   (--force writes over them)`,
    )
}

/** A folder full of fields is one line. */
function shortened(paths: readonly string[]): readonly string[] {
  const folders = Object.values(packageFolders)
  const inside = (path: string): string | undefined => folders.find((folder) => path.startsWith(`${folder}/`))
  return [...new Set(paths.map((path) => (inside(path) === undefined ? path : `${inside(path)}/`)))]
}

function next({ isPretended, pipeline, crm }: InitWish, { mapping: { fitted } }: SetUp): string {
  const secrets = isPretended
    ? []
    : ['set the secrets that config/dealbridge.yaml names, then', 'dealbridge connect sign-in partner-center']
  const tests = fitted
    ? `${fitted.tests} tests; does the mapping do what they say?`
    : 'does the mapping do what its tests say?'
  const steps = [
    ...secrets,
    'dealbridge check            is everything reachable and allowed?',
    `dealbridge mappings test    ${tests}`,
    'dealbridge plan             what would change? (writes nothing)',
  ]
  const [first, ...rest] = steps
  return `\nNext   ${first ?? ''}\n${rest.map((step) => `       ${step}`).join('\n')}\n       The mapping is mappings/${pipeline}-${crm}.yaml; mappings/README.md explains every line of it.`
}
