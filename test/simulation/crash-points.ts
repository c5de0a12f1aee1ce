// Short stories of one or two deals, in a world without troubles, and the engine's death at any one of the moments
// at which it waits: before a request is sent, while the vendor works on it, before its answer is read, and on either
// side of each commit.

import { calm } from './calm.ts'
import { wordOf, type History, type PlainFields, type RecordPast } from './history.ts'
import { simulate, type Simulated } from './simulate.ts'
import type { Doing, Edit, Manners, Side, Story } from './story.ts'

export interface ShortStory {
  readonly name: string
  readonly story: Story
  /** What both sides show in the end, whatever happened in between. Null: that decides it, and the checker judges. */
  readonly ends: { readonly referral: object; readonly deal: object } | null
}

const minute = 60_000

interface Told {
  readonly name: string
  /** Only where chance has a part in it: how far what is read lags. */
  readonly seed?: number
  readonly referrals?: number
  readonly manners?: Partial<Manners>
  /** Minutes after the beginning; the deal is made in the third. */
  readonly edits?: readonly (readonly [minute: number, side: Side, does: Doing])[]
  readonly ends?: ShortStory['ends']
}

function told({ name, seed = 1, referrals = 1, manners = {}, edits = [], ends = null }: Told): ShortStory {
  const ids = Array.from({ length: referrals }, (_, n) => `R-${n + 1}`)
  const story: Story = {
    seed,
    referrals: ids.map((id) => ({ id, atMs: minute, customer: 0 })),
    edits: edits.map(([at, side, does]): Edit => ({ atMs: at * minute, referral: 'R-1', side, does, lateMs: 0 })),
    manners: { ...calm, ...manners },
  }
  return { name, story, ends }
}

