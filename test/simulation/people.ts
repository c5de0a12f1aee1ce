// The people of a simulated world: they change records on both sides, as vendors let them, and everything they do is
// written down.

import { unreachable } from '#core/invariant'
import { recordId, type Fields } from '#spi'
import { fakeKeyField, fakeOpportunity } from '#testkit/fake-crm'
import { fakeReferral } from '#testkit/fake-source'
import type { FakeState, FakeVendor } from '#testkit/fake-vendor'
import { wordOf, type EditedField, type HumanEdit } from './history.ts'
import type { Doing, Edit, Move } from './story.ts'

const openStages = ['Qualification', 'Needs Analysis', 'Value Proposition', 'Proposal', 'Negotiation']
const steps = ['Qualified', 'Developed', 'Proposed', 'Negotiated']
const closedDeals: ReadonlySet<unknown> = new Set(['Closed Won', 'Closed Lost', 'Declined', 'Expired'])
const closedReferrals: ReadonlySet<unknown> = new Set(['Won', 'Lost', 'Declined', 'Expired', 'Error'])

export interface Wanted {
  readonly field: EditedField
  readonly fields: Fields
}

export class People {
  readonly edits: HumanEdit[] = []
  readonly #source: FakeVendor
  readonly #crm: FakeVendor
  readonly #nowMs: () => number

  constructor(vendors: { readonly source: FakeVendor; readonly crm: FakeVendor; readonly nowMs: () => number }) {
    this.#source = vendors.source
    this.#crm = vendors.crm
    this.#nowMs = vendors.nowMs
  }

  perform(edit: Edit): void {
    const done = edit.side === 'referral' ? this.#inReferral(edit) : this.#inDeal(edit)
    if (done !== null) this.edits.push({ atMs: this.#nowMs(), referral: edit.referral, side: edit.side, field: done })
  }

  #inReferral({ referral, does, lateMs }: Edit): EditedField | null {
    const state = this.#source.read(fakeReferral, recordId(referral))
    // Nobody can change a closed referral, not even its people.
    if (!state || closedReferrals.has(state.fields['stage'])) return null
    const wanted = referralFields(does, state, this.#source.past(fakeReferral, state.id))
    return wanted && this.#edit(this.#source, state, { wanted, lateMs }) ? wanted.field : null
  }

  #inDeal({ referral, does, lateMs }: Edit): EditedField | null {
    const state = this.#dealOf(referral)
    if (!state) return null
    if ('do' in does && does.do === 'delete') {
      this.#crm.remove(fakeOpportunity, state.id)
      return 'other'
    }
    if ('do' in does && does.do === 'restore') {
      if (!state.gone) return null
      this.#crm.restore(fakeOpportunity, state.id)
      return 'other'
    }
    if (state.gone) return null
    const wanted = dealFields(does, state, this.#crm.past(fakeOpportunity, state.id))
    return wanted && this.#edit(this.#crm, state, { wanted, lateMs }) ? wanted.field : null
  }

  #edit(vendor: FakeVendor, state: FakeState, how: { readonly wanted: Wanted; readonly lateMs: number }): boolean {
    const { wanted, lateMs } = how
    const stamped = lateMs > 0 ? { stampedAtMs: vendor.nowMs() - lateMs } : {}
    return vendor.edit(state.kind, state.id, wanted.fields, { by: 'person', ...stamped })
  }

  #dealOf(referral: string): FakeState | undefined {
    return this.#crm.all(fakeOpportunity).find(({ fields }) => fields[fakeKeyField] === referral.toLowerCase())
  }
}

function referralFields(does: Doing, state: FakeState, past: readonly FakeState[]): Wanted | null {
  if ('move' in does) return wantedOf('stage', referralMove(does.move, state))
  if ('revert' in does) return reverted(does.revert, past, referralPaths)
  if ('do' in does) return { field: 'other', fields: { unmapped: state.version } }
  switch (does.set) {
    case 'topic':
      return { field: 'topic', fields: { 'details.topic': does.to } }
    case 'money':
      return { field: 'money', fields: renamed(does.to, { value: 'details.value', currency: 'details.currency' }) }
    case 'date':
      return { field: 'date', fields: { 'details.closeDate': `${does.to}T00:00:00.000Z` } }
    case 'country':
      return { field: 'country', fields: { 'customer.country': does.to } }
    case 'notes':
      return { field: 'notes', fields: { 'details.notes': does.to } }
    case 'update':
      // Sellers write it, and only in the CRM.
      return null
    default:
      return unreachable(does)
  }
}

