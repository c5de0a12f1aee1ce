// A mapping, compiled: what the planner asks of it. The document an admin writes (document.ts) becomes one of these
// once (compile.ts); after that nobody looks at YAML again. All of it is pure: the same deal, the same answers.

import type { Code, Kind, RowId } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import { textOf, type JsonObject } from '../model/json.ts'
import type { FieldName, Fields, Shape } from '../model/record.ts'
import type { Reading } from '../model/deal.ts'
import type { Standing, Stage, Step } from '../model/stage.ts'
import type { Value, ValueType } from '../model/value.ts'
import type { Refusal, Where } from '../problem.ts'

/** What a rule may look at. `now` is fixed for a whole run, so that a plan can be made again. */
export interface Env {
  readonly referral: JsonObject
  readonly crm: JsonObject | null
  readonly now: Instant
}

/** The line that decides, for every value we show. */
export interface Rule extends Where {
  /** `fields[3]`, `stages.rows[5]`: how plans and tests name it. */
  readonly key: string
}

export interface Mapping {
  readonly name: string
  readonly title: string
  /** Changes when the meaning of the file may have changed: intents carry it. */
  readonly hash: string
  readonly contact: string | null
  readonly source: string
  readonly target: string
  /** The CRM's kind of the linked record: `Opportunity`. */
  readonly record: Kind
  /** The field that holds the record's own id, which rows may send to the referral. */
  readonly idField: FieldName
  /** Every CRM kind it touches, with the fields it uses. The first is `record`. */
  readonly shapes: readonly Shape[]
  readonly take: (env: Env) => Taken
  readonly lead: LeadPhase | null
  readonly match: Match
  /** In an order in which each may rest on the ones before it (a contact under its account). */
  readonly lookups: readonly Lookup[]
  readonly assign: Assign | null
  readonly rows: readonly Row[]
  readonly stages: StageMap
  readonly outcomes: Outcomes
  readonly statusInCrm: StatusFields | null
  readonly checks: readonly Check[]
  readonly share: Share | null
}

export type Taken = { readonly taken: true } | { readonly taken: false; readonly because: string; readonly rule: Rule }

// ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type Direction = 'toCrm' | 'toReferral' | 'both'
export type Policy = 'newest' | 'partnerCenter' | 'crm' | 'ask'

/** One row as a lens: it reads a value from either side, and writes a value to either side. */
export interface Row {
  readonly id: RowId
  readonly direction: Direction
  readonly type: ValueType
  readonly policy: Policy
  readonly write: 'always' | 'whileOpen' | 'once'
  readonly required: boolean
  /** Rows of one group are written together or not at all (value and currency). */
  readonly group: string
  readonly rule: Rule
  /** The field it reads and writes in the CRM; `opportunityclose.description` names another kind's. */
  readonly crm: FieldName
  /** The path in the referral; null for a formula or a constant. */
  readonly referral: string | null
  /** Always the same value (`set`). */
  readonly isConstant?: boolean
  readonly fromReferral: (env: Env) => Reading
  readonly fromCrm: (fields: Fields) => Reading
  /** Undefined when this row never writes that side. `at` dates what is added to a text (`combine: appendDated`). */
  readonly toCrm?: (value: Value, now: Fields | null, at?: Instant) => Written
  readonly toReferral?: (value: Value, now: JsonObject, at?: Instant) => Written
}

/** What a value becomes on a side: fields to send, or a reason why it cannot be sent. */
export type Written = { readonly ok: true; readonly fields: Fields } | { readonly ok: false; readonly refusal: Refusal }

// ── finding records ──────────────────────────────────────────────────────────────────────────────────────────

export type WhenSeveral = 'ask' | 'oldest' | 'newest' | 'fail'

export interface Match {
  readonly tries: readonly MatchTry[]
  readonly whenSeveral: WhenSeveral
  readonly whenNone: 'create' | 'skip' | 'fail'
  /** The CRM field that carries the referral's id, if a try names one: it makes creation safe to repeat. */
  readonly keyField: FieldName | null
}

export interface MatchTry {
  readonly rule: Rule
  /** Null when the referral has no value to search with. */
  readonly criteria: (env: Env) => readonly MatchCriterion[] | null
}

export interface MatchCriterion {
  readonly field: FieldName
  readonly value: string
  readonly compare: 'exact' | 'email' | 'domain' | 'companyName'
}

export interface Lookup {
  readonly name: string
  readonly kind: Kind
  /** The fields its own rules need read. */
  readonly shape: Shape
  /** Searched and created below the record another lookup found: its name, and the field that says so. */
  readonly under: { readonly lookup: string; readonly field: FieldName } | null
  /** The field that ties it to the record it is under (`AccountId`); known to the connector's schema. */
  readonly fills: LookupFills
  readonly tries: readonly MatchTry[]
  readonly whenSeveral: WhenSeveral
  readonly whenNone: 'create' | 'leaveEmpty' | 'fail'
  readonly create: (env: Env) => Written
  readonly rule: Rule
  /** Where each field of a new record stands. */
  readonly lines?: ReadonlyMap<FieldName, Rule>
}

/** The line a field of a new record comes from. */
export const ruleOfMade = ({ lines, rule }: Lookup, field: FieldName): Rule => lines?.get(field) ?? rule

