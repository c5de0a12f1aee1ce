import { describe, expect, test } from 'vitest'
import { FixConfig } from '#core/errors'
import { patienceMs, whenFree } from '#assembly/patience'

const held = new FixConfig('in use', { code: 'DB-4001' })

function opens(...answers: readonly (Error | string)[]) {
  const slept: number[] = []
  let tries = 0
  const open = async (): Promise<string> => {
    const answer = answers[Math.min(tries, answers.length - 1)] ?? ''
    tries += 1
    if (answer instanceof Error) throw answer
    return await Promise.resolve(answer)
  }
  const sleep = async (ms: number): Promise<void> => void (await Promise.resolve(slept.push(ms)))
  return { slept, tries: () => tries, opening: whenFree({ sleep }, open) }
}

describe('a ledger', () => {
  test('that is free is opened at once', async () => {
    const { opening, slept } = opens('ledger')
    expect([await opening, slept]).toEqual(['ledger', []])
  })

  test('that another process lets go of is waited for', async () => {
    const { opening, slept } = opens(held, held, 'ledger')
    expect([await opening, slept]).toEqual(['ledger', [100, 100]])
  })

  test('that stays in use is told as such, in the end', async () => {
    const { opening, slept } = opens(held)
    await expect(opening).rejects.toBe(held)
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(patienceMs)
  })

  test('that cannot be opened for another reason is not tried again', async () => {
    const broken = new FixConfig('damaged', { code: 'DB-4003' })
    const { opening, tries } = opens(broken, 'ledger')
    await expect(opening).rejects.toBe(broken)
    expect(tries()).toBe(1)
  })
})
