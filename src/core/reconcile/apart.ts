// What still differs between the two sides of a linked deal, and what accounts for it. The planner says what it would
// do; here each difference is held against that: on its way, waiting for a reason, at rest by a rule, or nothing of the
// kind. What nothing accounts for is what nobody would ever have been told.

import type { Code } from '../model/ids.ts'
import type { Reading } from '../model/deal.ts'
import type { Instant } from '../model/instant.ts'
import { textOf, type Json } from '../model/json.ts'
import { baseValue, type Link, type Waiting } from '../model/link.ts'
import { isClosed, type Stage } from '../model/stage.ts'
import { sameValue } from '../model/value.ts'
import { stageRowOf, type Env, type Mapping, type Row, type Rule } from '../mapping/mapping.ts'
import type { Change, Plan } from './plan.ts'
import type { DealView } from './world.ts'

export type Account =
  /** It would be written by the next pass that looks at this deal. */
  | { readonly is: 'due' }
  | { readonly is: 'held'; readonly code: Code; readonly until: Instant | null }
  | { readonly is: 'rests'; readonly because: RestReason }
  | { readonly is: 'unexplained' }

/** A one-way row whose own side has not moved; a row written once; a deal that is over; a deal set aside by a person. */
export type RestReason = 'one-way' | 'written-once' | 'closed' | 'paused' | 'hidden' | 'stage-table'

export interface Apart {
  readonly field: string
  readonly referral: Json
  readonly crm: Json
  readonly rule: Rule | null
  readonly account: Account
}

export interface Compared {
  readonly mapping: Mapping
  readonly view: DealView
  /** A plan of this view, made from what was just read. */
  readonly plan: Plan
  readonly now: Instant
}

/** Empty when both sides say the same. A side that was not found is one difference, about the record itself. */
export function apartIn(of: Compared): readonly Apart[] {
  const { view } = of
  if (!view.link?.record) return []
  const knowing = knowingOf(of, view.link)
  if (!view.crm || view.crm.gone || !view.referral || view.referral.gone) return [missing(of, knowing)]
  const env: Env = { referral: view.referral.fields, crm: view.crm.fields, now: of.now }
  const { lead } = of.mapping
  const isLead = lead !== null && lead.record === view.link.kind
  const rows = isLead ? lead.rows : of.mapping.rows
  const groups = [...Map.groupBy(rows, (row) => row.group).values()]
  const fields = groups.flatMap((group) => group.flatMap((row) => rowApart(row, group, { env, knowing })))
  return isLead ? fields : [...fields, ...stageApart(of, knowing)]
}

interface Knowing {
  /** As it would be remembered now. */
  readonly link: Link
  readonly changes: readonly Change[]
  readonly referralIsClosed: boolean
  readonly crmIsClosed: boolean
}

function knowingOf({ mapping, view, plan }: Compared, was: Link): Knowing {
  const row = view.crm && stageRowOf(mapping.stages, view.crm.fields)
  const stage = view.facts?.stage ?? null
  return {
    link: plan.links.find(({ key }) => key === was.key) ?? was,
    changes: plan.changes.filter(({ link }) => link === was.key),
    referralIsClosed: stage === null || isClosed(stage),
    crmIsClosed: row !== null && row !== undefined && isClosed(row.stage),
  }
}

const found = (record: DealView['crm']): string | null => (record && !record.gone ? record.id : null)

function missing({ view }: Compared, { link }: Knowing): Apart {
  const [wait] = link.waiting
  return {
    field: 'record',
    referral: found(view.referral),
    crm: found(view.crm),
    rule: null,
    account: link.paused ? paused : wait ? heldBy(wait) : { is: 'unexplained' },
  }
}

// ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface Around {
  readonly env: Env
  readonly knowing: Knowing
}

function rowApart(row: Row, group: readonly Row[], { env, knowing }: Around): readonly Apart[] {
  const [left, right] = [row.fromReferral(env), row.fromCrm(env.crm ?? {})]
  if (!isApart(row, left, right)) return []
  const { rule } = row
  const account = accountOf(row, group, { env, knowing }, [left, right])
  return [{ field: row.crm, referral: shown(left), crm: shown(right), rule, account }]
}

