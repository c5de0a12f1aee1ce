// Who owns a record: the first rule that applies. Turns are taken by the referral's id, so that the same deal always
// goes to the same person, however often it is planned.

import { Stop } from '../../formula/formula.ts'
import { hashOf } from '../../model/hash.ts'
import type { Owner } from '../../model/owner.ts'
import { textOf } from '../../model/json.ts'
import { nearest } from '../../nearest.ts'
import { entryOf } from '../../source.ts'
import { pathReader } from '../canonical.ts'
import type { AssignDocument, OwnerDocument } from '../document/finding.ts'
import { headOf, type Placed } from '../grammar/form.ts'
import type { Assign, Env, OwnerName, Rule } from '../mapping.ts'
import { listed, yamlText } from '../notes.ts'
import { conditionOf, type Condition } from './conditions.ts'
import type { Desk } from './desk.ts'
import { plural } from './words.ts'

type Choice = (env: Env) => OwnerName

interface Deciding {
  readonly applies: Condition
  readonly to: Choice
  readonly rule: Rule
}

export function compileAssign(desk: Desk, document: AssignDocument | undefined): Assign | null {
  if (!document?.field) return null
  const field = desk.field(document.field).full
  const rules = (document.rules?.items ?? []).flatMap((item, index): readonly Deciding[] => {
    const applies = conditionOf(desk, item.when)
    const to = item.to && ownerOf(desk, item.to)
    return applies && to ? [{ applies, to, rule: desk.rule(headOf(item.node), `assign.rules[${index}]`) }] : []
  })
  const otherwise = document.otherwise && ownerOf(desk, document.otherwise)
  const last =
    otherwise && document.otherwise
      ? { to: otherwise, rule: desk.rule(headOf(document.otherwise.node), 'assign.otherwise') }
      : null
  return {
    field,
    after: document.after?.value ?? 'keep',
    to: (env) => {
      for (const { applies, to, rule } of rules) {
        const answer = applies(env)
        if (!(answer instanceof Stop) && answer) return { owner: to(env), rule }
      }
      return last && { owner: last.to(env), rule: last.rule }
    },
  }
}

function ownerOf(desk: Desk, document: OwnerDocument): Choice | undefined {
  const kinds = (['user', 'team', 'queue', 'roundRobin'] as const).filter((key) => entryOf(document.node, key))
  if (kinds.length !== 1) {
    const what = kinds.length === 0 ? 'Name an owner.' : `Name one owner; here are ${listed(kinds)}.`
    desk.notes.error(headOf(document.node), 'DB-2150', what, { fix: 'user:, team:, queue: or roundRobin:' })
    return undefined
  }
  const { user, team, queue, roundRobin } = document
  if (roundRobin) return byTurns(desk, document, roundRobin.items)
  if (user) return named(desk, document, { kind: 'user', name: user })
  if (team) return named(desk, document, { kind: 'team', name: team })
  return queue && named(desk, document, { kind: 'queue', name: queue })
}

interface Named {
  readonly kind: Owner['kind']
  readonly name: Placed<string>
}

function named(desk: Desk, document: OwnerDocument, { kind, name }: Named): Choice | undefined {
  if (!mayOwn(desk, document, kind, name)) return undefined
  checkKnown(desk, kind, name)
  const { value } = name
  const owner: OwnerName = kind === 'user' ? { user: value } : kind === 'team' ? { team: value } : { queue: value }
  return () => owner
}

function byTurns(desk: Desk, document: OwnerDocument, names: readonly Placed<string>[]): Choice | undefined {
  const choices = names.flatMap((name) => named(desk, document, { kind: 'user', name }) ?? [])
  const id = pathReader('id')
  if (choices.length === 0) return undefined
  return (env) => {
    const turn = Number.parseInt(hashOf(textOf(id(env.referral)).toLowerCase(), 8), 16) % choices.length
    return (choices[turn] ?? choices[0])?.(env) ?? { user: '' }
  }
}

/** `Salesforce opportunities can't be owned by a queue.` */
function mayOwn(desk: Desk, document: OwnerDocument, kind: Owner['kind'], name: Placed<string>): boolean {
  const { label } = desk.world.target
  const schema = desk.schemaOf(desk.record)
  if (!schema || schema.ownedBy.length === 0 || schema.ownedBy.includes(kind)) return true
  const records = plural(schema.label.toLowerCase())
  const [may = 'user'] = schema.ownedBy
  const key = entryOf(document.node, kind)?.key ?? name.node
  const example = may === 'user' ? exampleUser(desk, name.value) : 'name'
  const hint = `use a ${may}:  { ${may}: ${yamlText(example)} }`
  desk.notes.error(key, 'DB-2151', `${label} ${records} can't be owned by a ${kind}.`, { hint })
  return false
}

function exampleUser(desk: Desk, name: string): string {
  const users = (desk.world.crm?.owners ?? []).filter(
    (owner) => owner.kind === 'user' && owner.active && owner.email !== null,
  )
  const near = nearest(
    name,
    users.map((owner) => owner.name),
  )
  const found = users.find((owner) => owner.name === near) ?? users.find(({ email }) => sameWords(email ?? '', name))
  return found?.email ?? users[0]?.email ?? 'name@company.example'
}

const sameWords = (email: string, name: string): boolean => {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return plain(email.split('@')[0] ?? '') === plain(name)
}

function checkKnown(desk: Desk, kind: Owner['kind'], { value, node }: Placed<string>): void {
  const owners = desk.world.crm?.owners.filter((owner) => owner.kind === kind) ?? []
  if (owners.length === 0) return
  const names = (owner: Owner): readonly string[] => [owner.email, owner.name, owner.id].filter((name) => name !== null)
  const found = owners.find((owner) => names(owner).some((name) => name.toLowerCase() === value.toLowerCase()))
  const { label } = desk.world.target
  if (found?.active) return
  if (found) {
    desk.notes.error(node, 'DB-2153', `${value} is no longer active in ${label} and cannot own a record.`)
    return
  }
  const known = owners
    .filter((owner) => owner.active)
    .flatMap((owner) => (kind === 'user' && owner.email !== null ? [owner.email] : [owner.name]))
  const near = nearest(value, known)
  const edit = { start: node.start, end: node.end, text: yamlText(near ?? '') }
  const more = near === undefined ? {} : { hint: `did you mean "${near}"?`, edit }
  desk.notes.error(node, 'DB-2152', `${label} has no active ${kind} "${value}".`, more)
}
