// A planned value may point to a record that did not exist when it was planned. Once it does, its id takes the
// pointer's place; pointers into the same batch stay for the connector.

import type { Write } from '#spi'
import { invariant } from '#core/invariant'
import type { LinkKey, RecordId } from '#core/model/ids'
import { isPointer } from '#core/model/record'

export function fillIn(write: Write | undefined, made: ReadonlyMap<LinkKey, RecordId>): Write {
  invariant(write, 'a change has a write')
  const fields = Object.fromEntries(
    Object.entries(write.fields).map(([name, value]) => [
      name,
      isPointer(value) ? (made.get(value.$write) ?? value) : value,
    ]),
  )
  return { ...write, fields }
}