/** What one side does not show differs from nothing; what could not be read does. */
function isApart(row: Row, left: Reading, right: Reading): boolean {
  if (left.is === 'absent' || right.is === 'absent') return false
  if (left.is === 'refused') return row.direction !== 'toReferral'
  if (right.is === 'refused') return row.direction !== 'toCrm'
  return !sameValue(left.value, right.value)
}

function accountOf(
  row: Row,
  group: readonly Row[],
  { env, knowing }: Around,
  [left, right]: readonly [Reading, Reading],
): Account {
  const rest = restOf(row, knowing, row.direction === 'toReferral' ? right : left)
  if (knowing.link.paused) return paused
  const change = knowing.changes.find((one) => one.fields.some(({ path }) => isOf(row, one, path)))
  if (change) return accountBy(change)
  const wait = waitAbout(group, knowing.link)
  if (wait) return heldBy(wait)
  if (rest) return { is: 'rests', because: rest }
  const isHalfHidden = group.some((other) => isHidden(other, env))
  return isHalfHidden ? { is: 'rests', because: 'hidden' } : { is: 'unexplained' }
}

const isOf = (row: Row, { side }: Change, path: string): boolean =>
  side === 'crm' ? path === row.crm : path === row.referral

const isHidden = (row: Row, env: Env): boolean =>
  row.fromReferral(env).is === 'absent' || row.fromCrm(env.crm ?? {}).is === 'absent'

/** Why the rules let a difference be; null where they do not. `near` is what the row's own side shows. */
function restOf(row: Row, { link, referralIsClosed, crmIsClosed }: Knowing, near: Reading): RestReason | null {
  const base = baseValue(link, row.id)
  if (row.direction !== 'toCrm' && referralIsClosed) return 'closed'
  if (row.direction === 'both') return null
  if (row.write === 'once' && base !== undefined) return 'written-once'
  if (row.write === 'whileOpen' && crmIsClosed) return 'closed'
  return near.is === 'value' && base !== undefined && sameValue(near.value, base) ? 'one-way' : null
}

/** A wait about this row or one written with it; or one about the whole deal, which holds every row. */
function waitAbout(group: readonly Row[], { waiting }: Link): Waiting | undefined {
  const ours = new Set(group.flatMap(({ id }) => [`row:${id}`, `loop:${id}`, `hidden:${id}`]))
  return waiting.find(({ subject }) => ours.has(subject)) ?? waiting.find((wait) => isAboutDeal(wait))
}

const isAboutDeal = ({ subject }: Waiting): boolean =>
  !/^(?:row|loop|hidden|outcome):/.test(subject) && subject !== 'stage'

// ── the stage ────────────────────────────────────────────────────────────────────────────────────────────────

function stageApart({ mapping, view }: Compared, knowing: Knowing): readonly Apart[] {
  const { stages } = mapping
  const fields = view.crm?.fields ?? {}
  const row = stageRowOf(stages, fields)
  const left = view.facts?.stage ?? null
  if (left !== null && row !== null && sameStage(left, row.stage)) return []
  const change = knowing.changes.find(({ settles }) => settles.standing !== undefined)
  const wait = knowing.link.waiting.find(({ subject }) => !/^(?:row|loop|hidden):/.test(subject))
  const account: Account = knowing.link.paused
    ? paused
    : change
      ? accountBy(change)
      : wait
        ? heldBy(wait)
        : // Many stages of a CRM mean nothing to Microsoft, and a move back is the seller's own affair.
          { is: 'rests', because: 'stage-table' }
  return [{ field: stages.crm, referral: left, crm: textOf(fields[stages.crm]), rule: row?.rule ?? null, account }]
}

/** Microsoft knows no Lost without an Accepted, and our Received is its New. */
function sameStage(left: Stage, right: Stage): boolean {
  const plain = (stage: Stage): Stage => (stage === 'Received' ? 'New' : stage === 'Declined' ? 'Lost' : stage)
  return plain(left) === plain(right)
}

// ── what accounts for it ─────────────────────────────────────────────────────────────────────────────────────

const paused: Account = { is: 'rests', because: 'paused' }

const heldBy = ({ code, until }: Waiting): Account => ({ is: 'held', code, until })

function accountBy({ state, why }: Change): Account {
  if (state === 'ready') return { is: 'due' }
  return why ? { is: 'held', code: why.code, until: why.until } : { is: 'unexplained' }
}

const shown = (reading: Reading): Json => (reading.is === 'value' ? reading.value : null)
