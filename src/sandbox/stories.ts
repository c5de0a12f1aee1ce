// Stories to play while the sandbox runs: each does one thing that happens to partners, and says what to watch for.
// Faults of the network are played at the wire, so every vendor suffers them the same way.

import { instantFromMs, msOf, type RecordId } from '#spi'
import type { ServedCrm, World } from './world.ts'

export interface Story {
  readonly name: string
  /** One line for `sandbox play --list`. */
  readonly about: string
  /** What happened, and what to look at. */
  play(world: World): readonly string[]
}

class CannotPlay extends Error {}

const day = 86_400_000

export const stories: readonly Story[] = [
  {
    name: 'new-lead',
    about: 'a customer fills in a form on the marketplace',
    play: ({ source }) =>
      told(
        source.hands.arrive('lead', 'Europe'),
        source.hands,
        'A new lead has arrived. It has to be answered within 14 days.',
      ),
  },
  {
    name: 'call-me',
    about: 'a customer asks to be called; hot for 72 hours',
    play: ({ source }) =>
      told(
        source.hands.arrive('callMe', 'Americas'),
        source.hands,
        'A customer wants to be called. Watch the seller’s message in the CRM.',
      ),
  },
  {
    name: 'cosell-invite',
    about: 'a Microsoft seller invites you to a deal',
    play: ({ source }) =>
      told(source.hands.arrive('cosell', 'Europe'), source.hands, 'Microsoft asks for your help with a deal.'),
  },
  {
    name: 'edit-in-crm',
    about: 'a seller changes the amount in the CRM',
    play: (world) => {
      const { crm, record, referral } = openDeal(world)
      const amount = String(Math.round(Number(crm.hands.show(record).amount ?? '0')) + 1_000)
      crm.hands.setAmount(record, amount)
      return [
        `${crm.hands.show(record).title}: the amount is ${amount} in ${crm.label} now.`,
        `Watch it arrive in Partner Center: dealbridge referrals show ${referral}`,
      ]
    },
  },
  {
    name: 'edit-at-microsoft',
    about: 'a Microsoft seller changes the value in Partner Center',
    play: (world) => {
      const { crm, record, referral } = openDeal(world)
      const value = String(Math.round(Number(world.source.hands.show(referral).value ?? '0')) + 5_000)
      world.source.hands.setValue(referral, value)
      return [
        `${world.source.hands.show(referral).title}: the value is ${value} in Partner Center now.`,
        `Watch it arrive in ${crm.label}: dealbridge referrals show ${record === null ? '' : referral}`,
      ]
    },
  },
  {
    name: 'conflict',
    about: 'both sides move the close date',
    play: (world) => {
      const { crm, record, referral } = openDeal(world)
      const today = msOf(world.now())
      crm.hands.setCloseDate(record, dateOf(today + 56 * day))
      world.source.hands.setClosing(referral, dateOf(today + 25 * day))
      return [
        `${crm.hands.show(record).title}: the close date moved on both sides, to different days.`,
        `The mapping asks a person:  dealbridge explain ${referral} CloseDate`,
        `Settle it:                  dealbridge referrals resolve ${referral} CloseDate --take crm`,
      ]
    },
  },
  {
    name: 'won',
    about: 'a seller wins a deal in the CRM',
    play: (world) => close(world, 'win'),
  },
  {
    name: 'lost',
    about: 'a seller loses a deal in the CRM',
    play: (world) => close(world, 'lose'),
  },
  {
    name: 'expire',
    about: 'nobody answers: time passes until the next referral expires',
    play: (world) => {
      void world.turn(15 * day)
      return [
        'Fifteen days have passed. Referrals nobody answered are closed as Expired, and their contacts are hidden.',
      ]
    },
  },
  {
    name: 'duplicate-account',
    about: 'the CRM has two accounts a referral could belong to',
    play: (world) => {
      const { crm, record, referral } = openDeal(world)
      crm.hands.doubleAccount(record)
      return told(
        world.source.hands.another(referral),
        world.source.hands,
        'A referral for a customer of whom the CRM has two accounts: a question, not a guess. See: dealbridge problems',
      )
    },
  },
  {
    name: 'renamed-field',
    about: 'an admin of the CRM renames a field that the mapping uses',
    play: (world) => {
      const crm = someCrm(world)
      const { from, to } = crm.setup.renameField()
      return [
        `${crm.label}: ${from} is called ${to} now, and nobody told us.`,
        'It is noticed with the next record that is read:  dealbridge sandbox play edit-in-crm',
        'Then nothing is written until both fit again:     dealbridge status',
      ]
    },
  },
  {
    name: 'removed-stage',
    about: 'an admin of the CRM takes a stage away that the mapping uses',
    play: (world) => {
      const crm = someCrm(world)
      return [
        `${crm.label}: the stage ${crm.setup.removeStage()} can no longer be chosen. Deals that are in it keep it.`,
        'It is noticed at the latest within a day, or now: dealbridge check',
      ]
    },
  },
  {
    name: 'rate-limit',
    about: 'Partner Center answers 429 for a while',
    play: (world) => {
      const answer = {
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': '10' },
        body: '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 10 seconds."}',
      }
      afterSome(world.source.served, 3, () => ({ do: 'answer', answer }))
      return [
        'Partner Center refuses the next three calls and asks for ten seconds of quiet. Nothing is lost; watch: dealbridge status',
      ]
    },
  },
  {
    name: 'outage',
    about: 'a CRM does not answer for a while',
    play: (world) => {
      const crm = someCrm(world)
      afterSome(crm.served, 8, () => ({ do: 'cut-before' }))
      return [
        `${crm.label} cuts the next eight calls. Partner Center goes on being read; what is owed to ${crm.label} follows later.`,
      ]
    },
  },
]

export function storyNamed(name: string): Story | undefined {
  return stories.find((story) => story.name === name)
}

function told(referral: RecordId, hands: World['source']['hands'], line: string): readonly string[] {
  return [`${hands.show(referral).title} (${referral})`, line]
}

function close(world: World, how: 'win' | 'lose'): readonly string[] {
  const { crm, record, referral } = openDeal(world)
  crm.hands[how](record)
  return [
    `${crm.hands.show(record).title} is ${crm.hands.show(record).stage} in ${crm.label}.`,
    `It waits: an outcome cannot be taken back.  dealbridge explain ${referral}`,
    'Let the time pass:                           dealbridge sandbox clock +31m',
  ]
}

interface OpenDeal {
  readonly crm: ServedCrm
  readonly record: RecordId
  readonly referral: RecordId
}

function openDeal(world: World): OpenDeal {
  for (const crm of world.crms) {
    for (const referral of world.source.hands.referrals) {
      const record = crm.hands.dealOf(referral)
      if (
        record !== null &&
        crm.hands.show(record).isOpen &&
        world.source.hands.show(referral).status === 'Active/Accepted'
      )
        return { crm, record, referral }
    }
  }
  throw new CannotPlay('No linked deal is open. Let the pipelines write first.')
}

function someCrm(world: World): ServedCrm {
  const [crm] = world.crms
  if (!crm) throw new CannotPlay('This sandbox has no CRM.')
  return crm
}

function afterSome(
  served: World['source']['served'],
  calls: number,
  fault: () => ReturnType<World['source']['served']['breaks']>,
): void {
  let left = calls
  served.breaks = () => {
    left -= 1
    return left >= 0 ? fault() : undefined
  }
}

const dateOf = (ms: number): string => instantFromMs(ms).slice(0, 10)
