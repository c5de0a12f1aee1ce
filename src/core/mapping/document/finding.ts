// Which referrals are taken, which records they belong to, and who owns those.

import {
  choice,
  dictionary,
  either,
  flag,
  list,
  may,
  must,
  oneOrMany,
  table,
  text,
  type Table,
} from '../grammar/form.ts'
import { crmField, madeValue, referralPath } from './values.ts'

const ref = (name: string) => ({ schema: { $ref: `#/definitions/${name}` } })

export const condition = text({ what: 'a condition', ...ref('formula') })

export const take = table('take', {
  when: may('Which referrals this mapping takes; all of them when left out.', condition),
  unless: may(
    'Referrals it leaves alone all the same, and why.',
    list(
      table('this exception', {
        when: must('The condition.', condition),
        because: must('The reason, for people.', text()),
      }),
    ),
  ),
})

const comparison = choice(['exact', 'email', 'domain', 'companyName'])

export const matchTry = table('this try', {
  crm: must('The field or fields to search in.', oneOrMany(crmField)),
  equals: must('The path or paths whose values to search for.', oneOrMany(referralPath)),
  compare: may('How they are compared; exact when left out.', oneOrMany(comparison)),
})

const tries = list(matchTry, { min: 1 })
const whenSeveral = choice(['ask', 'oldest', 'newest', 'fail'])

export const match = table('match', {
  try: must('Searches, in this order; the first that finds exactly one wins.', tries),
  whenSeveral: may('When a search finds several.', whenSeveral),
  whenNone: may('When none finds anything.', choice(['create', 'skip', 'fail'])),
})

const fills = either(
  {
    scalar: crmField,
    map: table('fills', {
      contactRole: must('The role of the contact in the deal.', text()),
      primary: may('Is it the primary contact?', flag),
    }),
  },
  'the field it fills, or contactRole:',
)

export const lookup = table('this lookup', {
  object: must('The kind of record: Account.', text({ what: 'a kind of record', ...ref('kind') })),
  under: may('Searched and made below the record of another lookup.', text({ what: 'the name of another lookup' })),
  fills: must('The field of the deal that points to it.', fills),
  try: must('Searches, in this order.', tries),
  whenSeveral: may('When a search finds several.', whenSeveral),
  whenNone: may('When none finds anything.', choice(['create', 'leaveEmpty', 'fail'])),
  create: may('The fields of a new one.', dictionary(madeValue)),
})

export const lookups = dictionary(lookup)

export const owner = table('this owner', {
  user: may('A person, by e-mail address.', text({ what: 'an e-mail address', ...ref('user') })),
  team: may('A team, by name.', text({ what: 'the name of a team', ...ref('team') })),
  queue: may('A queue, by name.', text({ what: 'the name of a queue', ...ref('queue') })),
  roundRobin: may(
    'Several people by turns; the same deal always goes to the same one.',
    list(text({ what: 'an e-mail address', ...ref('user') }), { min: 1 }),
  ),
})

export const assign = table('assign', {
  field: must('The field that holds the owner.', crmField),
  rules: may(
    'Rules, in this order; the first that applies decides.',
    list(table('this rule', { when: must('The condition.', condition), to: must('Who gets it.', owner) })),
  ),
  otherwise: may('Who gets it when no rule applies.', owner),
  after: may(
    'keep: never take a deal away from its seller. follow: the rules decide again.',
    choice(['keep', 'follow']),
  ),
})

export type TakeDocument = Table<(typeof take)['keys']>
export type MatchDocument = Table<(typeof match)['keys']>
export type TryDocument = Table<(typeof matchTry)['keys']>
export type LookupDocument = Table<(typeof lookup)['keys']>
export type OwnerDocument = Table<(typeof owner)['keys']>
export type AssignDocument = Table<(typeof assign)['keys']>
