// A mapping, looked at before it is published: what it makes of one deal, value by value with the line each comes from,
// beside what the published one makes of it; and what it would change on all linked deals. Reads only.

import { FixConfig } from '#core/errors'
import type { Mapping } from '#core/mapping/mapping'
import type { Instant } from '#core/model/instant'
import { sameJson } from '#core/model/json'
import type { DealView } from '#core/reconcile/world'
import { readVersions, textOfVersion } from '#assembly/mapping-versions'
import type { Runner } from '#assembly/runner'
import type { Pipeline } from '#engine/pipeline'
import type { Tell } from '../control.ts'
import { findDeals, unknownDeal } from '../deals.ts'
import { viewOf } from '../explain.ts'
import { wholeId } from '../unlinked.ts'
import type { Preview, PreviewedDeal, PreviewedValue } from './answers.ts'
import { impactOf } from './impact.ts'
import type { PreviewRequest } from './requests.ts'
import { valuesMade, type MadeValue } from './values.ts'

interface Looking {
  readonly signal: AbortSignal
  readonly tell?: Tell | undefined
}

export async function preview(runners: readonly Runner[], request: PreviewRequest, looking: Looking): Promise<Preview> {
  const known = request.deal === undefined ? [] : await findDeals(runners, request.deal)
  const deal =
    request.deal === undefined || known.length > 0 ? request.deal : await wholeId(runners, request.deal, looking.signal)
  for (const runner of known.length > 0 ? known.map((deal) => deal.runner) : runners) {
    const link = known.find((deal) => deal.runner === runner)?.link ?? null
    const pipeline = await runner.ready(looking.signal)
    const other = await otherMapping(runner, request, looking.signal)
    if (deal === undefined) return await told({ runner, pipeline, other, view: null, request }, looking)
    const reading = { ...pipeline, mapping: other }
    const view = await viewOf(reading, link, deal, looking.signal)
    if (view) return await told({ runner, pipeline, other, view, request }, looking)
  }
  throw unknownDeal(deal ?? '')
}

/** What was sent, or the pipeline's own file as it stands now: it may be ahead of what works. */
async function otherMapping(runner: Runner, { mapping }: PreviewRequest, signal: AbortSignal): Promise<Mapping> {
  return mapping
    ? await runner.compileDraft(mapping.path, signal, mapping.text)
    : await runner.compileDraft(runner.settings.mapping, signal)
}

interface Published {
  readonly mapping: Mapping
  /** Null where the pipeline has not worked yet. */
  readonly version: number | null
}

/**
 * What the deals were last compared under. A file that changed since may be at hand already, but nothing has been done
 * with it yet.
 */
async function publishedOf(runner: Runner, { mapping }: Pipeline, signal: AbortSignal): Promise<Published> {
  const version = (await readVersions(runner.ledger)).at(-1)
  if (!version || version.hash === mapping.hash) return { mapping, version: version?.number ?? null }
  const text = await textOfVersion(runner.ledger, version.number)
  if (text === null) return { mapping, version: null }
  try {
    return { mapping: await runner.compileDraft(runner.settings.mapping, signal, text), version: version.number }
  } catch (error) {
    // What the CRM does not fit any more is nothing to compare with.
    if (!(error instanceof FixConfig)) throw error
    return { mapping, version: null }
  }
}

interface Told {
  readonly runner: Runner
  readonly pipeline: Pipeline
  readonly other: Mapping
  readonly view: DealView | null
  readonly request: PreviewRequest
}

async function told({ runner, pipeline, other, view, request }: Told, looking: Looking): Promise<Preview> {
  const { mapping: now, version } = await publishedOf(runner, pipeline, looking.signal)
  return {
    schema: 'dealbridge.mapping-preview/v1',
    pipeline: runner.name,
    mapping: other.name,
    version,
    isDraft: other.hash !== now.hash,
    deal: view && dealOf({ now, other, at: pipeline.clock.now() }, view),
    impact: request.impact ? await impactOf({ pipeline, now, other, ...looking }) : null,
  }
}

interface Compared {
  readonly now: Mapping
  readonly other: Mapping
  readonly at: Instant
}

function dealOf({ now, other, at }: Compared, view: DealView): PreviewedDeal {
  const env = { referral: view.referral?.fields ?? {}, crm: view.crm?.fields ?? null, now: at }
  const taken = view.link?.record == null ? other.take({ ...env, crm: null }) : { taken: true as const }
  return {
    title: view.facts?.title ?? '',
    referral: view.referral?.id ?? view.link?.referral ?? '',
    record: view.crm?.id ?? null,
    skipped: taken.taken ? null : taken.because,
    values: taken.taken ? compared(valuesMade(other, view, env), valuesMade(now, view, env)) : [],
  }
}

function compared(values: readonly MadeValue[], before: readonly MadeValue[]): readonly PreviewedValue[] {
  const keyOf = ({ name, direction }: MadeValue): string => `${direction === 'toReferral' ? '<' : '>'} ${name}`
  const known = new Map(before.map((value) => [keyOf(value), value]))
  return values.map((value): PreviewedValue => {
    const was = known.get(keyOf(value))
    if (!was) return { ...value, isChanged: true }
    return { ...value, was: was.value, isChanged: !sameJson(was.value, value.value) || was.problem !== value.problem }
  })
}
