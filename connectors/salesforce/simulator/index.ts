// A pretended Salesforce org, written from the vendor's documentation and never from our own client: REST, SOQL,
// composite and collections, bulk jobs, sign-in, limits, and the ways in which they refuse. It must be no kinder than
// the real one, and it never listens by itself.

import type { SimulatedAnswer, SimulatedCall, Simulator, SimulatorOptions } from '#spi'
import { Router } from './api/router.ts'
import { type Client, Sessions } from './api/sessions.ts'
import { type PersonName, type Staff, furnish, moveIn } from './company.ts'
import { SalesDesk } from './desk.ts'
import type { Knobs } from './knobs.ts'
import { Org } from './org.ts'

export type { Client } from './api/sessions.ts'
export type { ApiError } from './answers.ts'
export type { Knobs, SaveAttempt, StoredFields } from './knobs.ts'
export { type PersonName, people } from './company.ts'
export { fullId, parseId } from './ids.ts'

export interface SalesforceSimulatorOptions extends SimulatorOptions {
  /** With the eighteen deals, or without a single customer. */
  readonly company?: 'fabrikam' | 'empty'
  readonly signIn?: Client | 'open'
  readonly multiCurrency?: boolean
}

export interface SalesforceSimulator extends Simulator {
  readonly desk: SalesDesk
  /** Somebody else's hands. */
  deskOf(person: PersonName): SalesDesk
  readonly knobs: Knobs
  readonly staff: Staff
  /** Calls that counted against the daily limit. */
  readonly callsCounted: number
  /** Every session ends at once. */
  endSessions(): void
  /** Every open query cursor is forgotten. */
  dropCursors(): void
}

/** The client that the sandbox and the tests sign in with. */
export const sandboxClient: Client = { id: 'dealbridge-client', secret: 'sandbox-secret-of-nobody' }

export function salesforceSimulator(options: SalesforceSimulatorOptions): SalesforceSimulator {
  const org = new Org({ now: options.now, multiCurrency: options.multiCurrency ?? true })
  const staff = furnish(org)
  if ((options.company ?? 'fabrikam') === 'fabrikam') moveIn(org, staff, options.now())
  const connected = { userId: staff.ids.dealbridge, organizationId: staff.organizationId }
  const sessions = new Sessions({
    org,
    random: options.random,
    signIn: options.signIn ?? sandboxClient,
    baseUrl: options.baseUrl,
    ...connected,
  })
  const router = new Router({ org, sessions, ...connected })
  const desks = new Map<PersonName, SalesDesk>()
  const deskOf = (person: PersonName): SalesDesk => {
    const desk = desks.get(person) ?? new SalesDesk(org, staff.ids[person])
    desks.set(person, desk)
    return desk
  }
  return {
    name: 'salesforce',
    desk: deskOf('lukas'),
    deskOf,
    knobs: org.knobs,
    staff,
    get callsCounted() {
      return router.calls
    },
    handle: (call: SimulatedCall): Promise<SimulatedAnswer> => Promise.resolve(router.answer(call)),
    tick: () => {
      org.settle()
      return Promise.resolve()
    },
    endSessions: () => sessions.endAll(),
    dropCursors: () => router.cursors.forgetAll(),
  }
}
