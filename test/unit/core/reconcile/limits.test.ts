// What a plan may do by itself, counted: at the limit it goes on, one more and a person is asked.

import { expect, test } from 'vitest'
import { linkKey } from '#core/model/ids'
import { alwaysFine, brakesFor, type Limits, type Wanted } from '#core/reconcile/limits'
import type { Change } from '#core/reconcile/plan'
import { linkOf, planDeal } from '../../../support/deal-plan.ts'
import { generousLimits } from '../../../support/deal-world.ts'
import { updateOf } from '../../../support/lost-writes.ts'

const update = updateOf({ Topic: 'Fabric' })
const told: Change = { ...update, side: 'referral' }
const outcome: Change = { ...told, irreversible: true }
const account: Change = { ...update, action: 'create' }
const made: Change = { ...account, settles: { values: {}, becomes: 'record' } }

/** So many of them, each of a deal of its own. */
const many = (count: number, ...changes: readonly Change[]): readonly Change[] =>
  Array.from({ length: count }, (_, n) => changes.map((change) => ({ ...change, link: linkKey(`R-${n}`) }))).flat()
const half = (count: number) => new Set(Array.from({ length: count }, (_, n) => linkKey(`R-${n}`)))
const linked = (count: number, mapping: string) =>
  Array.from({ length: count }, (_, n) => linkOf(`R-${n}`, { mapping }))

const stops = (wanted: Partial<Wanted>, limits: Partial<Limits> = {}) =>
  brakesFor(
    {
      changes: [],
      links: [],
      halfMade: new Set(),
      linked: 100,
      vanished: 0,
      outcomesMax: 1_000,
      approved: { changes: false, outcomes: 0 },
      mappingHash: 'mapping-1',
      ...wanted,
    },
    { ...generousLimits, ...limits },
  ).map(({ code, limit, wanted: count }) => [code, limit, count])

const few = { shareOfLinked: 0.01 }
const share = { vanished: { count: 10, share: 0.2 } }

test.each<[string, Partial<Wanted>, Partial<Limits>, readonly unknown[]]>([
  ['nothing to do', {}, {}, []],
  ['as many changes as a run may make', { changes: many(3, update) }, { perRun: 3 }, []],
  ['one more', { changes: many(4, update) }, { perRun: 3 }, [['DB-3120', 3, 4]]],
  ['what is held does not count', { changes: many(4, { ...update, state: 'held' }) }, { perRun: 3 }, []],

  ['as many new deals as a run may make', { changes: many(2, made, told) }, { creates: 2 }, []],
  ['one more', { changes: many(3, made, told) }, { creates: 2 }, [['DB-3122', 2, 3]]],
  ['an account made on the way is no deal', { changes: many(3, account) }, { creates: 2 }, []],

  ['as many outcomes as a run may send', { changes: many(2, outcome) }, { outcomes: 2 }, []],
  ['one more', { changes: many(3, outcome) }, { outcomes: 2 }, [['DB-3121', 2, 3]]],
  ['an edit is no outcome', { changes: many(3, update) }, { outcomes: 0 }, []],
  ['more than the mapping allows', { changes: many(3, outcome), outcomesMax: 2 }, {}, [['DB-3121', 2, 3]]],
  [
    'the stricter one of the two holds',
    { changes: many(3, outcome), outcomesMax: 2 },
    { outcomes: 1 },
    [['DB-3121', 1, 3]],
  ],
  [
    'as many as a person agreed to, by their number',
    { changes: many(3, outcome), approved: { changes: false, outcomes: 3 } },
    { outcomes: 2 },
    [],
  ],
  [
    'one more than that',
    { changes: many(3, outcome), approved: { changes: false, outcomes: 2 } },
    { outcomes: 1 },
    [['DB-3121', 2, 3]],
  ],

  ['a few updates are always fine', { changes: many(alwaysFine, update) }, few, []],
  ['one more is a share of all', { changes: many(21, update) }, few, [['DB-3123', 20, 21]]],
  ['what is made is no update', { changes: many(21, account) }, few, []],
  ['what the referral of a half-made deal is told', { changes: many(21, told), halfMade: half(21) }, few, []],
  ['one that is not half made', { changes: many(21, told), halfMade: half(0) }, few, [['DB-3123', 20, 21]]],
  ['the record of a half-made deal', { changes: many(21, update), halfMade: half(21) }, few, [['DB-3123', 20, 21]]],
  ['a small share of many', { changes: many(30, update), linked: 3_050 }, few, []],
  ['one more, of as many', { changes: many(31, update), linked: 3_050 }, few, [['DB-3123', 30, 31]]],
  ['what a new deal tells its own referral is no update', { changes: many(21, made, told) }, few, []],

  ['a few after another mapping', { changes: many(20, update), links: linked(20, 'mapping-0') }, {}, []],
  ['one more', { changes: many(21, update), links: linked(21, 'mapping-0') }, {}, [['DB-3124', 20, 21]]],
  ['under the same mapping', { changes: many(21, update), links: linked(21, 'mapping-1') }, {}, []],
  ['of deals that are new to us', { changes: many(21, update) }, {}, []],
  ['made after another mapping', { changes: many(21, made), links: linked(21, 'mapping-0') }, {}, []],

  ['as many vanished as is a count', { vanished: 10, linked: 40 }, share, []],
  ['one more', { vanished: 11, linked: 40 }, share, [['DB-3125', 10, 11]]],
  ['as many as is a share', { vanished: 20, linked: 104 }, share, []],
  ['one more than the share', { vanished: 21, linked: 104 }, share, [['DB-3125', 20, 21]]],

  [
    'a person who has seen the plan lets all of it pass',
    { changes: many(21, made, update), vanished: 50, approved: { changes: true, outcomes: 0 } },
    { ...few, ...share, creates: 1, perRun: 1 },
    [],
  ],
  [
    'but outcomes, which are approved by their number',
    { changes: many(2, outcome), approved: { changes: true, outcomes: 1 } },
    { outcomes: 0, perRun: 1 },
    [['DB-3121', 1, 2]],
  ],
])('%s', (_what, wanted, limits, brakes) => expect(stops(wanted, limits)).toEqual(brakes))

test('what stops a plan says how many it would be', () => {
  const [brake] = planDeal({}, { limits: { creates: 0 } }).stopped
  expect(brake?.message).toMatch(/^1 records would be made/)
})