export const shortStories: readonly ShortStory[] = [
  told({
    name: 'a referral arrives',
    ends: { referral: { stage: 'New', externalReferenceId: 'Opp-1' }, deal: { Stage: 'New from Microsoft' } },
  }),
  told({
    name: 'a referral arrives with a customer who is not there yet',
    manners: { lookups: true },
    ends: { referral: { stage: 'New' }, deal: { Stage: 'New from Microsoft' } },
  }),
  told({
    name: 'two referrals of one new customer arrive at once',
    referrals: 2,
    manners: { lookups: true, bareAccounts: true },
    ends: { referral: { stage: 'New' }, deal: { Stage: 'New from Microsoft' } },
  }),
  told({
    name: 'Microsoft edits',
    edits: [[4, 'referral', { set: 'topic', to: 'Fabric' }]],
    ends: { referral: { stage: 'New' }, deal: { Topic: 'Fabric' } },
  }),
  told({
    name: 'the seller edits',
    edits: [[4, 'crm', { set: 'money', to: { value: '20000', currency: 'USD' } }]],
    ends: { referral: { details: { value: '20000', currency: 'USD' } }, deal: { Amount: '20000', Currency: 'USD' } },
  }),
  told({
    name: 'both edit, each something else',
    edits: [
      [4, 'referral', { set: 'topic', to: 'Fabric' }],
      [5, 'crm', { set: 'money', to: { value: '20000' } }],
    ],
    ends: { referral: { details: { value: '20000', topic: 'Fabric' } }, deal: { Amount: '20000', Topic: 'Fabric' } },
  }),
  told({
    name: 'both edit the same, and the CRM decides',
    manners: { policies: { ...calm.policies, Topic: 'crm' } },
    edits: [
      [4, 'crm', { set: 'topic', to: 'Ours' }],
      [5, 'referral', { set: 'topic', to: 'Theirs' }],
    ],
    ends: { referral: { details: { topic: 'Ours' } }, deal: { Topic: 'Ours' } },
  }),
  told({
    name: 'what the deal began with changes at Microsoft',
    edits: [[8, 'referral', { set: 'notes', to: 'Wants a call' }]],
    ends: { referral: { details: { notes: 'Wants a call' } }, deal: { Description: 'First talk went well.' } },
  }),
  told({
    name: 'the seller takes it up and moves on',
    edits: [
      [4, 'crm', { move: 'accept' }],
      [8, 'crm', { move: 'next' }],
      [8, 'crm', { move: 'next' }],
    ],
    ends: { referral: { stage: 'Accepted', step: 'Developed' }, deal: { Stage: 'Value Proposition' } },
  }),
  told({
    name: 'won while nobody had answered Microsoft',
    edits: [[4, 'crm', { move: 'win' }]],
    ends: { referral: { stage: 'Won' }, deal: { Stage: 'Closed Won' } },
  }),
  told({
    name: 'won, with an edit that has to arrive before the close',
    edits: [
      [4, 'crm', { move: 'accept' }],
      [8, 'crm', { set: 'money', to: { value: '20000', currency: 'CHF' } }],
      [8, 'crm', { move: 'win' }],
    ],
    ends: {
      referral: { stage: 'Won', details: { value: '20000', currency: 'CHF' } },
      deal: { Stage: 'Closed Won', Amount: '20000', Currency: 'CHF' },
    },
  }),
  told({
    name: 'lost, after its time',
    manners: { holdMs: 5 * minute },
    edits: [
      [4, 'crm', { move: 'accept' }],
      [8, 'crm', { move: 'lose' }],
    ],
    ends: { referral: { stage: 'Lost' }, deal: { Stage: 'Closed Lost' } },
  }),
  told({
    name: 'deleted, and brought back',
    manners: { status: true },
    edits: [
      [4, 'crm', { do: 'delete' }],
      [11, 'crm', { do: 'restore' }],
      [14, 'referral', { set: 'topic', to: 'Fabric' }],
    ],
    ends: { referral: { stage: 'New' }, deal: { Topic: 'Fabric' } },
  }),
  told({
    name: 'Microsoft edits, and the seller edits the same right after it arrived',
    manners: { policies: { ...calm.policies, Topic: 'partnerCenter' } },
    edits: [
      [4, 'referral', { set: 'topic', to: 'Fabric' }],
      [6.01, 'crm', { set: 'topic', to: 'Ours' }],
    ],
  }),
  told({
    name: 'Microsoft edits, and the seller takes it back right after it arrived',
    edits: [
      [4, 'referral', { set: 'topic', to: 'Fabric' }],
      [6.01, 'crm', { revert: 'topic' }],
    ],
  }),
  told({
    name: 'won, and Microsoft edits in the same moment',
    edits: [
      [4, 'crm', { move: 'accept' }],
      [8, 'crm', { move: 'win' }],
      [9.01, 'referral', { set: 'topic', to: 'Fabric' }],
    ],
  }),
  told({
    name: 'a deal is made, both edit it at once, and what is read lags behind',
    seed: 26,
    manners: { stale: 1, staleMs: 2 * minute },
    edits: [
      [3.01, 'referral', { set: 'topic', to: 'Fabric' }],
      [3.01, 'crm', { set: 'date', to: '2027-06-01' }],
    ],
  }),
]

export interface Died extends Simulated {
  /** How many moments there were at which it could have died. */
  readonly points: number
  readonly end: End
}

/** Tells a story in which the engine dies at the moments with these numbers. */
export async function dieAt({ story }: ShortStory, ...moments: readonly number[]): Promise<Died> {
  const at = new Set(moments)
  let points = 0
  const simulated = await simulate(story, { dies: () => at.has(points++) })
  return { ...simulated, points, end: endOf(simulated.history) }
}

export interface End {
  readonly referrals: readonly PlainFields[]
  readonly deals: readonly PlainFields[]
  readonly accounts: number
  readonly roles: number
  readonly waiting: readonly string[]
}

/** What stands on both sides, but for ids that depend on the order in which things were made. */
function endOf(history: History): End {
  const named = new Map(history.opportunities.map(({ id }, index) => [id, `Opp-${index + 1}`]))
  return {
    referrals: history.referrals.map((record) => {
      const fields = lastOf(record)
      return { ...fields, externalReferenceId: named.get(wordOf(fields['externalReferenceId'])) ?? null }
    }),
    deals: history.opportunities.map((record) => {
      const { AccountId: account, ...fields } = lastOf(record)
      return { ...fields, hasAccount: account !== undefined }
    }),
    accounts: history.accounts.length,
    roles: history.roles.length,
    waiting: history.links.flatMap(({ waiting }) => waiting.map(({ subject, code }) => `${subject} ${code}`)),
  }
}

const lastOf = ({ states }: RecordPast): PlainFields => states.at(-1)?.fields ?? {}
