// Customers, Microsoft's sellers and ours, while the program is being killed. An amount that somebody changes while both
// sides agree must be on both sides in the end. New customers arrive with as little as Microsoft may send: without a mail
// address, without a web site, several referrals of one of them at once.

import type { Desk, RecordId, SellersHands, SourceHands } from '#spi'
import { REFERRAL } from '#spi'
import { type Dice, diceFrom } from './dice.ts'
import type { Deed, Work } from './told.ts'

export interface Places {
  readonly source: SourceHands
  readonly crms: Readonly<Record<'salesforce' | 'dynamics', SellersHands>>
  readonly desk: Desk
}

export function peopleAt({ source, crms, desk }: Places): { work(work: Work): readonly Deed[] } {
  let customers = 0

  const dealOf = (referral: RecordId): { hands: SellersHands; deal: RecordId } | null => {
    for (const hands of Object.values(crms)) {
      const deal = hands.dealOf(referral)
      if (deal !== null) return { hands, deal }
    }
    return null
  }

  function arrive(dice: Dice): Deed {
    const region = dice.pick(['Europe', 'Americas'] as const) ?? 'Europe'
    const referral = source.arrive(dice.next() < 0.3 ? 'lead' : 'cosell', region)
    if (dice.next() < 0.3) customers += 1
    const number = customers
    const isShy = dice.next() < 0.4
    const country = region === 'Europe' ? 'AT' : 'US'
    desk.edit(REFERRAL, referral, {
      customerProfile: {
        name: `Customer ${region} ${number} Ltd`,
        size: '51to250employees',
        address: { addressLine1: `Street ${number}`, city: 'Springfield', postalCode: '1000', country },
        team: [
          {
            firstName: 'Pat',
            lastName: `Person ${number}`,
            email: isShy ? null : `pat@customer-${region.toLowerCase()}-${number}.example`,
            phoneNumber: null,
          },
        ],
      },
    })
    return { what: 'arrive', referral }
  }

  /** One deed at a deal that is linked and open on both sides; null when there is nothing to do there. */
  function deal(referral: RecordId, dice: Dice): Deed | null {
    const found = dealOf(referral)
    const { status } = source.show(referral)
    if (!found || status.startsWith('Closed') || !found.hands.show(found.deal).isOpen) return null
    const { hands, deal } = found
    const value = String(1_000 + dice.below(900_000))
    const isEven = Number(hands.show(deal).amount) === Number(source.show(referral).value)
    if (status.startsWith('New')) {
      hands.takeUp(deal)
      return { what: 'take up', referral }
    }
    const chance = dice.next()
    if (chance < 0.4) {
      hands.setAmount(deal, value)
      return { what: 'amount in CRM', referral, value, isEven }
    }
    if (chance < 0.8) {
      source.setValue(referral, value)
      return { what: 'amount at Microsoft', referral, value, isEven }
    }
    const outcome = chance < 0.9 ? 'win' : 'lose'
    hands[outcome](deal)
    return { what: outcome, referral }
  }

  return {
    work: ({ seed, deeds }) => {
      const dice = diceFrom(seed)
      const done: Deed[] = []
      const touched = new Set<string>()
      for (let tries = 0; done.length < deeds && tries < deeds * 20; tries += 1) {
        if (dice.next() < 0.4) {
          const deed = arrive(dice)
          touched.add(deed.referral)
          done.push(deed)
          continue
        }
        const referral = dice.pick(source.referrals)
        if (referral === undefined || touched.has(referral)) continue
        const deed = deal(referral, dice)
        if (deed === null) continue
        touched.add(referral)
        done.push(deed)
      }
      return done
    },
  }
}
