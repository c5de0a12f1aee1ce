// The invented orgs that mappings on the pages are held against: those of the mapping tests, with a few fields more that
// the pages tell an admin to add.

import type { MappingWorld } from '#core/mapping/compile'
import { kind } from '#core/model/ids'
import type { FieldSchema } from '#core/model/schema'
import { dynamics, salesforce } from '../core/mapping/support.ts'

const chosen = (name: string, values: readonly string[]): FieldSchema => ({
  name,
  label: name.replace(/__c$/, '').replaceAll('_', ' '),
  type: 'text',
  creatable: true,
  updatable: true,
  required: false,
  unique: false,
  lengthMax: 255,
  choices: values.map((value) => ({ value, label: value, active: true })),
})

/** Each by the page that asks for it. */
const added: readonly FieldSchema[] = [
  // how-to/protect-your-forecast.md
  chosen('PC_Stage__c', ['New', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired']),
]

const withAdded = (world: MappingWorld): MappingWorld => ({
  ...world,
  crm: world.crm && {
    ...world.crm,
    kinds: world.crm.kinds.map((schema) =>
      schema.kind === kind('Opportunity') ? { ...schema, fields: [...schema.fields, ...added] } : schema,
    ),
  },
})

export const worlds = { salesforce: withAdded(salesforce), dynamics } as const
