// JSON text in and out, without loss. Money must not pass through a binary float, so a number that a double would
// change comes in as its digits, and exact digits can go out as a JSON number.

import { canonicalDecimal } from './decimal.ts'
import type { Json } from './json.ts'

declare global {
  interface JSON {
    rawJSON(text: string): object
  }
}

/** Deeper than any answer of a vendor, and shallow enough that no text can exhaust the stack. */
const depthMax = 64

/**
 * Reads JSON text. Undefined when it is not JSON, names a key twice in one object, or is nested too deep.
 * A number whose double would be another number (`9007199254740993`, `1e400`) becomes its source text. Keys called
 * `__proto__` are dropped: no data may reach a prototype.
 */
export function parseJson(text: string, depth: number = depthMax): Json | undefined {
  try {
    const care = survey(text, depth)
    if (care === 'refuse') return undefined
    return care === 'plain' ? (JSON.parse(text) as Json) : (JSON.parse(text, keepExact) as Json)
  } catch {
    return undefined
  }
}

function keepExact(name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (name === '__proto__') return undefined
  if (typeof value !== 'number' || context?.source === undefined) return value
  return isExact(context.source) ? value : context.source
}

/** Does the double print the number that was written? `84000.00` does; `0.1000000000000000055` does not. */
function isExact(source: string): boolean {
  const printed = String(Number(source))
  if (printed === source) return true
  const canonical = canonicalDecimal(source)
  return canonical !== undefined && canonical === canonicalDecimal(printed)
}

/**
 * One pass over the text, before it is parsed: is it too deep, does it repeat a key, does it hold anything that a
 * plain JSON.parse would get wrong? Most texts are plain, and parse several times faster for knowing it.
 */
function survey(text: string, depth: number): 'plain' | 'careful' | 'refuse' {
  // For each open bracket: the keys seen so far, or null for a list.
  const open: (Set<string> | null)[] = []
  let careful = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === sign.brace || code === sign.bracket) {
      if (open.push(code === sign.brace ? new Set() : null) > depth) return 'refuse'
    } else if (code === sign.braceEnd || code === sign.bracketEnd) open.pop()
    else if (code === sign.quote) {
      const end = endOfString(text, at)
      const keys = open.at(-1)
      if (keys && isKey(text, end)) {
        const key = keyAt(text, at, end)
        if (keys.has(key)) return 'refuse'
        keys.add(key)
        careful ||= key === '__proto__'
      }
      at = end
    } else if (code === sign.minus || isDigit(code)) {
      const end = endOfNumber(text, at)
      careful ||= !isExact(text.slice(at, end))
      at = end - 1
    }
  }
  return careful ? 'careful' : 'plain'
}

/** Codes, not texts and patterns: this looks at every character of every answer. */
const sign = { quote: 34, minus: 45, bracket: 91, bracketEnd: 93, brace: 123, braceEnd: 125 } as const

const isDigit = (code: number): boolean => code >= 48 && code <= 57

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1
  return end
}

/** Digits, and + - . e E. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 43 || code === 45 || code === 46 || code === 101 || code === 69

/** Where the closing quotation mark stands; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text[end - 1 - slashes] === '\\') slashes += 1
    if (slashes % 2 === 0) return end
  }
  return text.length
}

function isKey(text: string, end: number): boolean {
  let after = end + 1
  while (isSpace(text.charCodeAt(after))) after += 1
  return text[after] === ':'
}

/** What JSON takes for space: no more than these. */
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

/** The key as it reads: `"\u0061"` and `"a"` are one. */
function keyAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
}

declare const brand: unique symbol
/** Digits that are written as a JSON number, exactly as they stand. */
export interface ExactNumber {
  readonly [brand]: 'ExactNumber'
}

/** For a field that takes a number: `exactNumber('84000.10')`. Undefined when the text is no decimal number. */
export function exactNumber(text: string): ExactNumber | undefined {
  const digits = canonicalDecimal(text)
  return digits === undefined ? undefined : (JSON.rawJSON(digits) as ExactNumber)
}

/** JSON that may hold exact numbers. Undefined members are left out. */
export type JsonOut = Json | ExactNumber | undefined | readonly JsonOut[] | { readonly [name: string]: JsonOut }

export const stringifyJson = (value: Exclude<JsonOut, undefined>): string => JSON.stringify(value)
