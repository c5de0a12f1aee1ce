// docs/reference/config.md: every setting, from the schemas that check it.

import { Settings as Dynamics } from '../../connectors/dynamics/settings.ts'
import { Settings as PartnerCenter } from '../../connectors/partner-center/settings.ts'
import { Settings as Salesforce } from '../../connectors/salesforce/settings.ts'
import { isList, isObject, type Json, type JsonObject, own } from '#core/model/json'
import { notYet } from '#settings/not-yet'
import { Document } from '#settings/schema'
import { branches, shapeOf } from '#settings/shape'
import { code, madeBy, page, plain, table } from './markdown.ts'

const head = `# Settings

For operations. Look one up; [config/example.yaml](../../config/example.yaml) is a whole file to begin with.

One file, \`config/dealbridge.yaml\`, found in the working directory, by \`--config\`, or by \`DEALBRIDGE_CONFIG\`. Only
connections and pipelines have no default. Unknown keys are errors. \`dealbridge service config --resolved\` shows every
value in force and where it comes from.

- **Paths** begin at the folder that holds \`config/\`.
- **Durations** have a unit: \`30s\`, \`5m\`, \`72h\`, \`14d\`. **Shares** have a percent sign: \`15%\`.
- **Secrets** are references: \`env:NAME\`, \`file:PATH\` (a file with mode 0600), or \`credential:NAME\` (from systemd). A secret
  itself is refused ([DB-1007](errors.md#db-1007)). They are read again every ten minutes, and at once after a refusal.
- **Profiles**: what stands below \`profiles: NAME:\` is laid over the file with \`--profile NAME\` or \`DEALBRIDGE_PROFILE\`.
- **The environment** counts before the file, flags before the environment. Every setting below with a fixed name has a
  variable: \`limits.changes.perRun\` is \`DEALBRIDGE_LIMITS_CHANGES_PER_RUN\`.
  [config/default.yaml](../../config/default.yaml) lists all of them.
- What this version understands and does not act on is [listed below](#not-in-this-version), and warned of when the file is
  read ([DB-1015](errors.md#db-1015)).`

export function configPage(): string {
  const shape = shapeOf(Document)
  const sections = entriesOf(shape).flatMap(([name, inner]) =>
    isSingle(inner) ? [] : [`## ${name}\n\n${aboutOf(inner)}`, rowsTable(rowsOf(name, inner))],
  )
  const singles = entriesOf(shape).filter(([, inner]) => isSingle(inner))
  return page(
    madeBy('src/settings and connectors/*/settings.ts'),
    head,
    '## At the top',
    rowsTable(singles.flatMap(([name, inner]) => rowsOf(name, inner, name === 'version'))),
    ...sections,
    ...connectors.flatMap(([name, settings]) => connectorSection(name, shapeOf(settings))),
    '## Not in this version',
    table(
      ['Setting', '', 'Meanwhile'],
      notYet.map(({ path, what, fix }) => [code(path.join('.')), plain(what), plain(fix)]),
    ),
  )
}

const connectors = [
  ['partner-center', PartnerCenter],
  ['salesforce', Salesforce],
  ['dynamics (or dataverse)', Dynamics],
] as const

const links: Readonly<Record<string, string>> = {
  'partner-center': 'partner-center',
  salesforce: 'salesforce',
  'dynamics (or dataverse)': 'dynamics',
}

function connectorSection(name: string, shape: JsonObject): readonly string[] {
  const where = `How to obtain what is asked for here: [connectors/${links[name]}](../../connectors/${links[name]}/README.md).`
  return [`## A connection of type ${name}`, where, rowsTable(membersOf('', shape))]
}

interface Row {
  readonly path: string
  readonly fallback: Json | undefined
  readonly about: string
  readonly isRequired: boolean
}

const rowsTable = (rows: readonly Row[]): string =>
  table(
    ['Setting', 'Default', ''],
    rows.map(({ path, fallback, about, isRequired }) => [
      code(path),
      fallback === undefined ? (isRequired ? 'required' : '–') : code(written(fallback)),
      plain(about),
    ]),
  )

/** A group becomes its members; a choice of groups becomes the members of each, with what tells them apart. */
function rowsOf(path: string, shape: JsonObject, isRequired = false): readonly Row[] {
  const groups = branches(shape).filter((branch) => own(branch, 'type') === 'object')
  if (groups.length === 0) return [{ path, fallback: own(shape, 'default'), about: aboutOf(shape), isRequired }]
  return groups.flatMap((group) => groupRows(path, group, groups.length > 1))
}

function groupRows(path: string, group: JsonObject, isOneOfSeveral: boolean): readonly Row[] {
  const others = own(group, 'additionalProperties')
  const [mark] = isOneOfSeveral ? entriesOf(group).filter(([, inner]) => own(inner, 'const') !== undefined) : []
  const named = isObject(others) && Object.keys(others).length > 0 ? rowsOf(`${path}.NAME`, others) : []
  return [...membersOf(`${path}.`, group, mark?.[0]), ...named]
}

/** `mark` is the key whose value says which group of several this is. */
function membersOf(before: string, group: JsonObject, mark?: string): readonly Row[] {
  const listed = own(group, 'required')
  const required = new Set(isList(listed) ? listed : [])
  return entriesOf(group).flatMap(([name, one]) =>
    name === mark
      ? rowsOf(`${before}${name}: ${written(own(one, 'const') ?? null)}`, one)
      : rowsOf(`${before}${name}`, one, required.has(name)),
  )
}

const isSingle = (shape: JsonObject): boolean => branches(shape).every((branch) => own(branch, 'type') !== 'object')

function entriesOf(shape: JsonObject): readonly (readonly [string, JsonObject])[] {
  const properties = own(shape, 'properties')
  if (!isObject(properties)) return []
  return Object.entries(properties).flatMap(([key, inner]) => (isObject(inner) ? [[key, inner] as const] : []))
}

function aboutOf(shape: JsonObject): string {
  const [first = shape] = branches(shape)
  const about = own(shape, 'description') ?? own(first, 'description')
  const choices = own(first, 'enum')
  const told = typeof about === 'string' ? about : ''
  // Where the sentence names the choices already they are not said twice.
  const values = isList(choices) ? choices.map(String).filter((value) => !told.includes(value)) : []
  return values.length === 0 ? told : `${told} One of ${values.map(code).join(', ')}.`.trim()
}

/** As a person would write it in the file. */
function written(value: Json): string {
  if (isList(value)) return `[${value.map(written).join(', ')}]`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
