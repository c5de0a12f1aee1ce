// The situation of a test as the planner sees one: the referral of the fixture is what both sides last agreed on,
// `with` is what has changed at Microsoft since, `linked` is how the CRM's record stands now.

import {
  connectionName,
  linkKey,
  pipelineName,
  recordId,
  REFERRAL,
  version,
  type Kind,
  type RecordId,
} from '../../model/ids.ts'
import { later, type Instant } from '../../model/instant.ts'
import { at, textOf, withAt, type Json, type JsonObject } from '../../model/json.ts'
import { noBase, unseen, type Base, type Link } from '../../model/link.ts'
import type { Owner } from '../../model/owner.ts'
import type { Fields, VendorRecord } from '../../model/record.ts'
import { ReferralFacts } from '../../model/referral.ts'
import type { SourceModel } from '../../model/source-model.ts'
import type { TargetModel } from '../../model/target.ts'
import type { Value } from '../../model/value.ts'
import type { DealView, Found, PlanFrame } from '../../reconcile/world.ts'
import type { MappingTest } from '../compile/tests.ts'
import { stageRowFor, type Env, type Lookup, type Mapping, type MatchTry, type Row } from '../mapping.ts'

export interface TestHouse {
  readonly mapping: Mapping
  readonly source: SourceModel
  readonly target: TargetModel
  /** What the source derives from a referral: its `ref` values. */
  readonly facts: (referral: Fields) => JsonObject
  readonly timezone?: string
  /** Currencies the CRM has. */
  readonly currencies: ReadonlySet<string>
}

export interface Situation {
  readonly frame: PlanFrame
  readonly view: DealView
  /** What conditions see: for telling which rule decided. */
  readonly env: Env
}

const minuteMs = 60_000

export function situationOf(house: TestHouse, test: MappingTest, fixture: JsonObject): Situation {
  const { now, linked } = test.given
  const agreed = withFacts(house, fixture)
  const changed = Object.entries(test.given.changes).reduce((made, [path, value]) => withAt(made, path, value), fixture)
  const referral = referralRecord(withFacts(house, changed), now)
  const standing = linked && linkedRecord(house, { test, linked, agreed, now })
  const env: Env = { referral: referral.fields, crm: standing?.crm.fields ?? null, now }
  const facts = ReferralFacts.safeParse(referral.fields['ref'])
  return {
    env,
    frame: frameOf(house, env, now),
    view: {
      link: standing?.link ?? null,
      referral,
      facts: facts.success ? facts.data : null,
      crm: standing?.crm ?? null,
      found: foundIn(house, test, env),
    },
  }
}

const withFacts = ({ facts }: TestHouse, referral: JsonObject): JsonObject => ({ ...referral, ref: facts(referral) })

function referralRecord(fields: JsonObject, now: Instant): VendorRecord {
  const id = recordId(textOf(fields['id']))
  return { kind: REFERRAL, id, version: version('test'), changedAt: later(now, -60 * minuteMs), gone: false, fields }
}

function frameOf({ mapping, source, target, timezone }: TestHouse, env: Env, now: Instant): PlanFrame {
  return {
    pipeline: pipelineName('test'),
    mapping,
    now,
    systems: { referral: connectionName(mapping.source), crm: connectionName(mapping.target) },
    source,
    target,
    owners: ownersFor(mapping, env),
    timezone: timezone ?? 'UTC',
  }
}

/** Whoever a rule names exists here, under that very name: who is in the CRM, validation asks. */
function ownersFor({ assign }: Mapping, env: Env): readonly Owner[] {
  const owner = assign?.to(env)?.owner
  if (!owner) return []
  const [kind, name] = Object.entries(owner)[0] ?? ['user', '']
  const sort: Owner['kind'] = kind === 'team' || kind === 'queue' ? kind : 'user'
  return [{ kind: sort, id: name, name, email: sort === 'user' ? name : null, active: true }]
}

// ── what is in the CRM ───────────────────────────────────────────────────────────────────────────────────────

function foundIn(house: TestHouse, { given }: MappingTest, env: Env): Found {
  const { mapping, target } = house
  const records = (kind: Kind): readonly VendorRecord[] | undefined =>
    (Object.hasOwn(given.crm, kind) ? given.crm[kind] : undefined)?.map((fields, index) =>
      crmRecord({ kind, id: idOf(fields, target.idField(kind), `${kind}-${index + 1}`), fields, now: env.now }),
    )
  const answers = (lookup: Lookup): readonly (readonly VendorRecord[])[] => {
    const said = records(lookup.kind)
    return lookup.tries.map((by) => said ?? (lookup.whenNone === 'fail' ? unsaid(house, { lookup, by, env }) : []))
  }
  return {
    match: mapping.match.tries.map(() => records(mapping.record) ?? []),
    lookups: Object.fromEntries(mapping.lookups.map((lookup) => [lookup.name, answers(lookup)])),
    linkedElsewhere: new Set(),
  }
}

interface Unsaid {
  readonly lookup: Lookup
  readonly by: MatchTry
  readonly env: Env
}

