// Deals that begin in the CRM: how a seller marks one, and what it is made of at the source.

import { cell, dictionary, either, may, must, table, type Table } from '../grammar/form.ts'
import { duration } from './stages.ts'
import { crmField, treatment } from './values.ts'

const sharedField = table('this field', {
  crm: may('The field in the CRM; account.Name is a field of what the lookup "account" points to.', crmField),
  set: may('Always the same value.', cell),
  ...treatment,
})

/** `Name`, `account.Name`, or the long form with a table of values or a default. */
const sharedValue = either(
  { scalar: crmField, map: sharedField },
  'a CRM field, or crm: or set: and what to do with it',
)

export const share = table('share', {
  mark: must('The field, with its value, by which a seller asks for it.', dictionary(cell)),
  hold: may('The undo window: take the mark away and nothing is sent.', duration),
  fields: may('What a new deal is given beyond the rows of "fields", by its path.', dictionary(sharedValue)),
})

export type ShareDocument = Table<(typeof share)['keys']>
export type SharedFieldDocument = Table<(typeof sharedField)['keys']>
