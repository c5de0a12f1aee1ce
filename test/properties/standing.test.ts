// Where a deal stands, played for long: people at both ends do what they like, the merge of standings answers, and a
// model of few words watches. Nothing closed is ever touched, only moves that Partner Center allows are sent, one close
// is sent once, and when people stop, so do we (I5, I6, I7, I8).

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stageRowFor, type StageMap, type StageRow } from '#core/mapping/mapping'
import { isClosed, type Stage, type Standing, stages, type Step, steps } from '#core/model/stage'
import { mergeStanding, type StandingVerdict, type StandingView } from '#core/reconcile/standing'
import { dealStages } from '../support/deal-mapping.ts'
import { runs } from '../support/runs.ts'

const maps = (['byStage', 'always', 'never'] as const).map((accept): StageMap => ({
  crm: 'Stage',
  accept,
  rows: dealStages,
}))

/** What a partner may do at Partner Center, word for word from its documentation: nothing else may be sent. */
const partnersMoves = new Set([
  'New Accepted',
  'Received Accepted',
  'New Declined',
  'Received Declined',
  'New Error',
  'Received Error',
  'Accepted Won',
  'Accepted Lost',
  'Accepted Error',
])

interface Deal {
  base: Standing | null
  left: Standing
  right: StageRow | null
  closedBy: Stage | null
  closesSent: number
  closesMade: number
  /** By Microsoft, and the seller's record still shows the close. */
  isReopened: boolean
}

type Act =
  | { readonly who: 'seller'; readonly row: number }
  | { readonly who: 'microsoft'; readonly stage: Stage; readonly step: Step | null }
  | { readonly who: 'bridge' }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ who: fc.constant('seller' as const), row: fc.nat(dealStages.length - 1) }),
  fc.record({
    who: fc.constant('microsoft' as const),
    stage: fc.constantFrom(...stages),
    step: fc.option(fc.constantFrom(...steps)),
  }),
  { weight: 3, arbitrary: fc.constant({ who: 'bridge' as const }) },
)
const policy = fc.constantFrom<StandingView['policy']>('partnerCenter', 'crm', 'newest')

const fresh = (): Deal => ({
  base: null,
  left: { stage: 'New', step: null },
  right: stageRowFor(maps[0] as StageMap, { stage: 'New', step: null }),
  closedBy: null,
  closesSent: 0,
  closesMade: 0,
  isReopened: false,
})

function verdictOf(deal: Deal, map: StageMap, of: StandingView['policy']): StandingVerdict {
  return mergeStanding({
    map,
    base: deal.base,
    left: deal.left,
    right: deal.right,
    closedBy: deal.closedBy,
    policy: of,
  })
}

/** As the engine carries it out, at once. */
function carryOut(deal: Deal, verdict: StandingVerdict): void {
  const sends = (stage: Stage): void => {
    expect(isClosed(deal.left.stage), `a closed referral is sent ${stage}`).toBe(false)
    expect(partnersMoves).toContain(`${deal.left.stage} ${stage}`)
  }
  if (verdict.do === 'adopt') deal.base = verdict.standing
  if (verdict.do === 'wait' && verdict.adopt) deal.base = verdict.adopt
  if (verdict.do === 'toCrm') Object.assign(deal, { right: verdict.row, base: verdict.standing })
  if (verdict.do === 'toReferral') {
    if (verdict.stage !== null) sends(verdict.stage)
    else expect(deal.left.stage).toBe('Accepted')
    deal.left = { stage: verdict.stage ?? deal.left.stage, step: verdict.step ?? deal.left.step }
    deal.base = verdict.standing
  }
  if (verdict.do === 'close') {
    sends(verdict.stage)
    deal.closesSent += 1
    deal.left = { stage: verdict.stage, step: null }
    Object.assign(deal, { base: deal.left, closedBy: deal.right?.stage ?? null })
  }
}

function live(deal: Deal, one: Act): void {
  if (one.who === 'seller') {
    const row = dealStages[one.row] ?? null
    if (row && isClosed(row.stage) && row.stage !== deal.right?.stage) deal.closesMade += 1
    deal.right = row
    // A record that is open again has not been closed by anything any more.
    if (row && !isClosed(row.stage)) Object.assign(deal, { closedBy: null, isReopened: false })
  }
  if (one.who !== 'microsoft') return
  // What is over may be opened again there, and ends otherwise only after the seller has gone on with it: whose close the
  // CRM shows could not be told in between.
  if (isClosed(one.stage) && (isClosed(deal.left.stage) || deal.isReopened)) return
  deal.isReopened ||= isClosed(deal.left.stage)
  deal.left = { stage: one.stage, step: one.stage === 'Accepted' ? one.step : null }
}

test('a hundred acts and more: only what Partner Center allows is sent, and never onto what is closed', () => {
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 100, maxLength: 160 }),
      fc.constantFrom(...maps),
      policy,
      (acts, map, of) => {
        const deal = fresh()
        for (const one of acts) {
          if (one.who === 'bridge') carryOut(deal, verdictOf(deal, map, of))
          else live(deal, one)
          expect(deal.closesSent).toBeLessThanOrEqual(deal.closesMade)
        }
      },
    ),
    runs(150),
  )
})

test('once people stop, it comes to rest in a few passes, and stays there', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), fc.constantFrom(...maps), policy, (acts, map, of) => {
      const deal = fresh()
      for (const one of acts) {
        if (one.who === 'bridge') carryOut(deal, verdictOf(deal, map, of))
        else live(deal, one)
      }
      for (let pass = 0; pass < 4; pass += 1) carryOut(deal, verdictOf(deal, map, of))
      const end = verdictOf(deal, map, of)
      expect(['nothing', 'wait']).toContain(end.do)
      const before = JSON.stringify(deal)
      carryOut(deal, end)
      expect(JSON.stringify(deal)).toBe(before)
    }),
    runs(1_000),
  )
})

test('I7: nothing that is closed is opened again by us, on either side', () => {
  const anywhere = fc.record({ stage: fc.constantFrom(...stages), step: fc.option(fc.constantFrom(...steps)) })
  const view = fc.record({
    base: fc.option(anywhere),
    left: anywhere,
    right: fc.option(fc.constantFrom(...dealStages)),
    map: fc.constantFrom(...maps),
    closedBy: fc.constant(null),
    policy,
  })
  fc.assert(
    fc.property(view, (seen) => {
      const verdict = mergeStanding(seen)
      if (isClosed(seen.left.stage)) expect(['toReferral', 'close']).not.toContain(verdict.do)
      if (seen.right && isClosed(seen.right.stage) && verdict.do === 'toCrm')
        expect(isClosed(verdict.row.stage)).toBe(true)
    }),
    runs(1_000),
  )
})
