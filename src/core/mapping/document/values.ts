// How a value is described: where it comes from, what is done to it, and what stands in for a blank one.

import { choice, cell, dictionary, either, flag, list, may, must, table, text, type Table } from '../grammar/form.ts'

const ref = (name: string) => ({ schema: { $ref: `#/definitions/${name}` } })

export const crmField = text({ what: 'the API name of a CRM field', ...ref('crmField') })
export const referralPath = text({ what: 'a path in the referral', ...ref('referralPath') })
export const formula = text({ what: 'a formula', ...ref('formula') })

export const transforms = list(text({ what: 'the name of a transform', ...ref('transform') }), {
  fix: 'write it in brackets: transform: [trim]',
})

export const valueTable = dictionary(cell)

const defaults = either({ scalar: cell }, 'a value or a =formula')

/** What every value can have, wherever it comes from. */
export const treatment = {
  transform: may('Named changes, done one after the other.', transforms),
  values: may('What each value becomes on the other side.', valueTable),
  otherwise: may(
    'For values the table does not have: fail, keep, blank, or a value.',
    text({ what: 'fail, keep, blank or a value' }),
  ),
  default: may('Used only when there is no value: a value, or a formula after =.', defaults),
} as const

/** A field of a record that a lookup makes. */
export const made = table('this field', {
  from: may('The path in the referral.', referralPath),
  formula: may('A formula.', formula),
  set: may('Always the same value.', cell),
  ...treatment,
})

/** `name`, `=UPPER(name)`, or the long form with a transform or a default. */
export const madeValue = either(
  { scalar: referralPath, map: made },
  'a path, a =formula, or from: and what to do with it',
)

export const row = table('this row', {
  crm: must('The field in the CRM, by its API name.', crmField),
  referral: may('The path in the referral.', referralPath),
  formula: may('A formula that works the value out; for toCrm only.', formula),
  set: may('Always this value; for toCrm only.', cell),
  direction: must(
    'Which way values go: toCrm, toReferral, or both.',
    choice(['toCrm', 'toReferral', 'both']),
    'add direction: toCrm, toReferral or both',
  ),
  ...treatment,
  valuesBack: may(
    'For both directions: what each CRM value becomes in the referral, where several became one.',
    valueTable,
  ),
  required: may('A deal whose value is blank waits, and its seller is told.', flag),
  write: may(
    'always; whileOpen: not after the deal is closed; once: only the first time, then it is the seller’s.',
    choice(['always', 'whileOpen', 'once']),
  ),
  combine: may(
    'How a text joins what stands there: replace it, append to it, or append with the date.',
    choice(['replace', 'append', 'appendDated']),
  ),
  conflict: may('Who wins when both sides changed it.', choice(['newest', 'partnerCenter', 'crm', 'ask'])),
  as: may('What the value is: date, dateTime, money or text.', choice(['date', 'dateTime', 'money', 'text'])),
  timezone: may('Where a day begins, for dates: Europe/Berlin.', text({ what: 'a time zone', ...ref('timezone') })),
})

export type RowDocument = Table<(typeof row)['keys']>
export type MadeDocument = Table<(typeof made)['keys']>
