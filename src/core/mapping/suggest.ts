// A first mapping, matched to the fields and stages an org really has. It compiles as it is; what nobody could guess
// stands in it as a comment, for a person to decide. Pure: the schema is given.

import type { FieldSchema, KindSchema } from '../model/schema.ts'
import type { TargetModel } from '../model/target.ts'
import { yamlText } from './notes.ts'
import { fieldFor, linkWishes, nameToMake, wishes, type Wish } from './suggest/names.ts'
import { placeStages, placeState, stateFields, type PlacedStage, type StateFields } from './suggest/stages.ts'

export interface SuggestOptions {
  readonly name: string
  readonly source: string
  readonly target: string
  readonly record: KindSchema
  readonly model: TargetModel
  readonly timezone: string
  readonly contact?: string
}

export interface Suggestion {
  /** The mapping file. */
  readonly text: string
  /** For each thing worth mapping: the field found for it, or null. */
  readonly fields: readonly { readonly path: string; readonly field: string | null }[]
  readonly stages: readonly PlacedStage[]
  /** Fields for the referral link and the sync state that do not exist yet, by the name they should get. */
  readonly toMake: readonly { readonly name: string; readonly label: string; readonly type: FieldSchema['type'] }[]
}

interface Match {
  readonly wish: Wish
  readonly field: FieldSchema | undefined
}

export function suggestMapping(options: SuggestOptions): Suggestion {
  const { fields } = options.record
  const taken = new Set<string>()
  const match = (wish: Wish): Match => {
    const field = fieldFor(wish, fields, taken)
    if (field) taken.add(field.name)
    return { wish, field }
  }
  const links = new Map(linkWishes.map((wish) => [wish.path, match(wish)]))
  const rows = wishes.map(match)
  const stageField = fields.find(({ choices }) => choices?.some(({ means }) => means !== undefined))
  const states = stateFields(fields.filter((field) => field !== stageField))
  const stages = placeStages(stageField?.choices ?? [], states !== undefined && placeState(states, 'New') !== null)
  const toMake = [...links.values(), ...rows].flatMap(({ wish, field }) =>
    field || wish.make === undefined
      ? []
      : [{ name: nameToMake(wish.make, fields), label: wish.make, type: wish.types[0] ?? ('text' as const) }],
  )
  const written = new Set([...taken, stageField?.name])
  const sections = [
    head(options),
    matchSection(options, links),
    fieldsSection(options, rows, unfilled(fields, written)),
    stagesSection(stageField, stages, states),
    outcomesSection(links),
    statusSection(links),
  ]
  return {
    text: sections.filter((section) => section !== '').join('\n'),
    fields: rows.map(({ wish, field }) => ({ path: wish.path, field: field?.name ?? null })),
    stages,
    toMake,
  }
}

const head = ({ name, source, target, record, timezone, contact }: SuggestOptions): string =>
  `# Suggested from the fields and stages of your CRM. Read it through, then: dealbridge mappings test
version: 1
name: ${name}
title: Referrals ↔ ${record.label}
${contact === undefined ? '# contact: crm-admins@company.example     # shown on every problem this mapping causes' : `contact: ${yamlText(contact)}`}
source: ${source}
target: ${target}
record: ${record.kind}
timezone: ${timezone}                # where a day begins

# Which referrals does it take? All, until a condition says otherwise.
# take:
#   when: ref.kind = "cosell" OR qualification = "SalesQualified"
`

function matchSection({ model, record }: SuggestOptions, links: ReadonlyMap<string, Match>): string {
  const key = links.get('id')?.field
  const byKey = key
    ? `    - { crm: ${key.name}, equals: id }`
    : `    # - { crm: ${nameToMake('PC Referral Id', record.fields)}, equals: id }     # make this field first: text, unique`
  return `# Which record does it belong to?
match:
  try:
${byKey}
    - { crm: ${model.idField(record.kind)}, equals: externalReferenceId }
  whenSeveral: ask
  whenNone: create
`
}

