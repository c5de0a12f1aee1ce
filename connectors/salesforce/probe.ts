// Who are we, what may we do, and what does the org look like: for `check`, for the mappings, and for noticing that
// what changed in the org since we looked last. Reads only.

import {
  dateIn,
  type Host,
  type Kind,
  kind as kindOf,
  type KindSchema,
  later,
  parseDate,
  parseInstant,
  parseJson,
  type Probe,
  type SchemaChange,
} from '#spi'
import type { Api, Manner } from './api.ts'
import type { Budget } from './budget.ts'
import type { ObjectFacts, Objects } from './describe.ts'
import { findingsOf } from './findings.ts'
import { differences, Memory, nextMemory } from './history.ts'
import { askAll, isRows } from './queries.ts'
import { kindSchema } from './schema.ts'
import type { Settings } from './settings.ts'
import { authors, type OrgFacts, ownerOf, readOrg, userNamed } from './setup-queries.ts'
import { longId } from './soql.ts'

export interface ProbeParts {
  readonly settings: Settings
  readonly host: Host
  readonly api: Api
  readonly objects: Objects
  readonly budget: Budget
}

const vaulted = 'salesforce-schema'
const hourMs = 60 * 60_000
/** Who asks wants to know how it is now. */
const knownForMs = 0

export async function probe(parts: ProbeParts, kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
  const manner: Manner = { name: 'probe', writes: false, signal }
  const objects = await Promise.all(kinds.map((kind) => parts.objects.again(kind, signal, knownForMs)))
  const org = await readOrg(parts.api, manner)
  const account = await accountName(parts.api, org, manner)
  const process = org.processes?.length === 1 ? (org.processes[0] ?? null) : null
  const schemas = objects.map((facts) => kindSchema(facts, { stages: org.stages ?? [], process }))
  const history = await historyOf(parts, schemas, manner)
  const { flow } = parts.settings.auth
  const looked = { account, flow, objects, org, usage: parts.budget.usage(), movedTo: parts.api.movedTo }
  const { userId } = parts.api
  return {
    account,
    ...(userId === null ? {} : { user: longId(userId) }),
    organization: org.organization?.Id ?? parts.api.organizationId ?? '',
    label: labelOf(parts, org),
    kinds: schemas,
    owners: (org.users ?? []).map(ownerOf),
    currencies: currenciesOf(objects),
    findings: findingsOf({ ...looked, share: parts.settings.limits.shareOfDailyLimit }),
    history,
  }
}

async function accountName(api: Api, org: OrgFacts, manner: Manner): Promise<string> {
  const id = api.userId
  if (id === null) return 'an unnamed account'
  const known = org.users?.find((user) => user.Id.slice(0, 15) === id.slice(0, 15))
  if (known?.Username) return known.Username
  const [answer] = await askAll(api, [userNamed(id)], manner)
  const [row] = answer && isRows(answer) ? answer.records : []
  const name = row?.['Username']
  return typeof name === 'string' ? name : id
}

function labelOf({ settings, api }: ProbeParts, { organization }: OrgFacts): string {
  const host = new URL(settings.endpoint ?? settings.url).host
  const edition = organization?.OrganizationType?.replace(/ Edition$/, '')
  const sandbox = organization?.IsSandbox ? 'sandbox' : undefined
  return [host, edition, sandbox, `API v${api.version}`].filter((part) => part !== undefined).join(', ')
}

/** An org with one currency has no field for it, and does not tell which it is. */
function currenciesOf(objects: readonly ObjectFacts[]): readonly string[] {
  const field = objects.find((facts) => facts.fields.has('CurrencyIsoCode'))?.fields.get('CurrencyIsoCode')
  return (field?.picklistValues ?? []).filter(({ active }) => active).map(({ value }) => value)
}

/** Compared with what was there when we looked last. A probe that finds nothing new writes nothing. */
async function historyOf({ host, api }: ProbeParts, kinds: readonly KindSchema[], manner: Manner) {
  const now = host.clock.now()
  const read = Memory.safeParse(parseJson((await host.vault.get(vaulted)) ?? 'null'))
  const before = read.success ? read.data : null
  const found = before ? differences(before, kinds) : []
  // Who did it may have been noted a little before our last look ended.
  const since = later(parseInstant(before?.at ?? '') ?? now, -hourMs)
  const by = await authors(api, found, since, manner)
  const changes = found.map((each): SchemaChange => {
    const author = by(each)
    return { ...each, on: author?.on ?? dateIn(now, 'UTC'), ...(author ? { by: author.name } : {}) }
  })
  const next = nextMemory(before, kinds, changes, now)
  const isNew = !before || found.length > 0 || kinds.some(({ kind }) => !Object.hasOwn(before.kinds, kind))
  if (isNew) await host.vault.put(vaulted, JSON.stringify(next))
  return next.changes.flatMap((change) => {
    const on = parseDate(change.on)
    const { value, by: name } = change
    const told = { ...(value === undefined ? {} : { value }), ...(name === undefined ? {} : { by: name }) }
    return on ? [{ kind: kindOf(change.kind), field: change.field, change: change.change, on, ...told }] : []
  })
}
