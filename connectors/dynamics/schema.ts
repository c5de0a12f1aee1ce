// The tables of the environment, read when they are first needed and kept for the life of the connection. A probe reads
// them again, and so does the first sign that what we know is out of date.

import type { Host, Kind } from '#spi'
import { FixConfig } from '#spi'
import type { Exchange, Outcome } from './exchange.ts'
import { titleOf } from './codes.ts'
import { metadataRequests, tableFrom } from './metadata.ts'
import { standardSet, standardTable } from './standard.ts'
import type { Table } from './table.ts'

export interface Schema {
  /** Every kind that was asked for, or a FixConfig that names the one that is not there. */
  tables(kinds: readonly Kind[], signal: AbortSignal): Promise<ReadonlyMap<Kind, Table>>
  /** What can be read of these kinds now; a kind that cannot is left out. */
  refresh(kinds: readonly Kind[], signal: AbortSignal): Promise<ReadonlyMap<Kind, Table>>
  /** Something in an answer did not fit what we know: read it again before the next use. */
  distrust(kind: Kind): void
  /** `accounts`, for a bind: known, standard, or learned from a table that was read. */
  setOf(kind: string): string | undefined
}

export interface SchemaParts {
  readonly exchange: Exchange
  readonly host: Host
  readonly language: number | undefined
}

export function openSchema({ exchange, host, language }: SchemaParts): Schema {
  const known = new Map<Kind, Table>()
  const doubted = new Set<Kind>()

  async function load(kinds: readonly Kind[], signal: AbortSignal): Promise<void> {
    const requests = kinds.map(metadataRequests)
    const outcomes = await exchange(requests.flat(), { name: 'metadata', writes: false }, signal)
    let at = 0
    for (const [index, kind] of kinds.entries()) {
      const own = outcomes.slice(at, (at += requests[index]?.length ?? 0))
      const table = tableFrom(own.map(answerOf), language) ?? fallback(kind, own[0])
      doubted.delete(kind)
      if (table) known.set(kind, table)
      else known.delete(kind)
    }
  }

  /** Only where definitions as such are not to be had: a table that is not there must not be made up. */
  function fallback(kind: Kind, outcome: Outcome | undefined): Table | null {
    if (outcome && outcome.is !== 'answer') throw outcome.error
    const status = outcome?.answer.status ?? 0
    if (status !== 403 && status !== 501 && status !== 405 && status !== 404 && status !== 400) return null
    const standard = known.get(kind) ?? standardTable(kind)
    if (standard) host.log.warn('dynamics definitions unreadable', { kind, status, code: 'DB-1507' })
    return standard
  }

  return {
    tables: async (kinds, signal) => {
      const wanted = [...new Set(kinds)]
      const missing = wanted.filter((kind) => !known.has(kind) || doubted.has(kind))
      if (missing.length > 0) await load(missing, signal)
      return new Map(wanted.map((kind) => [kind, must(kind, known.get(kind))]))
    },
    refresh: async (kinds, signal) => {
      const wanted = [...new Set(kinds)]
      await load(wanted, signal)
      return new Map(wanted.flatMap((kind) => (known.has(kind) ? [[kind, must(kind, known.get(kind))] as const] : [])))
    },
    distrust: (kind) => void doubted.add(kind),
    setOf: (kind) => [...known.values()].find((table) => table.kind === kind)?.set ?? standardSet(kind),
  }
}

const answerOf = (outcome: Outcome) => (outcome.is === 'answer' ? outcome.answer : null)

function must(kind: Kind, table: Table | undefined): Table {
  if (table) return table
  throw new FixConfig(`${titleOf('DB-1507')}: there is no table "${kind}".`, {
    code: 'DB-1507',
    who: 'Dynamics admin',
    facts: { kind },
  })
}
