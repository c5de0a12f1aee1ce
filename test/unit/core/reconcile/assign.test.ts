// Whom a record belongs to: the rule names somebody, the CRM's own list knows them.

import { describe, expect, test } from 'vitest'
import type { Owner } from '#core/model/owner'
import type { Assign, Mapping, OwnerName } from '#core/mapping/mapping'
import { dealMapping, rule } from '../../../support/deal-mapping.ts'
import { linkAfter, linkOf, planDeal, sent } from '../../../support/deal-plan.ts'

const owner = (kind: Owner['kind'], name: string, over: Partial<Owner> = {}): Owner => ({
  kind,
  id: `${kind}-${name}`,
  name,
  email: null,
  active: true,
  ...over,
})
const owners: readonly Owner[] = [
  owner('team', 'Sue Smith'),
  owner('queue', 'sales'),
  owner('user', 'Sales'),
  owner('user', 'Sue Smith', { id: '005A', email: 'sue.smith@contoso.example' }),
  owner('team', 'Sales'),
  owner('queue', 'Leads'),
  owner('user', 'Left Long Ago', { active: false }),
]
const assign = (to: OwnerName | null, over: Partial<Assign> = {}): Partial<Mapping> => ({
  assign: { field: 'OwnerId', after: 'keep', to: () => (to ? { owner: to, rule: rule('assign[0]') } : null), ...over },
})
const planned = (over: Partial<Mapping>, of: Parameters<typeof planDeal>[0] = {}) =>
  planDeal(of, { mapping: dealMapping({ over }), frame: { owners } })
const ownerOf = (to: OwnerName) => planned(assign(to)).changes[0]?.write.fields['OwnerId']

describe('a new record', () => {
  test.each<[string, OwnerName, string]>([
    ['a user by name', { user: 'Sue Smith' }, '005A'],
    ['in other letters', { user: 'SUE SMITH' }, '005A'],
    ['a user by mail', { user: 'Sue.Smith@contoso.example' }, '005A'],
    ['a user by id', { user: '005a' }, '005A'],
    ['a team', { team: 'SALES' }, 'team-Sales'],
    ['a queue', { queue: 'Sales' }, 'queue-sales'],
  ])('belongs to %s', (_, to, id) => expect(ownerOf(to)).toBe(id))

  test('says which rule decided', () =>
    expect(planned(assign({ team: 'Sales' })).changes[0]?.fields).toContainEqual(
      expect.objectContaining({ path: 'OwnerId', from: 'assign[0]', rule: rule('assign[0]') }),
    ))
  test.each<[string, Partial<Mapping>]>([
    ['no rule fits', assign(null)],
    ['the mapping assigns nobody', {}],
  ])('belongs to whoever makes it where %s', (_, over) =>
    expect(planned(over).changes[0]?.write.fields).not.toHaveProperty('OwnerId'),
  )

  test.each<[string, OwnerName, string]>([
    ['nobody knows', { user: 'Jo' }, 'the CRM knows no user Jo (assign[0]).'],
    ['nobody knows', { team: 'Leads' }, 'the CRM knows no team Leads (assign[0]).'],
    ['nobody knows', { queue: 'Sue Smith' }, 'the CRM knows no queue Sue Smith (assign[0]).'],
    [
      'has left',
      { user: 'Left Long Ago' },
      'user Left Long Ago is no longer active and cannot own a record (assign[0]).',
    ],
  ])('is not made for an owner who %s', (_, to, message) => {
    const plan = planned(assign(to))
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([
      { waiting: [{ for: 'problem', code: 'DB-2152', subject: 'assign', who: 'CRM admin', message }] },
    ])
  })
})

describe('a record that is there', () => {
  const accepted = { stage: 'Accepted', step: 'Qualified' } as const
  const later = (over: Partial<Assign>, Stage = 'Qualification') => {
    const referral = Stage === 'Closed Won' ? ({ stage: 'Won' } as const) : accepted
    const link = linkOf('R-1', { standing: { stage: referral.stage, step: null } })
    return sent(planned(assign({ team: 'Sales' }, over), { referral, deal: { Stage }, link })).filter(
      ([side]) => side === 'crm',
    )
  }
  test('stays with the seller who has it', () => expect(later({})).toEqual([]))
  test('follows the rules where the mapping says so', () =>
    expect(later({ after: 'follow' })).toEqual([['crm', { OwnerId: 'team-Sales' }]]))
  test.each(['Closed Won', 'Somewhere'])('not when its stage is %s', (stage) =>
    expect(later({ after: 'follow' }, stage)).toEqual([]),
  )
  test('by what both sides show, and when', () => {
    const seen: unknown[] = []
    const to: Assign['to'] = ({ referral, crm, now }) => {
      seen.push(referral['id'], crm?.['Id'], now)
      return null
    }
    planned(assign(null, { after: 'follow', to }), { referral: accepted, deal: {} })
    expect(seen).toEqual(['R-1', 'opp-R-1', '2026-11-20T14:00:00.000Z'])
  })
  test('an owner nobody knows is told', () => {
    const link = linkOf('R-1')
    const plan = planned(assign({ user: 'Jo' }, { after: 'follow' }), { referral: accepted, deal: {}, link })
    expect(linkAfter(plan, link).waiting).toMatchObject([{ code: 'DB-2152' }])
  })
})
