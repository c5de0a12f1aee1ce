// What an org says of itself: name, stages, people, sales processes. Each part may be closed to us; what is missing is
// left out and said.

import { z } from 'zod'
import { type JsonObject, type Owner, parseInstant, dateIn } from '#spi'
import type { Api, Manner } from './api.ts'
import type { Author, Found } from './history.ts'
import { type Ask, askAll, isRows, type Rows } from './queries.ts'
import type { Stage } from './schema.ts'
import { longId, quote } from './soql.ts'

const Organization = z.object({
  Id: z.string(),
  Name: z.string().nullish(),
  OrganizationType: z.string().nullish(),
  IsSandbox: z.boolean().nullish(),
})
const StageRow = z.object({
  ApiName: z.string().nullish(),
  MasterLabel: z.string(),
  IsActive: z.boolean(),
  IsClosed: z.boolean(),
  IsWon: z.boolean(),
})
const User = z.object({
  Id: z.string(),
  Name: z.string().nullish(),
  Username: z.string().nullish(),
  Email: z.string().nullish(),
  IsActive: z.boolean(),
})
const Process = z.object({ Name: z.string() })
const Trail = z.object({
  Display: z.string().nullish(),
  CreatedDate: z.string(),
  CreatedBy: z.object({ Name: z.string().nullish() }).nullish(),
})

export interface OrgFacts {
  readonly organization: z.infer<typeof Organization> | null
  readonly stages: readonly Stage[] | null
  readonly users: readonly z.infer<typeof User>[] | null
  readonly processes: readonly string[] | null
}

/** Whom a record may be given to: people, not the accounts of integrations and guests. */
const usersMax = 10_000

export async function readOrg(api: Api, manner: Manner): Promise<OrgFacts> {
  const asks = [
    'SELECT Id, Name, OrganizationType, IsSandbox FROM Organization LIMIT 1',
    'SELECT ApiName, MasterLabel, IsActive, IsClosed, IsWon FROM OpportunityStage ORDER BY SortOrder',
    `SELECT Id, Name, Username, Email, IsActive FROM User WHERE UserType = 'Standard' ORDER BY IsActive DESC, Id LIMIT ${usersMax}`,
    "SELECT Name FROM BusinessProcess WHERE TableEnumOrId = 'Opportunity' AND IsActive = true ORDER BY Name",
  ].map((soql): Ask => ({ from: { soql, withDeleted: false } }))
  const [organization, stages, users, processes] = await askAll(api, asks, manner)
  const people = users && isRows(users) ? await allOf(api, users, manner) : null
  return {
    organization: rowsOf(organization, Organization)?.[0] ?? null,
    stages: rowsOf(stages, StageRow)?.map(stageOf) ?? null,
    users: people ? parsed(people, User) : null,
    processes: rowsOf(processes, Process)?.map(({ Name }) => Name) ?? null,
  }
}

async function allOf(api: Api, first: Rows, manner: Manner): Promise<readonly JsonObject[]> {
  const rows = [...first.records]
  let next = first.next
  while (next !== null && rows.length < usersMax) {
    const [page] = await askAll(api, [{ from: { page: next } }], manner)
    if (!page || !isRows(page)) break
    rows.push(...page.records)
    next = page.next
  }
  return rows
}

function rowsOf<T>(answer: Awaited<ReturnType<typeof askAll>>[number] | undefined, shape: z.ZodType<T>) {
  return answer && isRows(answer) ? parsed(answer.records, shape) : null
}

/** A row of another shape is left out: one odd user must not hide the others. */
function parsed<T>(rows: readonly JsonObject[], shape: z.ZodType<T>): readonly T[] {
  return rows.flatMap((row) => {
    const read = shape.safeParse(row)
    return read.success ? [read.data] : []
  })
}

const stageOf = (row: z.infer<typeof StageRow>): Stage => ({
  name: row.ApiName ?? row.MasterLabel,
  label: row.MasterLabel,
  isActive: row.IsActive,
  isClosed: row.IsClosed,
  isWon: row.IsWon,
})

export const ownerOf = (user: z.infer<typeof User>): Owner => ({
  kind: 'user',
  id: longId(user.Id),
  name: user.Name ?? user.Username ?? user.Id,
  email: user.Email ?? null,
  active: user.IsActive,
})

/** Who changed it, as the org's own trail of setup changes tells, where it can be read and names the thing. */
export async function authors(
  api: Api,
  found: readonly Found[],
  since: string,
  manner: Manner,
): Promise<(found: Found) => Author | null> {
  if (found.length === 0) return () => null
  const stamp = `${since.slice(0, 19)}Z`
  const soql = `SELECT Display, CreatedDate, CreatedBy.Name FROM SetupAuditTrail WHERE CreatedDate >= ${stamp} ORDER BY CreatedDate DESC LIMIT 200`
  const [answer] = await askAll(api, [{ from: { soql, withDeleted: false } }], manner)
  const trail = rowsOf(answer, Trail) ?? []
  return ({ field, value }) => {
    const entry = trail.find(({ Display }) => Display?.includes(value ?? field))
    const at = entry && parseInstant(entry.CreatedDate)
    const name = entry?.CreatedBy?.Name
    return at && name ? { name, on: dateIn(at, 'UTC') } : null
  }
}

export const userNamed = (id: string): Ask => ({
  from: { soql: `SELECT Username, Name FROM User WHERE Id = ${quote(id)}`, withDeleted: false },
})