function fieldsSection(
  { model, record }: SuggestOptions,
  rows: readonly Match[],
  required: readonly FieldSchema[],
): string {
  const lines = rows.map(({ wish, field }) => {
    const row = `{ crm: ${field?.name ?? nameToMake(wish.make ?? wish.path, record.fields)}, ${wish.row} }`
    // A formula with marks of its own is written on lines of its own.
    if (field && wish.row.startsWith('formula:')) return formulaRow(field.name, wish.row)
    return field ? `  - ${row}` : `  # ${wish.path}: no field looks like it`
  })
  const open = required.map(
    ({ name, label }) => `  # ${name} (${label}) must be filled in a new record: add a row for it`,
  )
  const back = `  - { crm: ${model.idField(record.kind)}, referral: externalReferenceId, direction: toReferral }`
  return [
    '# Fields. direction: toCrm | toReferral | both',
    'conflicts: ask',
    'fields:',
    ...lines,
    ...open,
    back,
    '',
  ].join('\n')
}

function formulaRow(name: string, row: string): string {
  const [, formula = '', rest = ''] = /^formula: (.*), (direction: .*)$/.exec(row) ?? []
  const keys = rest.split(', ').map((part) => `    ${part}`)
  return [`  - crm: ${name}`, `    formula: ${formula}`, ...keys].join('\n')
}

function unfilled(fields: readonly FieldSchema[], written: ReadonlySet<string | undefined>): readonly FieldSchema[] {
  return fields.filter(
    ({ name, required, creatable, calculated }) => required && creatable && calculated !== true && !written.has(name),
  )
}

const order = ['New', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired'] as const

function stagesSection(
  field: FieldSchema | undefined,
  stages: readonly PlacedStage[],
  states: StateFields | undefined,
): string {
  if (!field) return '# stages: name the field that holds the stage, and a row for each of its values\n'
  const rows = order.flatMap((stage) => {
    const placed = stages.filter((one) => one.stage === stage)
    if (placed.length > 0) return [...Map.groupBy(placed, ({ step }) => step).values()].map(stageRow)
    const state = states && placeState(states, stage)
    if (typeof state === 'string') return [`    - { referral: ${stage}, crm: ${state}${isTheirs(stage)} }`]
    return [`    # ${stage}: no stage looks like it. A referral that becomes ${stage} leaves the CRM as it is.`]
  })
  const lines = [
    '# Stage and status. Every open stage must have a row.',
    'stages:',
    `  crm: ${field.name}`,
    '  accept: byStage',
    '  rows:',
  ]
  return [...lines, ...rows, ''].join('\n')
}

/** Only Microsoft lets a referral expire: the row is written to the CRM and never read from it. */
const isTheirs = (stage: string): string => (stage === 'Expired' ? ', direction: toCrm' : '')

function stageRow(group: readonly PlacedStage[]): string {
  const [first] = group
  const values = group.map(({ choice }) => yamlText(choice.label))
  const crm = values.length === 1 ? values[0] : `[${values.join(', ')}]`
  const step = first?.step ? `, step: ${first.step}` : ''
  const note = group.every(({ certain }) => certain) ? '' : '     # please check: nothing but its place says so'
  return `    - { referral: ${first?.stage ?? 'New'}${step}, crm: ${crm}${isTheirs(first?.stage ?? '')} }${note}`
}

function outcomesSection(links: ReadonlyMap<string, Match>): string {
  const reason = links.get('lossReason')?.field
  const lost = reason
    ? `  lost:\n    requires: [${reason.name}]\n    reason: { crm: ${reason.name}, otherwise: Other }\n`
    : ''
  return `# Outcomes cannot be taken back at Microsoft, so they wait before they go.
outcomes:
  hold: 30m
  maxPerRun: 5
  won: { notBefore: 72h }
${lost}`
}

function statusSection(links: ReadonlyMap<string, Match>): string {
  const lines = ['state', 'message', 'answerBy', 'link'].flatMap((name) => {
    const field = links.get(name)?.field
    return field ? [`  ${name}: ${field.name}`] : []
  })
  return lines.length === 0 ? '' : ['# What sellers see.', 'statusInCrm:', ...lines, ''].join('\n')
}
