import { describe, expect, test } from 'vitest'
import { driftBetween, type Drift } from '#assembly/drift'
import type { FieldSchema, KindSchema, Shape } from '#spi'
import { opportunity, opportunitySchema } from '../../support/fake-vendors.ts'

const used: readonly Shape[] = [{ kind: opportunity, fields: ['Amount', 'StageName'] }]

const text = (name: string, more: Partial<FieldSchema> = {}): FieldSchema => ({
  name,
  label: name,
  type: 'text',
  creatable: true,
  updatable: true,
  required: false,
  unique: false,
  ...more,
})
const kindOf = (...fields: readonly FieldSchema[]): readonly KindSchema[] => [{ ...opportunitySchema, fields }]
const choices = (...values: readonly string[]) => ({
  choices: values.map((value) => ({ value: value.replace('-', ''), label: value, active: !value.startsWith('-') })),
})

describe('what a vendor changed', () => {
  test.each<[string, readonly KindSchema[], readonly KindSchema[], readonly Omit<Drift, 'kind'>[]]>([
    ['nothing', kindOf(text('Amount')), kindOf(text('Amount')), []],
    [
      'a used field is gone',
      kindOf(text('Amount')),
      kindOf(),
      [{ field: 'Amount', change: 'removed', breaking: true }],
    ],
    ['another one is gone', kindOf(text('Fax')), kindOf(), [{ field: 'Fax', change: 'removed', breaking: false }]],
    ['a field is new', kindOf(), kindOf(text('Fax')), [{ field: 'Fax', change: 'added', breaking: false }]],
    [
      'a new field must be filled in',
      kindOf(),
      kindOf(text('Fax', { required: true })),
      [{ field: 'Fax', change: 'added', breaking: true }],
    ],
    [
      'a used field changes its type',
      kindOf(text('Amount')),
      kindOf(text('Amount', { type: 'money' })),
      [{ field: 'Amount', change: 'changed', breaking: true }],
    ],
    [
      'a used field can no longer be written',
      kindOf(text('Amount')),
      kindOf(text('Amount', { updatable: false })),
      [{ field: 'Amount', change: 'changed', breaking: true }],
    ],
    [
      'a stage is removed, another added',
      kindOf(text('StageName', choices('Open', 'Closed'))),
      kindOf(text('StageName', choices('Open', 'Won'))),
      [
        { field: 'StageName', value: 'Closed', change: 'removed', breaking: true },
        { field: 'StageName', value: 'Won', change: 'added', breaking: false },
      ],
    ],
    [
      'a stage is switched off',
      kindOf(text('StageName', choices('Open'))),
      kindOf(text('StageName', choices('-Open'))),
      [{ field: 'StageName', value: 'Open', change: 'removed', breaking: true }],
    ],
  ])('%s', (_, before, after, drift) => {
    expect(driftBetween(before, after, used)).toEqual(drift.map((one) => ({ kind: 'Opportunity', ...one })))
  })

  test('a kind that was never looked at before tells nothing', () => {
    expect(driftBetween([], [opportunitySchema], used)).toEqual([])
  })
})
