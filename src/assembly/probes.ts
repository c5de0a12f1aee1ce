// What a connection can see and do, asked afresh and remembered in the ledger, so that mappings can be checked without
// a network and a change of the vendor's schema is noticed.

import { z } from 'zod'
import { kind as kindOf, type Kind, type Probe, type SchemaChange, type Shape } from '#spi'
import { instantFromMs, msOf, type Instant } from '#core/model/instant'
import type { Json, JsonObject } from '#core/model/json'
import type { Ledger } from '#ledger'
import type { Connection } from './connection.ts'
import { driftBetween, type Drift } from './drift.ts'

export interface CachedProbe {
  readonly at: Instant
  readonly probe: Probe
  /** What the mapping read of it. */
  readonly used?: readonly Shape[] | undefined
}

/** What changed is shown for so long, so that somebody sees it. */
const driftShownMs = 7 * 86_400_000

const keyOf = (connection: Connection['name']): string => `probe/${connection}`
const driftKeyOf = (connection: Connection['name']): string => `drift/${connection}`

export async function askProbe(connection: Connection, kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
  const { name, line } = connection.party
  return await line.ask(`${name}.probe`, async () => await connection.session.probe(kinds, signal), signal)
}

/** As it was kept; where the vendor tells no history, with what we noticed ourselves. */
export async function cachedProbe(ledger: Ledger, connection: Connection['name']): Promise<CachedProbe | null> {
  const kept = await keptProbe(ledger, connection)
  if (!kept || kept.probe.history) return kept
  return { ...kept, probe: { ...kept.probe, history: await noticed(ledger, connection) } }
}

async function keptProbe(ledger: Ledger, connection: Connection['name']): Promise<CachedProbe | null> {
  const kept = Kept.safeParse(await ledger.get('fact', keyOf(connection)))
  return kept.success ? kept.data : null
}

async function noticed(ledger: Ledger, connection: Connection['name']): Promise<readonly SchemaChange[]> {
  const { at, drift } = await keptDrift(ledger, connection)
  const on = at.slice(0, 10) as SchemaChange['on']
  return drift.flatMap(({ kind, field, value, change }) =>
    change === 'changed' ? [] : [{ kind: kindOf(kind), field, change, on, ...(value === undefined ? {} : { value }) }],
  )
}

async function keptDrift(ledger: Ledger, connection: Connection['name']): Promise<z.infer<typeof KeptDrift>> {
  const kept = KeptDrift.safeParse(await ledger.get('fact', driftKeyOf(connection)))
  return kept.data ?? { at: instantFromMs(0), drift: [] }
}

/** Remembers a probe. A schema that is the same as before costs no commit; one that changed is told. */
export async function keepProbe(
  ledger: Ledger,
  connection: Connection['name'],
  fresh: { readonly at: Instant; readonly probe: Probe; readonly used: readonly Shape[] | null },
): Promise<readonly Drift[]> {
  const before = await keptProbe(ledger, connection)
  const used = fresh.used ?? before?.used ?? []
  const drift = before ? driftBetween(before.probe.kinds, fresh.probe.kinds, used) : []
  if (before && isSame(before, { ...fresh, used })) return []
  const value: JsonObject = { at: fresh.at, probe: asJson(fresh.probe), used: asJson(used) }
  await ledger.commit([
    { put: 'fact', key: keyOf(connection), value },
    ...(drift.length > 0
      ? [{ put: 'fact' as const, key: driftKeyOf(connection), value: { at: fresh.at, drift: drift.map(asJson) } }]
      : []),
  ])
  return drift
}

const isSame = (before: CachedProbe, fresh: Omit<CachedProbe, 'at'>): boolean =>
  JSON.stringify([before.probe, before.used]) === JSON.stringify([fresh.probe, fresh.used])

/** What changed lately. */
export async function recentDrift(
  ledger: Ledger,
  connection: Connection['name'],
  now: Instant,
): Promise<readonly Drift[]> {
  const { at, drift } = await keptDrift(ledger, connection)
  return at < instantFromMs(msOf(now) - driftShownMs) ? [] : drift
}

/** Plain data from a connector: what JSON cannot hold is left behind. */
const asJson = (value: Probe | Drift | readonly Shape[]): Json => JSON.parse(JSON.stringify(value)) as Json

// Read back with care for what others rest on; the rest of a field's schema passes through as it was written.
const Field = z.looseObject({ name: z.string(), label: z.string(), type: z.string() })
const ProbeShape = z.looseObject({
  account: z.string(),
  user: z.string().optional(),
  organization: z.string(),
  label: z.string(),
  kinds: z.array(
    z.looseObject({ kind: z.string(), label: z.string(), fields: z.array(Field), ownedBy: z.array(z.string()) }),
  ),
  owners: z.array(z.looseObject({ kind: z.string(), id: z.string(), name: z.string(), active: z.boolean() })),
  currencies: z.array(z.string()),
  findings: z.array(z.looseObject({ level: z.string(), what: z.string() })),
})
const UsedShape = z.array(z.looseObject({ kind: z.string(), fields: z.array(z.string()) }))
const DriftShape = z.looseObject({ kind: z.string(), field: z.string(), change: z.string(), breaking: z.boolean() })
const instant = z.string().transform((text) => text as Instant)

const Kept = z.object({
  at: instant,
  probe: z.custom<Probe>((value) => ProbeShape.safeParse(value).success),
  used: z.custom<readonly Shape[]>((value) => UsedShape.safeParse(value).success).optional(),
})
const KeptDrift = z.object({
  at: instant,
  drift: z.array(z.custom<Drift>((value) => DriftShape.safeParse(value).success)),
})
