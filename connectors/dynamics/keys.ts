// The id of a record before it exists. Made from its kind and key (a name-based UUID, RFC 9562 version 5), so that a
// create that is repeated meets its own first try and is refused, and so that records of one batch can point to each
// other without anything being read back.

import { createHash } from 'node:crypto'
import { type Kind, type LinkKey, recordId, type RecordId } from '#spi'

/** Never to be changed: every id this connector ever made rests on it. */
const namespace = Buffer.from('8f3f0a5c1d4e4b6a9c2e7b51d0a6f4e3', 'hex')

export function idFor(kind: Kind, key: LinkKey): RecordId {
  const bytes = createHash('sha1').update(namespace).update(`${kind}:${key}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return recordId(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`)
}
