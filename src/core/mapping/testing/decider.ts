// Which line of the mapping decided something that a test sees otherwise.

import type { SourceModel } from '../../model/source-model.ts'
import { stageRowOf, type Env, type Mapping, type Row, type Rule } from '../mapping.ts'

export interface Deciding {
  readonly mapping: Mapping
  readonly source: SourceModel
  readonly env: Env
}

/** `what`: `action`, or a field by its side or kind. `rule`: the line the plan itself names, if it does. */
export function deciderOf(deciding: Deciding, what: string, rule: Rule | null = null): string | undefined {
  if (what === 'action') return takeDecider(deciding)
  const dot = what.indexOf('.')
  const [kind, field] = [what.slice(0, dot), what.slice(dot + 1)]
  if (kind === 'referral' && isMove(deciding, field)) return stageDecider(deciding, field)
  if (rule) return placeOf(rule)
  const { mapping, env } = deciding
  if (kind !== 'referral' && field === mapping.assign?.field) {
    const decided = mapping.assign.to(env)
    return decided ? placeOf(decided.rule) : 'no rule of assign applies'
  }
  const row = rowFor(mapping, kind, field)
  return row ? `${placeOf(row.rule)}${directionWords(row, kind)}` : 'no row of the mapping'
}

function takeDecider({ mapping, env }: Deciding): string | undefined {
  const taken = mapping.take(env)
  return taken.taken ? undefined : placeOf(taken.rule)
}

const isMove = ({ source }: Deciding, field: string): boolean =>
  field === source.step.field || Object.values(source.moves).some((move) => Object.hasOwn(move, field))

function stageDecider({ mapping, source, env }: Deciding, field: string): string {
  const row = env.crm && stageRowOf(mapping.stages, env.crm)
  if (!row) return 'no stage row: the stage of the record is in none of them'
  const number = mapping.stages.rows.indexOf(row) + 1
  const why = field === source.step.field && row.step === null ? ': the row has no step' : ''
  return `stage row ${number}, line ${row.rule.line}${why}`
}

function rowFor(mapping: Mapping, kind: string, field: string): Row | undefined {
  const rows = kind === mapping.lead?.record ? mapping.lead.rows : mapping.rows
  return kind === 'referral'
    ? rows.find((row) => row.referral === field && row.direction !== 'toCrm')
    : rows.find((row) => row.crm === field)
}

function directionWords(row: Row, kind: string): string {
  const isWrong = kind === 'referral' ? row.direction === 'toCrm' : row.direction === 'toReferral'
  return isWrong ? `: its direction is ${row.direction}` : ''
}

/** `row 4 of fields, line 92`. */
function placeOf({ key, line }: Rule): string {
  const match = /^(?<section>[a-zA-Z.]+)\[(?<index>\d+)\]$/.exec(key)
  const section = match?.groups?.['section']
  const number = Number(match?.groups?.['index']) + 1
  return section === undefined ? `${key}, line ${line}` : `row ${number} of ${section}, line ${line}`
}
