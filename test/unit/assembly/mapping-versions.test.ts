import { describe, expect, test } from 'vitest'
import {
  keepVersion,
  readVersions,
  textOfVersion,
  textsMax,
  versionsMax,
  type NewVersion,
} from '#assembly/mapping-versions'
import { openMemoryLedger } from '#ledger/memory'
import { parseInstant } from '#spi'

const at = parseInstant('2026-11-20T14:00:00Z') ?? expect.fail('an instant')
const fresh = (text: string, more: Partial<NewVersion> = {}): NewVersion => ({
  name: 'cosell',
  hash: `of ${text}`,
  text,
  at,
  who: 'dealbridge',
  note: null,
  ...more,
})

describe('the versions of a mapping', () => {
  test('are numbered as they come, with the words they held', async () => {
    const ledger = openMemoryLedger()
    expect(await keepVersion(ledger, fresh('a'))).toMatchObject({ number: 1, who: 'dealbridge', note: null })
    expect(await keepVersion(ledger, fresh('b', { who: 'anna', note: 'ask for dates' }))).toMatchObject({ number: 2 })
    expect((await readVersions(ledger)).map(({ number, who, note }) => [number, who, note])).toEqual([
      [1, 'dealbridge', null],
      [2, 'anna', 'ask for dates'],
    ])
    expect(await textOfVersion(ledger, 1)).toBe('a')
    expect(await textOfVersion(ledger, 3)).toBeNull()
  })

  test('the same words again are the same version, which may learn who published it', async () => {
    const ledger = openMemoryLedger()
    await keepVersion(ledger, fresh('a'))
    await keepVersion(ledger, fresh('a'))
    expect(await keepVersion(ledger, fresh('a', { who: 'anna', note: 'first' }))).toMatchObject({
      number: 1,
      who: 'anna',
      note: 'first',
    })
    expect(await keepVersion(ledger, fresh('a', { who: 'mei', note: 'second' }))).toMatchObject({ who: 'anna' })
    expect(await readVersions(ledger)).toHaveLength(1)
  })

  test('words that came back are a version of their own: history is not rewritten', async () => {
    const ledger = openMemoryLedger()
    for (const text of ['a', 'b', 'a']) await keepVersion(ledger, fresh(text))
    expect((await readVersions(ledger)).map(({ number }) => number)).toEqual([1, 2, 3])
  })

  test('the history tells who published what', async () => {
    const ledger = openMemoryLedger()
    await keepVersion(ledger, fresh('a', { who: 'anna', note: 'first' }))
    const events = []
    for await (const event of ledger.history({})) events.push(event)
    expect(events).toMatchObject([{ event: 'published', who: 'anna', details: { version: 1, note: 'first' } }])
  })

  test('are bounded: the words of the last ones, the numbers of a few more', async () => {
    const ledger = openMemoryLedger()
    for (let turn = 1; turn <= versionsMax + 2; turn += 1) await keepVersion(ledger, fresh(`text ${turn}`))
    const versions = await readVersions(ledger)
    expect(versions).toHaveLength(versionsMax)
    expect(versions[0]?.number).toBe(3)
    expect(await textOfVersion(ledger, versionsMax + 2 - textsMax)).toBeNull()
    expect(await textOfVersion(ledger, versionsMax + 3 - textsMax)).toBe(`text ${versionsMax + 3 - textsMax}`)
  })
})
