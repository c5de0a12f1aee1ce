// Deals that begin in the CRM: which records are marked for the source, what they point to, and whether one whose answer
// was lost is there by now. What follows from it is decided by the planner.

import type { Question } from '#spi'
import { at, textOf } from '#core/model/json'
import { recordId, REFERRAL, shareKey, type ChangeId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Fields, VendorRecord } from '#core/model/record'
import { fits, type Pointed, type PointedRecord } from '#core/mapping/mapping'
import type { DealView } from '#core/reconcile/world'
import { ask } from './ask.ts'
import type { OpenIntents } from './intents.ts'
import { lateUntil } from './late-creates.ts'
import type { Pipeline } from './pipeline.ts'

export function isMarked({ mapping: { share, record } }: Pipeline, one: VendorRecord): boolean {
  return share !== null && one.kind === record && !one.gone && fits(one.fields, share.mark)
}

/** Every record that is marked, whether or not anything about it changed. */
export async function markedRecords(pipeline: Pipeline, signal: AbortSignal): Promise<readonly VendorRecord[]> {
  const { share, shapes, record } = pipeline.mapping
  if (!share) return []
  const shape = shapes.find(({ kind }) => kind === record) ?? { kind: record, fields: [] }
  const match = Object.entries(share.mark).map(([field, value]) => ({
    field,
    value: textOf(value),
    compare: 'exact' as const,
  }))
  const [found = []] = await ask(pipeline, 'target', [{ shape, by: { match } }], signal)
  return found.filter((one) => isMarked(pipeline, one))
}

interface InHand {
  readonly link: Link | null
  readonly referral: VendorRecord | null
  readonly crm: VendorRecord | null
  readonly isMarked?: true
}

/**
 * Without the referrals that a share may just have made: they carry the id of a record that is still to be shared. The
 * answer to that share, or looking for it, ties them together; nobody else may.
 */
export async function awaitedByShares<T extends InHand>({ ledger, mapping, source }: Pipeline, deals: readonly T[]) {
  const reference = source.facet.newDeal?.reference
  if (reference === undefined || !mapping.share) return deals
  const keys = deals.map(({ link, referral }) => {
    const own = referral && link?.record == null ? textOf(at(referral.fields, reference)) : ''
    return own === '' ? null : shareKey(mapping.record, own)
  })
  const named = keys.filter((key) => key !== null)
  if (named.length === 0) return deals
  const open = (await ledger.getMany('link', named)).flatMap((link) => (link?.record ? [link.key] : []))
  const awaited: ReadonlySet<string | null> = new Set(open)
  return deals.filter((_, index) => !awaited.has(keys[index] ?? null))
}

// ── what a record points to ──────────────────────────────────────────────────────────────────────────────────────

/** One entry for each deal: nothing for those that are not to be shared. */
export async function pointedToBy(
  pipeline: Pipeline,
  deals: readonly InHand[],
  signal: AbortSignal,
): Promise<readonly Pick<DealView, 'shared'>[]> {
  const shared = deals.map((deal) => (deal.isMarked || deal.link?.unshared ? deal : null))
  if (shared.every((deal) => deal === null)) return deals.map(() => ({}))
  const pointed = shared.map(() => new Map<string, Fields>())
  for (const to of pipeline.mapping.share?.pointed ?? []) {
    const ids = await idsOf(pipeline, to, { deals: shared, signal })
    const asked = [...new Set(ids.filter((id) => id !== null))]
    const questions = asked.map((id): Question => ({ shape: to.shape, by: { id: recordId(id) } }))
    const answers = await ask(pipeline, 'target', questions, signal)
    const found = new Map(asked.map((id, index) => [id, answers[index]?.find(({ gone }) => !gone)?.fields]))
    for (const [index, id] of ids.entries()) {
      const fields = id === null ? undefined : found.get(id)
      if (fields) pointed[index]?.set(to.lookup, fields)
    }
  }
  return shared.map((deal, index) => (deal ? { shared: (pointed[index] ?? new Map()) satisfies Pointed } : {}))
}

/** The record a field points to; or, where a record of its own ties the two together, what that one points to. */
async function idsOf(
  pipeline: Pipeline,
  { fills }: PointedRecord,
  { deals, signal }: { readonly deals: readonly (InHand | null)[]; readonly signal: AbortSignal },
): Promise<readonly (string | null)[]> {
  if ('field' in fills) return deals.map((deal) => textOf(deal?.crm?.fields[fills.field]) || null)
  const { kind, dealField, contactField, fields } = fills.role
  const shape = { kind, fields: [dealField, contactField, ...Object.keys(fields)] }
  const present = deals.flatMap((deal) => (deal?.crm ? [deal.crm.id] : []))
  const questions = present.map((id): Question => {
    const criterion = { field: dealField, value: id, compare: 'exact' as const }
    return { shape, by: { match: [criterion] } }
  })
  const answers = await ask(pipeline, 'target', questions, signal)
  const ties = new Map(present.map((id, index) => [id, answers[index]?.filter(({ gone }) => !gone) ?? []]))
  return deals.map((deal) => {
    const all = deal?.crm ? (ties.get(deal.crm.id) ?? []) : []
    const best = all.find((tie) => fits(tie.fields, fields)) ?? all[0]
    return textOf(best?.fields[contactField]) || null
  })
}

// ── answers that were lost ───────────────────────────────────────────────────────────────────────────────────────

/** Deals that were sent and of which no answer came, and that the source shows by now. */
export async function sharesThere(
  pipeline: Pipeline,
  open: OpenIntents,
  signal: AbortSignal,
): Promise<ReadonlySet<ChangeId>> {
  const sent = open.creates.filter(({ change }) => change.side === 'referral')
  const questions = sent.map(({ change }): Question => ({
    shape: { kind: REFERRAL, fields: [] },
    by: { match: [...(change.findBy ?? [])] },
  }))
  const answers = await ask(pipeline, 'source', questions, signal)
  return new Set(sent.flatMap(({ change }, index) => (answers[index]?.some(({ gone }) => !gone) ? [change.id] : [])))
}

/** Whatever the mark says by now: what was sent is there, or may still turn up for a while. */
export function begunAmong(
  { source, clock }: Pipeline,
  views: readonly DealView[],
  { open, there }: { readonly open: OpenIntents; readonly there: ReadonlySet<ChangeId> },
): readonly DealView[] {
  const sent = new Map(open.creates.flatMap((one) => (one.change.side === 'referral' ? [[one.change.link, one]] : [])))
  if (sent.size === 0) return views
  return views.map((view) => {
    const intent = view.shared && view.link ? sent.get(view.link.key) : undefined
    if (intent === undefined) return view
    const until = lateUntil(intent, source)
    if (there.has(intent.change.id)) return { ...view, begun: 'there' }
    return until !== null && until > clock.now() ? { ...view, begun: 'perhaps' } : view
  })
}
