// How much of an answer we take in. Counted after decompression, so that a small bomb is as large as it unpacks.

import type { Readable } from 'node:stream'

export class TooLarge extends Error {}

/** What is too long to send does not leave. */
export function assertSize(body: string, bytesMax: number): void {
  if (Buffer.byteLength(body) > bytesMax) throw new TooLarge(`more than ${bytesMax} bytes`)
}

/** The whole body, as text unless it is none. Stops reading, and ends the connection, at the first byte too many. */
export async function readBody(
  stream: Readable,
  bytesMax: number,
  as: 'text' | 'base64' = 'text',
): Promise<{ text: string; bytes: number }> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > bytesMax) throw new TooLarge(`more than ${bytesMax} bytes`)
    pieces.push(piece)
  }
  const whole = Buffer.concat(pieces)
  return { text: as === 'base64' ? whole.toString('base64') : new TextDecoder().decode(whole), bytes }
}
