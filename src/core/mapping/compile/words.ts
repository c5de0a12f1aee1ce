// How things are called in messages.

import type { FieldSchema } from '../../model/schema.ts'

const types: Readonly<Record<FieldSchema['type'], string>> = {
  text: 'text',
  decimal: 'number',
  money: 'currency',
  date: 'date',
  instant: 'date and time',
  boolean: 'yes or no',
  list: 'several choices',
  reference: 'lookup',
}

export const fieldTypeWords = (type: FieldSchema['type']): string => types[type]

/** `currency`, `choice`: what an admin sees in the CRM's set-up. */
export function fieldWords(field: FieldSchema | undefined): string {
  if (!field) return 'field'
  if (field.type === 'boolean') return 'checkbox'
  return field.type === 'text' && field.choices ? 'choice' : types[field.type]
}

/** `opportunity` → `opportunities`. */
export function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}
