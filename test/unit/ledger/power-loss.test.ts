import { describe, expect, test } from 'vitest'
import { minute, sampleEvent } from '#testkit/ledger-samples'
import type { EmbeddedLedger } from '#ledger'
import { allButTheFirst, nothing, onlyTheLast, SimDisk, some } from './sim-disk.ts'
import { everythingIn, fact, openOn, refusal } from './store.ts'

// Tiny files, so that a short story turns many pages and takes snapshots.
const sizes = { journalBytes: 3000, historyBytes: 1500, historyEvents: 4, snapshotFrameBytes: 400 }

/** A life of a ledger: commits alone and together, pages turned, clearing up, closing and opening. */
async function story(disk: SimDisk, acknowledged: (step: number) => void): Promise<void> {
  let step = 0
  const commit = async (ledger: EmbeddedLedger): Promise<void> => {
    step += 1
    const mine = step
    const filling = { put: 'fact', key: `filling-${mine % 4}`, value: { text: 'x'.repeat(mine * 37) } } as const
    await ledger.commit([fact('step', mine), filling], [sampleEvent(mine, { details: { step: mine } })])
    acknowledged(mine)
  }
  const first = await openOn(disk, { sizes })
  for (let i = 0; i < 4; i += 1) await commit(first)
  await Promise.all([commit(first), commit(first), commit(first)])
  await Promise.all([first.compact(), commit(first), commit(first)])
  await first.close()
  const second = await openOn(disk, { sizes })
  for (let i = 0; i < 4; i += 1) await commit(second)
  await second.expire(minute(3))
  await second.compact()
  await commit(second)
  await second.close()
}

/** What can be seen after each step. */
async function chapters(): Promise<readonly string[]> {
  const seen: string[] = []
  const disk = new SimDisk()
  const ledger = await openOn(disk)
  seen.push(await everythingIn(ledger))
  for (let step = 1; step <= 14; step += 1) {
    const filling = { put: 'fact', key: `filling-${step % 4}`, value: { text: 'x'.repeat(step * 37) } } as const
    await ledger.commit([fact('step', step), filling], [sampleEvent(step, { details: { step } })])
    seen.push(await everythingIn(ledger))
  }
  await ledger.close()
  return seen
}

const withoutHistory = (seen: string): string => JSON.stringify((JSON.parse(seen) as unknown[]).slice(0, 2))
const numbersOf = (seen: string): readonly number[] =>
  (JSON.parse(seen) as [unknown, unknown, { number: number }[]])[2].map(({ number }) => number)

/** Where the story stands on this disk, having checked that it stands nowhere in between. */
async function chapterOn(disk: SimDisk, all: readonly string[]): Promise<number> {
  const ledger = await openOn(disk, { sizes })
  const seen = await everythingIn(ledger)
  expect((await ledger.verifyHistory()).altered).toEqual([])
  const step = (await ledger.get('fact', 'step'))?.['n']
  const chapter = typeof step === 'number' ? step : 0
  expect(withoutHistory(seen)).toBe(withoutHistory(all[chapter] ?? ''))
  // Old events may have been let go of; those that stay are the newest, without a gap.
  const numbers = numbersOf(seen)
  expect(numbers).toEqual(numbersOf(all[chapter] ?? '').slice(chapter - numbers.length))
  await ledger.commit([fact('after', 1)], [sampleEvent(99)])
  await ledger.close()
  expect(await refusal(openOn(disk, { sizes }))).toBeUndefined()
  return chapter
}

/** Tells the story until the power goes; says how far it was acknowledged. */
async function toldUntil(disk: SimDisk, stopAt: number): Promise<number> {
  disk.stopAt = stopAt
  let acknowledged = 0
  await story(disk, (step) => {
    acknowledged = Math.max(acknowledged, step)
  }).catch(() => undefined)
  return acknowledged
}

describe('a ledger that is cut off at any moment', () => {
  test(
    'F64 F66 F68 F69 I23: killed at every operation, it holds every acknowledged commit and nothing in part',
    { timeout: 60_000 },
    async () => {
      const all = await chapters()
      const whole = new SimDisk()
      await story(whole, () => undefined)
      expect(whole.operations).toBeGreaterThan(150)
      for (let stopAt = 1; stopAt <= whole.operations + 1; stopAt += 1) {
        const disk = new SimDisk(stopAt)
        const acknowledged = await toldUntil(disk, stopAt)
        const chapter = await chapterOn(disk.afterKill(), all)
        expect(chapter, `killed at operation ${stopAt}`).toBeGreaterThanOrEqual(acknowledged)
      }
    },
  )

  test(
    'F72 F85: whatever part of what was not flushed the power takes, the same holds',
    { timeout: 60_000 },
    async () => {
      const all = await chapters()
      const whole = new SimDisk()
      await story(whole, () => undefined)
      for (let stopAt = 1; stopAt <= whole.operations + 1; stopAt += 1) {
        const disk = new SimDisk(stopAt)
        const acknowledged = await toldUntil(disk, stopAt)
        for (const survives of [nothing, onlyTheLast, allButTheFirst, some(stopAt, 0.5)]) {
          const chapter = await chapterOn(disk.afterPowerLoss(survives), all)
          expect(chapter, `stopped at ${stopAt}`).toBeGreaterThanOrEqual(acknowledged)
        }
      }
    },
  )

  test('F79 F85: a start that mends a torn end may be cut off as well', async () => {
    const torn = new SimDisk(5)
    const ledger = await openOn(torn, { sizes })
    await ledger.commit([fact('step', 1)])
    torn.stopAt = torn.operations + 1
    expect(await refusal(ledger.commit([{ put: 'fact', key: 'long', value: { text: 'x'.repeat(1200) } }]))).toBe(
      'DB-4009',
    )
    for (let stopAt = 1; stopAt < 20; stopAt += 1)
      for (const survives of [nothing, onlyTheLast, allButTheFirst]) {
        const mending = torn.afterKill()
        mending.stopAt = stopAt
        await openOn(mending, { sizes })
          .then((again) => again.commit([fact('step', 2)]))
          .catch(() => undefined)
        const last = await openOn(mending.afterPowerLoss(survives), { sizes })
        expect([{ n: 1 }, { n: 2 }]).toContainEqual(await last.get('fact', 'step'))
        expect(await last.get('fact', 'long')).toBeUndefined()
        await last.close()
      }
  })
})
