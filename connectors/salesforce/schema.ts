// An object as a mapping sees it: which fields it has, what they take, and what a stage stands for.

import { type Choice, type FieldSchema, kind as kindOf, type KindSchema } from '#spi'
import type { Field, ObjectFacts } from './describe.ts'

export interface Stage {
  readonly name: string
  readonly label: string
  readonly isActive: boolean
  readonly isClosed: boolean
  readonly isWon: boolean
}

export interface Setup {
  readonly stages: readonly Stage[]
  /** The sales process whose stages they are, where there is just one. */
  readonly process: string | null
}

const types = new Map<string, FieldSchema['type']>(
  Object.entries({
    boolean: 'boolean',
    int: 'decimal',
    long: 'decimal',
    double: 'decimal',
    percent: 'decimal',
    currency: 'money',
    date: 'date',
    datetime: 'instant',
    multipicklist: 'list',
    reference: 'reference',
  } as const),
)

export function kindSchema(facts: ObjectFacts, setup: Setup): KindSchema {
  return {
    kind: kindOf(facts.name),
    label: facts.label,
    fields: [...facts.fields.values()].map((field) => fieldSchema(facts, field, setup)),
    // Queues own leads and cases, never opportunities, accounts or contacts.
    ownedBy: facts.fields.has('OwnerId') ? ['user'] : [],
  }
}

function fieldSchema(facts: ObjectFacts, field: Field, setup: Setup): FieldSchema {
  const type = types.get(field.type) ?? 'text'
  const choices = choicesOf(facts, field, setup)
  const isNumber = type === 'decimal' || type === 'money'
  const isStage = field.name === 'StageName' && facts.name === 'Opportunity'
  return {
    name: field.name,
    label: field.label ?? field.name,
    type,
    creatable: facts.createable && field.createable,
    updatable: facts.updateable && field.updateable,
    required: field.createable && !field.nillable && !field.defaultedOnCreate && field.type !== 'boolean',
    unique: field.name === 'Id' || (field.unique && field.externalId),
    ...(field.length > 0 && type === 'text' ? { lengthMax: field.length } : {}),
    ...(isNumber ? { scale: field.scale, precision: field.type === 'int' ? field.digits : field.precision } : {}),
    ...(choices ? { choices } : {}),
    ...(field.referenceTo?.length ? { references: field.referenceTo.map(kindOf) } : {}),
    ...(field.calculated || field.autoNumber ? { calculated: true } : {}),
    ...(isStage && setup.process !== null ? { process: setup.process } : {}),
  }
}

/** A picklist that takes any text is still shown with its values when it is the stage: nothing else may stand there. */
function choicesOf(facts: ObjectFacts, field: Field, setup: Setup): readonly Choice[] | undefined {
  if (field.name === 'RecordTypeId' && facts.recordTypes.length > 0)
    return facts.recordTypes
      .filter((type) => !type.master)
      .map((type) => ({
        value: type.developerName ?? type.recordTypeId,
        label: type.name,
        active: type.active && type.available,
      }))
  if (field.name === 'StageName' && facts.name === 'Opportunity') return stageChoices(field, setup.stages)
  const isClosedSet = field.restrictedPicklist && (field.type === 'picklist' || field.type === 'multipicklist')
  return isClosedSet ? valuesOf(field) : undefined
}

const valuesOf = (field: Field): readonly Choice[] =>
  (field.picklistValues ?? []).map(({ value, label, active }) => ({ value, label: label ?? value, active }))

function stageChoices(field: Field, stages: readonly Stage[]): readonly Choice[] {
  return valuesOf(field).map((choice) => {
    const stage = stages.find((each) => each.name === choice.value)
    if (!stage) return choice
    const means = stage.isWon ? 'won' : stage.isClosed ? 'lost' : 'open'
    return { ...choice, active: choice.active && stage.isActive, means }
  })
}

/**
 * Under which values of its controlling field a value may be chosen: bit by bit, the first value of the controller in
 * the highest bit. Null where it depends on nothing.
 */
export function validUnder(
  controller: Field | undefined,
  validFor: string | null | undefined,
): readonly string[] | null {
  if (!controller || !validFor) return null
  const bytes = Buffer.from(validFor, 'base64')
  const values = controller.picklistValues ?? []
  return values.filter((_, index) => ((bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0).map(({ value }) => value)
}
