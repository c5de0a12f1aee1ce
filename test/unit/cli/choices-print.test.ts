// A question about which record it is, as a person reads it: the candidates with what tells them apart, and how it is
// answered.

import { expect, test } from 'vitest'
import type { Explanation } from '#control/answers'
import type { Waiting } from '#core/model/link'
import { explainLines } from '#cli/print/explain'
import { noColour } from '#cli/print/paint'
import { at, now } from '../../support/deal-plan.ts'

const wait: Waiting = {
  for: 'question',
  code: 'DB-3502',
  message: '2 records of kind Account fit this referral. Which one is it?',
  who: 'the seller',
  since: at('2026-11-20T13:00:00Z'),
  until: null,
  subject: 'lookup:account',
  tries: 0,
  choices: ['a1', 'a2'],
}

const told = (waits: readonly Waiting[]): string => {
  const candidates = [{ id: 'a1', shows: { Name: 'Contoso GmbH', Website: 'contoso.example', Employees: 5 } }]
  const of: Explanation = {
    schema: 'dealbridge.explain/v1',
    pipeline: 'cosell',
    title: 'Contoso',
    referral: '49d90c72-aaaa',
    facts: null,
    record: null,
    linkedSince: null,
    mapping: { name: 'cosell', hash: '1' },
    source: 'Partner Center',
    target: 'Salesforce',
    fields: [],
    waits,
    candidates,
    changes: [],
    skipped: null,
    history: [],
  }
  const print = { paint: noColour, zone: 'UTC', now, full: true, field: null }
  return explainLines(of, print).join('\n')
}

test('each record that fits is shown with what was searched by; one that is not shown any more, by its id', () => {
  expect(told([wait])).toContain('    a1   Contoso GmbH   contoso.example\n    a2\n')
})

test('how it is answered stands below; a problem, or a question of another sort, is answered otherwise', () => {
  expect(told([wait])).toContain('dealbridge referrals resolve 49d90c72 account --record <id>')
  expect(told([{ ...wait, for: 'problem' }])).not.toContain('--record')
  expect(told([{ ...wait, subject: 'match' }])).not.toContain('--record')
})
