// The machine's randomness: for jitter and for names that nobody may guess.

import { randomUUID, webcrypto } from 'node:crypto'
import type { Random } from '#spi'

export const systemRandom: Random = {
  next: () => (webcrypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  uuid: () => randomUUID(),
}
