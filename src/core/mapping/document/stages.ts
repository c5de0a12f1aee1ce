// Where a deal stands on both sides, and the brakes on what can never be taken back.

import { parseDuration } from '../../units.ts'
import {
  cell,
  choice,
  dictionary,
  either,
  headOf,
  list,
  may,
  must,
  oneOrMany,
  table,
  text,
  whole,
  type Form,
  type Placed,
  type Table,
} from '../grammar/form.ts'
import { steps } from '../../model/stage.ts'
import { crmField } from './values.ts'

const stageValue = text({ what: 'a stage', schema: { $ref: '#/definitions/stageValue' } })

/** A stage of `stages.crm`, or the fields and values that make it. */
const place = either({ scalar: stageValue, map: dictionary(cell) }, 'a stage, or fields with their values')
const places = either(
  { scalar: stageValue, map: dictionary(cell), list: list(place, { min: 1 }) },
  'a stage, a list of stages, or fields with their values',
)

/** Received is New to us: nobody has answered either. */
const statuses = ['New', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired', 'Error'] as const

export const stageRow = table('this stage row', {
  referral: must('The status of the referral, in one word.', choice(statuses)),
  step: may('How far an accepted deal has come.', choice(steps)),
  crm: must('The stage or stages in the CRM; the first is the one that is written.', places),
  direction: may(
    'toCrm: this row is written to the CRM and never read from it.',
    choice(['toCrm', 'toReferral', 'both']),
  ),
})

export const stages = table('stages', {
  crm: must('The field that holds the stage.', crmField),
  accept: may(
    'byStage: leaving the New row accepts the referral. always: every referral is accepted. never: people do it.',
    choice(['byStage', 'always', 'never']),
  ),
  rows: must('One row for each place a deal can be in.', list(stageRow, { min: 1 })),
  ignore: may(
    'Open stages that are left out on purpose, and why.',
    list(
      table('this exception', {
        crm: must('The stage.', stageValue),
        because: must('The reason, for people.', text()),
      }),
    ),
  ),
})

export const duration: Form<Placed<number>> = {
  read: (node, notes) => {
    const ms = node.kind === 'scalar' ? parseDuration(node.text) : undefined
    if (node.kind === 'scalar' && ms !== undefined) return { value: ms, node }
    const what =
      node.kind === 'scalar' && node.means === 'number' ? 'A length of time has a unit.' : 'This is no length of time.'
    notes.error(headOf(node), 'DB-2014', what, { fix: 'write 30m, 72h or 14d' })
    return undefined
  },
  schema: () => ({ type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,3})?(ms|s|m|h|d)$' }),
}

const reason = table('reason', {
  crm: must('The field that holds the reason.', crmField),
  values: may('What Microsoft is told for each value.', dictionary(text())),
  otherwise: may('For all other values, and when there is none.', text()),
})

const requires = oneOrMany(crmField)

const closing = {
  requires: may('Fields that must be filled before it is sent.', requires),
  reason: may('Why, in words for Microsoft.', reason),
} as const

export const outcomes = table('outcomes', {
  hold: may('The undo window: put the stage back and nothing is sent.', duration),
  maxPerRun: may('More than this in one run waits for a person.', whole(0, 10_000)),
  won: may(
    'Before a deal is sent as Won.',
    table('won', {
      requires: may('Fields that must be filled before it is sent.', requires),
      notBefore: may('How long a deal that can be registered stays open first.', duration),
      takeFrom: may('The record of the close whose value and date become the final ones.', text()),
    }),
  ),
  lost: may('Before a deal is sent as Lost.', table('lost', closing)),
  declined: may(
    'Before a referral is sent as Declined. Its reason is that of `lost` unless it has its own.',
    table('declined', closing),
  ),
})

export type StagesDocument = Table<(typeof stages)['keys']>
export type StageRowDocument = Table<(typeof stageRow)['keys']>
export type OutcomesDocument = Table<(typeof outcomes)['keys']>
export type ReasonDocument = Table<(typeof reason)['keys']>
export type PlaceDocument = NonNullable<ReturnType<(typeof place)['read']>>
