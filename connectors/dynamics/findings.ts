// What `check` says of a connection to Dynamics: each line with its consequence, its remedy and who can act.

import { type Code, type Finding, type Instant, type Owner } from '#spi'
import { codes, fixOf } from './codes.ts'
import { columns, logicalName } from './solution/definition.ts'
import type { Table } from './table.ts'

export function warning(code: Code, what: string, level: 'warning' | 'error' = 'warning'): Finding {
  const entry = codes[code]
  return {
    level,
    what,
    code,
    ...(entry ? { consequence: entry.means, who: entry.who } : {}),
    fix: fixOf(code),
  }
}
const fine = (what: string): Finding => ({ level: 'ok', what })

// ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Tables we write and watch; the others are only looked things up in. */
const watched = new Set(['opportunity', 'lead'])

export function tableFindings(table: Table): readonly Finding[] {
  return [...keyFindings(table), ...trackingFindings(table), ...securityFindings(table)]
}

/** What of our solution is missing, by the prefix its key column was given. Without that column, all of it is. */
export function solutionFindings(tables: readonly Table[]): readonly Finding[] {
  const deals = tables.find(({ kind }) => kind === 'opportunity')
  const prefix = [...(deals?.columns.keys() ?? [])].flatMap((name) => /^(\w+)_pcreferralid$/.exec(name)?.[1] ?? [])[0]
  if (!deals?.isComplete || prefix === undefined) return []
  const missing = columns.flatMap(({ table, name }) => {
    const there = tables.find(({ kind }) => kind === table)
    const column = logicalName(prefix, name)
    return there && !there.columns.has(column) ? [`${table}.${column}`] : []
  })
  if (missing.length === 0) return [fine(`the solution's columns are all there (${prefix}_…)`)]
  return [warning('DB-1507', `columns of the solution are missing: ${listed(missing)}`)]
}

function keyFindings({ kind, keys, isComplete }: Table): readonly Finding[] {
  const own = keys.filter(({ columns }) => columns.length === 1)
  if (own.length === 0)
    return kind === 'opportunity' && isComplete
      ? [warning('DB-1506', 'opportunity has no alternate key for the referral’s id')]
      : []
  return own.map(({ columns: [name = ''], status }) => {
    if (status === 'Active') return fine(`alternate key ${kind}.${name} is active`)
    const isBuilding = status === 'Pending' || status === 'InProgress'
    return warning('DB-1506', `alternate key ${kind}.${name} is ${status}`, isBuilding ? 'warning' : 'error')
  })
}

function trackingFindings({ kind, isTracked, isOptimistic }: Table): readonly Finding[] {
  if (!watched.has(kind)) return []
  return [
    ...(isTracked
      ? [fine(`changes of ${kind} are tracked`)]
      : [warning('DB-1508', `change tracking is off for ${kind}`)]),
    ...(isOptimistic ? [] : [warning('DB-1513', `${kind} cannot refuse to overwrite newer work`, 'error')]),
  ]
}

const listedMax = 5

function securityFindings({ kind, columns }: Table): readonly Finding[] {
  const secured = [...columns.values()].filter((column) => column.secured).map(({ name }) => name)
  return secured.length === 0 ? [] : [warning('DB-1514', `column security protects ${kind}.${listed(secured)}`)]
}

const listed = (names: readonly string[]): string =>
  names.length > listedMax
    ? `${names.slice(0, listedMax).join(', ')} and ${names.length - listedMax} more`
    : names.join(', ')

export const missingTable = (kind: string): Finding => warning('DB-1507', `there is no table "${kind}"`, 'error')

// ── people and rights ────────────────────────────────────────────────────────────────────────────────────────

export function ownerFindings(owners: readonly Owner[]): readonly Finding[] {
  const silent = owners.filter((owner) => owner.kind === 'team' && owner.email === null)
  if (silent.length === 0) return []
  const what = silent.length === 1 ? '1 owning team has' : `${silent.length} owning teams have`
  return [
    warning(
      'DB-1502',
      `${what} no mailbox; ${silent.length === 1 ? 'its' : 'their'} deadline alerts go to the channel`,
    ),
  ]
}

const mighty = new Set(['System Administrator', 'System Customizer'])

export function roleFindings(roles: readonly string[] | null): readonly Finding[] {
  if (roles === null) return []
  if (roles.length === 0) return [warning('DB-1504', 'the application user has no security role', 'error')]
  const tooMuch = roles.filter((role) => mighty.has(role))
  return [
    fine(`the application user has ${roles.length === 1 ? 'the role' : 'the roles'} ${listed(roles)}`),
    ...tooMuch.map((role) => warning('DB-1516', `the application user is ${role}`)),
  ]
}

export const privilegeFindings = (missing: readonly string[]): readonly Finding[] =>
  missing.length === 0 ? [] : [warning('DB-1505', `the application user lacks ${listed(missing)}`, 'error')]

// ── credential ───────────────────────────────────────────────────────────────────────────────────────────────

const dayMs = 86_400_000
const soonDays = 30

export function certificateFindings(end: Date | null, now: Instant): readonly Finding[] {
  if (!end) return []
  const days = Math.floor((end.getTime() - Date.parse(now)) / dayMs)
  const date = end.toISOString().slice(0, 10)
  return days < soonDays
    ? [warning('DB-1515', `the certificate ends on ${date}`, days < 7 ? 'error' : 'warning')]
    : [fine(`the certificate is good until ${date}`)]
}

const flows = {
  clientSecret: 'with a client secret',
  certificate: 'with a certificate',
  managedIdentity: 'with the managed identity',
  none: 'without signing in, on this computer',
} as const

export const signedIn = (flow: keyof typeof flows, account: string): Finding =>
  fine(`connected ${flows[flow]} as ${account}`)

export const limitsLine = (requests: number, rows: number, left: number | null): Finding =>
  fine(
    `${requests} requests and ${rows} rows written since the start${left === null ? '' : `; Dynamics would take ${left} requests more just now`}`,
  )
