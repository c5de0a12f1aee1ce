// A Host for tests: the real door to the network, leading to loopback only; everything else turned by hand.

import { openLog } from '#platform/log'
import { openSecrets } from '#platform/secrets'
import { type HttpLimits, openHttp } from '#platform/transport/http'
import { memoryVault } from '#platform/vault'
import { type Clock, type Host, type Instant, instantFromMs, later, msOf, type Vault } from '#spi'

export interface TestHostOptions {
  readonly origins: readonly string[]
  readonly clock?: Clock
  readonly vault?: Vault
  /** What `env:NAME` stands for. */
  readonly env?: Readonly<Record<string, string>>
  readonly seed?: number
  readonly pace?: { readonly parallel: number; readonly perMinute?: number }
  readonly limits?: Partial<HttpLimits>
}

export interface TestHost extends Host {
  /** Every line the log wrote, debug included. */
  readonly logLines: readonly string[]
}

export function testHost(options: TestHostOptions): TestHost {
  const { origins, clock = handClock(), vault = memoryVault(), env = {}, seed = 1, pace, limits } = options
  const logLines: string[] = []
  const log = openLog({
    clock,
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void logLines.push(line) },
  })
  const http = openHttp({
    connection: 'test',
    origins,
    clock,
    log,
    ...(pace ? { pace } : {}),
    ...(limits ? { limits } : {}),
  })
  return { http, clock, random: seededRandom(seed), log, vault, secrets: openSecrets({ clock, env }), logLines }
}

export interface HandClock extends Clock {
  /** Lets time pass: whoever sleeps until then wakes up. */
  turn(ms: number): void
}

/**
 * A clock that stands still until somebody sleeps on it or turns it. Sleeping takes no real time: it turns the clock
 * by as much as was asked for.
 */
export function handClock(start: Instant = instantFromMs(Date.UTC(2026, 10, 20, 14))): HandClock {
  let passed = 0
  return {
    now: () => later(start, passed),
    monotonicMs: () => msOf(start) + passed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      passed += Math.max(0, ms)
      await Promise.resolve()
    },
    turn: (ms) => {
      passed += ms
    },
  }
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Host['random'] {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const hex = (): string =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  const uuid = (): string => {
    const digits = `${hex()}${hex()}${hex()}${hex()}`
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`
  }
  return { next, uuid }
}
