// The verbs over a pretended house, as a command line that has the ledgers to itself would have them.

import { LocalControl } from '#control/local'
import type { Assembly } from '#assembly/assembly'
import type { Codebook } from '#core/codes'
import { reconcileCodes } from '#core/reconcile/codes'
import { fakeHouse, type FakeHouse, type FakeHouseOptions } from './fake-house.ts'

export interface FakeControl extends FakeHouse {
  readonly control: LocalControl
  readonly assembly: Assembly
  readonly drain: AbortController
}

const codes: Codebook = reconcileCodes

export async function fakeControl(options: FakeHouseOptions = {}): Promise<FakeControl> {
  const house = fakeHouse(options)
  const assembly = await house.assemble()
  const drain = new AbortController()
  const ending = { signal: new AbortController().signal, drain: drain.signal }
  return Object.assign(house, {
    assembly,
    drain,
    control: new LocalControl({ assembly: () => assembly, codes, version: '1.2.3', ending }),
  })
}
