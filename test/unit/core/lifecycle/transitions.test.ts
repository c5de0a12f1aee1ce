import { describe, expect, test } from 'vitest'
import { isClosed, stages } from '#core/model/stage'
import { mayMove } from '#core/lifecycle/guard'
import { transitions } from '#core/lifecycle/transitions'
import { olderName } from '#core/lifecycle/older'

describe('the grid', () => {
  test('staying is never a move', () => {
    for (const stage of stages) expect(transitions[stage][stage]).toBe('same')
  })
  test('L1: nothing leaves a closed stage', () => {
    for (const from of stages.filter(isClosed)) {
      for (const to of stages.filter((stage) => stage !== from))
        expect(mayMove(from, to)).toMatchObject({ may: 'no', code: 'DB-3103' })
    }
  })
  test('L2: every final move is into a closed stage, and every move into a closed stage is final', () => {
    for (const from of stages) {
      for (const to of stages) {
        const move = mayMove(from, to)
        if (move.may === 'move') expect(move.final).toBe(isClosed(move.to))
      }
    }
  })
  test('L3: an unanswered referral is accepted before it is won', () => {
    expect(mayMove('New', 'Won')).toEqual({ may: 'move', to: 'Accepted', final: false, stopOnTheWay: true })
    expect(mayMove('Received', 'Won')).toMatchObject({ to: 'Accepted', stopOnTheWay: true })
  })
  test('L4: only the source expires a referral', () =>
    expect(mayMove('New', 'Expired')).toMatchObject({ may: 'no', code: 'DB-3102' }))
  test('L5: what was accepted cannot be declined', () =>
    expect(mayMove('Accepted', 'Declined')).toMatchObject({ may: 'no', code: 'DB-3104' }))
  test('L6: a mistake can be closed from any open stage', () => {
    for (const from of ['New', 'Received', 'Accepted'] as const)
      expect(mayMove(from, 'Error')).toMatchObject({ may: 'move', final: true })
  })
})

describe('the names used before 2020', () => {
  test.each([
    [['New'], 'New'],
    [['New', 'Received'], 'Evaluating'],
    [['New', 'Received', 'Accepted'], 'Negotiating'],
    [['New', 'Declined'], 'Skipped'],
    [['New', 'Received', 'Declined'], 'Declined'],
    [['New', 'Expired'], 'Missed'],
    [['New', 'Received', 'Expired'], 'Expired'],
    [['New', 'Accepted', 'Won'], 'Won'],
    [['New', 'Accepted', 'Lost'], 'Lost'],
    [['New', 'Error'], 'Error'],
    [[], 'New'],
  ] as const)('%j was called %s', (history, name) => expect(olderName(history)).toBe(name))
})
