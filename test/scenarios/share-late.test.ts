// F6 at its worst: the answer to a new deal is lost, and Partner Center's list shows the deal two minutes late. Until then
// it looks exactly as if nothing had been made; nothing is made a second time.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cycle } from '#engine/cycle'
import { roundTrip } from '../support/round-trip.ts'
import { markedDeal, pairOf, shareSection } from '../support/shared-pair.ts'

const shipped = join(import.meta.dirname, '../../mappings/salesforce.opportunity.yaml')
const { signal } = new AbortController()

test('a lost answer, and a list that shows it two minutes late: one pair', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-'))
  const file = join(folder, 'mapping.yaml')
  await writeFile(file, (await readFile(shipped, 'utf8')) + shareSection)
  const world = await roundTrip('salesforce', file)
  const { pipeline, clock, desks, partnerCenter, servedSource } = world
  try {
    await cycle(pipeline, { signal })
    const deal = markedDeal(desks.crm)
    partnerCenter.setListLag(120_000)
    let posts = 0
    servedSource.breaks = ({ method, url }) => {
      if (method !== 'POST' || !url.pathname.endsWith('/referrals')) return undefined
      posts += 1
      return posts === 1 ? { do: 'cut-after' } : undefined
    }
    for (let pass = 0; pass < 4; pass += 1) {
      clock.turn(20_000)
      await cycle(pipeline, { signal })
    }
    expect([posts, pairOf(desks.source).ours.length]).toEqual([1, 1])
    for (let pass = 0; pass < 12; pass += 1) {
      clock.turn(20_000)
      await cycle(pipeline, { signal })
    }
    const { ours, theirs } = pairOf(desks.source)
    expect([posts, ours.length, theirs.length]).toEqual([2, 1, 1])
    expect(ours[0]?.fields).toMatchObject({ externalReferenceId: deal })
    expect(await pipeline.ledger.count('intent')).toBe(0)
  } finally {
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
})
