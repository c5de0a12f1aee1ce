// What can be asked about mappings of a dealbridge that holds their ledgers: the CRM's schema as it is remembered, the
// versions a pipeline worked with, what a mapping makes of a deal.

import { z } from 'zod'

const name = z.string().min(1).max(200)
const who = z.string().min(1).max(200)

/** A mapping file by its absolute path, and its words as whoever asks sees them. */
export const MappingWords = z.strictObject({
  path: z.string().min(1).max(4096),
  text: z.string().max(1024 * 1024),
})
export type MappingWords = z.infer<typeof MappingWords>

export const SchemaRequest = z.strictObject({
  connection: name,
  /** Kinds that are wanted besides those known. */
  kinds: z.array(name).max(100).optional(),
  /** Ask the CRM, instead of taking what is remembered. */
  live: z.boolean().optional(),
})
export type SchemaRequest = z.infer<typeof SchemaRequest>

export const VersionsRequest = z.strictObject({
  pipeline: name,
  /** The number of a version whose words are wanted. */
  text: z.int().min(1).optional(),
})
export type VersionsRequest = z.infer<typeof VersionsRequest>

export const PublishRequest = z.strictObject({ pipeline: name, note: z.string().trim().min(1).max(500), who })
export type PublishRequest = z.infer<typeof PublishRequest>

export const PreviewRequest = z.strictObject({
  /** A referral's id or the beginning of it, or the id of a CRM record. Without one, only the impact is worked out. */
  deal: name.optional(),
  pipeline: name.optional(),
  /** A mapping to look at instead of the file of the pipeline. */
  mapping: MappingWords.optional(),
  /** Count what it would change on all linked deals. */
  impact: z.boolean(),
})
export type PreviewRequest = z.infer<typeof PreviewRequest>
