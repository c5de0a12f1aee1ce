// Values that older YAML tools read as something else. Here they are what they look like; the warning is for the day
// somebody opens the file with another tool, and for those who know the other meaning.

import type { Problem } from '#core/problem'
import type { ScalarNode } from '#core/source'

type Words = Pick<Problem, 'what' | 'hint'>

const yes = /^(?:y|yes|on)$/i
const no = /^(?:n|no|off)$/i
const octal = /^[-+]?0[0-7_]+$/
const sexagesimal = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const grouped = /^[-+]?[0-9]+(?:_[0-9]+)+$/

/** What to say about a plain value that YAML 1.1 reads differently; undefined for all others. */
export function misread({ style, text, means }: ScalarNode): Words | undefined {
  if (style !== 'plain' || means === 'null' || means === 'boolean') return undefined
  if (text === 'NO') return words('NO', '"false"', 'Norway')
  if (no.test(text)) return words(text, '"false"', 'text')
  if (yes.test(text)) return words(text, '"true"', 'text')
  if (octal.test(text)) return words(text, 'a number in base eight', 'these digits')
  if (sexagesimal.test(text)) return words(text, 'a number in base sixty', 'text')
  return grouped.test(text) ? words(text, 'a number without the underscores', 'text') : undefined
}

const words = (text: string, elsewhere: string, here: string): Words => ({
  what: `${text} without quotation marks means ${elsewhere} to other YAML tools; here it is ${here}.`,
  hint: `write "${text}"`,
})
