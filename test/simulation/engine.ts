// The real engine, joined to the pretended vendors for one of its lives.

import { connectionName, pipelineName } from '#core/model/ids'
import type { Lookup } from '#core/mapping/mapping'
import { Line } from '#engine/line'
import { noMeter } from '#engine/meter'
import type { Pipeline } from '#engine/pipeline'
import type { Ledger } from '#ledger'
import type { Random } from '#spi'
import type { FakeClock } from '#testkit/fake-clock'
import { fakeCrm, fakeCrmTraits, withId } from '#testkit/fake-crm'
import { FakeSession, type FakeSessionOptions } from '#testkit/fake-session'
import { fakeSource, fakeSourceTraits, withFacts } from '#testkit/fake-source'
import type { FakeVendor, FakeVendorOptions } from '#testkit/fake-vendor'
import { dealMapping } from '../support/deal-mapping.ts'
import { generousLimits, valueAt } from '../support/deal-world.ts'
import { silentLog } from '../support/silent-log.ts'
import type { Dice } from './dice.ts'
import type { Blur } from './history.ts'
import { mortalClock, MortalLedger, type Life } from './life.ts'
import type { Manners, Story } from './story.ts'
import { StoryWire } from './wire.ts'

/** Wrong parts in place of right ones, to see whether the checker notices. */
export interface Replacements {
  readonly pipeline?: (pipeline: Pipeline) => Pipeline
  readonly session?: (nowMs: () => number) => Partial<FakeSessionOptions>
  readonly crm?: Partial<FakeVendorOptions>
}

/** What a life of the engine finds around it. */
export interface Surroundings {
  readonly story: Story
  readonly clock: FakeClock
  readonly source: FakeVendor
  readonly crm: FakeVendor
  readonly ledger: Ledger
  readonly blurs: Blur[]
  readonly commits: number[]
  readonly disk: Dice
  readonly isQuiet: boolean
  nowMs(): number
}

export interface LifeOfEngine {
  readonly life: Life
  readonly wire: Dice
  readonly random: Random
  readonly replacements: Replacements
}

export function pipelineOf(world: Surroundings, { life, wire, random, replacements }: LifeOfEngine): Pipeline {
  const { story, source, crm } = world
  const clock = mortalClock(world.clock, life)
  const wrong = replacements.session?.(() => world.nowMs()) ?? {}
  const session = { ...manneredSession(story.manners), wire: new StoryWire({ world, life, dice: wire }) }
  const line = (name: string): Line => new Line({ name: connectionName(name), clock, random, log: silentLog })
  const hidden = (): ReadonlySet<string> => hiddenAt(story.manners, world.nowMs())
  const pipeline: Pipeline = {
    name: pipelineName('deals'),
    mode: 'auto',
    mapping: mappingOf(story.manners),
    source: {
      name: connectionName('source'),
      session: new FakeSession({ ...session, vendor: source, present: withFacts, ...wrong }),
      line: line('source'),
      traits: fakeSourceTraits,
      facet: fakeSource,
    },
    target: {
      name: connectionName('crm'),
      session: new FakeSession({
        ...session,
        vendor: crm,
        present: withId,
        beginsAt: 'now',
        showsGone: story.manners.showsGone,
        hidden,
        ...wrong,
      }),
      line: line('crm'),
      traits: fakeCrmTraits,
      facet: fakeCrm,
    },
    owners: [],
    timezone: 'Europe/Berlin',
    self: 'dealbridge',
    limits: generousLimits,
    ledger: ledgerFor(world, life),
    clock,
    random,
    log: silentLog,
    meter: noMeter,
  }
  return replacements.pipeline?.(pipeline) ?? pipeline
}

const manneredSession = ({ pageSize, tellsVersion, exactStreams }: Manners) => ({
  pageSize: () => pageSize,
  tellsVersion,
  overlapMs: 15 * 60_000,
  exact: exactStreams,
})

const mappingOf = ({ policies, holdMs, lookups, status, bareAccounts }: Manners): Pipeline['mapping'] =>
  dealMapping({ policies, outcomes: { holdMs }, lookups, status, lookup: bareAccounts ? bareAccount : {} })

const bareAccount: Partial<Lookup> = {
  create: ({ referral }) => ({ ok: true, fields: { Name: valueAt(referral, 'customer.name') ?? null } }),
}

const ledgerFor = (world: Surroundings, life: Life): Ledger =>
  new MortalLedger(world.ledger, life, {
    committed: () => world.commits.push(world.nowMs()),
    fails: () => failing(world),
  })

function failing(world: Surroundings): 'before' | 'after' | null {
  const { story, isQuiet, disk } = world
  const { diskFails } = story.manners
  if (isQuiet || diskFails === 0 || !disk.chance(diskFails)) return null
  world.blurs.push({ atMs: world.nowMs(), what: 'disk' })
  return disk.pick(['before', 'after'] as const)
}

/** What the CRM does not show at a moment. */
function hiddenAt({ hidden }: Manners, nowMs: number): ReadonlySet<string> {
  return hidden !== null && nowMs >= hidden.fromMs && nowMs < hidden.untilMs ? hiddenFields : noFields
}

const hiddenFields: ReadonlySet<string> = new Set(['Opportunity.Topic', 'Opportunity.Amount'])
const noFields: ReadonlySet<string> = new Set()
