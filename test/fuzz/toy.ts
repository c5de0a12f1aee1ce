// A reader with a planted mistake behind three conditions, one within the other, to show that the fuzzer finds its way:
// whoever guesses needs all three at once, whoever sees what was reached needs one after the other.

import type { Target } from './target.ts'

export const toy: Target = {
  name: 'toy',
  covers: ['test/fuzz/toy.ts'],
  seeds: () => [Buffer.from('name: a deal')],
  bytesMax: 256,
  burst: 0,
  run: (input) => {
    const text = input.toString('latin1')
    if (text.startsWith('-')) {
      if (text.includes('true')) {
        if (text.includes('\n')) throw new TypeError('planted')
      }
    }
    return text.length
  },
}
