// Kills the real program, over and over, at moments that chance decides: at any time at all, or at a write, before the
// vendor has seen it, after it was carried out and before the answer, or right after the answer. After each kill it is
// run again; in the end both sides must agree and the last plan must be empty. What holds is decided by the checker.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { run, type Running, start, type Workplace, workplace } from '../support/daemon-process.ts'
import { type Apart, Checker } from './checker.ts'
import { type Dice, diceFrom } from './dice.ts'
import type { Arming, Deed, Shown } from './told.ts'

export interface CampaignWish {
  readonly kills: number
  readonly seed: number
  /** Let it sleep now and then, as a laptop does. */
  readonly suspends?: boolean
  readonly say?: (line: string) => void
}

export interface Campaign {
  readonly kills: number
  /** What it was doing when it was killed. */
  readonly moments: Readonly<Record<string, number>>
  readonly deeds: number
  readonly closes: number
  /** Deals that waited for a person, or for an hour to be over. */
  readonly waiting: readonly string[]
  readonly violations: readonly string[]
}

const Explained = z.object({ waits: z.array(z.object({ code: z.string() })) })
/** A lost write that may have been taken back, and a field that was written four times within the hour. */
const reasons: ReadonlySet<string> = new Set(['DB-3507', 'DB-3127'])

const root = join(import.meta.dirname, '..', '..')
const endings = new Set([0, 1, 3])
/** A kill comes at this write, at the latest. */
const writesMax = 8

export async function campaign(wish: CampaignWish): Promise<Campaign> {
  const vendors = await startVendors()
  const place = workplaceFor(vendors.urls, wish.seed)
  try {
    return await new Torture(wish, vendors, place).run()
  } finally {
    vendors.close()
    place.remove()
  }
}

class Torture {
  readonly #wish: CampaignWish
  readonly #vendors: Vendors
  readonly #place: Workplace
  readonly #dice: Dice
  readonly #moments: Record<string, number> = {}
  readonly #troubles: string[] = []
  /** Deals that were apart for a reason, once or for good. */
  readonly #waiting = new Map<string, string>()
  /** How long a sync takes here and now. */
  #usualMs = 1_500
  #kills = 0
  #deeds = 0

  constructor(wish: CampaignWish, vendors: Vendors, place: Workplace) {
    this.#wish = wish
    this.#vendors = vendors
    this.#place = place
    this.#dice = diceFrom(wish.seed)
  }

