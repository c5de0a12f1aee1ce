// A JSON Schema of the grammar with the names of one org in it, so that an editor completes real fields, values, stages
// and people. Draft 7, because that is what the YAML language server understands.

import { bare, type Json, type JsonObject } from '../model/json.ts'
import type { FieldSchema, KindSchema, Property } from '../model/schema.ts'
import { fieldWords } from './compile/words.ts'
import { mapping } from './document/document.ts'
import { choiceDefinitions, fieldRules, isReadOnly, stageRules } from './editor/org-rules.ts'
import { transforms, written } from './transforms.ts'
import type { MappingWorld } from './world.ts'

export interface SchemaOptions {
  readonly world: MappingWorld
  /** The kind of record mappings of this org are about. */
  readonly record: string
  /** What it is called: the org's host. */
  readonly title: string
}

export function mappingJsonSchema({ world, record, title }: SchemaOptions): JsonObject {
  const schemaOfRecord = world.crm?.kinds.find(({ kind }) => kind === record)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `dealbridge mapping for ${title}`,
    ...mapping.schema(),
    definitions: {
      crmField: crmFields(world, record),
      referralPath: referralPaths(world.properties),
      formula: { type: 'string', description: 'A formula: IF, ISBLANK, &, TEXT and about fifty more functions.' },
      transform: { anyOf: [{ enum: transforms.filter(({ argument }) => !argument).map(written) }, ...withArgument()] },
      // Many places have an older or another name too.
      timezone: { anyOf: [{ enum: [...Intl.supportedValuesOf('timeZone')] }, { type: 'string', pattern: '^UTC$|/' }] },
      kind: oneOf(world.crm?.kinds.map(({ kind, label }) => constant(kind, label)) ?? []),
      stageValue: stageValues(schemaOfRecord),
      fieldRules: fieldRules(schemaOfRecord, world.crm?.kinds ?? []),
      stageRules: stageRules(schemaOfRecord),
      ...choiceDefinitions(schemaOfRecord),
      ...owners(world),
    },
  }
}

const withArgument = (): readonly JsonObject[] =>
  transforms.flatMap(({ name, argument }) => (argument ? [{ type: 'string', pattern: `^${name}:\\d+$` }] : []))

/** Any text where nothing is known, a choice where the names are. */
const oneOf = (options: readonly JsonObject[]): JsonObject =>
  options.length === 0 ? { type: 'string' } : { anyOf: [...options] }

const constant = (value: string, title: string, more: JsonObject = {}): JsonObject => ({ const: value, title, ...more })

function crmFields({ crm }: MappingWorld, record: string): JsonObject {
  const kinds = crm?.kinds ?? []
  const ordered = [...kinds.filter(({ kind }) => kind === record), ...kinds.filter(({ kind }) => kind !== record)]
  const options = ordered.flatMap((schema) =>
    schema.fields.map((field) => crmField(schema, field, schema.kind === record)),
  )
  // A field of another kind, after a dot, is for validation to judge.
  return options.length === 0 ? { type: 'string' } : { anyOf: [...options, { type: 'string', pattern: '\\.' }] }
}

function crmField({ kind }: KindSchema, field: FieldSchema, isRecord: boolean): JsonObject {
  const { name, label, calculated, updatable, choices } = field
  const words = [
    isRecord ? '' : `On ${kind}.`,
    choices
      ? `Values: ${choices
          .filter(({ active }) => active)
          .map((one) => one.label)
          .join(', ')}.`
      : '',
  ]
  const access = isReadOnly(field) ? 'Can only be read.' : updatable ? 'Writable.' : 'Writable in new records only.'
  return constant(name, `${label} (${fieldWords(field)}${calculated === true ? ', calculated' : ''})`, {
    description: [...words, access].filter((text) => text !== '').join(' '),
  })
}

function referralPaths(properties: readonly Property[]): JsonObject {
  const usable = properties.filter(({ direction, type }) => direction !== 'none' && type !== 'object')
  const options = usable.map(({ path, type, about, direction, why }) =>
    constant(path, `${path} (${type}${direction === 'toCrm' ? ', only read' : ''})`, {
      description: why === undefined ? about : `${about} ${why}`,
    }),
  )
  return { anyOf: [...options, { type: 'string', pattern: '^=' }] }
}

/** What is usually meant. The field the table is about decides, by a rule of its own. */
function stageValues(record: KindSchema | undefined): JsonObject {
  const choices = (record?.fields ?? [])
    .filter(({ choices }) => choices?.some(({ means }) => means !== undefined))
    .flatMap(({ choices }) => choices ?? [])
  const usual = choices
    .filter(({ active }) => active)
    .map(({ label, means }) => constant(label, `${label}${means ? ` (${means})` : ''}`))
  return usual.length === 0 ? { type: 'string' } : { anyOf: [...usual, { type: ['string', 'number', 'boolean'] }] }
}

function owners({ crm }: MappingWorld): JsonObject {
  const made = bare()
  for (const kind of ['user', 'team', 'queue'] as const) {
    const active = (crm?.owners ?? []).filter((owner) => owner.kind === kind && owner.active)
    const options: Json[] = active.map(({ name, email }) => constant(kind === 'user' ? (email ?? name) : name, name))
    made[kind] = options.length === 0 ? { type: 'string' } : { anyOf: [...options, { type: 'string' }] }
  }
  return made
}
