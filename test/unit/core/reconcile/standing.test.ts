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
    expect(mergeStanding(view(New, New, inCrm('Accepted', 'Qualified')))).toEqual({
      do: 'toReferral',
      stage: 'Accepted',
      step: 'Qualified',
      standing: Accepted,
      row: inCrm('Accepted', 'Qualified'),
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
  test('answered at Microsoft before the two were compared', () =>
    expect(mergeStanding(view(null, standing('Accepted'), inCrm('New')))).toMatchObject({ do: 'toCrm' }))
  test('answered at Microsoft, and no row is for it', () =>
    expect(
      mergeStanding(view(New, standing('Accepted'), inCrm('New'), { map: { ...map, rows: [inCrm('New')] } })),
    ).toEqual({ do: 'nothing' }))
  test('accept: always answers for the seller, once', () => {
    const always = { map: { ...map, accept: 'always' } } as const
    expect(mergeStanding(view(New, New, inCrm('New'), always))).toMatchObject({ do: 'toReferral', stage: 'Accepted' })
    expect(mergeStanding(view(New, standing('Accepted'), inCrm('New'), always))).toMatchObject({ do: 'toCrm' })
  })
  test.each<[string, Standing | null]>([
    ['never compared', null],
    ['opened again after an answer', Accepted],
    ['opened again after its end', standing('Declined')],
  ])('new on both sides, %s: that is agreed', (_, base) =>
    expect(mergeStanding(view(base, New, inCrm('New')))).toEqual({ do: 'adopt', standing: New }),
  )
  test('a seller who moves the record back only moves it there', () =>
    expect(mergeStanding(view(Accepted, Accepted, inCrm('New')))).toEqual({ do: 'nothing' }))
  test('declining in the CRM is final', () =>
    expect(mergeStanding(view(New, New, inCrm('Declined')))).toMatchObject({ do: 'close', stage: 'Declined' }))
  test('losing what was never answered is declining it', () =>
    expect(mergeStanding(view(New, New, inCrm('Lost')))).toMatchObject({ do: 'close', stage: 'Declined' }))
  test('F101: winning what was never answered accepts it first', () =>
    expect(mergeStanding(view(New, New, inCrm('Won')))).toEqual({
      do: 'toReferral',
      stage: 'Accepted',
      step: null,
      standing: standing('Accepted'),
      row: inCrm('Won'),
      onTheWayTo: 'Won',
    }))
  test('a close that is only ever written says nothing', () =>
    expect(mergeStanding(view(New, New, inCrm('Expired')))).toEqual({ do: 'nothing' }))
})

