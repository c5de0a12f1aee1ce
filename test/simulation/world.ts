// A simulated world: two pretended vendors, people who edit, a wire that fails, and the real engine, which may die at
// any moment at which it waits. Time is an event queue; the same story always ends the same way.

import { recordId } from '#core/model/ids'
import { cycle, type CycleReport } from '#engine/cycle'
import type { Pipeline } from '#engine/pipeline'
import type { KeptLedger } from '#ledger'
import { openMemoryLedger } from '#ledger/memory'
import { instantFromMs } from '#spi'
import { FakeClock } from '#testkit/fake-clock'
import { fakeCrmVendor } from '#testkit/fake-crm'
import { fakeReferral, fakeReferralFields, fakeSourceVendor } from '#testkit/fake-source'
import type { FakeVendor, FakeVendorOptions } from '#testkit/fake-vendor'
import { answerQuestions } from './clerk.ts'
import { dice, type Dice } from './dice.ts'
import { historyOf } from './ending.ts'
import { pipelineOf, type Replacements } from './engine.ts'
import type { Answered, Blur, History, Pass } from './history.ts'
import { Life, mortalClock } from './life.ts'
import { People } from './people.ts'
import { beganAtMs, type Story } from './story.ts'

/** Wrong parts, and a death of one's own choice. */
export interface Arranged extends Replacements {
  /** Does this life end here? In place of the story's own dice. */
  readonly dies?: (point: string) => boolean
}

export class World {
  readonly story: Story
  readonly clock = new FakeClock(instantFromMs(beganAtMs))
  readonly source: FakeVendor
  readonly crm: FakeVendor
  readonly people: People
  readonly blurs: Blur[] = []
  readonly answers: Answered[] = []
  readonly passes: Pass[] = []
  readonly lives: number[] = []
  readonly commits: number[] = []
  readonly disk: Dice
  ledger: KeptLedger = openMemoryLedger()
  readonly #arranged: Arranged
  readonly #dice: { readonly [purpose in 'wire' | 'pace' | 'death' | 'clerk']: Dice }
  readonly #endMs: number
  #life: Life
  #passed = 0

  constructor(story: Story, arranged: Arranged = {}) {
    this.story = story
    this.#arranged = arranged
    const { seed, manners } = story
    this.#dice = {
      wire: dice(seed, 'wire'),
      pace: dice(seed, 'pace'),
      death: dice(seed, 'death'),
      clerk: dice(seed, 'clerk'),
    }
    this.disk = dice(seed, 'disk')
    this.#endMs = manners.activeMs + manners.quietMs
    const nowMs = (): number => beganAtMs + this.nowMs()
    const common = { nowMs, stampMs: manners.stampMs, noticesNoops: manners.noticesNoops }
    this.source = fakeSourceVendor({ ...common, name: 'source', skewMs: () => manners.skewMs.source })
    this.crm = fakeCrmVendor({
      ...common,
      name: 'crm',
      skewMs: () => manners.skewMs.crm,
      ...workflowOf(story),
      ...arranged.crm,
    })
    this.people = new People({ source: this.source, crm: this.crm, nowMs: () => this.nowMs() })
    this.#life = this.#begin()
  }

  nowMs(): number {
    return this.clock.monotonicMs()
  }

  get isQuiet(): boolean {
    return this.nowMs() >= this.story.manners.activeMs
  }

  async run(): Promise<History> {
    const { referrals, edits, manners } = this.story
    for (const { id, atMs, customer } of referrals) this.clock.after(atMs, () => this.#refer(id, customer))
    for (const edit of edits) this.clock.after(edit.atMs, () => this.people.perform(edit))
    if (manners.wipeAtMs !== null) this.clock.after(manners.wipeAtMs, () => this.#wipe())
    for (;;) {
      await settled()
      const next = this.clock.untilNext()
      if (next === null || this.nowMs() + next > this.#endMs) break
      this.clock.step()
    }
    this.#life.end()
    return historyOf(this)
  }

  // ── the engine's lives ─────────────────────────────────────────────────────────────────────────────────────

  #begin(): Life {
    const { manners } = this.story
    this.lives.push(this.nowMs())
    const life = new Life({
      clock: this.clock,
      latencyMs: () => Math.floor(this.#dice.pace.next() * manners.latencyMs),
      dies: (point) => !this.isQuiet && this.#dies(point),
      died: () => this.#bury('died'),
    })
    const random = { next: () => this.#dice.pace.next(), uuid: () => `00000000-0000-4000-8000-${this.#passed}` }
    const of = { life, wire: this.#dice.wire, random, replacements: this.#arranged }
    void this.#live(life, pipelineOf(this, of))
    return life
  }

  #dies(point: string): boolean {
    const { dies } = this.#arranged
    if (dies) return dies(point)
    const { crash } = this.story.manners
    return crash > 0 && this.#dice.death.chance(crash)
  }

  #bury(what: Blur['what']): void {
    this.blurs.push({ atMs: this.nowMs(), what })
    this.clock.after(this.#dice.pace.whole(1_000, 60_000), () => {
      this.#life = this.#begin()
    })
  }

  /** Whoever is dead already when everything is lost begins once, not twice. */
  #wipe(): void {
    const isDead = this.#life.isOver
    this.#life.end()
    this.ledger = openMemoryLedger()
    if (isDead) this.blurs.push({ atMs: this.nowMs(), what: 'wiped' })
    else this.#bury('wiped')
  }

  async #live(life: Life, pipeline: Pipeline): Promise<void> {
    const { everyMs, sweepEvery } = this.story.manners
    const { signal } = new AbortController()
    const clock = mortalClock(this.clock, life)
    while (!life.isOver) {
      this.#passed += 1
      const beganMs = this.nowMs()
      const everything = sweepEvery > 0 && this.#passed % sweepEvery === 0
      const report = await life.unlessOver(cycle(pipeline, { signal, everything }))
      this.passes.push({ beganMs, endedMs: this.nowMs(), result: report.result, error: errorOf(report) })
      if (report.error?.code.startsWith('DB-4')) {
        life.end()
        this.#bury('died')
        return
      }
      const answered = await answerQuestions(this.ledger, {
        nowMs: beganAtMs + this.nowMs(),
        dice: this.#dice.clerk,
        all: this.isQuiet,
      })
      this.answers.push(...answered.map((one) => ({ ...one, atMs: this.nowMs() })))
      await clock.sleep(everyMs)
    }
  }

  #refer(id: string, customer: number): void {
    const name = ['Contoso', 'Fabrikam', 'Adventure Works'][customer] ?? 'Contoso'
    const domain = `${name.replaceAll(' ', '').toLowerCase()}.example`
    const fields = fakeReferralFields({ customer: { name, domain }, contact: { email: `sue@${domain}` } })
    this.source.add(fakeReferral, fields, { id: recordId(id) })
  }
}

function errorOf({ error }: CycleReport): string | null {
  if (!error) return null
  return `${error.code} ${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`
}

/** What the CRM does to records on its own: another program stamps them, or it tidies what it is given. */
function workflowOf({ manners }: Story): Partial<FakeVendorOptions> {
  if (manners.workflow === 'stamps')
    return { workflow: (state, changed) => (changed.includes('Stamped') ? null : { Stamped: state.version }) }
  if (manners.workflow === 'tidies')
    return {
      keep: (_kind, _field, value) => (typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : value),
    }
  return {}
}

/** Until everything that can go on without time passing has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
