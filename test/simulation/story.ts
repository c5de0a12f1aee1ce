// What happens in one simulated world, as plain data: who refers what and when, what people change, and how badly the
// machines behave. A story is told by its seed; it can also be cut down, edit by edit, while it still shows a failure.

import type { Policy } from '#core/mapping/mapping'
import { dice, type Dice } from './dice.ts'

export type Side = 'referral' | 'crm'

/** When every story begins. */
export const beganAtMs = Date.UTC(2026, 10, 20, 8)

export interface Story {
  readonly seed: number
  readonly referrals: readonly Arrival[]
  readonly edits: readonly Edit[]
  readonly manners: Manners
}

export interface Arrival {
  readonly id: string
  readonly atMs: number
  /** Customers are shared, so that several referrals need one new account. */
  readonly customer: number
}

export interface Edit {
  readonly atMs: number
  readonly referral: string
  readonly side: Side
  readonly does: Doing
  /** The change was begun so much earlier than it became visible. */
  readonly lateMs: number
}

export type Doing =
  | { readonly set: 'topic' | 'update' | 'country' | 'notes'; readonly to: string | null }
  | { readonly set: 'date'; readonly to: string }
  | { readonly set: 'money'; readonly to: { readonly value?: string; readonly currency?: string } }
  /** To a value this field had before. */
  | { readonly revert: 'topic' | 'money' | 'date' }
  | { readonly move: Move }
  | { readonly do: 'touch' | 'delete' | 'restore' }

/** Stages in the words of each side. */
export type Move = 'accept' | 'next' | 'back' | 'win' | 'lose' | 'decline' | 'reopen' | 'expire'

/** How vendors, wires and machines behave. Each probability is per call, per hop or per edit. */
export interface Manners {
  readonly everyMs: number
  readonly activeMs: number
  /** How long nobody edits and nothing fails at the end: longer than the longest wait a short trouble can cause. */
  readonly quietMs: number
  readonly pageSize: number
  readonly latencyMs: number
  readonly throttle: number
  readonly outage: number
  readonly loseRequest: number
  readonly loseAnswer: number
  readonly delayRequest: number
  readonly lock: number
  readonly stale: number
  readonly staleMs: number
  readonly crash: number
  /** A commit fails, with or without being on disk; the process ends then, and is started again. */
  readonly diskFails: number
  readonly stampMs: number
  readonly skewMs: { readonly source: number; readonly crm: number }
  readonly tellsVersion: boolean
  /** Changes are told in their order and each once, as delta links do; otherwise some show late, and the last minutes are read again. */
  readonly exactStreams: boolean
  readonly noticesNoops: boolean
  readonly showsGone: boolean
  readonly workflow: 'none' | 'stamps' | 'tidies'
  readonly holdMs: number
  readonly policies: { readonly Amount: Policy; readonly CloseDate: Policy; readonly Topic: Policy }
  readonly lookups: boolean
  /** A new account says less than accounts are searched with. */
  readonly bareAccounts: boolean
  readonly status: boolean
  /** Every so many passes compares everything; 0: never. */
  readonly sweepEvery: number
  /** When permissions hide the topic and the amount of deals; null: never. */
  readonly hidden: { readonly fromMs: number; readonly untilMs: number } | null
  /** When everything we knew is lost; null: never. */
  readonly wipeAtMs: number | null
}

const minute = 60_000

export function storyOf(seed: number): Story {
  const manners = mannersOf(seed)
  const throwing = dice(seed, 'story')
  const referrals = Array.from({ length: throwing.whole(1, 5) }, (_, n): Arrival => ({
    id: `R-${n + 1}`,
    atMs: throwing.whole(0, 20 * minute),
    customer: throwing.whole(0, 2),
  }))
  const edits = Array.from({ length: throwing.whole(2, 10) * referrals.length }, (_, n): Edit => {
    const referral = throwing.pick(referrals)
    return editOf(throwing, referral, { number: n, manners })
  })
  return { seed, referrals, edits: edits.toSorted((a, b) => a.atMs - b.atMs), manners }
}

/** Edits come in bursts: two people are most dangerous within one minute of each other. */
function editOf(
  throwing: Dice,
  { id, atMs }: Arrival,
  of: { readonly number: number; readonly manners: Manners },
): Edit {
  const { activeMs, everyMs } = of.manners
  const slot = throwing.whole(1, Math.max(1, Math.floor((activeMs - atMs) / everyMs) - 1))
  const side: Side = throwing.chance(0.5) ? 'referral' : 'crm'
  return {
    atMs: atMs + slot * everyMs + (throwing.chance(0.5) ? throwing.whole(0, 5_000) : throwing.whole(0, everyMs)),
    referral: id,
    side,
    does: doingOf(throwing, side, of.number),
    lateMs: lateMsOf(throwing, of.manners),
  }
}

