// Who are we there, what may we do, what does the environment look like? Reads only. Everything that can be wrong with a
// connection and its environment is found here, before a deal has to wait for it.

import { z } from 'zod'
import { type Finding, instantFromMs, type Kind, parseJson, type Probe } from '#spi'
import type { Api } from './api.ts'
import { certificateEnd } from './application-token.ts'
import type { Operation } from './batch.ts'
import type { DirectoryCache } from './directory.ts'
import { driftOf } from './drift.ts'
import type { Outcome } from './exchange.ts'
import { errorFor, unreadable, vendorFault } from './faults.ts'
import {
  certificateFindings,
  limitsLine,
  missingTable,
  ownerFindings,
  privilegeFindings,
  roleFindings,
  signedIn,
  solutionFindings,
  tableFindings,
} from './findings.ts'
import { kindSchemaOf } from './kind-schema.ts'
import { dataOrigin } from './settings.ts'
import type { Table } from './table.ts'

export type Prober = (kinds: readonly Kind[], signal: AbortSignal) => Promise<Probe>

export function openProbe(api: Api, directory: DirectoryCache): Prober {
  const lastSeen = new Map<Kind, Table>()
  return async (kinds, signal) => {
    const me = await whoAmI(api, signal)
    const rights = await rightsOf(api, me, { kinds, signal })
    const tables = await api.schema.refresh(kinds, signal)
    const people = await directory.renewed(signal)
    const end = await certificateEnd(api.settings, api.host)
    const account = rights.account ?? me.user
    const findings: readonly Finding[] = [
      signedIn(api.settings.auth.flow, account),
      ...certificateFindings(end, api.host.clock.now()),
      ...roleFindings(rights.roles),
      ...privilegeFindings(rights.missing),
      ...kinds.filter((kind) => !tables.has(kind)).map(missingTable),
      ...[...tables.values()].flatMap((table) => [...tableFindings(table), ...drift(lastSeen, table)]),
      ...solutionFindings([...tables.values()]),
      ...ownerFindings(people.owners),
      limitsLine(api.limits.used.requests, api.limits.used.rows, api.limits.used.requestsLeft),
    ]
    return {
      account,
      user: me.user,
      organization: me.organization,
      label: `${new URL(dataOrigin(api.settings)).host}, Dataverse ${me.version}`,
      kinds: [...tables.values()].map(kindSchemaOf),
      owners: people.owners,
      currencies: people.currencies.filter(({ active }) => active).map(({ code }) => code),
      findings,
      ...(end ? { credentialEnds: instantFromMs(end.getTime()) } : {}),
    }
  }
}

function drift(lastSeen: Map<Kind, Table>, table: Table): readonly Finding[] {
  const before = lastSeen.get(table.kind)
  lastSeen.set(table.kind, table)
  return before ? driftOf(before, table) : []
}

interface Me {
  readonly user: string
  readonly organization: string
  readonly version: string
}

const WhoAmI = z.object({ UserId: z.string(), OrganizationId: z.string() })
const Version = z.object({ Version: z.string() })

async function whoAmI(api: Api, signal: AbortSignal): Promise<Me> {
  const [who, version] = await ask(api, [get('WhoAmI'), get('RetrieveVersion()')], signal)
  if (!who || who.is !== 'answer') throw who?.error ?? unreadable('nobody said who we are')
  const fault = vendorFault(who.answer)
  if (fault) throw errorFor(fault, { now: api.host.clock.now(), kind: null })
  const me = WhoAmI.safeParse(parseJson(who.answer.body))
  if (!me.success) throw unreadable('nobody said who we are', who.answer.headers)
  const told = read(version, Version)
  return {
    user: me.data.UserId.toLowerCase(),
    organization: me.data.OrganizationId.toLowerCase(),
    version: told?.Version ?? api.settings.apiVersion.slice(1),
  }
}

const get = (path: string): Operation => ({ method: 'GET', path })

const ask = (api: Api, operations: readonly Operation[], signal: AbortSignal): Promise<readonly Outcome[]> =>
  api.exchange(operations, { name: 'probe', writes: false }, signal)

/** A piece that cannot be read leaves its finding out. */
function read<T>(outcome: Outcome | undefined, schema: z.ZodType<T>): T | null {
  if (outcome?.is !== 'answer' || outcome.answer.status !== 200) return null
  return schema.safeParse(parseJson(outcome.answer.body)).data ?? null
}

interface Rights {
  readonly account: string | null
  readonly roles: readonly string[] | null
  readonly missing: readonly string[]
}

const User = z.object({ fullname: z.string().nullish(), domainname: z.string().nullish() })
const Roles = z.object({ value: z.array(z.object({ name: z.string() })) })
const Privileges = z.object({ RolePrivileges: z.array(z.object({ PrivilegeName: z.string().nullish() })) })

async function rightsOf(
  api: Api,
  { user }: Me,
  { kinds, signal }: { readonly kinds: readonly Kind[]; readonly signal: AbortSignal },
): Promise<Rights> {
  const needed = privilegesFor(kinds)
  const names = encodeURIComponent(JSON.stringify(needed))
  const [who, roles, held] = await ask(
    api,
    [
      get(`systemusers(${user})?$select=fullname,domainname`),
      get(`systemusers(${user})/systemuserroles_association?$select=name`),
      get(
        `systemusers(${user})/Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=${names}`,
      ),
    ],
    signal,
  )
  const me = read(who, User)
  const mine = read(held, Privileges)?.RolePrivileges.flatMap((one) => one.PrivilegeName ?? [])
  return {
    account: me?.domainname || me?.fullname || null,
    roles: read(roles, Roles)?.value.map(({ name }) => name) ?? null,
    missing: mine ? needed.filter((name) => !mine.includes(name)) : [],
  }
}

/** As Microsoft names them; activities share theirs. */
const written: Readonly<Record<string, string>> = {
  opportunity: 'Opportunity',
  lead: 'Lead',
  account: 'Account',
  contact: 'Contact',
  opportunityclose: 'Activity',
}
const onlyRead: Readonly<Record<string, string>> = { transactioncurrency: 'TransactionCurrency' }

function privilegesFor(kinds: readonly Kind[]): readonly string[] {
  const named = (from: Readonly<Record<string, string>>): readonly string[] =>
    kinds.flatMap((kind) => (Object.hasOwn(from, kind) ? (from[kind] ?? []) : []))
  return [
    ...named(written).flatMap((name) =>
      ['Read', 'Create', 'Write', 'Append', 'AppendTo'].map((verb) => `prv${verb}${name}`),
    ),
    ...named(onlyRead).map((name) => `prvRead${name}`),
  ]
}
