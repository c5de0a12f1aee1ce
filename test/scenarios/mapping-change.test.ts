// F115, I39: a mapping that changes under the running daemon. It is a process of its own, and so is each command that is
// typed; the two systems are pretended ones, over real HTTP.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { kind } from '#spi'
import { realWorld, type RealWorld } from '../support/real-process.ts'

/** More than twenty: so many linked deals never change because of a file alone. */
const deals = 25
const mapping = 'mappings/dynamics.opportunity.yaml'

const Status = z.object({
  pipelines: z
    .array(
      z.object({
        linked: z.number(),
        mapping: z.object({ version: z.number().nullable(), refused: z.object({ code: z.string() }).nullable() }),
        lastRun: z.object({ result: z.string() }).nullable(),
      }),
    )
    .length(1),
  problems: z.array(z.object({ code: z.string(), what: z.string() })),
})
type Status = z.infer<typeof Status>

const nothing: Status = { pipelines: [], problems: [] }

let world: RealWorld | undefined
let daemon: ReturnType<RealWorld['start']> | undefined
afterEach(async () => {
  daemon?.child.kill('SIGKILL')
  await daemon?.ended
  await world?.close()
})

test('waits for a person where it would rewrite many deals, and is not taken over where it is wrong', async () => {
  const made = (world = await realWorld(['dynamics']))
  const { source, crms, folder } = made
  const run = async (...args: readonly string[]) => await made.run(...args)
  const crm = crms.dynamics ?? expect.fail('no CRM')
  for (let one = 0; one < deals; one += 1) source.hands.arrive('cosell', 'Americas')
  const ratings = (): readonly unknown[] =>
    crm.simulator.desk.all(kind('opportunity')).map(({ fields }) => fields['opportunityratingcode'])
  const edit = async (change: (text: string) => string): Promise<void> =>
    await writeFile(join(folder, mapping), change(good))
  // While the daemon starts, it holds its ledger and does not answer yet: then there is nothing to be told.
  const status = async (): Promise<Status> => {
    const { out } = await run('status', '--json')
    return out === '' ? nothing : Status.parse(JSON.parse(out))
  }
  const until = async (fits: (status: Status) => boolean): Promise<Status> => {
    for (let tries = 0; tries < 40; tries += 1) {
      const seen = await status()
      if (fits(seen)) return seen
      await wait(100)
    }
    return expect.fail(`it never came to be:\n${daemon?.said() ?? ''}`)
  }
  const good = await readFile(join(folder, mapping), 'utf8')

  daemon = made.start('run')
  await until(({ pipelines: [one] }) => (one?.linked ?? 0) > deals)
  const before = ratings()

  // A slip of the finger: the version before goes on, and it is said why.
  await edit((text) => text.replace('crm: estimatedvalue,', 'crm: estimatedvalu,'))
  const refused = await run('reload')
  expect([refused.code, refused.err]).toMatchObject([78, expect.stringContaining('There is no field "estimatedvalu"')])
  expect((await run('status')).out).toContain('the mapping file cannot be used since')
  source.hands.arrive('cosell', 'Americas')
  await until(({ pipelines: [one] }) => one?.lastRun?.result === 'done' && one.linked > deals + 1)
  expect((await status()).pipelines[0]?.mapping).toEqual({ version: 1, refused: { code: 'DB-2101' } })

  // A test of the mapping's own that fails is no better.
  await edit((text) => text.replace('"SalesQualified", "Hot"', '"SalesQualified", "Warm"'))
  expect((await run('reload')).err).toContain(
    'The test "a Brazilian co-sell deal waits on hold for the Brazilian team"',
  )

  // What is right, and would rewrite them all, is taken over; but nothing of it is written.
  await edit((text) =>
    text
      .replace('"Hot", "MarketingQualified", "Warm", "Cold"', '"Warm", "MarketingQualified", "Warm", "Warm"')
      .replaceAll(/opportunityratingcode: (?:Hot|Cold)/g, 'opportunityratingcode: Warm'),
  )
  expect((await run('reload')).code).toBe(0)
  const stopped = await until(({ problems }) => problems.some(({ code }) => code === 'DB-3124'))
  expect(stopped).toMatchObject({
    pipelines: [{ mapping: { version: 2, refused: null }, lastRun: { result: 'stopped' } }],
    problems: expect.arrayContaining([{ code: 'DB-3124', what: 'pipeline' }]),
  })
  expect(daemon.said()).toContain('"event":"run.stopped"')
  expect(ratings().slice(0, before.length)).toEqual(before)

  // Nobody there is no agreement; a person's is.
  expect((await run('sync', '--no-input')).code).toBe(3)
  expect(ratings().slice(0, before.length)).toEqual(before)
  expect((await run('sync', '--yes')).code).toBe(0)
  expect(ratings().filter((rating) => rating === 'Hot').length).toBeLessThan(5)
  await until(({ problems }) => problems.every(({ code }) => code !== 'DB-3124'))
}, 60_000)
