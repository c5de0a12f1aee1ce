// Our share of the org's daily API calls. Every answer says how many calls the org has made and may make
// (`Sforce-Limit-Info`); our own are counted here, by the hour over 24 hours, and outlive a restart in the vault.

import { z } from 'zod'
import { type Host, instantFromMs, msOf, parseJson } from '#spi'
import { CallFailure, pause } from './faults.ts'

const hourMs = 3_600_000
const hours = 24
const vaulted = 'salesforce-calls'
/** A crash forgets fewer than this many calls. */
const saveEvery = 50

const Kept = z.object({ limit: z.int().nullable(), byHour: z.record(z.string(), z.int().min(0)) })

export interface Usage {
  /** Of the whole org; null until an answer has told. */
  readonly used: number | null
  readonly limit: number | null
  readonly ours: number
}

export class Budget {
  readonly #host: Pick<Host, 'clock' | 'vault' | 'log'>
  readonly #share: number
  readonly #byHour = new Map<number, number>()
  #limit: number | null = null
  #used: number | null = null
  #loaded: Promise<void> | null = null
  #unsaved = 0

  constructor(share: number, host: Pick<Host, 'clock' | 'vault' | 'log'>) {
    this.#share = share
    this.#host = host
  }

  usage(): Usage {
    return { used: this.#used, limit: this.#limit, ours: this.#ours() }
  }

  /** Counts one call, or refuses it. The limit is known from the last answer; before the first one nothing is refused. */
  async take(): Promise<void> {
    await (this.#loaded ??= this.#load())
    const allowance = this.#limit === null ? Infinity : Math.floor(this.#limit * this.#share)
    if (this.#ours() >= allowance) throw this.#spent()
    const hour = this.#hour()
    this.#byHour.set(hour, (this.#byHour.get(hour) ?? 0) + 1)
    this.#unsaved += 1
    if (this.#unsaved >= saveEvery) await this.save()
  }

  /** `api-usage=10018/100000`, with other figures behind it or without. */
  note(header: string | undefined): void {
    const [, used, limit] = /api-usage=(\d{1,15})\/(\d{1,15})/.exec(header ?? '') ?? []
    if (used === undefined || limit === undefined) return
    this.#used = Number(used)
    this.#limit = Number(limit)
  }

  async save(): Promise<void> {
    if (this.#unsaved === 0) return
    this.#unsaved = 0
    this.#forgetOld()
    const byHour = Object.fromEntries(this.#byHour)
    await this.#host.vault.put(vaulted, JSON.stringify({ limit: this.#limit, byHour }))
  }

  async #load(): Promise<void> {
    const kept = Kept.safeParse(parseJson((await this.#host.vault.get(vaulted)) ?? 'null'))
    if (!kept.success) return
    this.#limit = kept.data.limit
    for (const [hour, count] of Object.entries(kept.data.byHour)) this.#byHour.set(Number(hour), count)
  }

  #hour(): number {
    return Math.floor(msOf(this.#host.clock.now()) / hourMs)
  }

  #ours(): number {
    this.#forgetOld()
    return [...this.#byHour.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Hours that are over, and hours yet to come: a clock that was set back leaves those behind. */
  #forgetOld(): void {
    const now = this.#hour()
    for (const hour of this.#byHour.keys()) if (hour <= now - hours || hour > now) this.#byHour.delete(hour)
  }

  #spent(): CallFailure {
    const oldest = Math.min(...this.#byHour.keys())
    const free = instantFromMs((oldest + hours) * hourMs)
    this.#host.log.warn('salesforce.share-used', { code: 'DB-1308', count: this.#ours(), at: free })
    return new CallFailure(pause('DB-1308', 0, free), 'no')
  }
}
