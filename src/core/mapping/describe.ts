// A mapping as a page for the sales-ops wiki: tables that people who never open the file can read.

import { formatDuration } from '../units.ts'
import type { CompiledMapping } from './compile.ts'
import type { MappingDocument } from './document/document.ts'
import type { LookupDocument, OwnerDocument } from './document/finding.ts'
import type { StageRowDocument } from './document/stages.ts'
import type { RowDocument } from './document/values.ts'
import type { Pairs, Placed } from './grammar/form.ts'
import type { Mapping } from './mapping.ts'

const hourMs = 3_600_000
const arrows = { toCrm: '→', toReferral: '←', both: '↔' } as const

/** Markdown. Arrows point from the referral (left) to the CRM (right). */
export function describeMapping({ mapping, document, tests }: CompiledMapping): string {
  const sections = [
    `# ${plain(mapping.title)}`,
    introduction(mapping),
    section('Which referrals', taken(document)),
    section('Which record', table(['In the CRM', 'equals', 'compared'], tries(document.match?.try?.items ?? []))),
    ...(document.lookups?.pairs ?? []).map(({ key, value }) => section(`Lookup: ${key.text}`, lookup(value))),
    section('Who owns it', owners(document)),
    section(
      'Fields',
      table(
        ['Partner Center', '', mapping.record, 'How', 'When both changed'],
        (document.fields?.items ?? []).map((row) => fieldRow(row, mapping)),
      ),
    ),
    section('Stages', table(['Partner Center', '', 'CRM'], (document.stages?.rows?.items ?? []).map(stageRow))),
    section('Outcomes', outcomes(mapping)),
    section(
      'House rules',
      bullets((document.checks?.items ?? []).map((check) => `\`${said(check.require)}\` – ${said(check.message)}`)),
    ),
    section('Deals that begin in the CRM', shared(document)),
    section('What must hold', bullets(tests.map((test) => test.name))),
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`
}

function introduction({ name, record, contact, hash }: Mapping): string {
  const who = contact === null ? '' : ` Questions: ${contact}.`
  return `Mapping \`${name}\` (${hash.slice(0, 8)}) ties referrals to records of kind ${record}.${who}`
}

const section = (title: string, body: string): string => (body === '' ? '' : `## ${title}\n\n${body}`)

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')

/** One line that cannot break out of its cell. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim()
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const said = (value: Placed<string> | undefined): string => (value ? plain(value.value) : '')
const code = (text: string): string => (text === '' ? '' : `\`${plain(text)}\``)

// ── sections ─────────────────────────────────────────────────────────────────────────────────────────────────

function taken({ take }: MappingDocument): string {
  if (!take) return 'All of them.'
  const lines = [take.when ? `Those for which ${code(said(take.when))} holds.` : 'All of them.']
  const exceptions = (take.unless?.items ?? []).map(
    ({ when, because }) => `not when ${code(said(when))}: ${said(because)}`,
  )
  return [...lines, bullets(exceptions)].filter((text) => text !== '').join('\n\n')
}

function tries(
  items: NonNullable<NonNullable<MappingDocument['match']>['try']>['items'],
): readonly (readonly string[])[] {
  return items.map(({ crm, equals, compare }) => [
    (crm ?? []).map((field) => field.value).join(' + '),
    (equals ?? []).map((path) => path.value).join(' + '),
    (compare ?? []).map((way) => way.value).join(', ') || 'exact',
  ])
}

function lookup(document: LookupDocument): string {
  const fills =
    document.fills &&
    ('value' in document.fills ? document.fills.value : `the role "${said(document.fills.contactRole)}"`)
  const none = document.whenNone?.value ?? (document.create ? 'create' : 'leaveEmpty')
  const words = `A record of kind ${said(document.object)} fills ${fills ?? 'nothing'}. When none is found: ${none}.`
  return [words, table(['In the CRM', 'equals', 'compared'], tries(document.try?.items ?? []))].join('\n\n')
}

function owners({ assign }: MappingDocument): string {
  if (!assign) return ''
  const rules = (assign.rules?.items ?? []).map(({ when, to }) => [code(said(when)), ownerWords(to)])
  const last = assign.otherwise ? [['otherwise', ownerWords(assign.otherwise)]] : []
  return table(['When', 'Owner'], [...rules, ...last])
}

function ownerWords(owner: OwnerDocument | undefined): string {
  if (!owner) return ''
  if (owner.roundRobin) return `by turns: ${owner.roundRobin.items.map(({ value }) => value).join(', ')}`
  return said(owner.user) || (owner.team ? `team ${said(owner.team)}` : `queue ${said(owner.queue)}`)
}

function fieldRow(row: RowDocument, mapping: Mapping): readonly string[] {
  const policy = mapping.rows.find((made) => made.crm === row.crm?.value)?.policy ?? ''
  const direction = row.direction?.value ?? 'toCrm'
  return [sourceWords(row), arrows[direction], said(row.crm), treatmentWords(row), direction === 'both' ? policy : '']
}

function sourceWords({ referral, formula, set }: RowDocument): string {
  if (referral) return said(referral)
  return formula ? code(said(formula)) : `always "${set?.value ?? ''}"`
}

function treatmentWords(row: RowDocument): string {
  const parts = [
    row.as ? `as ${row.as.value}${row.timezone ? ` in ${row.timezone.value}` : ''}` : '',
    row.transform ? row.transform.items.map(({ value }) => value).join(', ') : '',
    row.values ? `${pairWords(row.values)}${row.otherwise ? `; otherwise ${row.otherwise.value}` : ''}` : '',
    row.default ? `default ${row.default.value ?? 'blank'}` : '',
    row.required?.value === true ? 'required' : '',
    row.write && row.write.value !== 'always' ? row.write.value : '',
    row.combine && row.combine.value !== 'replace' ? row.combine.value : '',
  ]
  return parts.filter((part) => part !== '').join('; ')
}

const pairWords = ({ pairs }: Pairs<Placed<string | null>>): string =>
  pairs.map(({ key, value }) => `${key.text} = ${value.value ?? 'blank'}`).join(', ')

function stageRow({ referral, step, crm, direction }: StageRowDocument): readonly string[] {
  return [[said(referral), said(step)].filter(Boolean).join(' · '), arrows[direction?.value ?? 'both'], placeWords(crm)]
}

function placeWords(crm: StageRowDocument['crm']): string {
  if (!crm) return ''
  if ('items' in crm) return crm.items.map((item) => placeWords(item)).join(', ')
  return 'value' in crm
    ? crm.value
    : crm.pairs.map(({ key, value }) => `${key.text} = ${value.value ?? 'blank'}`).join(' and ')
}

function shared({ share }: MappingDocument): string {
  if (!share) return ''
  const marks = (share.mark?.pairs ?? [])
    .map(({ key, value }) => `${key.text} = ${value.value ?? 'blank'}`)
    .join(' and ')
  const given = (share.fields?.pairs ?? []).map(({ key, value }) => {
    if ('value' in value) return [value.value, '←', key.text]
    return [value.set ? `always "${value.set.value ?? ''}"` : said(value.crm), '←', key.text]
  })
  const words = `A record with ${marks} becomes a deal at Microsoft, once. It cannot be removed there.`
  return [words, table(['In the CRM', '', 'Partner Center'], given)].join('\n\n')
}

function outcomes({ outcomes: { holdMs, maxPerRun, won, lost, declined } }: Mapping): string {
  return bullets([
    `Won, Lost and Declined wait ${formatDuration(holdMs)} before they go to Microsoft; at most ${maxPerRun} in one run.`,
    `Won waits until ${Math.round(won.notBeforeMs / hourMs)} hours after creation for deals that can be registered.`,
    ...[['Won', won.requires] as const, ['Lost', lost.requires] as const, ['Declined', declined.requires] as const]
      .filter(([, fields]) => fields.length > 0)
      .map(([stage, fields]) => `${stage} needs ${fields.join(', ')}.`),
  ])
}
