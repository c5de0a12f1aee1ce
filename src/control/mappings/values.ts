// What one mapping makes of one deal: every value it would write, with the line it comes from. Pure.

import { isBlank } from '#core/model/value'
import type { Reading } from '#core/model/deal'
import type { Json } from '#core/model/json'
import type { Fields } from '#core/model/record'
import {
  ruleOfMade,
  stageRowFor,
  type Env,
  type Mapping,
  type Row,
  type Rule,
  type Written,
} from '#core/mapping/mapping'
import type { DealView } from '#core/reconcile/world'
import type { PreviewedValue } from './answers.ts'

export type MadeValue = Omit<PreviewedValue, 'was' | 'isChanged'>

export function valuesMade(mapping: Mapping, view: DealView, env: Env): readonly MadeValue[] {
  const isLead = view.crm ? view.crm.kind === mapping.lead?.record : mapping.lead?.when(env) === true
  const rows = isLead ? (mapping.lead?.rows ?? []) : mapping.rows
  return [
    ...rows.map((row) => rowValue(row, view, env)),
    ...stageValues(mapping, view),
    ...ownerValues(mapping, env),
    ...lookupValues(mapping, env),
  ]
}

const placeOf = ({ file, line }: Rule): string => `${file}:${line}`

function rowValue(row: Row, view: DealView, env: Env): MadeValue {
  const back = row.direction === 'toReferral'
  const about = {
    name: back ? (row.referral ?? row.crm) : row.crm,
    direction: row.direction,
    rule: placeOf(row.rule),
    from: back ? row.crm : (row.referral ?? (row.isConstant ? 'set' : 'formula')),
  }
  const read = back ? readBack(row, view) : row.fromReferral(env)
  if (read.is === 'refused') return { ...about, value: null, problem: read.refusal.message }
  if (read.is === 'absent') return { ...about, value: null, problem: null }
  const name = back ? row.referral : row.crm
  const written = back ? row.toReferral?.(read.value, env.referral, env.now) : row.toCrm?.(read.value, null, env.now)
  if (written && !written.ok) return { ...about, value: null, problem: written.refusal.message }
  const blank = row.required && isBlank(read.value) ? 'It is required, and blank: the deal would wait.' : null
  return { ...about, value: shownValue(written, name, read.value), problem: blank }
}

/** Before there is a record, nothing can go back. */
const readBack = (row: Row, { crm }: DealView): Reading => (crm ? row.fromCrm(crm.fields) : { is: 'absent' })

function shownValue(written: Written | undefined, name: string | null, otherwise: Json): Json {
  const fields: Fields = written?.ok ? written.fields : {}
  return name !== null && Object.hasOwn(fields, name) ? (fields[name] ?? null) : otherwise
}

function stageValues({ stages }: Mapping, { facts }: DealView): readonly MadeValue[] {
  if (!facts?.stage) return []
  const stage = facts.stage === 'Received' ? 'New' : facts.stage
  const row = stageRowFor(stages, { stage, step: facts.step })
  const from = `status ${[stage, facts.step].filter(Boolean).join(' ')}`
  return Object.entries(row?.crm[0] ?? {}).map(([name, value]) => ({
    name,
    direction: row?.direction ?? 'both',
    value,
    problem: null,
    rule: row ? placeOf(row.rule) : '',
    from,
  }))
}

function ownerValues({ assign }: Mapping, env: Env): readonly MadeValue[] {
  const decided = assign?.to(env)
  if (!assign || !decided) return []
  const [value = null] = Object.values(decided.owner)
  return [{ name: assign.field, direction: 'toCrm', value, problem: null, rule: placeOf(decided.rule), from: 'assign' }]
}

/** What a new account or contact would hold; one that is found keeps what it has. */
function lookupValues({ lookups }: Mapping, env: Env): readonly MadeValue[] {
  return lookups
    .filter(({ whenNone }) => whenNone === 'create')
    .flatMap((lookup): readonly MadeValue[] => {
      const { kind } = lookup
      const made = lookup.create(env)
      const about = { direction: 'toCrm', from: `lookup ${lookup.name}, if it is made` } as const
      if (!made.ok)
        return [{ ...about, name: kind, value: null, problem: made.refusal.message, rule: placeOf(lookup.rule) }]
      return Object.entries(made.fields).map(([name, value]) => ({
        ...about,
        name: `${kind}.${name}`,
        value,
        problem: null,
        rule: placeOf(ruleOfMade(lookup, name)),
      }))
    })
}
