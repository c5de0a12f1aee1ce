// What a new record is given, line by line, and what keeps it from being made.

import { describe, expect, test } from 'vitest'
import { absent } from '#core/model/deal'
import type { Mapping } from '#core/mapping/mapping'
import { dealMapping, dealStages, row, rule, type DealMappingOptions } from '../../../support/deal-mapping.ts'
import { planDeal, referralRecord, sent, type Case } from '../../../support/deal-plan.ts'

const planned = (options: DealMappingOptions = {}, referral: Case['referral'] = {}) =>
  planDeal({ referral }, { mapping: dealMapping(options) })
const made = (options?: DealMappingOptions, referral?: Case['referral']) =>
  planned(options, referral).changes[0] ?? expect.fail('nothing was planned')
const topic = row({ crm: 'Topic', path: 'details.topic', direction: 'both' })

test('every line says where it comes from, and what is agreed once it is there', () => {
  expect(made({ rows: [topic], status: true }).fields).toMatchObject([
    { path: 'Topic', from: 'details.topic', rule: rule('fields.Topic') },
    { path: 'Stage', from: 'stage: status New', rule: rule('stages.New.') },
    { path: 'ReferralKey', from: 'id', rule: null },
    { path: 'SyncState', theirs: 'Waiting for you', from: 'statusInCrm.state', rule: null },
    { path: 'SyncMessage', from: 'statusInCrm.message', rule: null },
  ])
})

test('it is found again by its key, and begins where the referral stands', () => {
  expect(made()).toMatchObject({
    write: { do: 'create', kind: 'Opportunity', key: 'r-1', keyField: 'ReferralKey' },
    findBy: [{ field: 'ReferralKey', value: 'r-1', compare: 'exact' }],
    settles: { becomes: 'record', standing: { stage: 'New', step: null }, values: { '@key': 'r-1', Topic: 'Azure' } },
    after: [],
  })
  const keyless = made({ match: { keyField: null } })
  expect(keyless).toMatchObject({ write: { keyField: null }, findBy: [] })
  expect(Object.keys(keyless.write.fields)).not.toContain('null')
  expect(keyless.settles.values).not.toHaveProperty('@key')
})

test.each<[string, Case['referral'], string, object]>([
  ['seen', { stage: 'Received' }, 'New from Microsoft', { stage: 'New', step: null }],
  ['accepted', { stage: 'Accepted', step: 'Proposed' }, 'Proposal', { stage: 'Accepted', step: 'Proposed' }],
  ['accepted long since', { stage: 'Accepted' }, 'Qualification', { stage: 'Accepted', step: 'Qualified' }],
])('a referral that is %s has its row', (...[, referral, stage, standing]) => {
  const change = made({}, referral)
  expect(change.write.fields['Stage']).toBe(stage)
  expect(change.settles.standing).toEqual(standing)
})

describe('not made', () => {
  const refusal = { code: 'DB-2203', message: 'It is no amount.', who: 'CRM admin' } as const
  const stages: Mapping['stages'] = { crm: 'Stage', accept: 'byStage', rows: dealStages.slice(1) }
  test.each<[string, DealMappingOptions, object]>([
    [
      'its status has no row',
      { over: { stages } },
      { code: 'DB-2132', subject: 'stage', message: expect.stringContaining('no row for New') },
    ],
    [
      'something cannot be read',
      { rows: [{ ...topic, fromReferral: () => ({ is: 'refused', refusal }) }] },
      { subject: 'create', ...refusal },
    ],
    [
      'something cannot be written',
      { rows: [{ ...topic, toCrm: () => ({ ok: false, refusal }) }] },
      { subject: 'create', ...refusal },
    ],
    [
      'something required is hidden',
      { rows: [{ ...topic, required: true, fromReferral: () => absent }] },
      { subject: 'create', code: 'DB-2202' },
    ],
  ])('while %s', (_, options, wait) => {
    const plan = planned(options)
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([{ record: null, waiting: [{ for: 'problem', ...wait }] }])
  })
})

test('what is hidden at Microsoft is not written', () =>
  expect(made({ rows: [{ ...topic, fromReferral: () => absent }] }).write.fields).not.toHaveProperty('Topic'))

describe('its own id', () => {
  const id = (over: Partial<typeof topic>) => [
    { ...row({ crm: 'Id', path: 'externalReferenceId', direction: 'both' }), ...over },
  ]
  test('is the CRM’s to give, and is told to the referral as it was read', () => {
    const plan = planned({ rows: id({}) })
    expect(sent(plan)).toEqual([
      ['crm', { Stage: 'New from Microsoft', ReferralKey: 'r-1' }],
      ['referral', { externalReferenceId: { $write: 'r-1' } }],
    ])
    expect(plan.changes[1]).toMatchObject({
      write: { id: 'R-1', expect: 'left-1', kind: 'referral' },
      fields: [{ path: 'externalReferenceId', from: 'Id', rule: rule('fields.Id') }],
    })
  })
  test('is told nobody where no path is for it', () =>
    expect(planned({ rows: id({ referral: null }) }).changes).toHaveLength(1))
  test('is never taken from a referral that names an older one', () => {
    const referral = referralRecord('R-1')
    const told = { ...referral, fields: { ...referral.fields, externalReferenceId: 'opp-old' } }
    const [[, fields] = []] = sent(planned({ rows: id({}) }, told))
    expect(fields).toEqual({ Stage: 'New from Microsoft', ReferralKey: 'r-1' })
  })
})

test('a row that writes several fields sends those that do not stand there already', () => {
  const both = { ...topic, toCrm: () => ({ ok: true, fields: { Topic: 'Fabric', Country: 'DE' } }) as const }
  const plan = planDeal(
    { referral: { stage: 'Accepted', step: 'Qualified', details: { topic: 'Fabric' } }, deal: {} },
    { mapping: dealMapping({ rows: [both] }) },
  )
  expect(sent(plan)).toEqual([['crm', { Topic: 'Fabric' }]])
})
