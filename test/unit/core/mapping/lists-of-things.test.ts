// Teams, contacts and solutions: a CRM names new ones, which are added to who is there already; nothing of them is read
// back whole, and what each is made of is read by the name of the field.

import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '#spi'
import { compiled, problemsIn, salesforce, shown } from './support.ts'

const shipped = readFileSync(
  join(import.meta.dirname, '../../../../mappings/salesforce.opportunity.yaml'),
  'utf8',
).replace(/^tests:[^]*$/m, '')
const withRow = (row: string): string => shipped.replace(/^fields:\n/m, `fields:\n  - ${row}\n`)

test.each(['team', 'customerProfile.team', 'details.requirements.solutions'])(
  '%s is added to from a text field, several with semicolons between them',
  (path) => {
    const { mapping } = compiled(
      withRow(`{ crm: Partner_Update__c, referral: ${path}, direction: toReferral }`),
      salesforce,
    )
    const row = mapping.rows.find(({ referral }) => referral === path) ?? expect.fail('no row')
    const named = ['anna.meier@fabrikam.example', 'mei.tan@fabrikam.example']
    expect(row.fromCrm({ Partner_Update__c: named.join('; ') })).toEqual({ is: 'value', value: named })
    expect(row.toReferral?.(named, {})).toEqual({ ok: true, fields: { [path]: named } })
    const there = { team: [{ email: 'lukas.weber@fabrikam.example' }] }
    expect(row.fromReferral({ referral: there, crm: null, now: '2026-11-20T14:00:00.000Z' as Instant })).toEqual({
      is: 'absent',
    })
  },
)

test('a team is no value for a field: one of its fields is', () => {
  const whole = withRow('{ crm: NextStep, referral: team, direction: toCrm }')
  expect(problemsIn(whole, salesforce).map(shown).join('\n')).toContain('DB-2105 "team" is a list of things')
  const members = withRow('{ crm: Microsoft_Seller__c, formula: JOIN(team.email, ";"), direction: toCrm }')
  expect(problemsIn(members, salesforce).map(shown).join('\n')).not.toContain('DB-2105')
})
