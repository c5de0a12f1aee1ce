// Record ids as Salesforce makes them: three characters that tell the object, twelve that count, and three that carry
// the upper and lower case of the others, for clients that lose it.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const shape = /^[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?$/

/** The 18-character form of a 15-character id. */
export function fullId(id: string): string {
  return id + suffixOf(id)
}

function suffixOf(id: string): string {
  return [0, 5, 10]
    .map((start) => {
      const block = id.slice(start, start + 5).split('')
      const bits = block.map((char, i) => (char >= 'A' && char <= 'Z' ? 2 ** i : 0))
      return alphabet[bits.reduce((sum, bit) => sum + bit, 0)] ?? ''
    })
    .join('')
}

/** Reads either form; undefined when it is no id, or its check characters belong to another. */
export function parseId(text: string): string | undefined {
  if (!shape.test(text)) return undefined
  const full = fullId(text.slice(0, 15))
  return text.length === 15 || text === full ? full : undefined
}

/** Hands out ids in order, each object with its own prefix. */
export class IdCounter {
  readonly #next = new Map<string, number>()

  next(prefix: string): string {
    const count = (this.#next.get(prefix) ?? 0) + 1
    this.#next.set(prefix, count)
    return fullId(`${prefix}Qy0${base62(count).padStart(9, '0')}`)
  }
}

function base62(value: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = (digits[rest % 62] ?? '') + text
  return text
}
