// The tour: what a newcomer sees in the first twenty seconds, with no key pressed. Each step does something a person
// would do, tells it, and then waits until it can be seen at the far end; a step that does not come true ends the tour
// with its reason.

import { msOf, recordId, type RecordId } from '#spi'
import type { Steering } from './steering.ts'
import type { ServedCrm, World } from './world.ts'

export interface TourFrame {
  readonly world: World
  readonly steering: Steering
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** How long a step may take to come true. */
const patienceMs = 20_000
const lookEveryMs = 100

export type TourResult = { readonly ok: true } | { readonly ok: false; readonly step: string; readonly because: string }

class NotSo extends Error {}

interface Step {
  readonly title: string
  run(frame: TourFrame, notes: Notes): Promise<void>
}

/** What one step leaves for the next. */
interface Notes {
  readonly expected: Map<ServedCrm['name'], readonly RecordId[]>
  readonly closing: { referral: RecordId; status: string }[]
}

export async function playTour(frame: TourFrame): Promise<TourResult> {
  const notes: Notes = { expected: new Map(), closing: [] }
  for (const [index, step] of steps.entries()) {
    frame.say('')
    frame.say(`${index + 1}  ${step.title}`)
    try {
      await step.run(frame, notes)
    } catch (error) {
      frame.signal.throwIfAborted()
      const because = error instanceof Error ? error.message : String(error)
      frame.say(`   ✗ ${because}`)
      return { ok: false, step: step.title, because }
    }
  }
  return { ok: true }
}

const steps: readonly Step[] = [
  {
    title: 'What would be written? The pipelines observe: they read, and write nothing.',
    run: async ({ world, steering, say }, notes) => {
      for (const { name, hands } of world.crms) {
        const plan = await steering.plan(name)
        if (plan.failure) throw new NotSo(`${name}: ${plan.failure}`)
        for (const line of taste(plan.text)) say(`   ${line}`)
        const creates = plan.creates.filter(({ kind }) => kind === hands.kind)
        if (creates.length === 0) throw new NotSo(`${name}: no new referral was found to plan with`)
        notes.expected.set(
          name,
          creates.map(({ referral }) => recordId(referral)),
        )
      }
    },
  },
  {
    title: 'Let it write: mode auto. New referrals become opportunities, with account, contact and role.',
    run: async (frame, notes) => {
      const { world, steering, say } = frame
      for (const { name } of world.crms) await steering.mode(name, 'auto')
      for (const crm of world.crms) {
        const referrals = notes.expected.get(crm.name) ?? []
        await until(frame, `${referrals.length} new opportunities in ${crm.label}, each with account and contact`, () =>
          referrals.every((referral) => isWhole(crm, referral)),
        )
        for (const referral of referrals.slice(0, 3)) say(`   + ${crm.label}: ${describe(crm, referral)}`)
        if (referrals.length > 3) say(`     … and ${referrals.length - 3} more`)
      }
    },
  },
  {
    title: 'A seller changes an amount in the CRM. It arrives in Partner Center.',
    run: async (frame) => {
      const { world, say } = frame
      const crm = world.crms[0]
      const deal = crm && accepted(world, crm)[0]
      if (!crm || !deal) throw new NotSo('there is no accepted deal to edit')
      const before = world.source.hands.show(deal.referral).value
      const amount = String(Math.round(Number(before ?? '0')) + 2_500)
      crm.hands.setAmount(deal.record, amount)
      say(`   ${crm.label}: ${crm.hands.show(deal.record).title}   ${before ?? '(empty)'} → ${amount}`)
      await until(
        frame,
        `${amount} in Partner Center`,
        () => Number(world.source.hands.show(deal.referral).value) === Number(amount),
      )
      say(`   Partner Center shows ${amount}`)
    },
  },
  {
    title: 'A deal is won, another one lost. Neither can be taken back, so both wait 30 minutes first.',
    run: async (frame, notes) => {
      const { world, say } = frame
      for (const [index, outcome] of (['Won', 'Lost'] as const).entries()) {
        const crm = world.crms[index % world.crms.length]
        const deal = crm && accepted(world, crm).at(-1)
        if (!crm || !deal) throw new NotSo(`there is no accepted deal that could be ${outcome}`)
        if (outcome === 'Won') crm.hands.win(deal.record)
        else crm.hands.lose(deal.record)
        notes.closing.push({ referral: deal.referral, status: `Closed/${outcome}` })
        say(`   ${crm.label}: ${crm.hands.show(deal.record).title} is ${crm.hands.show(deal.record).stage}`)
        await until(frame, `${outcome} to be held`, async () =>
          (await frame.steering.holds(crm.name)).includes(deal.referral),
        )
        const { state, message } = crm.hands.show(deal.record)
        // Some CRMs take no note on a closed record; the plan tells of the hold all the same.
        say(`   ⏸ ${state === 'On hold' ? message : `${outcome} waits half an hour, in case it was a slip`}`)
      }
    },
  },
  {
    title: 'Half an hour passes. Both outcomes arrive.',
    run: async (frame, notes) => {
      const { world, say } = frame
      await world.turn(31 * 60_000)
      for (const { referral, status } of notes.closing) {
        await until(frame, `${status} in Partner Center`, () => world.source.hands.show(referral).status === status)
        say(`   ! Partner Center: ${world.source.hands.show(referral).title} is ${status}`)
      }
    },
  },
  {
    title: 'Everything is in step: the next pass writes nothing.',
    run: async (frame) => {
      const { world, steering, say } = frame
      for (const { name } of world.crms) {
        await until(frame, `${name} to have nothing left to write`, async () => {
          const plan = await steering.plan(name)
          return plan.failure === null && plan.ready === 0
        })
      }
      const before = marksOf(world)
      await pause(frame, 2_500)
      if (marksOf(world) !== before) throw new NotSo('something was written although nothing had changed')
      for (const { name } of world.crms) say(`   ✓ ${name}: nothing to write`)
    },
  },
]

const linesShown = 14

/** The beginning of a plan and its sum: enough to see what plans are like. */
function taste(text: readonly string[]): readonly string[] {
  if (text.length <= linesShown + 2) return text
  return [
    ...text.slice(0, linesShown),
    `  … ${text.length - linesShown - 1} more lines; all of them: dealbridge plan`,
    text.at(-1) ?? '',
  ]
}

interface LinkedDeal {
  readonly referral: RecordId
  readonly record: RecordId
}

/** Deals that can be edited and closed: accepted at Microsoft more than three days ago, open in the CRM. */
function accepted(world: World, crm: ServedCrm): readonly LinkedDeal[] {
  const old = msOf(world.now()) - 73 * 3_600_000
  return world.source.hands.referrals.flatMap((referral) => {
    const record = crm.hands.dealOf(referral)
    const shown = world.source.hands.show(referral)
    const fits =
      record !== null &&
      shown.status === 'Active/Accepted' &&
      msOf(shown.createdAt) < old &&
      crm.hands.show(record).isOpen
    return fits ? [{ referral, record }] : []
  })
}

function describe(crm: ServedCrm, referral: RecordId): string {
  const deal = crm.hands.dealOf(referral)
  if (deal === null) return referral
  const { title, amount, account, contact, stage } = crm.hands.show(deal)
  return [title, amount, stage, account && `account ${account}`, contact && `contact ${contact}`]
    .filter(Boolean)
    .join(' · ')
}

function isWhole(crm: ServedCrm, referral: RecordId): boolean {
  const deal = crm.hands.dealOf(referral)
  if (deal === null) return false
  const { account, contact } = crm.hands.show(deal)
  return account !== null && contact !== null
}

const marksOf = ({ source, crms }: World): string =>
  [source.hands.mark(), ...crms.map(({ hands }) => hands.mark())].join(' ')

async function until(frame: TourFrame, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const clock = frame.world.clock
  const end = clock.monotonicMs() + patienceMs
  while (!(await isSo())) {
    if (clock.monotonicMs() > end) throw new NotSo(`waited ${patienceMs / 1_000} s for ${what}`)
    await pause(frame, lookEveryMs)
  }
}

const pause = (frame: TourFrame, ms: number): Promise<void> => frame.world.clock.sleep(ms, frame.signal)
