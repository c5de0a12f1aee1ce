// A source and a CRM with a hundred thousand records that take no memory: a record is worked out from its number
// whenever it is asked for, and only what was changed since is kept. So what a process holds is the daemon's own.

import {
  type Connector,
  connectorId,
  cursor,
  type Fields,
  instantFromMs,
  type JsonObject,
  type Kind,
  type Page,
  type Probe,
  type Question,
  type Receipt,
  recordId,
  REFERRAL,
  type Session,
  type Shape,
  textOf,
  type VendorRecord,
  version,
  type Write,
} from '#spi'
import { z } from 'zod'
import { opportunity, opportunitySchema } from '../../test/support/fake-vendors.ts'

/** As `referralId(7)` is linked to `dealId(7)`, in both vendors and in the ledger that is filled beforehand. */
export const referralId = (n: number): string => `7f3a1c9e-0b6d-4e2a-9c41-${n.toString(16).padStart(12, '0')}`
export const dealId = (n: number): string => `006Qy${String(n).padStart(13, '0')}`
export const numberOfReferral = (id: string): number => Number.parseInt(id.slice(-12), 16)
export const numberOfDeal = (id: string): number => Number(id.slice(5))

const bornMs = Date.UTC(2026, 8, 1)
const pageMax = 500

interface Changed {
  readonly at: number
  readonly fields: Fields
}

export interface ComputedVendor {
  readonly connector: Connector<unknown>
  /** Calls it has answered, by name. */
  readonly calls: Map<string, number>
  readonly writes: { count: number }
  edit(n: number, fields: Fields): void
  shown(n: number): VendorRecord
}

interface Shown {
  readonly kind: Kind
  readonly id: (n: number) => string
  readonly numberOf: (id: string) => number
  readonly born: (n: number) => Fields
  readonly finish: (fields: Fields) => Fields
}

class Computed {
  readonly calls = new Map<string, number>()
  readonly writes = { count: 0 }
  readonly #of: Shown
  readonly #changed = new Map<number, Changed>()
  /** Numbers in the order in which they were changed. */
  readonly #log: number[] = []

  constructor(of: Shown) {
    this.#of = of
  }

  edit(n: number, fields: Fields): void {
    this.#log.push(n)
    this.#changed.set(n, { at: this.#log.length, fields: { ...this.#changed.get(n)?.fields, ...fields } })
  }

  shown(n: number): VendorRecord {
    const { kind, id, born, finish } = this.#of
    const changed = this.#changed.get(n)
    return {
      kind,
      id: recordId(id(n)),
      version: version(`v${changed?.at ?? 0}`),
      changedAt: instantFromMs(changed ? Date.UTC(2026, 10, 20) + changed.at : bornMs + n * 1000),
      gone: false,
      fields: finish({ ...born(n), ...changed?.fields }),
    }
  }

  session(probe: Probe): Session {
    return {
      probe: async () => this.#called('probe', probe),
      changes: (shapes, since) => this.#changes(shapes, Number(since ?? 0)),
      find: async (questions) =>
        this.#called(
          'find',
          questions.map((question) => this.#find(question)),
        ),
      write: async (batch) =>
        this.#called(
          'write',
          batch.map((write) => this.#write(write)),
        ),
      close: async () => undefined,
    }
  }

  #called<T>(call: string, answer: T): T {
    this.calls.set(call, (this.calls.get(call) ?? 0) + 1)
    return answer
  }

  async *#changes(shapes: readonly Shape[], since: number): AsyncIterable<Page> {
    const isWanted = shapes.some(({ kind }) => kind === this.#of.kind)
    let from = since
    do {
      const to = Math.min(this.#log.length, from + pageMax)
      const numbers = isWanted ? [...new Set(this.#log.slice(from, to))] : []
      from = to
      yield this.#called('changes', { records: numbers.map((n) => this.shown(n)), next: cursor(String(to)) })
    } while (from < this.#log.length)
  }

  #find({ by }: Question): readonly VendorRecord[] {
    return 'id' in by ? [this.shown(this.#of.numberOf(by.id))] : []
  }

  #write(write: Write): Receipt {
    this.writes.count += 1
    if (write.do === 'create') throw new Error('nothing is made in this bench')
    const n = this.#of.numberOf(write.id)
    if (write.expect !== null && write.expect !== this.shown(n).version) return { outcome: 'stale' }
    this.edit(n, write.fields)
    return { outcome: 'written', id: write.id, version: this.shown(n).version }
  }
}

const probe: Probe = {
  account: 'dealbridge@fabrikam.example',
  organization: 'org-1',
  label: 'a computed vendor',
  kinds: [opportunitySchema],
  owners: [],
  currencies: ['EUR'],
  findings: [],
}

const base = (id: string, vendor: Computed, batchMax: number) => ({
  id: connectorId(id),
  contract: 1 as const,
  settings: z.looseObject({}),
  traits: { writes: 'create-and-update', guard: 'modified-at', batchMax } as const,
  codes: {},
  origins: () => ['http://127.0.0.1:1'],
  open: async () => vendor.session(probe),
})

const facts = (fields: Fields): JsonObject => ({
  kind: 'cosell',
  direction: 'inbound',
  stage: 'Accepted',
  step: null,
  title: textOf(fields['name']),
  createdAt: '2026-09-01T09:00:00.000Z',
  needsAnswer: false,
  answerBy: null,
  wantsCallBack: false,
  registrable: false,
  url: null,
})

export function computedSource(): ComputedVendor {
  const vendor = new Computed({
    kind: REFERRAL,
    id: referralId,
    numberOf: numberOfReferral,
    born: (n) => ({ id: referralId(n), name: `Fabrikam ${n}`, amount: String(n), notes: 'x'.repeat(600) }),
    finish: (fields) => ({ ...fields, ref: facts(fields) }),
  })
  return Object.assign(vendor, {
    connector: {
      // As Partner Center takes them: one by one.
      ...base('fake-source', vendor, 1),
      source: {
        label: 'Partner Center',
        moves: {},
        reasonField: 'reason',
        step: { field: 'step', write: { Qualified: 'Q', Developed: 'D', Proposed: 'P', Negotiated: 'N' } },
        facts,
        properties: [{ path: 'amount', type: 'money', direction: 'both', about: 'What the deal is worth.' }],
      },
    } satisfies Connector<unknown>,
  })
}

export function computedCrm(): ComputedVendor {
  const vendor = new Computed({
    kind: opportunity,
    id: dealId,
    numberOf: numberOfDeal,
    born: (n) => ({
      Id: dealId(n),
      Name: `Fabrikam ${n}`,
      Amount: String(n),
      StageName: 'Open',
      PC_Id__c: referralId(n),
      Loss_Reason__c: null,
      Description: 'x'.repeat(600),
    }),
    finish: (fields) => fields,
  })
  return Object.assign(vendor, {
    connector: {
      ...base('fake-crm', vendor, 200),
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
