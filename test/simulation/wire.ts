// The wire of a simulated world: what its story says may fail, fails now and then, until it is quiet.

import type { FakeClock } from '#testkit/fake-clock'
import type { FakeCall, FakeFault, FakeWire, Moment } from '#testkit/fake-wire'
import type { Dice } from './dice.ts'
import type { Blur } from './history.ts'
import type { Life } from './life.ts'
import type { Story } from './story.ts'

export interface StoryWireOptions {
  readonly world: {
    readonly story: Story
    readonly blurs: Blur[]
    readonly isQuiet: boolean
    readonly clock: FakeClock
    nowMs(): number
  }
  readonly life: Life
  readonly dice: Dice
}

export class StoryWire implements FakeWire {
  readonly #options: StoryWireOptions

  constructor(options: StoryWireOptions) {
    this.#options = options
  }

  fault({ does }: FakeCall): FakeFault | null {
    const { world, dice } = this.#options
    if (world.isQuiet) return null
    const { manners } = world.story
    const drawn = (probability: number): boolean => probability > 0 && dice.chance(probability)
    if (drawn(manners.outage)) return { do: 'outage' }
    if (drawn(manners.throttle)) return { do: 'throttle', waitMs: dice.pick([null, 1_000, 20_000, 120_000]) }
    if (does !== 'write') return drawn(manners.stale) ? { do: 'stale', behindMs: dice.whole(0, manners.staleMs) } : null
    if (drawn(manners.loseRequest)) return this.#lost({ do: 'lose-request' })
    if (drawn(manners.loseAnswer)) return this.#lost({ do: 'lose-answer' })
    if (drawn(manners.delayRequest)) return this.#lost({ do: 'delay-request', ms: dice.whole(0, 300_000) })
    return drawn(manners.lock) ? { do: 'lock', every: dice.whole(1, 3) } : null
  }

  hop({ vendor, does }: FakeCall, moment: Moment): Promise<void> {
    return this.#options.life.pass(`${vendor}.${does}:${moment}`)
  }

  later(ms: number, what: () => void): void {
    this.#options.world.clock.after(ms, what)
  }

  #lost(fault: FakeFault): FakeFault {
    const { world } = this.#options
    world.blurs.push({ atMs: world.nowMs(), what: 'lost' })
    return fault
  }
}