describe('answered here by hand, whatever the CRM says', () => {
  const answer = (by: 'Accepted' | 'Declined', base: Standing | null, left: Standing, of: Partial<StandingView> = {}) =>
    mergeStanding(view(base, left, inCrm('New'), { answer: by, ...of }))
  test('accepted: both count as knowing what they knew', () => {
    const sent = { do: 'toReferral', stage: 'Accepted', step: null, row: inCrm('Accepted', 'Qualified') }
    expect(answer('Accepted', New, standing('Received'))).toEqual({ ...sent, standing: New })
    expect(answer('Accepted', null, standing('Received'))).toEqual({ ...sent, standing: standing('Received') })
  })
  test('declined: that is the end of it', () =>
    expect(answer('Declined', New, New)).toEqual({
      do: 'close',
      stage: 'Declined',
      row: inCrm('Declined'),
      isAnswer: true,
    }))
  test('once Microsoft shows an answer it is used up', () =>
    expect(answer('Declined', New, standing('Accepted'))).toMatchObject({ do: 'toCrm' }))
  test('no row could show it in the CRM', () =>
    expect(answer('Declined', New, New, { map: { ...map, rows: [inCrm('New')] } })).toMatchObject({
      do: 'wait',
      code: 'DB-2130',
      who: 'CRM admin',
    }))
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
  test.each<[string, Standing | null, Step | null, StageRow, object]>([
    ['the same, never compared', null, 'Proposed', inCrm('Accepted', 'Proposed'), { do: 'adopt' }],
    ['both moved to the same', Accepted, 'Proposed', inCrm('Accepted', 'Proposed'), { do: 'adopt' }],
    ['the CRM moved on, Microsoft stayed', Accepted, 'Qualified', inCrm('Accepted', 'Proposed'), { do: 'toReferral' }],
    ['both moved apart', standing('Accepted'), 'Qualified', inCrm('Accepted', 'Proposed'), { do: 'toCrm' }],
    ['apart, never compared: the CRM’s', null, 'Qualified', inCrm('Accepted', 'Proposed'), { do: 'toReferral' }],
    ['Microsoft moved to a step no row has', Accepted, 'Negotiated', inCrm('Accepted', 'Qualified'), { do: 'adopt' }],
    ['the same from another row', Accepted, 'Negotiated', inCrm('Accepted', 'Proposed'), { do: 'adopt' }],
  ])('%s, where Partner Center’s word counts', (...[, base, step, right, verdict]) =>
    expect(mergeStanding(view(base, standing('Accepted', step), right, { policy: 'partnerCenter' }))).toMatchObject(
      verdict,
    ),
  )
  test('both moved apart, where the newest counts: the CRM’s', () =>
    expect(mergeStanding(view(standing('Accepted'), Accepted, inCrm('Accepted', 'Proposed')))).toMatchObject({
      do: 'toReferral',
      step: 'Proposed',
      standing: standing('Accepted', 'Proposed'),
    }))
  test('a step that Microsoft has and no row: that is agreed, and nothing moves', () =>
    expect(mergeStanding(view(Accepted, standing('Accepted', 'Negotiated'), inCrm('Accepted', 'Qualified')))).toEqual({
      do: 'adopt',
      standing: standing('Accepted', 'Negotiated'),
    }))
  test.each<[string, StageRow]>([
    ['without a step', row('Accepted', null, ['Open'])],
    ['that is only ever written', row('Accepted', 'Proposed', ['Proposal'], 'toCrm')],
  ])('the CRM moved to a row %s: nothing to tell', (_, right) =>
    expect(mergeStanding(view(Accepted, Accepted, right))).toEqual({
      do: 'adopt',
      standing: standing('Accepted', right.step),
    }),
  )
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
  test.each<[Stage, Stage]>([
    ['Won', 'Won'],
    ['Declined', 'Lost'],
    ['Declined', 'Declined'],
  ])(
    'I8: %s at Microsoft, written into the CRM as %s by us, and opened again there: nobody has closed it',
    (end, row) =>
      expect(mergeStanding(view(standing(end), standing('Accepted'), inCrm(row)))).toMatchObject({
        do: 'wait',
        code: 'DB-3108',
      }),
  )
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
  test.each<[Stage, Stage]>([
    ['Won', 'Lost'],
    ['Declined', 'Won'],
    ['Declined', 'Expired'],
  ])('%s at Microsoft, %s in the CRM: they do not agree', (left, right) =>
    expect(mergeStanding(view(Accepted, standing(left), inCrm(right)))).toMatchObject({ code: 'DB-3103' }),
  )
  test('ended otherwise after our close, which the CRM still shows: it was told once', () => {
    const ended = (base: Standing) => mergeStanding(view(base, standing('Expired'), inCrm('Won'), { closedBy: 'Won' }))
    expect(ended(Accepted)).toEqual({ do: 'adopt', standing: standing('Expired') })
    expect(ended(standing('Expired'))).toEqual({ do: 'nothing' })
  })
  test('closed at Microsoft while the CRM shows a stage in no row', () =>
    expect(mergeStanding(view(Accepted, standing('Won'), null))).toMatchObject({ do: 'toCrm', row: inCrm('Won') }))
  test('closed at Microsoft in a way no row is for: that is agreed', () =>
    expect(mergeStanding(view(Accepted, standing('Error'), inCrm('Accepted', 'Qualified')))).toEqual({
      do: 'adopt',
      standing: standing('Error'),
    }))
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

describe('a stage that is in no row', () => {
  const unknown = { do: 'wait', code: 'DB-2130', who: 'CRM admin', message: expect.any(String) }
  test('waits, and is shown', () => expect(mergeStanding(view(Accepted, Accepted, null))).toEqual(unknown))
  test('when the two meet: what Microsoft says is agreed meanwhile', () =>
    expect(mergeStanding(view(null, Accepted, null))).toEqual({ ...unknown, adopt: Accepted }))
  test('left out on purpose: nothing is told', () => {
    const ignored = (base: Standing | null) => mergeStanding(view(base, Accepted, null, { isIgnored: true }))
    expect(ignored(Accepted)).toEqual({ do: 'nothing' })
    expect(ignored(null)).toEqual({ do: 'adopt', standing: Accepted })
  })
})
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
