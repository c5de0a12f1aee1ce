// A pretended Salesforce org, written from the vendor's documentation and never from our own client: REST, SOQL,
// composite and collections, bulk jobs, sign-in, limits, and the ways in which they refuse. It must be no kinder than
// the real one, and it never listens by itself.

import type { FieldName, Kind, SimulatedAnswer, SimulatedCall, Simulator, SimulatorOptions } from '#spi'
import { Router } from './api/router.ts'
import { type Client, Sessions } from './api/sessions.ts'
import { type PersonName, type Staff, furnish, moveIn } from './company.ts'
import { SalesDesk } from './desk.ts'
import type { Knobs } from './knobs.ts'
import { Org } from './org.ts'
import { Saves } from './save.ts'
import type { FieldDef } from './schema.ts'

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

/** What an admin does in Setup; the trail of setup changes remembers who it was. */
export interface Admin {
  /** A picklist value is switched off, or on again. */
  setValue(kind: Kind, field: FieldName, value: string, active: boolean): void
  change(kind: Kind, field: FieldName, change: Partial<FieldDef>): void
  removeField(kind: Kind, field: FieldName): void
  /** Records keep what stands in it. */
  renameField(kind: Kind, field: FieldName, to: FieldName): void
}

export interface SalesforceSimulator extends Simulator {
  readonly desk: SalesDesk
  /** Somebody else's hands. */
  deskOf(person: PersonName): SalesDesk
  readonly admin: Admin
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
    admin: adminOf(org, staff),
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

function adminOf(org: Org, staff: Staff): Admin {
  const saves = new Saves(org, { userId: staff.ids.priya, rights: 'setup' })
  const noted = (kind: Kind, display: string): void => {
    const trail = org.objects.get('SetupAuditTrail')
    if (trail) saves.insert(trail, { Action: 'changedField', Section: `Customize ${kind}`, Display: display })
  }
  const fieldOf = (kind: Kind, name: FieldName): FieldDef => {
    const field = org.objects.get(kind)?.fields.get(name)
    if (!field) throw new Error(`${kind} has no ${name}`)
    return field
  }
  return {
    setValue: (kind, name, value, active) => {
      const field = fieldOf(kind, name)
      const others = (field.values ?? []).filter((each) => each.value !== value)
      org.redefine(kind, name, { ...field, values: [...others, { value, label: value, active }] })
      noted(kind, `${active ? 'Activated' : 'Deactivated'} value ${value} of ${field.label}`)
    },
    change: (kind, name, change) => {
      org.redefine(kind, name, { ...fieldOf(kind, name), ...change })
      noted(kind, `Changed custom field ${name}`)
    },
    removeField: (kind, name) => {
      fieldOf(kind, name)
      org.redefine(kind, name, null)
      noted(kind, `Deleted custom field ${name}`)
    },
    renameField: (kind, name, to) => {
      const field = fieldOf(kind, name)
      org.redefine(kind, to, { ...field, name: to })
      for (const row of org.rows(kind)) {
        const { [name]: value = null, ...fields } = row.fields
        org.put({ ...row, fields: { ...fields, [to]: value } })
      }
      org.redefine(kind, name, null)
      noted(kind, `Changed API name of custom field ${name} to ${to}`)
    },
  }
}
