// An error as the log may show it. Messages are written for our own errors only: those of libraries quote requests,
// headers and answers, and with them secrets and customers. Of a foreign error its class and code are enough to find it.

import { isSyncError, TransportFault } from '#spi'

export interface ErrorFacts {
  readonly class: string
  readonly code?: string
  readonly remedy?: string
  readonly message?: string
  /** Where it was thrown: files and lines of ours, for what nobody expected. */
  readonly thrown?: readonly string[]
  readonly cause?: ErrorFacts
}

const causesMax = 3
const framesMax = 4
const messageMax = 500

type Mask = (text: string, lengthMax: number) => string

export function errorFacts(error: unknown, mask: Mask, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) return { class: typeof error }
  const cause = depth < causesMax && error.cause !== undefined ? errorFacts(error.cause, mask, depth + 1) : undefined
  return { ...ownFacts(error, mask), ...(cause ? { cause } : {}) }
}

function ownFacts(error: Error, mask: Mask): ErrorFacts {
  if (isSyncError(error)) {
    const facts = { class: className(error), code: error.code, remedy: error.remedy }
    const message = mask(error.message, messageMax)
    return error.remedy === 'bug' ? { ...facts, message, thrown: frames(error) } : { ...facts, message }
  }
  if (error instanceof TransportFault) return { class: className(error), code: error.why }
  const code = codeOf(error)
  return { class: className(error), ...(code ? { code } : {}), thrown: frames(error) }
}

function className(error: Error): string {
  const name = error.constructor.name
  return /^[A-Za-z_$][\w$]{0,60}$/.test(name) ? name : 'Error'
}

/** Codes of the system and of Node, by how they begin: a code of anybody's making could be anything. */
const knownCode =
  /^(?:E[A-Z0-9]{2,20}|(?:ERR|EAI|HPE|CERT|CRL|UNABLE|DEPTH|SELF_SIGNED|UND_ERR|Z|PRIVATE)_[A-Z0-9_]{1,60})$/

function codeOf(error: Error): string | undefined {
  const code: unknown = 'code' in error ? error.code : undefined
  return typeof code === 'string' && knownCode.test(code) ? code : undefined
}

/** File, line and column of the topmost frames; never the text before them, which is the message. */
function frames({ message, stack = '' }: Error): readonly string[] {
  const after = stack.slice(stack.indexOf(message) + message.length)
  const found = after.split('\n').flatMap((line) => {
    const place = /^ {4}at .*?((?:src|connectors|test|node_modules)\/[\w./@-]+:\d+:\d+)\)?$/.exec(line)?.[1]
    return place ? [place] : []
  })
  return found.slice(0, framesMax)
}
