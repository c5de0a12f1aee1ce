// How many deals a second the shipped Salesforce mapping maps: whether it takes a referral, what each row makes of it, and
// who owns it. JSONata and CEL do the same rows in the same run, on the same deals, and must come to the same values.
//
//   npm run bench:mapping                     5,000 different deals, five rounds each by turns
//   npm run bench:mapping -- --deals N --rounds N
//
// The other two are given what they lack (days in time zones, plain texts, rounding) as functions that call the very code
// the mapping calls, and their tables as data, so that languages are compared. Ratios are what to compare: machines differ.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Environment } from '@marcbachmann/cel-js'
import jsonata from 'jsonata'
import { connector } from '../connectors/salesforce/index.ts'
import { facts } from '../connectors/partner-center/facts.ts'
import { properties } from '../connectors/partner-center/properties.ts'
import { readerOf } from '#core/mapping/canonical'
import { compileMapping, type CompiledMapping } from '#core/mapping/compile'
import type { Env } from '#core/mapping/mapping'
import { transformCalled } from '#core/mapping/transforms'
import type { Instant } from '#core/model/instant'
import { isObject, textOf, type Json, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { parseYaml } from '#settings/yaml'

const folder = join(import.meta.dirname, '..', 'mappings')
const now = '2026-11-20T14:00:00.000Z' as Instant
const { values } = parseArgs({
  options: { deals: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' } },
})

type Mapped = Readonly<Record<string, Json>> | null

/** One way of doing it. `map` does all deals, and gives what became of them where that is asked for. */
interface Contestant {
  readonly name: string
  readonly map: (deals: readonly JsonObject[]) => Promise<readonly Mapped[]>
}

async function main(count: number, rounds: number): Promise<void> {
  const deals = dealsLike(fixture('cosell-inbound-de.json'), count)
  const contestants = [ours(compiledMapping()), overJsonata(), overCel()]
  await agree(contestants, deals.slice(0, 200))
  const times = contestants.map(() => [] as number[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { map }] of contestants.entries()) {
      const began = process.cpuUsage()
      await map(deals)
      const { user, system } = process.cpuUsage(began)
      times[index]?.push((user + system) / 1_000)
    }
  }
  const best = times.map((ms) => (count / Math.min(...ms)) * 1_000)
  console.log(`${count} deals, 12 rows each, the best of ${rounds} rounds, by processor time:`)
  for (const [index, { name }] of contestants.entries()) {
    const ratio = (best[0] ?? 0) / (best[index] ?? 1)
    const beside = index === 0 ? '' : `   dealbridge does ${ratio.toFixed(1)} times as many`
    console.log(
      `  ${name.padEnd(12)} ${Math.round(best[index] ?? 0)
        .toLocaleString('en')
        .padStart(9)} deals a second${beside}`,
    )
  }
}

/** A race is fair only where everybody arrives at the same place. */
async function agree(contestants: readonly Contestant[], deals: readonly JsonObject[]): Promise<void> {
  const [first, ...others] = await Promise.all(contestants.map(async ({ map }) => (await map(deals)).map(asText)))
  for (const [index, other] of others.entries()) {
    const at = other.findIndex((mapped, deal) => mapped !== first?.[deal])
    if (at !== -1) throw new Error(`${contestants[index + 1]?.name} differs:\n${first?.[at] ?? ''}\n${other[at] ?? ''}`)
  }
}

const asText = (mapped: Mapped): string =>
  Object.entries(mapped ?? { taken: 'no' })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .toSorted()
    .join('\n')

// ── deals ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function fixture(name: string): JsonObject {
  const read = parseJson(readFileSync(join(folder, 'fixtures', name), 'utf8'))
  if (isObject(read)) return read
  throw new Error(`${name} is no referral`)
}

const places = [
  ['DE', 'EUR'],
  ['CH', 'CHF'],
  ['AT', 'EUR'],
  ['GB', 'GBP'],
] as const
const sizes = ['1to9employees', '51to250employees', '1001to5000employees'] as const

