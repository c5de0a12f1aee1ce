// Who are we, what may we do, and what does the org look like: for `check`, for the mappings, and for noticing that
// the org has changed since yesterday. Reads only.

import {
  type Finding,
  type Host,
  instantFromMs,
  type Kind,
  type KindSchema,
  later,
  msOf,
  parseInstant,
  parseJson,
  type Probe,
} from '#spi'
import type { Api, Manner } from './api.ts'
import type { Budget } from './budget.ts'
import type { ObjectFacts, Objects } from './describe.ts'
import { differences, driftFindings, historyOf, Snapshot, snapshotOf } from './drift.ts'
import { findingsOf } from './findings.ts'
import { askAll, isRows } from './queries.ts'
import { kindSchema } from './schema.ts'
import type { Settings } from './settings.ts'
import { authors, type OrgFacts, ownerOf, readOrg, userNamed } from './setup-queries.ts'

export interface ProbeParts {
  readonly settings: Settings
  readonly host: Host
  readonly api: Api
  readonly objects: Objects
  readonly budget: Budget
}

const vaulted = 'salesforce-schema'
const dayMs = 24 * 60 * 60_000

export async function probe(parts: ProbeParts, kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
  const manner: Manner = { name: 'probe', writes: false, signal }
  const objects = await Promise.all(kinds.map((kind) => parts.objects.again(kind, signal)))
  const org = await readOrg(parts.api, manner)
  const account = await accountName(parts.api, org, manner)
  const process = org.processes?.length === 1 ? (org.processes[0] ?? null) : null
  const schemas = objects.map((facts) => kindSchema(facts, { stages: org.stages ?? [], process }))
  const drift = await driftOf(parts, schemas, manner)
  const { flow } = parts.settings.auth
  const looked = { account, flow, objects, org, usage: parts.budget.usage(), movedTo: parts.api.movedTo }
  return {
    account,
    organization: org.organization?.Id ?? parts.api.organizationId ?? '',
    label: labelOf(parts, org),
    kinds: schemas,
    owners: (org.users ?? []).map(ownerOf),
    currencies: currenciesOf(objects),
    findings: [...findingsOf({ ...looked, share: parts.settings.limits.shareOfDailyLimit }), ...drift.findings],
    history: drift.history,
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

/**
 * Compared with the last snapshot, which stays for a day: so a change shows for a day, whoever asks and how often, and
 * is then what we know.
 */
async function driftOf({ host, api }: ProbeParts, kinds: readonly KindSchema[], manner: Manner) {
  const now = host.clock.now()
  const kept = Snapshot.safeParse(parseJson((await host.vault.get(vaulted)) ?? 'null'))
  const takenAt = kept.success ? parseInstant(kept.data.at) : undefined
  const findings: Finding[] = []
  if (!kept.success || !takenAt) {
    await host.vault.put(vaulted, JSON.stringify(snapshotOf(kinds, now)))
    return { findings, history: [] }
  }
  const found = differences(kept.data, kinds, now)
  const told = found.filter(({ change }) => change === 'added' || change === 'removed')
  // Who did it may have been noted a little before our last look ended.
  const since = later(takenAt, -dayMs)
  const history = historyOf(found, now, await authors(api, told, since, manner))
  const isOld = Math.abs(msOf(now) - msOf(takenAt)) >= dayMs
  const isNarrower = kinds.some(({ kind }) => !Object.hasOwn(kept.data.kinds, kind))
  if (isOld || isNarrower)
    await host.vault.put(vaulted, JSON.stringify(renewed(kept.data, kinds, isOld ? now : takenAt)))
  return { findings: driftFindings(found, takenAt), history }
}

/** What another mapping looked at stays in the snapshot; kinds seen for the first time are added to it. */
function renewed(kept: Snapshot, kinds: readonly KindSchema[], at: ReturnType<typeof instantFromMs>): Snapshot {
  const fresh = snapshotOf(kinds, at).kinds
  const isSameDay = kept.at === at
  return { at, kinds: isSameDay ? { ...fresh, ...kept.kinds } : { ...kept.kinds, ...fresh } }
}