export type LookupFills =
  | { readonly field: FieldName }
  /** A record of its own that ties a contact to the deal. */
  | {
      readonly role: {
        readonly kind: Kind
        readonly dealField: FieldName
        readonly contactField: FieldName
        readonly fields: Fields
      }
    }

export interface Assign {
  readonly field: FieldName
  readonly after: 'keep' | 'follow'
  readonly to: (env: Env) => { readonly owner: OwnerName; readonly rule: Rule } | null
}

/** Whom a rule names; the engine finds the id through the connection's probe. */
export type OwnerName = { readonly user: string } | { readonly team: string } | { readonly queue: string }

// ── stages and outcomes ──────────────────────────────────────────────────────────────────────────────────────

export interface StageMap {
  readonly crm: FieldName
  readonly accept: 'byStage' | 'always' | 'never'
  readonly rows: readonly StageRow[]
  /** Stages of the CRM that are left out on purpose: nothing is told of a deal that is in one. */
  readonly ignored?: ReadonlySet<string>
}

export interface StageRow {
  readonly stage: Stage
  readonly step: Step | null
  readonly direction: Direction
  /** Any of these in the CRM means the stage; the first is what we write. Several fields of one must all hold. */
  readonly crm: readonly Fields[]
  readonly rule: Rule
}

export interface Outcomes {
  /** The undo window. */
  readonly holdMs: number
  readonly maxPerRun: number
  readonly won: {
    readonly requires: readonly FieldName[]
    readonly notBeforeMs: number
    /** Rows whose final value comes from the close record (`takeFrom: opportunityclose`). */
    readonly finals: readonly { readonly row: RowId; readonly fromCrm: (crm: Fields) => Reading }[]
    readonly rule: Rule
  }
  readonly lost: { readonly requires: readonly FieldName[]; readonly reason: ReasonRule | null; readonly rule: Rule }
  readonly declined: {
    readonly requires: readonly FieldName[]
    readonly reason: ReasonRule | null
    readonly rule: Rule
  }
}

/** The words sent as the reason; null when the CRM holds none. */
export type ReasonRule = (crm: Fields) => string | null

/** A lead that waits as the CRM's own lead record until someone answers it. */
export interface LeadPhase {
  readonly record: Kind
  readonly when: (env: Env) => boolean
  readonly onAccept: 'qualify' | 'copy' | 'leave'
  readonly rows: readonly Row[]
  readonly rule: Rule
}

// ── deals that begin in the CRM ──────────────────────────────────────────────────────────────────────────────

/** Records a seller has marked for the source: each becomes a deal there, once. */
export interface Share {
  /** What a marked record shows. */
  readonly mark: Fields
  /** The undo window: take the mark away and nothing is sent. */
  readonly holdMs: number
  /** Rows of the mapping whose values a new deal is given too. */
  readonly rows: readonly Row[]
  readonly fields: readonly SharedField[]
  /** Records it points to whose fields are wanted. */
  readonly pointed: readonly PointedRecord[]
  readonly rule: Rule
}

/** Something a new deal is given beyond the rows: read from the record, or from one it points to. */
export interface SharedField {
  readonly path: string
  /** For people: `account.Name`. */
  readonly from: string
  readonly rule: Rule
  /** No fields where there is no value. */
  readonly read: (record: Fields, pointed: Pointed) => Written
}

/** The fields of records that a record points to, by the name of the lookup. */
export type Pointed = ReadonlyMap<string, Fields>

export interface PointedRecord {
  readonly lookup: string
  readonly shape: Shape
  readonly fills: LookupFills
}

// ── what sellers see, and house rules ────────────────────────────────────────────────────────────────────────

export interface StatusFields {
  readonly state: FieldName | null
  readonly message: FieldName | null
  readonly answerBy: FieldName | null
  readonly link: FieldName | null
}

/** What must hold before anything goes to the referral's side. */
export interface Check {
  readonly passes: (env: Env) => boolean
  readonly message: string
  readonly code: Code
  readonly rule: Rule
}

/** Which row of the stage table the CRM's record stands in; null when no row fits. */
export function stageRowOf(map: StageMap, crm: Fields): StageRow | null {
  const fitting = map.rows.filter((row) => row.crm.some((fields) => fits(crm, fields)))
  // A row about another field than the stage (closed, on hold) says more than the stage a record happens to be in.
  const telling = fitting.filter((row) => tellsMore(map, row))
  const candidates = telling.length > 0 ? telling : fitting
  return candidates.find((row) => row.direction !== 'toCrm') ?? candidates[0] ?? null
}

export const isIgnored = ({ crm: field, ignored }: StageMap, crm: Fields): boolean =>
  ignored?.has(textOf(crm[field])) ?? false

/** Is the row about more than the stage field itself? */
export function tellsMore(map: StageMap, row: StageRow): boolean {
  return row.crm.some((fields) => Object.keys(fields).some((field) => field !== map.crm))
}

/** Which row a standing at the source is written as. A step that no row has falls back to any row of its stage. */
export function stageRowFor(map: StageMap, standing: Standing): StageRow | null {
  const ofStage = map.rows.filter((row) => row.stage === standing.stage && row.direction !== 'toReferral')
  return ofStage.find((row) => row.step === standing.step) ?? ofStage[0] ?? null
}

export function fits(crm: Fields, wanted: Fields): boolean {
  return Object.entries(wanted).every(([field, value]) => crm[field] === value)
}
