// The terminal a command talks to: results on one stream, everything else on the other, and a line from the keyboard
// where somebody sits at it.

import { createInterface } from 'node:readline/promises'
import { standardStream } from './log.ts'

export interface SystemTerminal {
  /** Results. */
  out(text: string): void
  /** Progress, hints, warnings, errors. */
  err(text: string): void
  /** Is a person reading results, reading messages, typing answers? */
  readonly isOutTerminal: boolean
  readonly isErrTerminal: boolean
  readonly isInTerminal: boolean
  readonly columns: number
  /** One line. Ends when the keyboard does. */
  ask(question: string, signal: AbortSignal): Promise<string>
}

export function systemTerminal(): SystemTerminal {
  const [out, err] = [standardStream(process.stdout), standardStream(process.stderr)]
  return {
    out: (text) => out.write(text),
    err: (text) => err.write(text),
    isOutTerminal: process.stdout.isTTY,
    isErrTerminal: process.stderr.isTTY,
    isInTerminal: process.stdin.isTTY,
    get columns() {
      return process.stderr.columns ?? 80
    },
    ask: async (question, signal) => {
      const reader = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await reader.question(question, { signal })
      } finally {
        reader.close()
      }
    },
  }
}
