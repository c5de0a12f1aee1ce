// People, teams and currencies of the environment: whom a record may be assigned to, and which currency a code means.
// Read once and kept; read again when somebody is named whom it does not know.

import { type JsonObject, own, type Owner, textOf } from '#spi'
import { mustBePage, type Api, type PageRequest } from './api.ts'

export interface Directory {
  readonly owners: readonly Owner[]
  readonly currencies: readonly Currency[]
  readonly organization: { readonly expireChangeTrackingInDays: number | null }
}

export interface Currency {
  readonly id: string
  readonly code: string
  readonly active: boolean
}

export interface DirectoryCache {
  get(signal: AbortSignal): Promise<Directory>
  /** Reads again, unless that was a moment ago. */
  renewed(signal: AbortSignal): Promise<Directory>
}

const requests: readonly PageRequest[] = [
  { path: 'systemusers?$select=systemuserid,fullname,domainname,internalemailaddress,isdisabled&$orderby=fullname' },
  { path: 'teams?$select=teamid,name,emailaddress,teamtype&$orderby=name' },
  { path: 'transactioncurrencies?$select=transactioncurrencyid,isocurrencycode,statecode' },
  { path: 'organizations?$select=expirechangetrackingindays' },
]
/** Of each list. An environment with more people than this assigns by team. */
const pagesMax = 10
const renewAfterMs = 60_000

export function openDirectory(api: Api): DirectoryCache {
  let known: { readonly directory: Directory; readonly at: number } | null = null
  const load = async (signal: AbortSignal): Promise<Directory> => {
    const directory = await read(api, signal)
    known = { directory, at: api.host.clock.monotonicMs() }
    return directory
  }
  return {
    get: async (signal) => known?.directory ?? (await load(signal)),
    renewed: async (signal) => {
      const isRecent = known !== null && api.host.clock.monotonicMs() - known.at < renewAfterMs
      return isRecent && known ? known.directory : await load(signal)
    },
  }
}

async function read(api: Api, signal: AbortSignal): Promise<Directory> {
  const rows: JsonObject[][] = requests.map(() => [])
  let open = requests.map((request, index) => ({ request, index }))
  for (let page = 0; open.length > 0 && page < pagesMax; page += 1) {
    const answers = await api.pages(
      open.map(({ request }) => request),
      { name: 'directory' },
      signal,
    )
    const next: typeof open = []
    for (const [at, { index }] of open.entries()) {
      const answer = answers[at]
      // What may not be read is left empty: a probe says so, and nothing else needs to fail for it.
      if (answer?.is !== 'page') continue
      rows[index]?.push(...mustBePage(answer).rows)
      if (answer.next !== null) next.push({ request: { path: answer.next }, index })
    }
    open = next
  }
  const [users = [], teams = [], currencies = [], [organization] = []] = rows
  return {
    owners: [...users.map(user), ...teams.filter(mayOwn).map(team)],
    currencies: currencies.map(currency),
    organization: { expireChangeTrackingInDays: days(organization) },
  }
}

const text = (row: JsonObject, name: string): string => textOf(own(row, name))

const user = (row: JsonObject): Owner => ({
  kind: 'user',
  id: text(row, 'systemuserid').toLowerCase(),
  name: text(row, 'fullname'),
  email: text(row, 'internalemailaddress') || text(row, 'domainname') || null,
  active: own(row, 'isdisabled') !== true,
})

/** An access team shares records; it cannot own them. */
const mayOwn = (row: JsonObject): boolean => own(row, 'teamtype') !== 1

const team = (row: JsonObject): Owner => ({
  kind: 'team',
  id: text(row, 'teamid').toLowerCase(),
  name: text(row, 'name'),
  email: text(row, 'emailaddress') || null,
  active: true,
})

const currency = (row: JsonObject): Currency => ({
  id: text(row, 'transactioncurrencyid').toLowerCase(),
  code: text(row, 'isocurrencycode').toUpperCase(),
  active: own(row, 'statecode') !== 1,
})

function days(organization: JsonObject | undefined): number | null {
  const value = organization && own(organization, 'expirechangetrackingindays')
  return typeof value === 'number' ? value : null
}
