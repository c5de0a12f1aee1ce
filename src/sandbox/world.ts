// The pretended world: three vendors on loopback ports, one clock. Given the vendors by main; knows none of them by name.

import type { AdminsHands, Instant, SellersHands, Simulator, SimulatorOptions, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import type { TurnableClock } from './turnable-clock.ts'

export interface PretendedSource {
  readonly label: string
  readonly preferredPort: number
  make(options: SimulatorOptions): Simulator & { readonly hands: SourceHands }
}

export interface PretendedCrm {
  /** The connection and the pipeline are called this. */
  readonly name: 'salesforce' | 'dynamics'
  readonly label: string
  readonly preferredPort: number
  readonly mapping: string
  /** Referrals of this region are its mapping's. */
  readonly region: 'Europe' | 'Americas'
  make(options: SimulatorOptions): Simulator & { readonly hands: SellersHands; readonly setup: AdminsHands }
}

export interface Vendors {
  readonly source: PretendedSource
  readonly crms: readonly PretendedCrm[]
}

export interface ServedSource {
  readonly label: string
  readonly served: Served
  readonly hands: SourceHands
  readonly simulator: Simulator
}

export interface ServedCrm extends PretendedCrm {
  readonly served: Served
  readonly hands: SellersHands
  readonly setup: AdminsHands
  readonly simulator: Simulator
}

export interface World {
  readonly clock: TurnableClock
  readonly source: ServedSource
  readonly crms: readonly ServedCrm[]
  /** Lets time pass, for everyone. */
  turn(ms: number): Promise<void>
  now(): Instant
  close(): Promise<void>
}

export async function openWorld(vendors: Vendors, clock: TurnableClock, random: () => number): Promise<World> {
  const source = await open(vendors.source, clock, random)
  const crms = await Promise.all(vendors.crms.map((crm) => openCrm(crm, clock, random)))
  const all = [source, ...crms]
  return {
    clock,
    source,
    crms,
    now: () => clock.now(),
    turn: async (ms) => {
      clock.turn(ms)
      for (const { simulator } of all) await simulator.tick()
    },
    close: async () => {
      await Promise.all(all.map(({ served }) => served.close()))
    },
  }
}

async function openCrm(crm: PretendedCrm, clock: TurnableClock, random: () => number): Promise<ServedCrm> {
  const opened = await open(crm, clock, random)
  return { ...crm, ...opened, setup: opened.simulator.setup }
}

interface Vendor<S extends Simulator> {
  readonly label: string
  readonly preferredPort: number
  make(options: SimulatorOptions): S
}

async function open<S extends Simulator & { readonly hands: unknown }>(
  vendor: Vendor<S>,
  clock: TurnableClock,
  random: () => number,
): Promise<{ readonly label: string; readonly served: Served; readonly simulator: S; readonly hands: S['hands'] }> {
  const made: { simulator?: S } = {}
  const start = (port: number): Promise<Served> =>
    serve((url) => (made.simulator = vendor.make({ now: () => clock.now(), random, baseUrl: () => url })), { port })
  // The usual port is a convenience; when it is taken, any other will do.
  const served = await start(vendor.preferredPort).catch(() => start(0))
  const { simulator } = made
  if (!simulator) throw new Error(`${vendor.label} could not be pretended`)
  return { label: vendor.label, served, simulator, hands: simulator.hands }
}
