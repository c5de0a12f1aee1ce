// $batch: requests one after another in one body. A change set is one transaction; the first failure ends the batch
// and gives it its status, unless the caller asked to go on.

import {
  answerPart,
  boundaryOf,
  innerRequest,
  joinParts,
  splitParts,
  type InnerAnswer,
  type Part,
} from './multipart.ts'
import { refusals, Refusal } from './refusals.ts'
import type { RequestContext } from './context.ts'
import { answerRequest, preferences, refused } from './request.ts'

const operationsMax = 1000

interface Item {
  readonly part: Part
  /** The parts of a change set. */
  readonly set: readonly Part[] | null
}

export interface BatchCall {
  readonly contentType: string | undefined
  readonly prefer: string | undefined
  readonly body: string
}

export function answerBatch(context: RequestContext, call: BatchCall, newId: () => string): InnerAnswer {
  const items = itemsOf(call)
  const goesOn = preferences(call.prefer).has('odata.continue-on-error')
  const boundary = `batchresponse_${newId()}`
  const parts: string[] = []
  let status = 200
  for (const item of items) {
    const { text, failed } = item.set ? runSet(context, item.set, newId) : runOne(context, item.part)
    parts.push(text)
    if (failed !== undefined && !goesOn) {
      status = failed
      break
    }
  }
  return {
    status,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}`, 'odata-version': '4.0' },
    body: joinParts(parts, boundary),
  }
}

function itemsOf({ contentType, body }: BatchCall): readonly Item[] {
  const boundary = boundaryOf(contentType)
  const parts = boundary === undefined ? undefined : splitParts(body, boundary)
  if (!parts) throw refusals.parser('The message is not a valid multipart message with its boundary.')
  const items = parts.map((part): Item => {
    const inner = boundaryOf(part.headers['content-type'])
    const set = inner === undefined ? null : (splitParts(part.body, inner) ?? null)
    if (inner !== undefined && !set) throw refusals.parser('A change set is not closed by its boundary.')
    return { part, set }
  })
  const operations = items.reduce((sum, { set }) => sum + (set?.length ?? 1), 0)
  if (operations > operationsMax)
    throw new Refusal(400, '0x80048d19', `The number of requests in a batch exceeds the maximum of ${operationsMax}.`)
  return items
}

interface Done {
  readonly text: string
  readonly failed: number | undefined
}

function runOne(context: RequestContext, part: Part): Done {
  const answer = perform(context, part)
  return { text: answerPart(answer, undefined), failed: answer.status >= 400 ? answer.status : undefined }
}

function perform(context: RequestContext, part: Part): InnerAnswer {
  const request = innerRequest(part)
  if (!request) return refused(refusals.parser('An operation in the batch has no request line.'))
  const contentId = part.headers['content-id']
  const headers = contentId === undefined ? request.headers : { ...request.headers, 'content-id': contentId }
  return answerRequest({ ...context, inBatch: true }, { ...request, headers })
}

/** All of it or nothing of it; a failure is one answer for the whole set. */
function runSet(context: RequestContext, set: readonly Part[], newId: () => string): Done {
  const inside = { ...context, declared: new Map<string, string>() }
  try {
    const texts = context.service.engine.world.atomically(() =>
      set.map((part) => {
        if (/^\s*GET /.test(part.body))
          throw new SetFailed(refused(refusals.parser('A change set may not contain a GET.')))
        const answer = perform(inside, part)
        if (answer.status >= 400) throw new SetFailed(answer)
        return answerPart(answer, part.headers['content-id'])
      }),
    )
    const boundary = `changesetresponse_${newId()}`
    return {
      text: `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${joinParts(texts, boundary)}`,
      failed: undefined,
    }
  } catch (error) {
    if (!(error instanceof SetFailed)) throw error
    return { text: answerPart(error.answer, undefined), failed: error.answer.status }
  }
}

class SetFailed extends Error {
  readonly answer: InnerAnswer
  constructor(answer: InnerAnswer) {
    super('a change set failed')
    this.answer = answer
  }
}
