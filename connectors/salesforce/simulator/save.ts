// Saving, deleting, bringing back and merging rows: the order of events of a Salesforce save, as one user.

import type { JsonObject } from '#spi'
import type { ApiError } from './answers.ts'
import { check } from './checks.ts'
import { readColumns, type Saver } from './columns.ts'
import { afterwards, derived } from './effects.ts'
import type { Stored, StoredFields } from './knobs.ts'
import type { Org, Row } from './org.ts'
import type { ObjectDef } from './schema.ts'

export type Saved =
  | { readonly success: true; readonly id: string; readonly created: boolean }
  | { readonly success: false; readonly errors: readonly ApiError[]; readonly id?: string }

export type { Saver }

export class Saves {
  readonly #org: Org
  readonly #saver: Saver

  constructor(org: Org, saver: Saver) {
    this.#org = org
    this.#saver = saver
  }

  insert(object: ObjectDef, input: JsonObject): Saved {
    const { values: sent, errors } = readColumns(this.#org, object, input, this.#saver)
    if (errors.length > 0) return { success: false, errors }
    const after = { ...this.#defaults(object), ...sent, ...derived(this.#org, object.name, null, sent) }
    const problems = check(this.#org, this.#saver, { object, id: null, sent, before: null, after })
    if (problems.length > 0) return { success: false, errors: problems }
    const id = this.#org.ids.next(object.keyPrefix)
    const made = { Id: id, IsDeleted: false, CreatedDate: this.#org.stamp(), CreatedById: this.#saver.userId }
    this.#commit({ kind: object.name, id, deleted: false, fields: { ...after, ...made, ...this.#touched() } }, null)
    this.#primaryContact(object, id, sent)
    return { success: true, id, created: true }
  }

  update(object: ObjectDef, id: string, input: JsonObject): Saved {
    const row = this.#org.row(object.name, id)
    const obstacle = this.#obstacle(row)
    if (!row || obstacle) return { success: false, id, errors: obstacle ? [obstacle] : [] }
    const { values: sent, errors } = readColumns(this.#org, object, input, this.#saver)
    if (errors.length > 0) return { success: false, errors, id }
    const after = { ...row.fields, ...sent, ...derived(this.#org, object.name, row.fields, sent) }
    const problems = check(this.#org, this.#saver, { object, id, sent, before: row.fields, after })
    if (problems.length > 0) return { success: false, errors: problems, id }
    this.#commit({ ...row, fields: { ...after, ...this.#touched() } }, row.fields)
    return { success: true, id, created: false }
  }

  /** Into the recycle bin. */
  remove(object: ObjectDef, id: string): Saved {
    return this.#move(object, id, true)
  }

  /** Out of the recycle bin again. */
  restore(object: ObjectDef, id: string): Saved {
    return this.#move(object, id, false)
  }

  /** One of two records lives on; what pointed to the other now points to it. */
  merge(object: ObjectDef, winner: string, loser: string): void {
    this.remove(object, loser)
    const gone = this.#org.row(object.name, loser)
    if (gone) this.#org.put({ ...gone, fields: { ...gone.fields, MasterRecordId: winner } })
    for (const child of object.children) {
      for (const row of [...this.#org.rows(child.kind)].filter((each) => each.fields[child.field] === loser))
        this.#org.put({
          ...row,
          fields: { ...row.fields, [child.field]: winner, SystemModstamp: this.#org.stamp() },
        })
    }
  }

  #obstacle(row: Row | undefined): ApiError | undefined {
    if (!row) return { errorCode: 'NOT_FOUND', message: 'The requested resource does not exist', fields: [] }
    if (row.deleted) return { errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }
    if (this.#org.knobs.busy.has(row.id))
      return {
        errorCode: 'UNABLE_TO_LOCK_ROW',
        message: 'unable to obtain exclusive access to this record',
        fields: [],
      }
    if (this.#org.knobs.inApproval.has(row.id) && this.#saver.rights === 'connected')
      return { errorCode: 'ENTITY_IS_LOCKED', message: 'the entity is locked for editing', fields: [] }
    return undefined
  }

  #move(object: ObjectDef, id: string, deleted: boolean): Saved {
    const row = this.#org.row(object.name, id)
    if (!row || row.deleted === deleted) {
      const gone = row?.deleted === true
      const errorCode = gone ? 'ENTITY_IS_DELETED' : 'NOT_FOUND'
      const message = gone ? 'entity is deleted' : 'The requested resource does not exist'
      return { success: false, id, errors: [{ errorCode, message, fields: [] }] }
    }
    const fields = { ...row.fields, ...this.#touched(), IsDeleted: deleted, MasterRecordId: null }
    const moved: Row = { ...row, deleted, fields }
    for (const each of [moved, ...afterwards(this.#org, moved)]) this.#org.put(each)
    return { success: true, id, created: false }
  }

  #touched(): StoredFields {
    const stamp = this.#org.stamp()
    return { LastModifiedDate: stamp, LastModifiedById: this.#saver.userId, SystemModstamp: stamp }
  }

  #commit(row: Row, before: StoredFields | null): void {
    const { knobs } = this.#org
    const delayMs = this.#saver.rights === 'person' ? knobs.commitDelayMs : 0
    const attempt = { kind: row.kind, id: row.id, before, after: row.fields, userId: this.#saver.userId }
    const flows = this.#saver.rights === 'setup' ? [] : knobs.flows
    const fields = flows.reduce<StoredFields>((sum, flow) => ({ ...sum, ...flow(attempt) }), row.fields)
    const last: Row = { ...row, fields }
    for (const each of [last, ...afterwards(this.#org, last)]) this.#org.put(each, delayMs)
  }

  #defaults(object: ObjectDef): StoredFields {
    const values: Record<string, Stored> = {}
    for (const field of object.fields.values()) {
      if (field.defaultValue !== undefined) values[field.name] = field.defaultValue
      else values[field.name] = field.type === 'boolean' ? false : null
    }
    if (object.fields.has('OwnerId')) values['OwnerId'] = this.#saver.userId
    return values
  }

  /** `ContactId` on a new opportunity makes a primary contact role; it can never be set later. */
  #primaryContact(object: ObjectDef, id: string, sent: StoredFields): void {
    const roles = this.#org.objects.get('OpportunityContactRole')
    const contact = sent['ContactId']
    if (object.name !== 'Opportunity' || !roles || typeof contact !== 'string') return
    this.insert(roles, { OpportunityId: id, ContactId: contact, IsPrimary: true })
  }
}
