// The schema of a CRM, for checking mappings: as a pipeline remembers it, or asked for now and remembered.

import { asSyncError } from '#core/errors'
import { kind as kindOf, type Kind } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Assembly } from '#assembly/assembly'
import type { Connection } from '#assembly/connection'
import { askProbe, cachedProbe, keepProbe, type CachedProbe } from '#assembly/probes'
import type { Runner } from '#assembly/runner'
import { connectionOf } from '../names.ts'
import type { SchemaAnswer } from './answers.ts'
import type { SchemaRequest } from './requests.ts'

export async function schemaOf(
  assembly: Assembly,
  { connection: name, kinds = [], live = false }: SchemaRequest,
  signal: AbortSignal,
): Promise<SchemaAnswer> {
  const connection = connectionOf(assembly, name)
  const users = [...assembly.runners.values()].filter(({ target }) => target.name === connection.name)
  const known = await newest(users, connection)
  if (!live) return { connection: name, at: known?.at ?? null, probe: known?.probe ?? null }
  const own = connection.settings.connector.target?.record
  const wanted = new Set<Kind>([
    ...(own ? [own] : []),
    ...kinds.map((one) => kindOf(one)),
    ...(known?.probe.kinds.map((schema) => schema.kind) ?? []),
  ])
  const at = assembly.machine.clock.now()
  const probe = await askProbe(connection, [...wanted], signal)
  for (const runner of users) await remember(runner, connection, { at, probe })
  return { connection: name, at, probe }
}

/** Several pipelines may lead to one CRM; what any of them saw last is what is known. */
async function newest(users: readonly Runner[], { name }: Connection): Promise<CachedProbe | null> {
  const known = await Promise.all(users.map(async ({ ledger }) => await cachedProbe(ledger, name)))
  return known.reduce((best, one) => (one && (!best || one.at > best.at) ? one : best), null)
}

async function remember(
  { ledger, mapping, machine }: Runner,
  { name }: Connection,
  fresh: { readonly at: Instant; readonly probe: CachedProbe['probe'] },
): Promise<void> {
  if (ledger.failure) return
  try {
    await keepProbe(ledger, name, { ...fresh, used: mapping?.shapes ?? null })
  } catch (error) {
    // It was asked to be shown; not being able to remember it is the next pass's trouble.
    machine.log.warn('schema.not-kept', { connection: name, code: asSyncError(error).code })
  }
}
