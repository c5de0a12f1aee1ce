// What there is to map: the properties of a referral as its source classifies them, and the fields of a CRM as its
// connection reports them. Both are data, so that a mapping can be checked before it ever runs, also without a network.

import type { CalendarDate } from './instant.ts'
import type { Kind } from './ids.ts'
import type { Owner } from './owner.ts'
import type { FieldName } from './record.ts'
import type { ValueType } from './value.ts'

export interface Property {
  /** A dotted path: `details.dealValue`; a path through a list names its members' property. */
  readonly path: string
  readonly type: ValueType | 'object'
  readonly list?: boolean
  /** `both`: may be read and written; `toCrm`: only read; `none`: not for mapping. */
  readonly direction: 'both' | 'toCrm' | 'none'
  /** Given when a deal is made at the source, whether or not it can be changed afterwards. Absent: it cannot be. */
  readonly onCreate?: 'may' | 'must'
  /** Known values, where the source has a closed set. */
  readonly values?: readonly string[]
  readonly about: string
  /** Why it cannot go further than it does. */
  readonly why?: string
  readonly personal?: boolean
}

export interface KindSchema {
  readonly kind: Kind
  readonly label: string
  readonly fields: readonly FieldSchema[]
  /** Which kinds of owner its records may have. */
  readonly ownedBy: readonly Owner['kind'][]
}

export interface FieldSchema {
  readonly name: FieldName
  readonly label: string
  readonly type: ValueType | 'reference'
  readonly creatable: boolean
  readonly updatable: boolean
  /** A create without it is refused. */
  readonly required: boolean
  /** May serve as a key: unique, and found by value. */
  readonly unique: boolean
  readonly lengthMax?: number
  readonly scale?: number
  readonly precision?: number
  /** A closed set of values; absent where any text is accepted. */
  readonly choices?: readonly Choice[]
  readonly references?: readonly Kind[]
  /** Calculated by the vendor: can only be read. */
  readonly calculated?: boolean
  /** For a stage field: the sales process its choices belong to, as people call it. */
  readonly process?: string
}

export interface Choice {
  readonly value: string
  readonly label: string
  readonly active: boolean
  /** For a stage field: what a record with this value is. */
  readonly means?: 'open' | 'won' | 'lost'
}

/** Something that was added to or removed from a CRM's schema, where the CRM's own history tells it. */
export interface SchemaChange {
  readonly kind: Kind
  readonly field: FieldName
  /** One of the field's values; absent when it is the field itself. */
  readonly value?: string
  readonly change: 'added' | 'removed'
  readonly on: CalendarDate
  /** Who did it, as the CRM shows them. */
  readonly by?: string
}
