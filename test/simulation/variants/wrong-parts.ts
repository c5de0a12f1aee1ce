// Wrong parts to give to the engine in place of right ones.

import type { CreateWrite, Receipt, Session, Write } from '#spi'
import { absent, reading } from '#core/model/deal'
import type { Link } from '#core/model/link'
import type { Mapping, Row } from '#core/mapping/mapping'
import type { Party, Pipeline } from '#engine/pipeline'
import type { Entries, Ledger, Table } from '#ledger'
import { fakeKeyField, fakeOpportunity } from '#testkit/fake-crm'
import type { Replacements } from '../engine.ts'
import { beganAtMs } from '../story.ts'

export const wrongParts: Readonly<Record<string, () => Replacements>> = {
  'no-if-match': () => writing((session, batch, signal) => session.write(batch.map(withoutExpectation), signal)),

  upsert: () =>
    writing(async (session, batch, signal) => {
      const receipts = await session.write(batch, signal)
      for (const [index, receipt] of receipts.entries()) {
        const write = batch[index]
        if (receipt.outcome !== 'already-there' || write?.do !== 'create') continue
        const { kind, fields } = write
        await session.write([{ do: 'update', kind, id: receipt.id, expect: null, fields }], signal)
      }
      return receipts.map((receipt) => ('id' in receipt ? { ...receipt, outcome: 'written' } : receipt))
    }),

  'create-then-record': () => ({
    crm: { unique: {} },
    pipeline: (pipeline) => {
      const { mapping } = pipeline
      const keyless = { ...mapping, match: { ...mapping.match, tries: [], keyField: null } }
      return withWriting({ ...pipeline, mapping: keyless }, async (session, batch, signal) => {
        const keyed = batch.map((write) => (write.do === 'create' ? withKey(write) : write))
        const receipts = await session.write(keyed, signal)
        return receipts.map((receipt) => (receipt.outcome === 'unknown' ? refusedBy(receipt) : receipt))
      })
    },
  }),

  'blind-retry': () =>
    writing(async (session, batch, signal) => {
      const receipts = await session.write(batch, signal)
      if (!receipts.some(({ outcome }) => outcome === 'unknown')) return receipts
      return await session.write(batch.map(withoutExpectation), signal)
    }),

  'lost-is-written': () =>
    writing(async (session, batch, signal) => {
      const receipts = await session.write(batch, signal)
      return receipts.map((receipt, index): Receipt => {
        const write = batch[index]
        return receipt.outcome === 'unknown' && write?.do === 'update'
          ? { outcome: 'written', id: write.id, version: null }
          : receipt
      })
    }),

  'lost-is-refused': () =>
    writing(async (session, batch, signal) => {
      const receipts = await session.write(batch, signal)
      return receipts.map((receipt) => (receipt.outcome === 'unknown' ? refusedBy(receipt) : receipt))
    }),

  'receipts-shuffled': () =>
    writing(async (session, batch, signal) => [...(await session.write(batch, signal))].toReversed()),

  'no-overlap': () => ({ session: () => ({ overlapMs: 0 }) }),

  'local-now-watermark': () => ({
    session: (nowMs) => ({ overlapMs: 0, mark: () => beganAtMs + nowMs() }),
  }),

  'absent-is-empty': () =>
    mapped((mapping) => ({
      ...mapping,
      rows: mapping.rows.map((row): Row => ({
        ...row,
        fromCrm: (fields) => {
          const shown = row.fromCrm(fields)
          return shown.is === absent.is ? reading(null) : shown
        },
      })),
    })),

  'split-groups': () =>
    mapped((mapping) => ({ ...mapping, rows: mapping.rows.map((row) => ({ ...row, group: row.crm })) })),

  'hold-ends-with-the-process': () => ({
    pipeline: (pipeline) => ({ ...pipeline, ledger: new Impatient(pipeline.ledger, pipeline.clock.now()) }),
  }),
}

type Writing = (session: Session, batch: readonly Write[], signal: AbortSignal) => Promise<readonly Receipt[]>

function writing(write: Writing): Replacements {
  return { pipeline: (pipeline) => withWriting(pipeline, write) }
}

const mapped = (change: (mapping: Mapping) => Mapping): Replacements => ({
  pipeline: (pipeline) => ({ ...pipeline, mapping: change(pipeline.mapping) }),
})

function withWriting(pipeline: Pipeline, write: Writing): Pipeline {
  const wrap = <P extends Party>(party: P): P => {
    const { session } = party
    const wrong: Session = {
      probe: (...of) => session.probe(...of),
      changes: (...of) => session.changes(...of),
      find: (...of) => session.find(...of),
      write: (batch, signal) => write(session, batch, signal),
      close: () => session.close(),
    }
    return { ...party, session: wrong }
  }
  return { ...pipeline, source: wrap(pipeline.source), target: wrap(pipeline.target) }
}

const withoutExpectation = (write: Write): Write => (write.do === 'update' ? { ...write, expect: null } : write)

/** The record still says whose it is; only nobody looks for it, and nothing keeps it from being there twice. */
const withKey = (write: CreateWrite): Write =>
  write.kind === fakeOpportunity ? { ...write, fields: { ...write.fields, [fakeKeyField]: write.key } } : write

const refusedBy = (receipt: Extract<Receipt, { outcome: 'unknown' }>): Receipt => ({
  outcome: 'refused',
  error: receipt.error,
})

/** Lets every outcome go that began to wait before this process did. */
class Impatient implements Ledger {
  readonly #inner: Ledger
  readonly #began: string

  constructor(inner: Ledger, began: string) {
    this.#inner = inner
    this.#began = began
  }

  async get<T extends Table>(table: T, key: string): Promise<Entries[T] | undefined> {
    return this.#seen(table, await this.#inner.get(table, key))
  }

  async getMany<T extends Table>(table: T, keys: readonly string[]): Promise<readonly (Entries[T] | undefined)[]> {
    return (await this.#inner.getMany(table, keys)).map((entry) => this.#seen(table, entry))
  }

  #seen<T extends Table>(table: T, entry: Entries[T] | undefined): Entries[T] | undefined {
    if (table !== 'link' || entry === undefined) return entry
    const link = entry as Link
    const held = link.waiting.find((wait) => wait.for === 'outcome' && wait.since < this.#began)
    return (held ? { ...link, released: held.subject } : link) as Entries[T]
  }

  all<T extends Table>(table: T): AsyncIterable<Entries[T]> {
    return this.#inner.all(table)
  }

  count(table: Table): Promise<number> {
    return this.#inner.count(table)
  }

  linksOf(...of: Parameters<Ledger['linksOf']>): ReturnType<Ledger['linksOf']> {
    return this.#inner.linksOf(...of)
  }

  due(...of: Parameters<Ledger['due']>): ReturnType<Ledger['due']> {
    return this.#inner.due(...of)
  }

  commit(...of: Parameters<Ledger['commit']>): Promise<void> {
    return this.#inner.commit(...of)
  }

  history(...of: Parameters<Ledger['history']>): ReturnType<Ledger['history']> {
    return this.#inner.history(...of)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