function lateMsOf(throwing: Dice, { exactStreams }: Manners): number {
  const lateMs = throwing.chance(0.1) ? throwing.whole(1, 9 * minute) : 0
  return exactStreams ? 0 : lateMs
}

function doingOf(throwing: Dice, side: Side, number: number): Doing {
  const kind = throwing.next()
  if (kind < 0.25) return { set: 'topic', to: throwing.chance(0.1) ? null : `Topic ${number} ${side}` }
  if (kind < 0.45) return moneyOf(throwing, side, number)
  if (kind < 0.58) return { set: 'date', to: dayOf(number, side) }
  if (kind < 0.66) return { revert: throwing.pick(['topic', 'money', 'date'] as const) }
  if (kind < 0.74)
    return side === 'crm' ? { set: 'update', to: `Update ${number}` } : { set: 'country', to: `C${number}` }
  if (kind < 0.78) return { set: 'notes', to: `Notes ${number} ${side}` }
  if (kind < 0.82) return { do: 'touch' }
  if (kind < 0.96) return { move: moveOf(throwing, side) }
  return { do: side === 'crm' ? throwing.pick(['delete', 'restore', 'restore'] as const) : 'touch' }
}

function moneyOf(throwing: Dice, side: Side, number: number): Doing {
  const value = String((side === 'crm' ? 20_000 : 10_000) + number * 10)
  const currency = throwing.pick(['EUR', 'USD', 'CHF'])
  const both = throwing.chance(0.4)
  return { set: 'money', to: both ? { value, currency } : throwing.chance(0.8) ? { value } : { currency } }
}

const dayOf = (number: number, side: Side): string =>
  new Date(Date.UTC(2027, side === 'crm' ? 5 : 0, 1 + number)).toISOString().slice(0, 10)

function moveOf(throwing: Dice, side: Side): Move {
  if (side === 'crm')
    return throwing.pick(['accept', 'accept', 'next', 'next', 'back', 'win', 'lose', 'decline', 'reopen'])
  return throwing.pick(['accept', 'accept', 'next', 'next', 'win', 'expire'])
}

/** Each world draws its own mix: most of its troubles are off, so that those which are on meet each other undisturbed. */
function mannersOf(seed: number): Manners {
  const throwing = dice(seed, 'manners')
  const sometimes = (probability: number, most: number): number =>
    throwing.chance(probability) ? throwing.next() * most : 0
  // What was hidden and is shown again has no new stamp: only a full comparison finds it.
  const hidden = throwing.chance(0.1) ? { fromMs: 30 * minute, untilMs: throwing.whole(40, 80) * minute } : null
  const policy = (): Policy => throwing.pick(['newest', 'partnerCenter', 'crm', 'ask'])
  const skew = (): number => (throwing.chance(0.3) ? throwing.whole(-24 * 60, 24 * 60) * minute : 0)
  return withSweeps({
    everyMs: throwing.whole(1, 5) * minute,
    activeMs: 90 * minute,
    quietMs: 75 * minute,
    pageSize: throwing.pick([1, 2, 3, 10, 50]),
    latencyMs: throwing.pick([0, 20, 200, 2_000, 10_000]),
    throttle: sometimes(0.3, 0.1),
    outage: sometimes(0.3, 0.1),
    loseRequest: sometimes(0.4, 0.15),
    loseAnswer: sometimes(0.5, 0.3),
    delayRequest: sometimes(0.3, 0.15),
    lock: sometimes(0.2, 0.2),
    stale: sometimes(0.4, 0.3),
    staleMs: throwing.whole(1, 180) * 1_000,
    crash: sometimes(0.5, 0.02),
    stampMs: throwing.pick([1, 1, 1_000]),
    skewMs: { source: skew(), crm: skew() },
    tellsVersion: throwing.chance(0.7),
    noticesNoops: throwing.chance(0.3),
    showsGone: throwing.chance(0.5),
    workflow: throwing.chance(0.7) ? 'none' : throwing.pick(['stamps', 'tidies']),
    holdMs: throwing.pick([0, 0, 10 * minute]),
    policies: { Amount: policy(), CloseDate: policy(), Topic: policy() },
    lookups: throwing.chance(0.5),
    status: throwing.chance(0.4),
    sweepEvery: hidden ? 4 : throwing.pick([0, 0, 7]),
    hidden,
    wipeAtMs: throwing.chance(0.05) ? throwing.whole(20, 80) * minute : null,
    bareAccounts: throwing.chance(0.5),
    exactStreams: throwing.chance(0.3),
    diskFails: sometimes(0.15, 0.03),
  })
}

/** A ledger that begins anew may have read an old state, and a stream that tells each change once does not tell it again. */
const withSweeps = (manners: Manners): Manners =>
  manners.wipeAtMs !== null && manners.exactStreams ? { ...manners, sweepEvery: 4 } : manners