function dealFields(does: Doing, state: FakeState, past: readonly FakeState[]): Wanted | null {
  if ('move' in does) return wantedOf('stage', dealMove(does.move, state))
  if ('revert' in does) return reverted(does.revert, past, dealPaths)
  if ('do' in does) return { field: 'other', fields: { Unmapped: state.version } }
  switch (does.set) {
    case 'topic':
      return { field: 'topic', fields: { Topic: does.to } }
    case 'money':
      return { field: 'money', fields: renamed(does.to, { value: 'Amount', currency: 'Currency' }) }
    case 'date':
      return { field: 'date', fields: { CloseDate: does.to } }
    case 'update':
      return { field: 'update', fields: { PartnerUpdate: does.to } }
    case 'notes':
      return { field: 'notes', fields: { Description: does.to } }
    case 'country':
      // Where a customer is, Microsoft says.
      return null
    default:
      return unreachable(does)
  }
}

const wantedOf = (field: EditedField, fields: Fields | null): Wanted | null => fields && { field, fields }

const referralPaths = {
  topic: ['details.topic'],
  money: ['details.value', 'details.currency'],
  date: ['details.closeDate'],
} as const
const dealPaths = { topic: ['Topic'], money: ['Amount', 'Currency'], date: ['CloseDate'] } as const

/** Back to what stood there before the last change of it, if it ever changed. */
function reverted(
  field: 'topic' | 'money' | 'date',
  past: readonly FakeState[],
  paths: typeof referralPaths | typeof dealPaths,
): Wanted | null {
  const shown = (state: FakeState): Fields =>
    Object.fromEntries(paths[field].map((path) => [path, at(state.fields, path)]))
  const now = past.at(-1)
  if (!now) return null
  const before = past.findLast((state) => JSON.stringify(shown(state)) !== JSON.stringify(shown(now)))
  return before ? { field, fields: shown(before) } : null
}

const at = (fields: Fields, path: string): Fields[string] =>
  path.split('.').reduce<Fields[string]>((here, step) => (here as Fields)[step] ?? null, fields as Fields[string])

function renamed(
  to: { readonly value?: string; readonly currency?: string },
  names: { readonly value: string; readonly currency: string },
): Fields {
  return {
    ...(to.value === undefined ? {} : { [names.value]: to.value }),
    ...(to.currency === undefined ? {} : { [names.currency]: to.currency }),
  }
}

function referralMove(move: Move, { fields }: FakeState): Fields | null {
  const { stage, step } = fields
  const unanswered = stage === 'New' || stage === 'Received'
  if (move === 'accept') return unanswered ? { stage: 'Accepted', step: 'Qualified' } : null
  if (move === 'expire') return unanswered ? { stage: 'Expired' } : null
  if (stage !== 'Accepted') return null
  if (move === 'win') return { stage: 'Won' }
  const next = steps[steps.indexOf(wordOf(step)) + 1]
  return move === 'next' && next !== undefined ? { step: next } : null
}

function dealMove(move: Move, { fields }: FakeState): Fields | null {
  const stage = wordOf(fields['Stage'])
  const place = openStages.indexOf(stage)
  if (move === 'reopen') return closedDeals.has(stage) ? { Stage: 'Proposal' } : null
  if (closedDeals.has(stage)) return null
  if (move === 'win') return { Stage: 'Closed Won' }
  if (move === 'lose') return { Stage: 'Closed Lost', LossReason: 'Price' }
  if (move === 'decline') return place < 0 ? { Stage: 'Declined' } : null
  if (move === 'accept') return place < 0 ? { Stage: 'Qualification' } : null
  const to = openStages[place + (move === 'next' ? 1 : -1)]
  return place >= 0 && to !== undefined ? { Stage: to } : null
}
