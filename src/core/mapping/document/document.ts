// The shape of a mapping file: ten sections in reading order. Everything an admin can write is named here, once; what
// it means is decided by compile.ts.

import {
  anything,
  choice,
  dictionary,
  grammarVersion,
  list,
  may,
  must,
  ruled,
  table,
  text,
  type Table,
} from '../grammar/form.ts'
import type { Notes } from '../notes.ts'
import type { SourceNode } from '../../source.ts'
import { assign, condition, lookups, match, take } from './finding.ts'
import { share } from './share.ts'
import { outcomes, stages } from './stages.ts'
import { crmField, row } from './values.ts'

const lead = table('lead', {
  when: must('Which referrals wait as a lead.', condition),
  record: must(
    'The kind of record a lead is.',
    text({ what: 'a kind of record', schema: { $ref: '#/definitions/kind' } }),
  ),
  onAccept: may('When it is answered: qualify the lead, copy it, or leave it.', choice(['qualify', 'copy', 'leave'])),
  fields: must('The fields of the lead.', list(row, { min: 1 })),
})

const statusInCrm = table('statusInCrm', {
  state: may('In step, Waiting for you, On hold, Problem, Closed.', crmField),
  message: may('One thought in two short sentences.', crmField),
  answerBy: may('When Microsoft stops waiting.', crmField),
  link: may('The address of the referral in Partner Center.', crmField),
})

const check = table('this check', {
  before: must('What must not be sent while it fails.', choice(['toReferral'])),
  require: must('The condition.', condition),
  message: must('What the seller is told.', text()),
})

const given = table('given', {
  referral: must('The file with the referral.', text({ what: 'a file' })),
  with: may('Values changed in it, by path.', dictionary(anything)),
  linked: may('The records it is linked to.', dictionary(anything)),
  crm: may('What else is in the CRM, by kind.', dictionary(anything)),
  now: may('The moment of the test.', text({ what: 'a point in time: 2026-11-20T14:00:00Z' })),
})

const test = table('this test', {
  name: must('What happens, in a sentence.', text()),
  given: must('The situation.', given),
  expect: must('What follows from it.', dictionary(anything)),
})

export const mapping = table('this mapping', {
  version: must('The version of this grammar.', grammarVersion(1)),
  name: must('A short name for commands and logs.', text({ schema: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' } })),
  title: may('What it is called for people.', text()),
  contact: may('Who is named on every problem it causes.', text()),
  source: must('Where referrals come from, as the configuration calls it.', text()),
  target: must('The CRM, as the configuration calls it.', text()),
  record: must('The kind of record a deal is: Opportunity.', text({ schema: { $ref: '#/definitions/kind' } })),
  timezone: may(
    'Where a day begins, unless a row says otherwise.',
    text({ schema: { $ref: '#/definitions/timezone' } }),
  ),
  take: may('Which referrals this mapping takes.', take),
  match: must('Which record a referral belongs to.', match),
  lead: may('A phase as a lead, before anyone has answered.', lead),
  lookups: may('Records the deal points to.', lookups),
  assign: may('Who owns it.', assign),
  conflicts: may(
    'Who wins when both sides changed a field; rows may differ.',
    choice(['newest', 'partnerCenter', 'crm', 'ask']),
  ),
  fields: must('The fields.', list(ruled(row, 'fieldRules'))),
  stages: must('Stage and status.', ruled(stages, 'stageRules')),
  outcomes: may('Brakes on outcomes.', outcomes),
  statusInCrm: may('What sellers see in the CRM.', statusInCrm),
  checks: may('House rules.', list(check)),
  share: may('Deals that begin in the CRM.', share),
  tests: may('What must hold, with examples.', list(test)),
})

export type MappingDocument = Table<(typeof mapping)['keys']>
export type LeadDocument = Table<(typeof lead)['keys']>
export type StatusDocument = Table<(typeof statusInCrm)['keys']>
export type CheckDocument = Table<(typeof check)['keys']>
export type TestDocument = Table<(typeof test)['keys']>
export type GivenDocument = Table<(typeof given)['keys']>

/** Reads a whole file. What can be read is, however much of the rest is wrong. */
export function readDocument(root: SourceNode | null, notes: Notes): MappingDocument | undefined {
  if (root) return mapping.read(root, notes)
  notes.error({ start: 0, end: 0 }, 'DB-2017', 'This file is empty.', {
    fix: 'dealbridge mappings suggest writes a first mapping',
  })
  return undefined
}
