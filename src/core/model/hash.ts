// SHA-256, so that core can name things by their content without reaching outside itself. Used for keys and
// fingerprints, never for secrets. Everything that is planned is named by it, so it makes no more garbage than it must.

const initial = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]
const primes = firstPrimes(64)
const rounds = primes.map((prime) => fractionBits(Math.cbrt(prime)))

const encoder = new TextEncoder()
const words = new Uint32Array(64)

/** The first `length` hexadecimal digits of the text's SHA-256. */
export function hashOf(text: string, length = 64): string {
  const state = Uint32Array.from(initial)
  const bytes = padded(encoder.encode(text))
  for (let start = 0; start < bytes.byteLength; start += 64) compress(state, bytes, start)
  let digits = ''
  for (let i = 0; digits.length < length && i < 8; i += 1) digits += at(state, i).toString(16).padStart(8, '0')
  return digits.slice(0, length)
}

function compress(state: Uint32Array, bytes: DataView, start: number): void {
  for (let i = 0; i < 16; i += 1) words[i] = bytes.getUint32(start + i * 4)
  for (let i = 16; i < 64; i += 1) {
    const a = at(words, i - 15)
    const b = at(words, i - 2)
    const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)
    const large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)
    words[i] = (at(words, i - 16) + small + at(words, i - 7) + large) | 0
  }
  let [a, b, c, d] = [at(state, 0), at(state, 1), at(state, 2), at(state, 3)]
  let [e, f, g, h] = [at(state, 4), at(state, 5), at(state, 6), at(state, 7)]
  for (let i = 0; i < 64; i += 1) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + at(rounds, i) + at(words, i)) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  const last = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i += 1) state[i] = (at(state, i) + at(last, i)) | 0
}

function padded(bytes: Uint8Array): DataView {
  const blocks = Math.ceil((bytes.length + 9) / 64)
  const out = new Uint8Array(blocks * 64)
  out.set(bytes)
  out[bytes.length] = 0x80
  const view = new DataView(out.buffer)
  view.setUint32(out.length - 8, Math.floor((bytes.length * 8) / 2 ** 32))
  view.setUint32(out.length - 4, (bytes.length * 8) >>> 0)
  return view
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
const at = (words: ArrayLike<number>, index: number): number => words[index] ?? 0

function fractionBits(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) | 0
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}
