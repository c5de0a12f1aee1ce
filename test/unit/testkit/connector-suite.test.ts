// The suite is tried itself: a sound connector is made wrong in one way at a time, and each wrong is found. A check that
// no wrong connector fails would be a check that cannot fail.

import { AssertionError } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import { connectorChecks } from '#testkit/connector-suite'
import { cardIndexSubject } from '../../contract/subjects/card-index.ts'
import { wrongOnTheWire } from './wrong-on-the-wire.ts'
import { wrongReading } from './wrong-reading.ts'
import { wrongWriting } from './wrong-writing.ts'

const wrongs = [...wrongReading, ...wrongWriting, ...wrongOnTheWire]
const checks = connectorChecks(['creates', 'pointers', 'removal', 'wire'])

describe('a connector that', () => {
  test.each(wrongs)('$does is found out', async ({ found, ...flaw }) => {
    for (const start of found) {
      const check = checks.find(({ name }) => name.startsWith(start)) ?? expect.fail(`no check is called ${start}`)
      await expect(
        check.run(() => cardIndexSubject(flaw)),
        check.name,
      ).rejects.toThrow(AssertionError)
    }
  })

  test('is wrong in some way for every check there is', () => {
    const found = wrongs.flatMap((wrong) => wrong.found)
    expect(checks.map(({ name }) => name).filter((name) => !found.some((start) => name.startsWith(start)))).toEqual([])
  })
})

test('a check that asks for what a subject does not have says what is missing', async () => {
  const check = connectorChecks(['late commits']).find(({ needs }) => needs.length > 0)
  await expect(check?.run(() => cardIndexSubject())).rejects.toThrow('"late commits" must say how')
})
