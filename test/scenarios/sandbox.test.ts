// The sandbox as a newcomer meets it: the tour, the other terminal, a second one by mistake, and Ctrl-C.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { end, run, start, until, workplace } from '../support/daemon-process.ts'

const patient = { timeout: 120_000 }

test(
  'one that goes on living, and all that is said to it from another terminal',
  patient,
  async ({ onTestFinished }) => {
    const place = workplace({})
    const living = start(place.folder, ['sandbox', '--port', '0', '--seed', '7'])
    onTestFinished(async () => {
      await end(living)
      place.remove()
    })
    await until('the tour is over', () => living.stdout().includes('ended as told'), { of: living, withinMs: 90_000 })

    // Steps of the tour, each of which was waited for at the far end.
    for (const told of ['+ Salesforce:', '+ Dynamics 365:', 'Partner Center shows', 'is Closed/Won', 'is Closed/Lost'])
      expect(living.stdout()).toContain(told)

    const played = await run(place.folder, ['sandbox', 'play', 'conflict'])
    expect([played.code, played.stdout]).toEqual([0, expect.stringContaining('moved on both sides')])
    await until('a question', async () => (await run(place.folder, ['problems'])).stdout.includes('CloseDate'), {
      of: living,
    })

    const turned = await run(place.folder, ['sandbox', 'clock', '+4h'])
    expect([turned.code, turned.stdout]).toEqual([0, expect.stringContaining('it is now')])

    const second = await run(place.folder, ['sandbox'])
    expect([second.code, second.output]).toEqual([78, expect.stringContaining('DB-1169')])

    living.signal('SIGINT')
    expect(await living.ended).toMatchObject({ code: 0 })
    expect(existsSync(join(place.folder, '.dealbridge/sandbox'))).toBe(false)
    const late = await run(place.folder, ['sandbox', 'play', 'won'])
    expect([late.code, late.output]).toEqual([78, expect.stringContaining('DB-1160')])
  },
)

test('tours that only play and end do so side by side, and leave nothing behind', patient, async () => {
  const place = workplace({})
  const tours = await Promise.all([run(place.folder, ['sandbox', '--once']), run(place.folder, ['sandbox', '--once'])])
  place.remove()
  for (const { code, output } of tours) expect([code, output]).toEqual([0, expect.stringContaining('ended as told')])
  expect(existsSync(join(place.folder, '.dealbridge'))).toBe(false)
})
