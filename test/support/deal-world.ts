// Two pretended vendors, a mapping between them, a ledger and the real engine: for stories that are told step by step.
// Time only passes when a story says so, or when the engine waits.

import { instantFromMs, later, msOf, type Clock, type Fields, type Json, type RecordId } from '#spi'
import { connectionName, linkKey, pipelineName, recordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Limits } from '#core/reconcile/limits'
import type { Mapping } from '#core/mapping/mapping'
import { cycle, type CycleOptions, type CycleReport } from '#engine/cycle'
import { Line } from '#engine/line'
import { noMeter } from '#engine/meter'
import type { Mode, Pipeline } from '#engine/pipeline'
import type { Ledger } from '#ledger'
import { openMemoryLedger } from '#ledger/memory'
import { RestlessClock } from '#testkit/fake-clock'
import { fakeCrm, fakeCrmTraits, fakeCrmVendor, fakeKeyField, fakeOpportunity, withId } from '#testkit/fake-crm'
import { FakeSession, type FakeSessionOptions } from '#testkit/fake-session'
import {
  fakeReferral,
  type FakeReferral,
  fakeReferralFields,
  fakeSource,
  fakeSourceTraits,
  fakeSourceVendor,
  withFacts,
} from '#testkit/fake-source'
import type { FakeAttempt, FakeState, FakeVendor, FakeVendorOptions } from '#testkit/fake-vendor'
import { dealMapping } from './deal-mapping.ts'
import { seededRandom } from './host.ts'
import { silentLog } from './silent-log.ts'

export const generousLimits: Limits = {
  perRun: 1_000,
  shareOfLinked: 1,
  creates: 1_000,
  outcomes: 1_000,
  vanished: { count: 1_000, share: 1 },
}

export interface DealWorldOptions {
  readonly mapping?: Mapping
  readonly limits?: Partial<Limits>
  readonly mode?: Mode
  readonly source?: Partial<FakeVendorOptions>
  readonly crm?: Partial<FakeVendorOptions>
  readonly sourceSession?: Partial<FakeSessionOptions>
  readonly crmSession?: Partial<FakeSessionOptions>
}

export class DealWorld {
  readonly clock = new RestlessClock()
  readonly source: FakeVendor
  readonly crm: FakeVendor
  ledger: Ledger = openMemoryLedger()
  pipeline: Pipeline
  readonly #options: DealWorldOptions

  constructor(options: DealWorldOptions = {}) {
    this.#options = options
    const nowMs = (): number => msOf(this.clock.now())
    this.source = fakeSourceVendor({ name: 'source', nowMs, ...options.source })
    this.crm = fakeCrmVendor({ name: 'crm', nowMs, ...options.crm })
    this.pipeline = this.start()
  }

  /** A new process on the same ledger. */
  start(over: Partial<Pipeline> = {}): Pipeline {
    const { mapping = dealMapping(), limits = {}, mode = 'auto', sourceSession, crmSession } = this.#options
    const { clock } = this
    const random = seededRandom(7)
    const party = (name: string, session: FakeSession) => ({
      name: connectionName(name),
      session,
      line: new Line({ name: connectionName(name), clock, random, log: silentLog }),
    })
    this.pipeline = {
      name: pipelineName('deals'),
      mode,
      mapping,
      source: {
        ...party('source', new FakeSession({ vendor: this.source, present: withFacts, ...sourceSession })),
        traits: fakeSourceTraits,
        facet: fakeSource,
      },
      target: {
        ...party('crm', new FakeSession({ vendor: this.crm, present: withId, beginsAt: 'now', ...crmSession })),
        traits: fakeCrmTraits,
        facet: fakeCrm,
      },
      owners: [],
      timezone: 'Europe/Berlin',
      limits: { ...generousLimits, ...limits },
      ledger: this.ledger,
      clock,
      random,
      log: silentLog,
      meter: noMeter,
      ...over,
    }
    return this.pipeline
  }

  /** Everything we knew is gone. */
  forget(): void {
    this.ledger = openMemoryLedger()
    this.start()
  }

  /** One pass, after some minutes. */
  async pass(options: Partial<CycleOptions> = {}, minutes = 5): Promise<CycleReport> {
    this.clock.turn(minutes * 60_000)
    return cycle(this.pipeline, { signal: new AbortController().signal, ...options })
  }

  async passes(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.pass()
  }

  // ── what people do ─────────────────────────────────────────────────────────────────────────────────────────

  refer(id: string, of: FakeReferral = {}): RecordId {
    return this.source.add(fakeReferral, fakeReferralFields(of), { id: recordId(id) })
  }

  /** Dotted paths of the referral. */
  editReferral(id: string, fields: Fields): void {
    this.clock.turn(1_000)
    this.source.edit(fakeReferral, recordId(id), fields)
  }

  editDeal(id: string, fields: Fields): void {
    this.clock.turn(1_000)
    this.crm.edit(fakeOpportunity, this.deal(id).id, fields)
  }

  // ── what there is to see ───────────────────────────────────────────────────────────────────────────────────

  referral(id: string): FakeState {
    return this.source.read(fakeReferral, recordId(id)) ?? fail(`no referral ${id}`)
  }

  deals(id: string): readonly FakeState[] {
    return this.crm.live(fakeOpportunity).filter(({ fields }) => fields[fakeKeyField] === linkKey(id))
  }

  deal(id: string): FakeState {
    return this.deals(id)[0] ?? fail(`no opportunity for ${id}`)
  }

  async link(id: string): Promise<Link> {
    return (await this.ledger.get('link', linkKey(id))) ?? fail(`no link for ${id}`)
  }

  /** What programs changed since a moment ago. */
  writes(since = 0): readonly FakeAttempt[] {
    return [...this.source.attempts, ...this.crm.attempts].filter(({ atMs }) => atMs >= since)
  }

  nowMs(): number {
    return msOf(this.clock.now())
  }
}

export const valueAt = (fields: Fields, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((here, step) => (here as Record<string, Json> | undefined)?.[step], fields)

function fail(what: string): never {
  throw new Error(what)
}

export type { Clock }
export { instantFromMs, later }
