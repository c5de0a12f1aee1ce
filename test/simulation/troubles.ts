// Troubles by name, so that each can be met alone and every two of them together. In a story told by its seed they come
// as the dice fall; here they come for sure, and often.

import { isDeepStrictEqual } from 'node:util'
import { calm } from './calm.ts'
import { storyOf, type Manners, type Story } from './story.ts'

const minute = 60_000

export interface Trouble {
  readonly name: string
  /** Rows of the fault table that it stands for. */
  readonly rows: readonly string[]
  readonly manners: Partial<Manners>
}

export const troubles: readonly Trouble[] = [
  { name: 'a vendor does not answer', rows: ['F1', 'F3', 'F27'], manners: { outage: 0.3 } },
  { name: 'a request is lost', rows: ['F5', 'F65'], manners: { loseRequest: 0.3 } },
  { name: 'an answer is lost', rows: ['F6', 'F7', 'F8', 'F9', 'F28', 'F41'], manners: { loseAnswer: 0.4 } },
  { name: 'a request arrives minutes after it was given up', rows: ['F45'], manners: { delayRequest: 0.3 } },
  { name: 'a vendor asks for a pause', rows: ['F33', 'F35'], manners: { throttle: 0.3 } },
  { name: 'rows are locked', rows: ['F37', 'F40'], manners: { lock: 0.4 } },
  { name: 'lists move while they are read', rows: ['F47', 'F30'], manners: { pageSize: 1, latencyMs: 10_000 } },
  { name: 'changes become visible late', rows: ['F55'], manners: { exactStreams: false } },
  { name: 'replicas lag', rows: ['F60', 'F61'], manners: { stale: 0.4, staleMs: 2 * minute } },
  {
    name: 'clocks are wrong',
    rows: ['F57'],
    manners: { skewMs: { source: -7 * minute, crm: 5 * minute }, stampMs: 1_000 },
  },
  { name: 'the process dies', rows: ['F64', 'F65', 'F66', 'F67'], manners: { crash: 0.02 } },
  { name: 'the disk fails', rows: ['F73', 'F74', 'F75'], manners: { diskFails: 0.05 } },
  { name: 'the ledger is gone', rows: ['F81'], manners: { wipeAtMs: 45 * minute, sweepEvery: 4 } },
  {
    name: 'fields are hidden',
    rows: ['F108'],
    manners: { hidden: { fromMs: 30 * minute, untilMs: 60 * minute }, sweepEvery: 4 },
  },
  { name: 'a workflow writes too', rows: ['F96'], manners: { workflow: 'stamps' } },
  { name: 'the CRM tidies what it is given', rows: ['F99'], manners: { workflow: 'tidies' } },
]

/** The people of a seed, in a world that has these troubles and no others. */
export function storyWith(seed: number, some: readonly Trouble[]): Story {
  const { referrals, edits, manners } = storyOf(seed)
  const { activeMs, quietMs, everyMs, policies, holdMs, lookups, bareAccounts, status } = manners
  const quiet: Manners = { ...calm, activeMs, quietMs, everyMs, policies, holdMs, lookups, bareAccounts, status }
  const troubled = some.reduce<Manners>((mine, trouble) => ({ ...mine, ...trouble.manners }), quiet)
  const late = troubled.exactStreams ? 0 : 5 * minute
  return {
    seed,
    referrals,
    edits: edits.map((edit, n) => ({ ...edit, lateMs: n % 3 === 0 ? late : 0 })),
    manners: troubled,
  }
}

/** Each alone, and every two that can be there at once. */
export const encounters: readonly (readonly Trouble[])[] = troubles.flatMap((one, n) => [
  [one],
  ...troubles
    .slice(n + 1)
    .filter(({ manners }) => isDeepStrictEqual({ ...one.manners, ...manners }, { ...manners, ...one.manners }))
    .map((other) => [one, other]),
])

export const nameOf = (some: readonly Trouble[]): string => some.map(({ name }) => name).join(' and ')