  async run(): Promise<Campaign> {
    const { kills, say = () => undefined } = this.#wish
    const checker = new Checker(await this.#vendors.show())
    for (let round = 0; this.#kills < kills && round < kills * 3; round += 1) {
      await this.#work(checker)
      await this.#killed()
      checker.see(await this.#vendors.show())
      // Now and then people go on before anybody has looked what became of it, or it is killed at once again.
      if (this.#dice.next() < 0.3) continue
      await this.#sync()
      await this.#end(checker)
      say(`${this.#kills} kills, ${this.#deeds} deeds, ${checker.violations.length + this.#troubles.length} violations`)
    }
    await this.#rest(checker)
    const closes = [...checker.closes.values()].reduce((sum, count) => sum + count, 0)
    const violations = [...checker.violations, ...this.#troubles]
    const waiting = [...this.#waiting.values()]
    return { kills: this.#kills, moments: this.#moments, deeds: this.#deeds, closes, waiting, violations }
  }

  async #work(checker: Checker): Promise<void> {
    const deeds = await this.#vendors.work(this.#dice.below(2 ** 31), 1 + this.#dice.below(4))
    this.#deeds += deeds.length
    checker.note(deeds)
  }

  /** One sync that is not to see its end. */
  async #killed(): Promise<void> {
    const dice = this.#dice
    const atWrite = dice.next() < 0.65
    const when = dice.pick(['before', 'after', 'after the answer'] as const) ?? 'before'
    const running = this.#start()
    const pid = running.child.pid ?? 0
    await this.#vendors.arm({ pid, write: atWrite ? 1 + dice.below(writesMax) : 0, when })
    const timer = setTimeout(() => running.signal('SIGKILL'), atWrite ? 20_000 : dice.next() * this.#usualMs * 1.1)
    if (this.#wish.suspends === true && dice.next() < 0.3) void this.#suspended(running)
    const { signal } = await running.ended
    clearTimeout(timer)
    await this.#vendors.arm({ pid, write: 0, when })
    if (signal !== 'SIGKILL') return
    this.#kills += 1
    const moment = atWrite ? momentNames[when] : 'at any time'
    this.#moments[moment] = (this.#moments[moment] ?? 0) + 1
  }

  async #suspended(running: Running): Promise<void> {
    await sleep(this.#dice.next() * this.#usualMs)
    running.signal('SIGSTOP')
    await sleep(100 + this.#dice.next() * 900)
    running.signal('SIGCONT')
  }

  #start(): Running {
    return start(this.#place.folder, ['sync', '--yes', '--approve-outcomes', '50'], secrets)
  }

  async #sync(): Promise<void> {
    const began = Date.now()
    const running = this.#start()
    const { code } = await running.ended
    this.#usualMs = Date.now() - began
    if (!endings.has(code ?? -1)) this.#troubles.push(`sync ended with ${code}: ${running.output().slice(-2_000)}`)
  }

  /** What is apart may be so only if the program itself says why: it asks a person, or lets a field rest for an hour. */
  async #end(checker: Checker): Promise<void> {
    for (const apart of checker.end(await this.#vendors.show())) {
      const reason = await this.#reasonFor(apart)
      if (reason === null) checker.unexplained(apart)
      else this.#waiting.set(apart.referral, reason)
      this.#wish.say?.(`${apart.referral}: ${apart.what}; ${reason ?? 'nobody is told why'}`)
    }
  }

  async #reasonFor({ referral }: Apart): Promise<string | null> {
    const { stdout } = await run(this.#place.folder, ['explain', referral, '--json'], secrets)
    const explained = Explained.safeParse(stdout === '' ? null : JSON.parse(stdout))
    return explained.data?.waits.find(({ code }) => reasons.has(code))?.code ?? null
  }

  /** At most three more passes bring everything into step; then there is nothing to do, and nothing is done. */
  async #rest(checker: Checker): Promise<void> {
    for (let pass = 0; pass < 3; pass += 1) await this.#sync()
    await this.#end(checker)
    const plan = await run(this.#place.folder, ['plan', '--exit-code'], secrets)
    if (plan.code !== 0) this.#troubles.push(`the last plan is not empty (${plan.code}): ${plan.output.slice(-2_000)}`)
    await this.#sync()
    checker.quiet(await this.#vendors.show())
  }
}

const momentNames = {
  before: 'before a write arrived',
  after: 'after a write was done',
  'after the answer': 'after the answer to a write',
} as const

const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms))

// ── the vendors' process ─────────────────────────────────────────────────────────────────────────────────────

type Urls = Readonly<Record<'partner-center' | 'salesforce' | 'dynamics' | 'desk', string>>

interface Vendors {
  readonly urls: Urls
  show(): Promise<Shown>
  work(seed: number, deeds: number): Promise<readonly Deed[]>
  arm(arming: Arming): Promise<void>
  close(): void
}

async function startVendors(): Promise<Vendors> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'vendors.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('the vendors say nothing')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const urls = JSON.parse(line.toString()) as Urls
  const ask = async (wish: object): Promise<unknown> => {
    const answer = await fetch(urls.desk, { method: 'POST', body: JSON.stringify(wish) })
    if (!answer.ok) throw new Error(`the vendors are in trouble: ${await answer.text()}`)
    return await answer.json()
  }
  return {
    urls,
    show: async () => (await ask({ do: 'show' })) as Shown,
    work: async (seed, deeds) => (await ask({ do: 'work', seed, deeds })) as readonly Deed[],
    arm: async (arming) => void (await ask({ do: 'arm', ...arming })),
    close: () => void child.kill('SIGKILL'),
  }
}

// ── the program's folder ─────────────────────────────────────────────────────────────────────────────────────

const secrets = { LEDGER_KEY: Buffer.alloc(32, 7).toString('base64') }

/** Half of the campaigns keep their ledger sealed. */
function workplaceFor(urls: Urls, seed: number): Workplace {
  const key = seed % 2 === 0 ? ', encryptionKey: env:LEDGER_KEY' : ''
  const target = (name: string, url: string): string =>
    `  ${name}: { type: ${name}, url: "${url}", endpoint: "${urls[name as keyof Urls]}", auth: { flow: none } }`
  const pipeline = (name: string): string =>
    `  ${name}: { source: partner-center, target: ${name}, mapping: mappings/${name}.yaml, mode: auto }`
  const config = `version: 1
name: torture
timezone: Europe/Berlin
sources:
  partner-center: { type: partner-center, tenant: sandbox, endpoint: "${urls['partner-center']}", auth: { flow: none } }
targets:
${target('salesforce', 'https://fabrikam.my.salesforce.com')}
${target('dynamics', 'https://fabrikam.crm4.dynamics.com')}
pipelines:
${pipeline('salesforce')}
${pipeline('dynamics')}
limits: { changes: { perRun: 500, shareOfLinked: 100%, creates: 200, outcomes: 50 } }
store: { type: lowdb, path: data/ledger${key} }
`
  return workplace({
    'config/dealbridge.yaml': config,
    'mappings/salesforce.yaml': impatient('salesforce.opportunity.yaml'),
    'mappings/dynamics.yaml': impatient('dynamics.opportunity.yaml'),
    ...fixtures(),
  })
}

/** The shipped mapping, with outcomes that go at once; its own tests, which say otherwise, are left out. */
function impatient(file: string): string {
  const [text = ''] = readFileSync(join(root, 'mappings', file), 'utf8').split(/^tests:/m)
  return text.replace(/^ {2}hold: .*$/m, '  hold: 0s')
}

const fixtures = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(root, 'mappings', 'fixtures')).map((name) => [
      `mappings/fixtures/${name}`,
      readFileSync(join(root, 'mappings', 'fixtures', name), 'utf8'),
    ]),
  )
