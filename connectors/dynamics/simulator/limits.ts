// The three service protection limits: requests, execution time and requests at once, each per identity and per
// sliding window. Whoever goes on asking while refused waits longer.

import { msOf, type Instant } from '#spi'
import { throttles } from './refusals.ts'

export interface ProtectionRules {
  readonly requests: number
  readonly executionMs: number
  readonly concurrency: number
  readonly windowSeconds: number
}

export const documentedLimits: ProtectionRules = {
  requests: 6000,
  executionMs: 1_200_000,
  concurrency: 52,
  windowSeconds: 300,
}

export interface Throttled {
  readonly code: string
  readonly message: string
  readonly retryAfterSeconds: number
}

interface Usage {
  readonly calls: { readonly at: number; readonly ms: number }[]
  running: number
  /** How often it asked while refused. */
  stubborn: number
}

export class Protection {
  rules: ProtectionRules
  readonly #now: () => Instant
  readonly #usage = new Map<string, Usage>()
  constructor(rules: ProtectionRules, now: () => Instant) {
    this.rules = rules
    this.#now = now
  }

  /** The refusal, or undefined and one call more in progress. */
  enter(identity: string): Throttled | undefined {
    const { rules } = this
    const usage = this.#of(identity)
    const now = msOf(this.#now())
    const oldest = now - rules.windowSeconds * 1000
    while (usage.calls[0] && usage.calls[0].at <= oldest) usage.calls.shift()
    const spent = usage.calls.reduce((sum, call) => sum + call.ms, 0)
    const refused = this.#refusal(usage, spent)
    if (!refused) {
      usage.stubborn = 0
      usage.running += 1
      return undefined
    }
    usage.stubborn += 1
    const first = usage.calls[0]?.at ?? now
    const wait = Math.ceil((first + rules.windowSeconds * 1000 - now) / 1000)
    const [code, message] = refused
    return { code, message, retryAfterSeconds: Math.max(1, Math.min(wait, 30)) + 5 * (usage.stubborn - 1) }
  }

  leave(identity: string, executionMs: number): void {
    const usage = this.#of(identity)
    usage.running -= 1
    usage.calls.push({ at: msOf(this.#now()), ms: executionMs })
  }

  remaining(identity: string): { readonly requests: number; readonly seconds: number } {
    const { calls } = this.#of(identity)
    const spent = calls.reduce((sum, call) => sum + call.ms, 0)
    return {
      requests: Math.max(0, this.rules.requests - calls.length),
      seconds: Math.max(0, Math.floor((this.rules.executionMs - spent) / 1000)),
    }
  }

  #refusal(usage: Usage, spent: number): readonly [string, string] | undefined {
    const { requests, executionMs, concurrency, windowSeconds } = this.rules
    if (usage.running >= concurrency) return throttles.concurrency(concurrency)
    if (usage.calls.length >= requests) return throttles.requests(requests, windowSeconds)
    return spent >= executionMs ? throttles.time(executionMs, windowSeconds) : undefined
  }

  #of(identity: string): Usage {
    const usage = this.#usage.get(identity) ?? { calls: [], running: 0, stubborn: 0 }
    this.#usage.set(identity, usage)
    return usage
  }
}
