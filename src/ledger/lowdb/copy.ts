// Copies files of a ledger, durably, a piece at a time.

import type { Files } from './files.ts'

const PIECE_BYTES = 1024 * 1024

/** The first `bytes` of a file, or all of it. Says how many were copied. */
export async function copyFile(files: Files, from: string, to: string, bytes = Number.MAX_SAFE_INTEGER) {
  const source = await files.open(from, 'read')
  try {
    const target = await files.open(to, 'new')
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      let at = 0
      while (at < bytes) {
        const read = await source.read(piece.subarray(0, Math.min(PIECE_BYTES, bytes - at)), at)
        if (read === 0) break
        await target.write(piece.subarray(0, read), at)
        at += read
      }
      await target.sync()
      return at
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}
