// A source of referrals, pretended: the lifecycle and nothing of any vendor's dialect. Its referrals have dotted paths,
// close for ever, and are refused when a program tries what only the source itself may do.

import {
  type Fields,
  instantFromMs,
  type Json,
  type JsonObject,
  kind,
  NeedsHuman,
  type SourceFacet,
  type Stage,
  stages,
  type Step,
  steps,
  type SyncError,
  type Traits,
  withAt,
  at,
} from '#spi'
import { type FakeChange, FakeVendor, type FakeVendorOptions, program } from './fake-vendor.ts'

export const fakeReferral = kind('referral')

export const fakeSourceTraits: Traits = { writes: 'update', guard: 'etag', batchMax: 1 }

export interface FakeReferral {
  readonly name?: string
  readonly stage?: Stage | 'Unheard'
  readonly step?: Step | null
  readonly customer?: JsonObject
  readonly contact?: JsonObject
  readonly details?: JsonObject
  readonly createdAt?: string
  readonly answerBy?: string | null
  readonly registrable?: boolean | null
}

/** A whole referral from what a story wants to say about it. */
export function fakeReferralFields(of: FakeReferral = {}): Fields {
  return {
    name: of.name ?? 'Migration',
    stage: of.stage ?? 'New',
    step: of.step ?? null,
    reason: null,
    createdAt: of.createdAt ?? '2026-11-01T09:00:00.000Z',
    answerBy: of.answerBy ?? null,
    registrable: of.registrable === undefined ? false : of.registrable,
    externalReferenceId: null,
    customer: { name: 'Contoso', country: 'DE', domain: 'contoso.example', ...of.customer },
    contact: { email: 'sue.smith@contoso.example', lastName: 'Smith', ...of.contact },
    details: {
      value: '84000',
      currency: 'EUR',
      closeDate: '2026-12-18T00:00:00.000Z',
      notes: 'First talk went well.',
      topic: 'Azure',
      update: null,
      ...of.details,
    },
  }
}

const move = (stage: Stage): Fields => ({ stage })

export const fakeSource: SourceFacet = {
  label: 'Microsoft',
  moves: {
    Accepted: move('Accepted'),
    Won: move('Won'),
    Lost: move('Lost'),
    Declined: move('Declined'),
    Error: move('Error'),
  },
  reasonField: 'reason',
  step: {
    field: 'step',
    write: { Qualified: 'Qualified', Developed: 'Developed', Proposed: 'Proposed', Negotiated: 'Negotiated' },
  },
  newDeal: { reference: 'externalReferenceId', title: ['customer.name', 'name'] },
  properties: [],
  facts(fields): JsonObject {
    const stage = stages.find((one) => one === fields['stage']) ?? null
    return {
      kind: 'cosell',
      direction: 'inbound',
      stage,
      step: steps.find((one) => one === fields['step']) ?? null,
      title: `${text(at(fields, 'customer.name'))} – ${text(fields['name'])}`,
      createdAt: text(fields['createdAt']),
      needsAnswer: true,
      answerBy: fields['answerBy'] ?? null,
      wantsCallBack: false,
      registrable: fields['registrable'] ?? null,
      url: null,
    }
  },
}

/** As the session shows it: with its id, and with the facts the source derives. */
export const withFacts = ({ id, fields }: { readonly id: string; readonly fields: Fields }): Fields => ({
  ...fields,
  id,
  ref: fakeSource.facts(fields),
})

export function fakeSourceVendor(options: FakeVendorOptions): FakeVendor {
  const { refuse } = options
  return new FakeVendor({
    lay: (fields, changes) =>
      Object.entries(changes).reduce<JsonObject>(
        (made, [path, value]) => withAt(made, path, value),
        Object.keys(fields).length === 0 ? begun(options.nowMs()) : fields,
      ),
    ...options,
    refuse: (change) => brokenLifecycle(change) ?? refuse?.(change) ?? null,
  })
}

/** A deal that a partner makes is accepted from its first moment. */
const begun = (nowMs: number): JsonObject => ({
  stage: 'Accepted',
  step: null,
  createdAt: instantFromMs(nowMs),
  registrable: false,
  details: { value: null, currency: null, closeDate: null, notes: null, topic: null, update: null },
})

const closed: ReadonlySet<Json> = new Set(['Won', 'Lost', 'Declined', 'Expired', 'Error'])
const theirs: ReadonlySet<Json> = new Set(['New', 'Received', 'Expired'])

/** What the source refuses a program: a closed referral, and moves that are not the partner's to make. */
function brokenLifecycle({ before, after, by }: FakeChange): SyncError | null {
  if (by !== program || before === null) return null
  const from = before.fields['stage'] ?? null
  const to = after['stage'] ?? null
  if (closed.has(from)) return cannot('DB-3402', `it is ${text(from)}, which is final`)
  if (from === to) return null
  if (theirs.has(to)) return cannot('DB-3404', `only the source moves it to ${text(to)}`)
  const unanswered = from === 'New' || from === 'Received'
  if (unanswered && (to === 'Won' || to === 'Lost')) return cannot('DB-3404', 'it was never accepted')
  if (!unanswered && to === 'Declined') return cannot('DB-3404', 'it was accepted already')
  return null
}

const cannot = (code: `DB-${number}`, because: string): NeedsHuman =>
  new NeedsHuman(`The referral cannot be changed: ${because}.`, { code, who: 'Partner Center admin' })

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
