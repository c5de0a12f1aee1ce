// Writes down, as plain data, how a simulated world ended and how it got there.

import type { Link } from '#core/model/link'
import { fakeAccount, fakeOpportunity, fakeRole } from '#testkit/fake-crm'
import { fakeReferral } from '#testkit/fake-source'
import type { FakeAttempt, FakeState, FakeVendor } from '#testkit/fake-vendor'
import type { KeptLedger } from '#ledger'
import type { Kind } from '#spi'
import type { Answered, Attempt, Blur, History, HumanEdit, LinkEnd, Pass, RecordPast, State } from './history.ts'
import { beganAtMs, type Story } from './story.ts'

/** A world in which nothing happens any more. */
export interface Ended {
  readonly story: Story
  readonly source: FakeVendor
  readonly crm: FakeVendor
  readonly ledger: KeptLedger
  readonly people: { readonly edits: readonly HumanEdit[] }
  readonly blurs: readonly Blur[]
  readonly answers: readonly Answered[]
  readonly passes: readonly Pass[]
  readonly lives: readonly number[]
  readonly commits: readonly number[]
  nowMs(): number
}

export async function historyOf(world: Ended): Promise<History> {
  const { story, source, crm, ledger } = world
  const links: Link[] = []
  for await (const link of ledger.all('link')) links.push(link)
  return {
    story,
    referrals: pasts(source, fakeReferral),
    opportunities: pasts(crm, fakeOpportunity),
    accounts: pasts(crm, fakeAccount),
    roles: pasts(crm, fakeRole),
    attempts: [...source.attempts, ...crm.attempts].map(attempt).toSorted((a, b) => a.atMs - b.atMs),
    edits: world.people.edits,
    blurs: world.blurs,
    answers: world.answers,
    passes: world.passes,
    lives: world.lives,
    links: links.map(linkEnd),
    openIntents: await ledger.count('intent'),
    commits: world.commits,
    quietFromMs: story.manners.activeMs,
    endedMs: world.nowMs(),
  }
}

const pasts = (vendor: FakeVendor, kind: Kind): readonly RecordPast[] =>
  vendor.all(kind).map(({ id }) => ({ id, states: vendor.past(kind, id).map(stateOf) }))

const stateOf = ({ atMs, by, gone, fields }: FakeState): State => ({ atMs: atMs - beganAtMs, by, gone, fields })

const attempt = (one: FakeAttempt): Attempt => ({
  atMs: one.atMs - beganAtMs,
  vendor: one.vendor === 'crm' ? 'crm' : 'source',
  do: one.do,
  kind: one.kind,
  id: one.id,
  fields: one.fields,
  before: one.before,
  after: one.after,
  expected: one.expect !== null,
  applied: one.applied,
  result: one.result,
})

const linkEnd = ({ key, record, waiting, paused }: Link): LinkEnd => ({
  key,
  record,
  waiting: waiting.map(({ for: sort, subject, code, until }) => ({ for: sort, subject, code, until })),
  paused: paused ?? false,
})
