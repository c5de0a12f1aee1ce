// A source of referrals and a CRM that live in memory and speak the connector contract, for tests of everything above
// the connectors. Small on purpose: what real vendors do is pretended elsewhere, over real HTTP.

import { z } from 'zod'
import { textOf } from '#core/model/json'
import {
  type Connector,
  connectorId,
  cursor,
  type Fields,
  type Instant,
  instantFromMs,
  type JsonObject,
  kind,
  type Kind,
  type KindSchema,
  type Probe,
  type Question,
  type Receipt,
  recordId,
  REFERRAL,
  type Session,
  type Shape,
  type Stage,
  type SyncError,
  type VendorRecord,
  version,
  type Write,
} from '#spi'

export const opportunity = kind('Opportunity')

export type FakeCall = 'open' | 'probe' | 'changes' | 'find' | 'write'

export interface FakeVendor {
  readonly connector: Connector<unknown>
  readonly calls: FakeCall[]
  readonly writes: Write[]
  /** What the last probe asked about. */
  readonly probed: readonly Kind[]
  /** Every record by id. */
  readonly records: ReadonlyMap<string, VendorRecord>
  put(kind: Kind, id: string, fields: Fields): VendorRecord
  remove(id: string): void
  /** What a call answers with instead, if anything. Replaced at will. */
  fails: (call: FakeCall) => SyncError | undefined
  /** Answers are held until this resolves, when set. */
  holds: (call: FakeCall) => Promise<void> | undefined
  organization: string
  /** When what it is signed in with ends. */
  credentialEnds: Instant | undefined
  schema: readonly KindSchema[]
}

class Vendor {
  readonly calls: FakeCall[] = []
  readonly writes: Write[] = []
  probed: readonly Kind[] = []
  readonly records = new Map<string, VendorRecord>()
  readonly #log: VendorRecord[] = []
  fails: FakeVendor['fails'] = () => undefined
  holds: FakeVendor['holds'] = () => undefined
  organization = 'org-1'
  credentialEnds: Instant | undefined = undefined
  schema: readonly KindSchema[]
  readonly #read: (fields: Fields) => Fields
  readonly #startsNow: boolean

  constructor(schema: readonly KindSchema[], startsNow: boolean, read: (fields: Fields) => Fields) {
    this.schema = schema
    this.#startsNow = startsNow
    this.#read = read
  }

  put(of: Kind, id: string, fields: Fields): VendorRecord {
    const at = this.#log.length + 1
    const before = this.records.get(id)
    const record: VendorRecord = {
      kind: of,
      id: recordId(id),
      version: version(`v${at}`),
      changedAt: instantFromMs(Date.UTC(2026, 10, 20, 12) + at * 1000),
      gone: false,
      fields: this.#read({ ...before?.fields, ...fields }),
    }
    this.records.set(id, record)
    this.#log.push(record)
    return record
  }

  remove(id: string): void {
    const before = this.records.get(id)
    if (before) this.records.set(id, { ...before, gone: true })
  }

  async meet(call: FakeCall): Promise<void> {
    this.calls.push(call)
    await this.holds(call)
    const error = this.fails(call)
    if (error) throw error
  }