/**
 * What a test says nothing about is as it should be: a record that is never made (a currency) is there, unless it is a
 * currency that nobody has.
 */
function unsaid({ currencies }: TestHouse, { lookup, by, env }: Unsaid): readonly VendorRecord[] {
  const criteria = by.criteria(env) ?? []
  const isThere =
    criteria.length > 0 && criteria.every(({ value }) => !/^[A-Z]{3}$/.test(value) || currencies.has(value))
  if (!isThere) return []
  const fields = Object.fromEntries(criteria.map(({ field, value }) => [field, value]))
  return [crmRecord({ kind: lookup.kind, id: recordId(`${lookup.kind}-1`), fields, now: env.now })]
}

function idOf(fields: Fields, idField: string, otherwise: string): RecordId {
  return recordId(textOf(fields[idField]) || otherwise)
}

interface CrmRecord {
  readonly kind: Kind
  readonly id: RecordId
  readonly fields: Fields
  readonly now: Instant
}

const crmRecord = ({ kind, id, fields, now }: CrmRecord): VendorRecord => ({
  kind,
  id,
  version: version('test'),
  changedAt: later(now, -30 * minuteMs),
  gone: false,
  fields,
})

interface Linking {
  readonly test: MappingTest
  readonly linked: Readonly<Record<string, Fields>>
  readonly agreed: JsonObject
  readonly now: Instant
}

interface Linked {
  readonly link: Link
  readonly crm: VendorRecord
}

/** The record holds what was agreed, except where the test says otherwise. */
function linkedRecord(house: TestHouse, { linked, agreed, now }: Linking): Linked {
  const { mapping, target } = house
  const isLead = mapping.lead !== null && Object.hasOwn(linked, mapping.lead.record)
  const kind = isLead && mapping.lead ? mapping.lead.record : mapping.record
  const rows = isLead && mapping.lead ? mapping.lead.rows : mapping.rows
  const given = fieldsFrom(linked, kind)
  const key = linkKey(textOf(agreed['id']))
  const id = idOf(given, target.idField(kind), `${kind}-1`)
  const env: Env = { referral: agreed, crm: null, now }
  const [owner] = ownersFor(mapping, env)
  const before = {
    ...startOf(house, agreed, isLead),
    ...(mapping.assign && owner ? { [mapping.assign.field]: owner.id } : {}),
    ...agreedFields(rows, env),
    [target.idField(kind)]: id,
  }
  const keyed = mapping.match.keyField ? { ...before, [mapping.match.keyField]: key } : before
  const fields = { ...keyed, ...given }
  const link: Link = {
    key,
    referral: recordId(textOf(agreed['id'])),
    kind,
    record: id,
    since: now,
    base: baseOf(rows, { env, before: keyed, key, standing: standingOf(agreed) }),
    left: unseen,
    right: unseen,
    waiting: [],
    turn: 1,
    closes: 0,
    closedBy: null,
    mapping: mapping.hash,
  }
  return { link, crm: crmRecord({ kind, id, fields, now }) }
}

/** Fields of other kinds (the record of a close) are read with the record, under their full names. */
function fieldsFrom(linked: Readonly<Record<string, Fields>>, kind: Kind): Fields {
  const fields: Record<string, Json> = {}
  for (const [name, given] of Object.entries(linked)) {
    for (const [field, value] of Object.entries(given)) fields[name === kind ? field : `${name}.${field}`] = value
  }
  return fields
}

function standingOf(referral: JsonObject): Base['standing'] {
  const facts = ReferralFacts.safeParse(at(referral, 'ref'))
  if (!facts.success || facts.data.stage === null) return null
  return { stage: facts.data.stage === 'Received' ? 'New' : facts.data.stage, step: facts.data.step }
}

/** The place in the CRM where the agreed referral stands. */
function startOf({ mapping, target }: TestHouse, referral: JsonObject, isLead: boolean): Fields {
  if (isLead) return target.lead?.open ?? {}
  const standing = standingOf(referral)
  return { ...target.working, ...(standing && stageRowFor(mapping.stages, standing)?.crm[0]) }
}

function agreedFields(rows: readonly Row[], env: Env): Fields {
  const fields: Record<string, Json> = {}
  for (const row of rows) {
    const read = row.fromReferral(env)
    const written = read.is === 'value' ? row.toCrm?.(read.value, null) : undefined
    if (written?.ok) Object.assign(fields, written.fields)
    else if (row.direction === 'toReferral') fields[row.crm] = read.is === 'value' ? read.value : null
  }
  return fields
}

interface Agreed {
  readonly env: Env
  readonly before: Fields
  readonly key: string
  readonly standing: Base['standing']
}

function baseOf(rows: readonly Row[], { env, before, key, standing }: Agreed): Base {
  const values: Record<string, Value> = { '@key': key }
  for (const row of rows) {
    const read = row.direction === 'toReferral' ? row.fromCrm(before) : row.fromReferral(env)
    if (read.is === 'value') values[row.id] = read.value
  }
  return { ...noBase, standing, values }
}
