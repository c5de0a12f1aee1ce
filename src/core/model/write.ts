// What a plan asks a vendor to do with one record.

import type { Kind, LinkKey, RecordId, Version } from './ids.ts'
import type { FieldName, Fields } from './record.ts'

/** There is no delete, on purpose. */
export type Write = CreateWrite | UpdateWrite

export interface CreateWrite {
  readonly do: 'create'
  readonly kind: Kind
  /** Names this record for ever: the vendor must never hold two with one key, however often the write is repeated. */
  readonly key: LinkKey
  /** The field that holds the key at the vendor; null where it has none and `find` by match must do. */
  readonly keyField: FieldName | null
  /** The key field included. A value may be a Pointer to another write of this batch. */
  readonly fields: Fields
}

export interface UpdateWrite {
  readonly do: 'update'
  readonly kind: Kind
  readonly id: RecordId
  /** Refuse when the record is no longer in this state; null only where the plan has just read it and knows no version. */
  readonly expect: Version | null
  /** Only what differs. */
  readonly fields: Fields
}
