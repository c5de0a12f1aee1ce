// The brakes on what can never be taken back: what an outcome requires, its undo window, and how long a deal that can
// be registered has to stay open first.

import type { Code } from '../model/ids.ts'
import { later, type Instant } from '../model/instant.ts'
import type { Link } from '../model/link.ts'
import type { Fields } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import type { Stage } from '../model/stage.ts'
import type { Outcomes, ReasonRule, Rule } from '../mapping/mapping.ts'
import { waitingSince } from './waits.ts'

export interface OutcomeView {
  readonly stage: Stage
  readonly outcomes: Outcomes
  readonly facts: ReferralFacts
  readonly link: Link
  readonly crm: Fields
  readonly now: Instant
}

export type OutcomeVerdict =
  | { readonly may: 'go'; readonly reason: string | null; readonly rule: Rule | null }
  | {
      readonly may: 'wait'
      readonly until: Instant
      readonly code: Code
      readonly message: string
      readonly reason: string | null
      readonly rule: Rule | null
    }
  | { readonly may: 'no'; readonly code: Code; readonly message: string }

export const outcomeSubject = (stage: Stage): string => `outcome:${stage}`

interface Terms {
  readonly requires: readonly string[]
  readonly reason: ReasonRule | null
  readonly missing: Code
  readonly rule: Rule | null
  readonly notBeforeMs: number
}

export function judgeOutcome(view: OutcomeView): OutcomeVerdict {
  const terms = termsOf(view)
  const missing = terms.requires.filter((field) => isMissing(view.crm[field]))
  if (missing.length > 0) {
    const message = `Microsoft needs ${listed(missing)} before this deal can be ${view.stage}. Fill it in and save.`
    return { may: 'no', code: terms.missing, message }
  }
  const reason = terms.reason?.(view.crm) ?? null
  const { until, code, message } = earliest(view, terms)
  const released = view.link.released === outcomeSubject(view.stage)
  return released || until <= view.now
    ? { may: 'go', reason, rule: terms.rule }
    : { may: 'wait', until, code, message, reason, rule: terms.rule }
}

function termsOf({ stage, outcomes, facts }: OutcomeView): Terms {
  if (stage === 'Won') {
    const { requires, notBeforeMs, rule } = outcomes.won
    // Not known whether it can be registered counts as yes: waiting costs hours, a rejected registration costs money.
    return {
      requires,
      reason: null,
      missing: 'DB-3109',
      rule,
      notBeforeMs: facts.registrable === false ? 0 : notBeforeMs,
    }
  }
  if (stage === 'Lost') return { ...outcomes.lost, missing: 'DB-3110', notBeforeMs: 0 }
  if (stage === 'Declined') {
    // Microsoft wants a reason for both; a seller who loses what was never answered has given one for the loss.
    const { declined, lost } = outcomes
    return { ...declined, reason: declined.reason ?? lost.reason, missing: 'DB-3111', notBeforeMs: 0 }
  }
  return { requires: [], reason: null, missing: 'DB-3112', rule: null, notBeforeMs: 0 }
}

function earliest(
  view: OutcomeView,
  terms: Terms,
): { readonly until: Instant; readonly code: Code; readonly message: string } {
  const { stage, outcomes, facts, link, now } = view
  const afterHold = later(waitingSince(outcomeSubject(stage), link.waiting, now), outcomes.holdMs)
  const afterCreation = terms.notBeforeMs > 0 ? later(facts.createdAt, terms.notBeforeMs) : afterHold
  if (afterCreation > afterHold) {
    const hours = Math.round(terms.notBeforeMs / 3_600_000)
    return {
      until: afterCreation,
      code: 'DB-3107',
      message: `Deals that can be registered stay open ${hours} h first.`,
    }
  }
  return {
    until: afterHold,
    code: 'DB-3106',
    message: `${stage} waits before it goes to Microsoft. Put the stage back before then to stop it.`,
  }
}

const isMissing = (value: unknown): boolean => value === null || value === undefined || value === ''

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
