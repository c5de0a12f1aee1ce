// Watches whether the CRM still is what the mapping was made for: remembers what it was asked, tells what has changed,
// and is in doubt where a record shows less than the mapping reads.

import type { Mapping } from '#core/mapping/mapping'
import type { ConnectionName } from '#core/model/ids'
import type { VendorRecord } from '#core/model/record'
import type { KeptLedger } from '#ledger'
import type { LogFacts, Probe, Shape } from '#spi'
import type { Drift } from './drift.ts'
import type { Machine } from './machine.ts'
import { keepProbe, recentDrift } from './probes.ts'

/** A field may be empty and look hidden: doubts come no more often than this. */
const doubtEveryMs = 60 * 60_000

export interface SchemaWatchParts {
  readonly connection: ConnectionName
  readonly ledger: KeptLedger
  readonly machine: Pick<Machine, 'clock' | 'log' | 'metrics'>
}

export class SchemaWatch {
  readonly #parts: SchemaWatchParts
  #doubtedMs: number | null = null
  #isInDoubt = false

  constructor(parts: SchemaWatchParts) {
    this.#parts = parts
  }

  /** The CRM should be asked again what it has, before anything else is done with it. */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  /** It is being asked now. */
  asked(): void {
    this.#isInDoubt = false
  }

  /** A field that a record does not show is hidden from us, has another name, or is gone. */
  see(records: readonly VendorRecord[], shapes: readonly Shape[]): void {
    const now = this.#parts.machine.clock.monotonicMs()
    if (this.#doubtedMs !== null && now - this.#doubtedMs < doubtEveryMs) return
    if (!records.some((record) => showsLess(record, shapes))) return
    this.#doubtedMs = now
    this.#isInDoubt = true
  }

  /** Null: no mapping fits what it has now. Then what was read before says what is felt. */
  async remember(probe: Probe, mapping: Mapping | null): Promise<void> {
    const { connection, ledger, machine } = this.#parts
    const { clock, log, metrics } = machine
    const drift = await keepProbe(ledger, connection, { at: clock.now(), probe, used: mapping?.shapes ?? null })
    for (const one of drift) log[one.breaking ? 'warn' : 'info'](eventOf(one), factsOf(connection, one))
    // What no longer fits is in the way until a mapping fits again; what is merely new is shown for a while.
    const lately = await recentDrift(ledger, connection, clock.now())
    const breaking = mapping === null ? lately.filter((one) => one.breaking).length : 0
    metrics.drift(connection, { breaking, harmless: lately.filter((one) => !one.breaking).length })
  }
}

const eventOf = ({ breaking }: Drift): string => (breaking ? 'schema.broke' : 'schema.changed')

const factsOf = (connection: ConnectionName, { kind, field }: Drift): LogFacts => ({
  connection,
  kind,
  field,
  code: 'DB-1103',
})

/** A path through a reference (`Account.Name`) is no field of the record itself. */
function showsLess({ kind, gone, fields }: VendorRecord, shapes: readonly Shape[]): boolean {
  const read = gone ? [] : (shapes.find((shape) => shape.kind === kind)?.fields ?? [])
  return read.some((name) => !name.includes('.') && !Object.hasOwn(fields, name))
}
