// Who may do what: security roles, the privileges in them, and who holds which role.

import { refusals } from './refusals.ts'
import type { Table } from './columns.ts'

export type Verb = 'Create' | 'Read' | 'Write' | 'Append' | 'AppendTo' | 'Assign' | 'Delete'
export const verbs: readonly Verb[] = ['Create', 'Read', 'Write', 'Append', 'AppendTo', 'Assign', 'Delete']

/** Where a table's privileges are not called by its own name. Activities share theirs. */
const called: Readonly<Record<string, string>> = {
  opportunityclose: 'Activity',
  systemuser: 'User',
  transactioncurrency: 'TransactionCurrency',
  pricelevel: 'PriceLevel',
  businessunit: 'BusinessUnit',
}

export const privilegeName = (verb: Verb, kind: string): string =>
  `prv${verb}${called[kind] ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`}`

/** Everybody may read what is needed to find one's way about. */
const open = new Set([
  'organization',
  'role',
  'privilege',
  'sdkmessage',
  'sdkmessagefilter',
  'entitymap',
  'attributemap',
  'businessunit',
])

export class Access {
  readonly #privileges = new Map<string, Set<string>>()
  readonly #roles = new Map<string, Set<string>>()
  readonly #all = new Set<string>()

  addRole(role: string, privileges: readonly string[]): void {
    const held = this.#privileges.get(role) ?? new Set<string>()
    for (const name of privileges) held.add(name)
    this.#privileges.set(role, held)
  }

  /** A role that may do anything. */
  addAdministrator(role: string): void {
    this.#all.add(role)
  }

  assign(user: string, role: string): void {
    const roles = this.#roles.get(user) ?? new Set<string>()
    roles.add(role)
    this.#roles.set(user, roles)
  }

  rolesOf(user: string): readonly string[] {
    return [...(this.#roles.get(user) ?? [])]
  }

  take(role: string, privilege: string): void {
    this.#privileges.get(role)?.delete(privilege)
  }

  may(user: string, privilege: string): boolean {
    return this.rolesOf(user).some((role) => this.#all.has(role) || this.#privileges.get(role)?.has(privilege) === true)
  }

  must(user: string, verb: Verb, table: Table): void {
    if (verb === 'Read' && open.has(table.kind)) return
    const name = privilegeName(verb, table.kind)
    if (!this.may(user, name)) throw refusals.privilege(name)
  }
}
