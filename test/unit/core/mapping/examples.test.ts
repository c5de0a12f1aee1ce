// The two complete examples of the grammar, unchanged, against an org that has what they name, and without any.

import { describe, expect, test } from 'vitest'
import { rowId } from '#core/model/ids'
import { compiled, compileText, dynamics, exampleText, offline, salesforce, shown } from './support.ts'
import { timed } from '../../../support/processor-time.ts'

describe.each([
  ['cosell-salesforce', salesforce],
  ['deals-dynamics', dynamics],
] as const)('%s', (name, world) => {
  test('compiles against its org, within the time of a keystroke', () => {
    const text = exampleText(name)
    compileText(text, world)
    const { ms, result: made } = timed(() => compileText(text, world))
    expect(ms).toBeLessThan(200)
    expect(made.ok ? [] : made.problems.map(shown)).toEqual([])
  })

  test('compiles offline', () => {
    const made = compileText(exampleText(name), offline(world))
    expect(made.ok ? [] : made.problems.map(shown)).toEqual([])
  })
})

test('the Salesforce example, section by section', () => {
  const { mapping, tests } = compiled(exampleText('cosell-salesforce'), salesforce)
  expect(mapping).toMatchObject({
    name: 'cosell-salesforce',
    record: 'Opportunity',
    idField: 'Id',
    contact: 'crm-admins@fabrikam.example',
  })
  expect(mapping.match).toMatchObject({ keyField: 'PC_Referral_Id__c', whenSeveral: 'ask', whenNone: 'create' })
  expect(mapping.match.tries.map((one) => one.rule.key)).toEqual(['match.try[0]', 'match.try[1]'])
  expect(mapping.lookups.map(({ name, under }) => [name, under])).toEqual([
    ['account', null],
    ['contact', { lookup: 'account', field: 'AccountId' }],
  ])
  expect(mapping.rows.map(({ id, direction, type, policy, write }) => [id, direction, type, policy, write])).toEqual([
    ['Name', 'toCrm', 'text', 'newest', 'once'],
    ['Amount', 'both', 'money', 'newest', 'always'],
    ['CurrencyIsoCode', 'toCrm', 'text', 'newest', 'always'],
    ['CloseDate', 'both', 'date', 'ask', 'always'],
    ['Description', 'toCrm', 'text', 'newest', 'once'],
    ['Partner_Update__c > details.notes', 'toReferral', 'text', 'newest', 'always'],
    ['Company_Size__c', 'toCrm', 'text', 'newest', 'always'],
    ['Solution_Area__c', 'toCrm', 'list', 'newest', 'always'],
    ['Microsoft_Seller__c', 'toCrm', 'text', 'newest', 'always'],
    ['Priority__c', 'toCrm', 'text', 'newest', 'always'],
    ['LeadSource', 'toCrm', 'text', 'newest', 'once'],
    ['Id > externalReferenceId', 'toReferral', 'text', 'newest', 'always'],
  ])
  expect(mapping.stages.rows).toHaveLength(9)
  expect(mapping.outcomes).toMatchObject({
    holdMs: 1_800_000,
    maxPerRun: 5,
    won: { notBeforeMs: 259_200_000, requires: ['Amount', 'CloseDate'] },
  })
  expect(mapping.outcomes.lost.reason?.({ Loss_Reason__c: 'Competitor' })).toBe('Customer chose another vendor')
  expect(mapping.outcomes.lost.reason?.({ Loss_Reason__c: 'Weather' })).toBe('Other')
  expect(mapping.outcomes.declined.reason?.({ Decline_Reason__c: 'Not a fit' })).toBe('Not a fit')
  expect(mapping.statusInCrm?.answerBy).toBe('PC_Answer_By__c')
  expect(tests.map((one) => one.name)).toHaveLength(5)
})

test('the Dynamics example: a lead first, teams as owners, the last word from the close', () => {
  const { mapping } = compiled(exampleText('deals-dynamics'), dynamics)
  expect(mapping.lead).toMatchObject({ record: 'lead', onAccept: 'qualify' })
  expect(mapping.lead?.rows.map((row) => row.crm)).toContain('leadqualitycode')
  expect(mapping.outcomes.won.finals.map(({ row }) => row)).toEqual([
    rowId('estimatedvalue'),
    rowId('estimatedclosedate'),
  ])
  expect(mapping.outcomes.won.finals[0]?.fromCrm({ 'opportunityclose.actualrevenue': 61_500 })).toEqual({
    is: 'value',
    value: '61500',
  })
  expect(mapping.shapes.map((shape) => shape.kind)).toEqual([
    'opportunity',
    'lead',
    'account',
    'contact',
    'transactioncurrency',
    'opportunityclose',
  ])
  expect(mapping.stages.rows.find((row) => row.stage === 'Lost')?.crm).toEqual([
    { statecode: 'Lost', statuscode: 'Out-Sold' },
  ])
})

test('the hash follows the meaning of the file, not its looks', () => {
  const text = exampleText('cosell-salesforce')
  const hash = (of: string): string => compiled(of, salesforce).mapping.hash
  expect(hash(text.replace('# 1 ──', '# one ──'))).toBe(hash(text))
  expect(hash(text.replace('title: Co-sell deals', 'title: Other deals'))).toBe(hash(text))
  expect(hash(text.replace('hold: 30m', 'hold: 45m'))).not.toBe(hash(text))
})

test('where a mapping says nothing of conflicts, a person is asked', () => {
  const said = exampleText('cosell-salesforce')
  const silent = said.replace(/^conflicts: newest.*$/m, '')
  expect(silent).not.toBe(said)
  const policies = (text: string): readonly string[] =>
    compiled(text, salesforce).mapping.rows.map(({ policy }) => policy)
  expect(new Set(policies(said))).toEqual(new Set(['newest', 'ask']))
  expect(new Set(policies(silent))).toEqual(new Set(['ask']))
})
