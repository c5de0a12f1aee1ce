// A stage table filled in from a CRM's own stages: by what stages are usually called, and by their order for the rest.

import { unreachable } from '../../invariant.ts'
import type { Choice, FieldSchema } from '../../model/schema.ts'
import type { Stage, Step } from '../../model/stage.ts'
import { yamlText } from '../notes.ts'

export interface PlacedStage {
  readonly choice: Choice
  readonly stage: Stage
  readonly step: Step | null
  /** False where the order decided, or nothing did: a person should look. */
  readonly certain: boolean
}

interface Sign {
  readonly words: RegExp
  readonly stage: Stage
  readonly step: Step | null
}

/** The first that fits decides, so the narrow ones stand first. */
const signs: readonly Sign[] = [
  { words: /expired/i, stage: 'Expired', step: null },
  { words: /declin|reject|disqualif/i, stage: 'Declined', step: null },
  { words: /microsoft|partner center|referral/i, stage: 'New', step: null },
  { words: /negotiat|review|contract|\bclose\b|verbal/i, stage: 'Accepted', step: 'Negotiated' },
  { words: /propos(?!ition)|quot|\boffer/i, stage: 'Accepted', step: 'Proposed' },
  { words: /develop|value|perception|decision|solution|demo|proof/i, stage: 'Accepted', step: 'Developed' },
  { words: /qualif|analy|discover|need/i, stage: 'Accepted', step: 'Qualified' },
]

/** `waitsElsewhere`: a state of the record tells that a referral waits, so no stage has to. */
export function placeStages(choices: readonly Choice[], waitsElsewhere = false): readonly PlacedStage[] {
  const open = choices.filter((choice) => choice.active && (choice.means ?? 'open') === 'open')
  const closed = choices.filter((choice) => choice.active && (choice.means === 'won' || choice.means === 'lost'))
  return [...placeOpen(open, waitsElsewhere), ...closed.map(placeClosed)]
}

function placeOpen(open: readonly Choice[], waitsElsewhere: boolean): readonly PlacedStage[] {
  const placed = open.map((choice): PlacedStage => {
    const sign = signs.find(
      ({ words, stage }) => words.test(choice.label) && stage !== 'Expired' && stage !== 'Declined',
    )
    return sign
      ? { choice, stage: sign.stage, step: sign.step, certain: true }
      : { choice, stage: 'Accepted', step: null, certain: false }
  })
  if (waitsElsewhere || placed.some(({ stage }) => stage === 'New')) return placed
  // Something has to be the place where a referral waits: the first stage of the process, unless a person knows better.
  return placed.map((one, index) => (index === 0 ? { ...one, stage: 'New', step: null, certain: false } : one))
}

function placeClosed(choice: Choice): PlacedStage {
  if (choice.means === 'won') return { choice, stage: 'Won', step: null, certain: true }
  const sign = signs.find(
    ({ words, stage }) => words.test(choice.label) && (stage === 'Expired' || stage === 'Declined'),
  )
  return { choice, stage: sign?.stage ?? 'Lost', step: null, certain: true }
}

/** Where outcomes are shown in CRMs that keep them apart from the stage: as the state of the record and its reason. */
export interface StateFields {
  readonly state: FieldSchema
  readonly reason: FieldSchema | undefined
}

const hasLabel = ({ choices }: FieldSchema, label: RegExp): string | undefined =>
  choices?.find((choice) => choice.active && label.test(choice.label))?.label

export function stateFields(fields: readonly FieldSchema[]): StateFields | undefined {
  const state = fields.find(
    (field) => hasLabel(field, /^open$/i) && hasLabel(field, /^won$/i) && hasLabel(field, /^lost$/i),
  )
  return state && { state, reason: fields.find((field) => field !== state && hasLabel(field, /on hold|cancel/i)) }
}

/** One row for each status that the state of a record tells, in the words of the org; null where nothing does. */
export function placeState({ state, reason }: StateFields, stage: Stage): string | null {
  const at = (label: RegExp): string | undefined => reason && hasLabel(reason, label)
  const both = (label: string | undefined, why: string | undefined): string =>
    `{ ${state.name}: ${yamlText(label ?? '')}${reason && why ? `, ${reason.name}: ${yamlText(why)}` : ''} }`
  const lost = hasLabel(state, /^lost$/i)
  switch (stage) {
    case 'New': {
      const onHold = at(/on hold/i)
      return reason && onHold !== undefined ? `{ ${reason.name}: ${yamlText(onHold)} }` : null
    }
    case 'Won':
      return `{ ${state.name}: ${yamlText(hasLabel(state, /^won$/i) ?? '')} }`
    case 'Lost':
      return both(lost, at(/out-?sold|lost/i))
    case 'Declined':
    case 'Expired':
      return at(/cancel/i) === undefined ? null : both(lost, at(/cancel/i))
    case 'Received':
    case 'Accepted':
    case 'Error':
      return null
    default:
      return unreachable(stage)
  }
}
