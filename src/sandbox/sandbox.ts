// The sandbox: a pretended Partner Center, Salesforce and Dynamics on loopback, a seeded company, a clock that can be
// turned, and the real daemon against them. The daemon knows nothing of it: its configuration is an ordinary one.

import type { Clock, Random } from '#spi'
import { serve } from '#testkit/serve'
import { doorOf } from './door.ts'
import { filesFor, type SandboxFile } from './folder.ts'
import type { Steering } from './steering.ts'
import { seeded } from './seeded.ts'
import { playTour, type TourResult } from './tour.ts'
import { turnableClock, type TurnableClock } from './turnable-clock.ts'
import { openWorld, type Vendors, type World } from './world.ts'

/** What the sandbox is given by main: it knows no vendor, no file system and no daemon by itself. */
export interface SandboxParts {
  readonly vendors: Vendors
  readonly clock: (offsetMs: () => number) => Clock
  readonly random: Random
  readonly mappings: Readonly<Record<string, string>>
  readonly fixtures: Readonly<Record<string, string>>
  /** Empties the sandbox's folder and fills it anew; gives the path of the configuration. */
  prepare(files: readonly SandboxFile[]): Promise<string>
  /** Leaves the address and key of the door for other terminals, and takes them away again. */
  announce(door: { readonly url: string; readonly key: string } | null): Promise<void>
  startDaemon(configFile: string, clock: Clock): Promise<Steering>
}

export interface SandboxOptions {
  /** Play the tour, then end. */
  readonly once: boolean
  readonly port: number
  /** Undefined: another chance each time. */
  readonly seed: number | undefined
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Ends when told to, or after the tour; false when a step of the tour did not come true. */
export async function runSandbox(parts: SandboxParts, options: SandboxOptions): Promise<boolean> {
  const clock = turnableClock(parts.clock)
  const world = await openWorld(
    parts.vendors,
    clock,
    options.seed === undefined ? () => parts.random.next() : seeded(options.seed),
  )
  try {
    const { mappings, fixtures } = parts
    const config = await parts.prepare(filesFor({ world, port: options.port, mappings, fixtures }))
    introduce(world, options)
    return await withDoor(parts, world, async () => await withDaemon(parts, config, { world, clock, options }))
  } finally {
    await world.close()
  }
}

async function withDoor<T>(parts: SandboxParts, world: World, work: () => Promise<T>): Promise<T> {
  const key = parts.random.uuid()
  const handle = doorOf(world, key)
  const door = await serve(() => ({ name: 'door', handle, tick: () => Promise.resolve(), desk: noDesk }))
  try {
    await parts.announce({ url: door.url, key })
    return await work()
  } finally {
    await door.close()
    await parts.announce(null)
  }
}

interface Stage {
  readonly world: World
  readonly clock: TurnableClock
  readonly options: SandboxOptions
}

async function withDaemon(parts: SandboxParts, config: string, { world, clock, options }: Stage): Promise<boolean> {
  const steering = await parts.startDaemon(config, clock)
  try {
    return await live({ world, steering, clock }, options)
  } finally {
    await steering.stop()
  }
}

const noDesk = { all: () => [], read: () => undefined, add: nobody, edit: nobody, remove: nobody }

function nobody(): never {
  throw new Error('nobody sits at the door')
}

function introduce(world: World, { say, port }: SandboxOptions): void {
  const line = (label: string, what: string, url: string): void =>
    say(`  ${label.padEnd(16)} ${what.padEnd(20)} ${url}`)
  say('A pretend Partner Center, Salesforce and Dynamics, on this computer only. No accounts, nothing leaves it.')
  say('')
  line(world.source.label, `${world.source.hands.referrals.length} referrals`, world.source.served.url)
  for (const crm of world.crms) line(crm.label, `${crm.hands.count()} opportunities`, crm.served.url)
  if (port !== 0) line('The daemon', 'health and metrics', `http://127.0.0.1:${port}/readyz`)
}

interface Living {
  readonly world: World
  readonly steering: Steering
  readonly clock: TurnableClock
}

async function live({ world, steering, clock }: Living, options: SandboxOptions): Promise<boolean> {
  const { say, signal } = options
  const result = await playTour({ world, steering, say, signal })
  say('')
  if (!result.ok) return ended(result, say)
  say('The tour is over, and everything ended as told.')
  if (options.once) return true
  invite(say)
  await clock.sleep(forever, signal).catch(() => undefined)
  return true
}

/** Longer than anybody leaves a sandbox running; the clock sleeps in pieces. */
const forever = 400 * 86_400_000

function ended(result: Extract<TourResult, { ok: false }>, say: (line: string) => void): boolean {
  say(`The tour stopped at "${result.step}": ${result.because}.`)
  return false
}

function invite(say: (line: string) => void): void {
  say('')
  say('The sandbox goes on living until Ctrl-C. In another terminal:')
  say('  dealbridge sandbox play conflict       both sides move the close date')
  say('  dealbridge sandbox play --list         all stories')
  say('  dealbridge sandbox clock +13d          let time pass and watch the deadlines')
  say('  dealbridge status                      one screen; also plan, explain, problems, referrals list')
}
