import { describe, expect, test } from 'vitest'
import type { Stage, Standing, Step } from '#core/model/stage'
import { stageRowFor, type StageMap, type StageRow } from '#core/mapping/mapping'
import { mergeStanding, type StandingView } from '#core/reconcile/standing'

const row = (
  stage: Stage,
  step: Step | null,
  crm: readonly string[],
  direction: StageRow['direction'] = 'both',
): StageRow => ({
  stage,
  step,
  direction,
  crm: crm.map((value) => ({ Stage: value })),
  rule: { file: 'm.yaml', line: 1, column: 1, key: 'stages' },
})
const map: StageMap = {
  crm: 'Stage',
  accept: 'byStage',
  rows: [
    row('New', null, ['New from Microsoft']),
    row('Accepted', 'Qualified', ['Qualification', 'Needs Analysis']),
    row('Accepted', 'Proposed', ['Proposal']),
    row('Won', null, ['Closed Won']),
    row('Lost', null, ['Closed Lost']),
    row('Declined', null, ['Declined']),
    row('Expired', null, ['Expired'], 'toCrm'),
  ],
}
const standing = (stage: Stage, step: Step | null = null): Standing => ({ stage, step })
const inCrm = (stage: Stage, step: Step | null = null): StageRow =>
  map.rows.find((of) => of.stage === stage && of.step === step) ?? expect.fail(stage)
const view = (
  base: Standing | null,
  left: Standing,
  right: StageRow | null,
  over: Partial<StandingView> = {},
): StandingView => ({
  map,
  base,
  left,
  right,
  closedBy: null,
  policy: 'newest',
  ...over,
})
const New = standing('New')
const Accepted = standing('Accepted', 'Qualified')

describe('answering', () => {
  test('still new on both sides', () => expect(mergeStanding(view(New, New, inCrm('New')))).toEqual({ do: 'nothing' }))
  test('seen but not answered: Received needs no row of its own', () =>
    expect(mergeStanding(view(New, standing('Received'), inCrm('New')))).toEqual({ do: 'nothing' }))
  test('moving the stage on accepts, with its step', () =>
    expect(mergeStanding(view(New, New, inCrm('Accepted', 'Qualified')))).toMatchObject({
      do: 'toReferral',
      stage: 'Accepted',
      step: 'Qualified',
    }))
  test('accept: never leaves the answer to Partner Center', () =>
    expect(
      mergeStanding(view(New, New, inCrm('Accepted', 'Qualified'), { map: { ...map, accept: 'never' } })),
    ).toMatchObject({ do: 'wait', code: 'DB-3105' }))
  test('answered at Microsoft: the record leaves the New row', () =>
    expect(mergeStanding(view(New, standing('Accepted'), inCrm('New')))).toMatchObject({
      do: 'toCrm',
      row: inCrm('Accepted', 'Qualified'),
    }))
  test('a seller who moves the record back only moves it there', () =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm('New')))).toEqual({ do: 'nothing' }))
  test('declining in the CRM is final', () =>
    expect(mergeStanding(view(New, New, inCrm('Declined')))).toMatchObject({ do: 'close', stage: 'Declined' }))
  test('losing what was never answered is declining it', () =>
    expect(mergeStanding(view(New, New, inCrm('Lost')))).toMatchObject({ do: 'close', stage: 'Declined' }))
  test('F101: winning what was never answered accepts it first', () =>
    expect(mergeStanding(view(New, New, inCrm('Won')))).toMatchObject({ do: 'toReferral', stage: 'Accepted' }))
})

