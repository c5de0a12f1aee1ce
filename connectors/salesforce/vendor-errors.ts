// Reads the errors in an answer, wherever they stand: a list for a request, one object for some, `statusCode` instead
// of `errorCode` for the rows of a collection.

import { z } from 'zod'
import type { VendorError } from './faults.ts'

const Entry = z
  .object({
    errorCode: z.string().optional(),
    statusCode: z.string().optional(),
    message: z.string().catch(''),
    fields: z.array(z.string()).nullish().catch([]),
  })
  .transform(({ errorCode, statusCode, message, fields }): VendorError => ({
    code: errorCode ?? statusCode ?? '',
    message,
    fields: fields ?? [],
  }))

const Entries = z.union([z.array(Entry), Entry.transform((entry) => [entry])])

/** Nothing readable, nothing read: an error without a code tells nobody anything. */
export function errorsIn(body: unknown): readonly VendorError[] {
  const read = Entries.safeParse(body)
  return read.success ? read.data.filter((error) => error.code !== '') : []
}
