// One commit as the body of a frame: an index of what it changes, then the values, then its events as frames of the
// history, word for word. The index is small and read at every start; a value is read when somebody asks for it.

import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { tables, type Table } from '../entries.ts'
import type { Facets } from '../link-index.ts'
import type { Sealer } from '../seal.ts'
import { parsedJson } from '../json.ts'

/** What is stored besides the port's tables: deals that were forgotten, until no file holds a word of them. */
export const PURGE = 'purge'
export type StoredTable = Table | typeof PURGE
export const storedTables: readonly StoredTable[] = [...tables, PURGE]

const Name = z.enum(['link', 'intent', 'bookmark', 'made', 'run', 'fact', PURGE])
const Put = z.tuple([Name, z.string(), z.int(), z.int(), z.string().nullable(), z.number().nullable()])
const Drop = z.tuple([Name, z.string()])
const BatchIndex = z.object({
  changes: z.array(z.union([Put, Drop])),
  /** The number of its first event, and the size of each. */
  events: z.object({ first: z.int(), sizes: z.array(z.int()) }),
})

export type BatchChange = BatchPut | BatchDrop

export interface BatchPut extends Facets {
  readonly do: 'put'
  readonly table: StoredTable
  readonly key: string
  /** As it stands in the file: sealed, where there is a key. */
  readonly value: Buffer
  readonly crc: number
}

export interface BatchDrop {
  readonly do: 'drop'
  readonly table: StoredTable
  readonly key: string
}

export interface Batch {
  readonly changes: readonly BatchChange[]
  readonly events: { readonly first: number; readonly frames: readonly Buffer[] }
}

export function sealedPut(
  put: { readonly table: StoredTable; readonly key: string; readonly facets: Facets },
  plain: Buffer,
  sealer: Sealer | null,
): BatchPut {
  const { table, key, facets } = put
  const value = sealer ? sealer.seal(plain, aboutValue(table, key)) : plain
  return { do: 'put', table, key, ...facets, value, crc: crc32(value) }
}

/** A value opens only where it was put: under its own key of its own table. */
export const aboutValue = (table: StoredTable, key: string): Buffer => Buffer.from(`${table}\n${key}`)

export interface EncodedBatch {
  /** The body, in pieces. */
  readonly pieces: readonly Buffer[]
  /** The same changes as they will be read back. */
  readonly changes: DecodedBatch['changes']
}

export function encodeBatch({ changes, events }: Batch, previous: Buffer, sealer: Sealer | null): EncodedBatch {
  const index = {
    changes: changes.map((change) =>
      change.do === 'put'
        ? [change.table, change.key, change.value.length, change.crc, change.record, change.due]
        : [change.table, change.key],
    ),
    events: { first: events.first, sizes: events.frames.map((frame) => frame.length) },
  } satisfies z.input<typeof BatchIndex>
  const plain = Buffer.from(JSON.stringify(index))
  const written = sealer ? sealer.seal(plain, previous) : plain
  const length = Buffer.alloc(4)
  length.writeUInt32LE(written.length)
  const values = changes.flatMap((change) => (change.do === 'put' ? [change.value] : []))
  return { pieces: [length, written, ...values, ...events.frames], changes: placed(changes, 4 + written.length) }
}

function placed(changes: readonly BatchChange[], from: number): DecodedBatch['changes'] {
  let at = from
  return changes.map((change) => {
    if (change.do === 'drop') return change
    const { value, ...rest } = change
    at += value.length
    return { ...rest, at: at - value.length, length: value.length }
  })
}

export interface DecodedBatch {
  /** `at`: where the value stands, from the start of the body. */
  readonly changes: readonly (DecodedPut | BatchDrop)[]
  readonly events: { readonly first: number; readonly sizes: readonly number[]; readonly at: number }
}

export interface DecodedPut extends Facets {
  readonly do: 'put'
  readonly table: StoredTable
  readonly key: string
  readonly at: number
  readonly length: number
  readonly crc: number
}

/** Undefined when the body is not a batch, or does not open with this key at this place. */
export function decodeBatch(body: Buffer, previous: Buffer, sealer: Sealer | null): DecodedBatch | undefined {
  if (body.length < 4) return undefined
  const indexEnd = 4 + body.readUInt32LE(0)
  const written = body.subarray(4, indexEnd)
  const plain = sealer ? sealer.open(written, previous) : written
  const index = BatchIndex.safeParse(plain && parsedJson(plain))
  if (!index.success) return undefined
  let at = indexEnd
  const changes = index.data.changes.map((change): DecodedPut | BatchDrop => {
    const [table, key] = change
    if (change.length === 2) return { do: 'drop', table, key }
    const [, , length, crc, record, due] = change
    at += length
    return { do: 'put', table, key, at: at - length, length, crc, record, due }
  })
  const { first, sizes } = index.data.events
  const end = sizes.reduce((sum, size) => sum + size, at)
  return end === body.length ? { changes, events: { first, sizes, at } } : undefined
}