/** Deals that differ in whatever decides: place, amount, size, date, and a few that are too small to be taken. */
function dealsLike(one: JsonObject, count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const [country, currency] = places[index % places.length] ?? places[0]
    const deal = structuredClone(one) as Record<string, Json>
    const profile = inner(deal, 'customerProfile')
    deal['id'] = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
    deal['name'] = `Azure migration ${index}`
    profile['name'] = `Customer ${index} AG`
    profile['size'] = sizes[index % sizes.length] ?? null
    inner(profile, 'address')['country'] = country
    Object.assign(inner(deal, 'details'), {
      dealValue: 500 + index * 40.25,
      currency,
      closingDateTime: new Date(Date.UTC(2026, 11, 1 + (index % 300), 23)).toISOString(),
    })
    // CEL finds its tables beside the deal; nobody else looks at them.
    return { ...deal, ...tables, ref: facts(deal) }
  })
}

const inner = (of: Record<string, Json>, name: string): Record<string, Json> => of[name] as Record<string, Json>

// ── the mapping ──────────────────────────────────────────────────────────────────────────────────────────────────────

function compiledMapping(): CompiledMapping {
  const { target } = connector
  if (!target) throw new Error('Salesforce is a target')
  const file = 'salesforce.opportunity.yaml'
  const tree = parseYaml(file, readFileSync(join(folder, file), 'utf8'))
  const made = tree.ok ? compileMapping(tree.value, { properties, target, crm: null }) : tree
  if (made.ok) return made.value
  throw new Error(made.problems.map(({ what }) => what).join('\n'))
}

function ours({ mapping }: CompiledMapping): Contestant {
  const map = (referral: JsonObject): Mapped => {
    const env: Env = { referral, crm: null, now }
    if (!mapping.take(env).taken) return null
    const made: Record<string, Json> = {}
    for (const row of mapping.rows) {
      if (!row.toCrm) continue
      const read = row.fromReferral(env)
      const written = read.is === 'value' ? row.toCrm(read.value, null, now) : undefined
      if (!written?.ok) continue
      for (const field of Object.keys(written.fields)) made[field] = written.fields[field] ?? null
    }
    const owner = mapping.assign?.to(env)?.owner
    return { ...made, owner: owner && 'user' in owner ? owner.user : null }
  }
  return { name: 'dealbridge', map: async (deals) => await Promise.resolve(deals.map(map)) }
}

// ── what the other two are given ─────────────────────────────────────────────────────────────────────────────────────

const berlin = readerOf('date', 'a day', 'Europe/Berlin')
const circumstances = { country: null, argument: 0 }
const change = (name: string, text: string): string => {
  const made = transformCalled(name)?.change(text, circumstances)
  return typeof made === 'string' ? made : ''
}

const given = {
  day: (text: string): string => {
    const read = berlin(text)
    return read.is === 'value' ? textOf(read.value) : ''
  },
  plain: (text: string): string => change('trim', change('stripHtml', text)),
  cents: (value: number): string => change('round2', String(value)),
}

const tables = {
  currencies: { EUR: 'EUR', CHF: 'CHF', USD: 'USD', GBP: 'GBP' },
  sizes: {
    '1to9employees': '1-9',
    '10to50employees': '10-50',
    '51to250employees': '51-250',
    '251to1000employees': '251-1000',
    '1001to5000employees': 'Enterprise',
    '5001to10000employees': 'Enterprise',
    '10001to20000employees': 'Enterprise',
    Morethan20000employees: 'Enterprise',
  },
}

