import { describe, expect, test } from 'vitest'
import { barLine, withProgress } from '#cli/progress'
import type { Tell } from '#control/control'
import { FakeClock } from '#testkit/fake-clock'

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function watched(isErrTerminal: boolean) {
  const clock = new FakeClock()
  const said: string[] = []
  const terminal = {
    out: () => undefined,
    err: (text: string) => void said.push(text),
    isOutTerminal: false,
    isErrTerminal,
    isInTerminal: false,
    columns: 60,
    ask: async () => '',
  }
  return { clock, said, of: { terminal, clock, label: 'Reading' } }
}

/** Lets work go on for so long, telling what it is told to, second by second. */
async function working(isTerminal: boolean, seconds: number, step: (tell: Tell, second: number) => void) {
  const { clock, said, of } = watched(isTerminal)
  const gate = Promise.withResolvers<string>()
  const done = withProgress(of, async (tell) => {
    for (let second = 0; second < seconds; second += 1) {
      step(tell, second)
      await settled()
      clock.turn(1_000)
    }
    gate.resolve('answer')
    return await gate.promise
  })
  expect(await done).toBe('answer')
  return said
}

describe('progress', () => {
  test('is not shown for what is over within two seconds', async () => {
    expect(await working(true, 1, () => undefined)).toEqual([])
  })

  test('is never drawn where no terminal is', async () => {
    expect(await working(false, 10, () => undefined)).toEqual([])
  })

  test('says first what is waited for, then how far it has come, and leaves nothing behind', async () => {
    const said = await working(true, 6, (tell, second) => {
      if (second >= 3) tell({ pipeline: 'cosell', system: 'salesforce', done: second - 2, total: 4 })
    })
    expect(said.find((text) => text.startsWith('Reading …'))).toBeDefined()
    expect(said.some((text) => text.includes('2/4'))).toBe(true)
    // oxlint-disable-next-line no-control-regex -- the last thing is to wipe out what was drawn
    expect(said.at(-1)).toMatch(/^\u001B\[1A\u001B\[J$/)
    for (const text of said) expect(text.length).toBeLessThan(70)
  })

  test.each([
    [0, '░░░░░░░░░░░░░░░░░░░░   0/4'],
    [3, '███████████████░░░░░   3/4'],
    [4, '████████████████████   4/4'],
    [9, '████████████████████   9/4'],
  ])('a bar at %i of 4', (done, bar) => {
    expect(barLine({ pipeline: 'cosell', system: 'salesforce', done, total: 4 })).toContain(bar)
  })
})