  session(): Session {
    return {
      probe: async (kinds): Promise<Probe> => {
        this.probed = kinds
        await this.meet('probe')
        return {
          account: 'dealbridge@fabrikam.example',
          organization: this.organization,
          label: 'a pretended vendor',
          kinds: this.schema,
          owners: [{ kind: 'user', id: 'u1', name: 'Anna Meier', email: 'anna.meier@fabrikam.example', active: true }],
          currencies: ['EUR'],
          findings: [{ level: 'ok', what: 'signed in as dealbridge@fabrikam.example' }],
          ...(this.credentialEnds === undefined ? {} : { credentialEnds: this.credentialEnds }),
        }
      },
      changes: (shapes, since) => this.#changes(shapes, since),
      find: async (questions) => {
        await this.meet('find')
        return questions.map((question) => this.#find(question))
      },
      write: async (batch) => {
        await this.meet('write')
        return batch.map((write) => this.#write(write))
      },
      close: async () => undefined,
    }
  }

  async *#changes(shapes: readonly Shape[], since: string | null): ReturnType<Session['changes']> {
    await this.meet('changes')
    const from = since === null ? (this.#startsNow ? this.#log.length : 0) : Number(since)
    const kinds = new Set(shapes.map((shape) => shape.kind))
    yield {
      records: this.#log.slice(from).filter((record) => kinds.has(record.kind)),
      next: cursor(String(this.#log.length)),
    }
  }

  #find({ shape, by }: Question): readonly VendorRecord[] {
    const all = [...this.records.values()].filter((record) => record.kind === shape.kind)
    if ('id' in by) return all.filter((record) => record.id === by.id)
    if ('key' in by) return all.filter((record) => record.fields[by.key.field] === by.key.value)
    return all.filter((record) => by.match.every(({ field, value }) => record.fields[field] === value))
  }

  #write(write: Write): Receipt {
    this.writes.push(write)
    if (write.do === 'create') {
      const held = [...this.records.values()].find((record) => record.fields['PC_Id__c'] === write.key)
      if (held) return { outcome: 'already-there', id: held.id, version: held.version }
      const made = this.put(write.kind, `006${String(this.records.size + 1).padStart(12, '0')}`, write.fields)
      return { outcome: 'written', id: made.id, version: made.version }
    }
    const before = this.records.get(write.id)
    if (!before || (write.expect !== null && write.expect !== before.version)) return { outcome: 'stale' }
    const after = this.put(before.kind, before.id, write.fields)
    return { outcome: 'written', id: after.id, version: after.version }
  }
}

// ── the source ───────────────────────────────────────────────────────────────────────────────────────────────

const statuses: Readonly<Record<string, Stage>> = { New: 'New', Accepted: 'Accepted', Won: 'Won', Lost: 'Lost' }

function withFacts(fields: Fields): Fields {
  const stage = statuses[textOf(fields['status'])] ?? null
  const ref: JsonObject = {
    kind: 'cosell',
    direction: 'inbound',
    stage,
    step: null,
    title: `${textOf(fields['customer'])} – ${textOf(fields['name'])}`,
    createdAt: '2026-11-01T09:00:00.000Z',
    needsAnswer: stage === 'New',
    answerBy: stage === 'New' ? '2026-11-25T09:00:00.000Z' : null,
    wantsCallBack: false,
    registrable: false,
    url: null,
  }
  return { ...fields, ref }
}

export function fakeSource(): FakeVendor {
  const vendor = new Vendor([], false, withFacts)
  return Object.assign(vendor, {
    connector: {
      ...connectorOf('fake-source', vendor),
      source: {
        label: 'Partner Center',
        moves: { Accepted: { status: 'Accepted' }, Won: { status: 'Won' }, Lost: { status: 'Lost' } },
        reasonField: 'reason',
        step: { field: 'step', write: { Qualified: 'Q', Developed: 'D', Proposed: 'P', Negotiated: 'N' } },
        facts: (fields: Fields) => withFacts(fields)['ref'] as JsonObject,
        properties: [{ path: 'amount', type: 'money', direction: 'both', about: 'What the deal is worth.' }],
      },
    } satisfies Connector<unknown>,
  })
}

/** A referral in the pretended source. */
export function addReferral(source: FakeVendor, id: string, fields: Fields = {}): VendorRecord {
  return source.put(REFERRAL, id, {
    id,
    name: 'Azure migration',
    customer: 'Contoso AG',
    status: 'New',
    amount: '84000',
    ...fields,
  })
}

// ── the CRM ──────────────────────────────────────────────────────────────────────────────────────────────────

export function fakeCrm(): FakeVendor {
  const vendor = new Vendor([opportunitySchema], true, (fields) => fields)
  return Object.assign(vendor, {
    connector: {
      ...connectorOf('fake-crm', vendor),
      target: {
        label: 'Salesforce',
        record: opportunity,
        idField: () => 'Id',
        parentField: () => null,
        contactRole: null,
        finals: {},
      },
    } satisfies Connector<unknown>,
  })
}

function connectorOf(id: string, vendor: Vendor): Connector<unknown> {
  return {
    id: connectorId(id),
    contract: 1,
    settings: z.looseObject({}),
    traits: { writes: 'create-and-update', guard: 'modified-at', batchMax: 50 },
    codes: {},
    origins: () => ['http://127.0.0.1:1'],
    open: async () => {
      await vendor.meet('open')
      return vendor.session()
    },
  }
}

const field = (name: string, type: KindSchema['fields'][number]['type'] = 'text'): KindSchema['fields'][number] => ({
  name,
  label: name,
  type,
  creatable: true,
  updatable: true,
  required: false,
  unique: name === 'PC_Id__c',
})

export const opportunitySchema: KindSchema = {
  kind: opportunity,
  label: 'Opportunity',
  fields: [field('Name'), field('Amount', 'money'), field('StageName'), field('PC_Id__c'), field('Loss_Reason__c')],
  ownedBy: ['user'],
}