// ── JSONata ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const inJsonata = `
ref.region = "Europe" and (ref.kind = "cosell" or qualification = "SalesQualified")
  and $not(ref.visibility = "private") and $not(ref.direction = "inbound" and details.dealValue < 1000) ? {
  "Name": $substring(customerProfile.name & " – " & name, 0, 120),
  "Amount": $exists(details.dealValue) ? $cents(details.dealValue) : "0",
  "CurrencyIsoCode": $lookup($currencies, details.currency),
  "CloseDate": $day(details.closingDateTime),
  "Description": $plain(details.notes),
  "Company_Size__c": $lookup($sizes, customerProfile.size),
  "Solution_Area__c": $join(ref.solutionAreas, ";"),
  "Microsoft_Seller__c": ref.microsoftTeam[0].email ? ref.microsoftTeam[0].email
    : inviteContext.invitedBy.organizationName ? inviteContext.invitedBy.organizationName : "Microsoft",
  "Priority__c": ref.wantsCallBack ? "Hot" : details.dealValue >= 100000 ? "High" : "Normal",
  "LeadSource": "Microsoft Partner Center",
  "owner": customerProfile.address.country = "CH" ? "anna.meier@fabrikam.example"
    : "Security" in ref.solutionAreas and details.dealValue >= 50000 ? "mei.tan@fabrikam.example"
    : customerProfile.address.country = "DE" or customerProfile.address.country = "AT" ? "lukas.weber@fabrikam.example"
    : "cosell-desk@fabrikam.example"
} : null`

function overJsonata(): Contestant {
  const expression = jsonata(inJsonata)
  for (const [name, table] of Object.entries(tables)) expression.assign(name, table)
  expression.registerFunction('day', given.day)
  expression.registerFunction('plain', given.plain)
  expression.registerFunction('cents', given.cents)
  return {
    name: 'JSONata',
    map: async (deals) => {
      const made: Mapped[] = []
      for (const deal of deals) made.push((await expression.evaluate(deal)) as Mapped)
      return made
    },
  }
}

// ── CEL ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

const inCel = `
ref.region == "Europe" && (ref.kind == "cosell" || qualification == "SalesQualified")
  && !(ref.visibility == "private") && !(ref.direction == "inbound" && details.dealValue < 1000.0) ? {
  "Name": left(customerProfile.name + " – " + name, 120),
  "Amount": details.dealValue != null ? cents(details.dealValue) : "0",
  "CurrencyIsoCode": currencies[details.currency],
  "CloseDate": day(details.closingDateTime),
  "Description": plain(details.notes),
  "Company_Size__c": customerProfile.size in sizes ? sizes[customerProfile.size] : null,
  "Solution_Area__c": ref.solutionAreas.join(";"),
  "Microsoft_Seller__c": has(ref.microsoftTeam) && ref.microsoftTeam != null && size(ref.microsoftTeam) > 0
    ? ref.microsoftTeam[0].email
    : inviteContext.invitedBy.organizationName != null ? inviteContext.invitedBy.organizationName : "Microsoft",
  "Priority__c": ref.wantsCallBack ? "Hot" : details.dealValue >= 100000.0 ? "High" : "Normal",
  "LeadSource": "Microsoft Partner Center",
  "owner": customerProfile.address.country == "CH" ? "anna.meier@fabrikam.example"
    : "Security" in ref.solutionAreas && details.dealValue >= 50000.0 ? "mei.tan@fabrikam.example"
    : customerProfile.address.country == "DE" || customerProfile.address.country == "AT" ? "lukas.weber@fabrikam.example"
    : "cosell-desk@fabrikam.example"
} : {"taken": "no"}`

function overCel(): Contestant {
  const expression = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
    .registerFunction('day(dyn): string', given.day)
    .registerFunction('plain(dyn): string', given.plain)
    .registerFunction('cents(dyn): string', given.cents)
    .registerFunction('left(string, int): string', (text: string, length: bigint) => text.slice(0, Number(length)))
    .parse(inCel)
  return {
    name: 'CEL',
    map: async (deals) => await Promise.resolve(deals.map((deal) => expression(deal) as Mapped)),
  }
}

await main(Number(values.deals), Number(values.rounds))
