// What a mapping is checked against: the properties of the source, the data model of the CRM, and, where a connection
// has been asked, the CRM's own schema. Without a schema a mapping compiles too; less of it can be proved.

import type { Owner } from '../model/owner.ts'
import type { KindSchema, Property, SchemaChange } from '../model/schema.ts'
import type { TargetModel } from '../model/target.ts'

export interface MappingWorld {
  readonly properties: readonly Property[]
  readonly target: TargetModel
  /** Null while nobody has asked the CRM. */
  readonly crm: CrmSchema | null
  /** Where a day begins when neither the mapping nor a row says so. */
  readonly timezone?: string
}

export interface CrmSchema {
  readonly kinds: readonly KindSchema[]
  readonly owners: readonly Owner[]
  readonly currencies: readonly string[]
  /** What was added or removed lately, and by whom, where the CRM tells. */
  readonly history?: readonly SchemaChange[]
}
