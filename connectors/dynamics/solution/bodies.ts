// The definition as bodies of the Web API's customising requests.

import { type Json, unreachable } from '#spi'
import { schemaName, type SolutionColumn, type SolutionKey } from './definition.ts'

type Body = Readonly<Record<string, Json>>

const english = 1033
const type = (name: string): string => `Microsoft.Dynamics.CRM.${name}`

const label = (text: string): Json => ({
  '@odata.type': type('Label'),
  LocalizedLabels: [{ '@odata.type': type('LocalizedLabel'), Label: text, LanguageCode: english }],
})

const required: Json = {
  Value: 'None',
  CanBeChanged: true,
  ManagedPropertyLogicalName: 'canmodifyrequirementlevelsettings',
}

/** Choices of a publisher begin at its own number, so that two publishers never mean different things by one value. */
export const optionsStart = (optionPrefix: number): number => optionPrefix * 10_000

export function columnBody(column: SolutionColumn, prefix: string, optionPrefix: number): Body {
  const common: Body = {
    SchemaName: schemaName(prefix, column.name),
    DisplayName: label(column.label),
    Description: label(column.about),
    RequiredLevel: required,
  }
  switch (column.type) {
    case 'text':
      return {
        '@odata.type': type('StringAttributeMetadata'),
        AttributeType: 'String',
        ...common,
        MaxLength: column.lengthMax,
        FormatName: { Value: column.format ?? 'Text' },
      }
    case 'memo':
      return {
        '@odata.type': type('MemoAttributeMetadata'),
        AttributeType: 'Memo',
        ...common,
        MaxLength: column.lengthMax,
        Format: 'TextArea',
        ImeMode: 'Auto',
      }
    case 'instant':
      return {
        '@odata.type': type('DateTimeAttributeMetadata'),
        AttributeType: 'DateTime',
        ...common,
        Format: 'DateAndTime',
        DateTimeBehavior: { Value: 'UserLocal' },
      }
    case 'choice':
      return {
        '@odata.type': type('PicklistAttributeMetadata'),
        AttributeType: 'Picklist',
        ...common,
        OptionSet: optionSet(column.labels, optionPrefix),
      }
    default:
      return unreachable(column)
  }
}

const optionSet = (labels: readonly string[], optionPrefix: number): Json => ({
  '@odata.type': type('OptionSetMetadata'),
  IsGlobal: false,
  OptionSetType: 'Picklist',
  Options: labels.map((text, index) => ({ Value: optionsStart(optionPrefix) + index, Label: label(text) })),
})

export const keyBody = (key: SolutionKey, prefix: string): Body => ({
  SchemaName: schemaName(prefix, key.name),
  DisplayName: label(key.label),
  KeyAttributes: key.columns.map((name) => schemaName(prefix, name).toLowerCase()),
})
