// What was told, in a file of its own: ids, codes and times, for its owner only. A file that cannot be read is begun
// anew: a message twice is better than none.

import { dirname } from 'node:path'
import { makePrivateDirectory, readChecked, writeDurably } from '#platform/files'
import { type Log, parseJson } from '#spi'
import { emptyMemory, Memory, type MemoryStore } from './memory.ts'

const bytesMax = 16 * 1024 * 1024

export const memoryFile = (path: string, log: Log): MemoryStore => ({
  read: async () => {
    const read = await readChecked(path, { bytesMax, follow: false })
    if (read.is === 'absent') return emptyMemory
    const parsed = Memory.safeParse(read.is === 'read' ? parseJson(read.bytes.toString('utf8')) : undefined)
    if (parsed.success) return parsed.data
    log.warn('alert.memory-lost', { code: 'DB-1706' })
    return emptyMemory
  },
  write: async (memory) => {
    await makePrivateDirectory(dirname(path))
    await writeDurably(path, `${JSON.stringify(memory)}\n`)
  },
})
