// A sealed place for the few secrets that vendors hand to us while we run, above all a refresh token that is replaced
// at every use. Losing one locks the connection out until a person signs in again.

import type { Vault } from '#spi'

/** Forgotten when the process ends: for tests and the sandbox. */
export function memoryVault(): Vault {
  const kept = new Map<string, { readonly now: string; readonly before: string | null }>()
  return {
    get: async (name) => kept.get(name)?.now ?? null,
    put: async (name, secret) => void kept.set(name, { now: secret, before: kept.get(name)?.now ?? null }),
    previous: async (name) => kept.get(name)?.before ?? null,
  }
}