describe('steps', () => {
  test('two CRM stages of one row mean the same', () =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm('Accepted', 'Qualified')))).toEqual({ do: 'nothing' }))
  test('the CRM moved on', () =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm('Accepted', 'Proposed')))).toMatchObject({
      do: 'toReferral',
      stage: null,
      step: 'Proposed',
    }))
  test('Microsoft moved on', () =>
    expect(
      mergeStanding(view(Accepted, standing('Accepted', 'Proposed'), inCrm('Accepted', 'Qualified'))),
    ).toMatchObject({ do: 'toCrm', row: inCrm('Accepted', 'Proposed') }))
  test('a source that does not tell the step never moves the CRM back', () =>
    expect(mergeStanding(view(Accepted, standing('Accepted'), inCrm('Accepted', 'Qualified')))).toEqual({
      do: 'nothing',
    }))
})

describe('closing', () => {
  test.each(['Won', 'Lost'] as const)('%s in the CRM', (stage) =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm(stage)))).toMatchObject({ do: 'close', stage }),
  )
  test('what was accepted cannot be declined', () =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm('Declined')))).toMatchObject({ do: 'wait', code: 'DB-3104' }))
  test('I8, F103: reopened at Microsoft after our close: the same close is not sent again', () =>
    expect(mergeStanding(view(standing('Won'), standing('Accepted'), inCrm('Won'), { closedBy: 'Won' }))).toMatchObject(
      { do: 'wait', code: 'DB-3108' },
    ))
  test('F102: expired at Microsoft, won in the CRM: told as long as it is so, never tried', () => {
    expect(mergeStanding(view(New, standing('Expired'), inCrm('Won')))).toMatchObject({
      do: 'wait',
      code: 'DB-3103',
      adopt: standing('Expired'),
    })
    expect(mergeStanding(view(standing('Expired'), standing('Expired'), inCrm('Won')))).toMatchObject({
      do: 'wait',
      code: 'DB-3103',
    })
  })
  test('declined because the CRM lost it: they agree', () => {
    expect(mergeStanding(view(New, standing('Declined'), inCrm('Lost')))).toMatchObject({ do: 'adopt' })
    expect(mergeStanding(view(standing('Declined'), standing('Declined'), inCrm('Lost')))).toEqual({ do: 'nothing' })
  })
  test('won at Microsoft: the CRM follows once', () => {
    expect(mergeStanding(view(Accepted, standing('Won'), inCrm('Accepted', 'Qualified')))).toMatchObject({
      do: 'toCrm',
      row: inCrm('Won'),
    })
    expect(mergeStanding(view(standing('Won'), standing('Won'), inCrm('Won')))).toEqual({ do: 'nothing' })
  })
  test('I7: reopened in the CRM after a close: left alone', () =>
    expect(mergeStanding(view(standing('Won'), standing('Won'), inCrm('Accepted', 'Qualified')))).toEqual({
      do: 'nothing',
    }))
  test('expired goes to the row that is only ever written', () =>
    expect(mergeStanding(view(New, standing('Expired'), inCrm('New')))).toMatchObject({
      do: 'toCrm',
      row: inCrm('Expired'),
    }))
})

test('a stage that is in no row waits, and is shown', () =>
  expect(mergeStanding(view(Accepted, Accepted, null))).toMatchObject({ do: 'wait', code: 'DB-2130' }))
describe('a stage that is empty', () => {
  const empty = (base: Standing | null, left: Standing) => mergeStanding(view(base, left, null, { isUnset: true }))
  test('when the two meet accepted, such as in a deal that the CRM made of a lead: the referral’s is written', () =>
    expect(empty(null, Accepted)).toMatchObject({ do: 'toCrm', row: inCrm('Accepted', 'Qualified') }))
  test('accepts nothing by itself', () => expect(empty(null, New)).toMatchObject({ do: 'wait', code: 'DB-2130' }))
  test('emptied by somebody later: it is theirs, and is shown', () =>
    expect(empty(Accepted, Accepted)).toMatchObject({ do: 'wait', code: 'DB-2130' }))
})
test('rows are found by stage and step', () =>
  expect(stageRowFor(map, standing('Accepted', 'Proposed'))).toBe(inCrm('Accepted', 'Proposed')))
