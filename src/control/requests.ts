// What can be asked of a dealbridge, as plain values that are checked at the door: the same for a command in this
// process, for one that asks the running daemon, and for a button on the console.

import { z } from 'zod'
import { PLAN_SCHEMA, type Plan } from '#core/reconcile/plan'
import { MappingWords } from './mappings/requests.ts'

/** Enough for any name, and nothing that could fill a log. */
const name = z.string().min(1).max(200)
const who = z.string().min(1).max(200)

/** A plan as `plan --out` wrote it. What it says is held against the world again before anything is written. */
export const SavedPlan = z.custom<Plan>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === PLAN_SCHEMA &&
    'pipeline' in value &&
    typeof value.pipeline === 'string' &&
    'changes' in value &&
    Array.isArray(value.changes) &&
    value.changes.every(isChange),
)

function isChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const parts: Readonly<Record<string, unknown>> = { ...value }
  const write = parts['write']
  return (
    typeof parts['id'] === 'string' &&
    typeof parts['link'] === 'string' &&
    typeof parts['referral'] === 'string' &&
    typeof parts['state'] === 'string' &&
    typeof write === 'object' &&
    write !== null &&
    'fields' in write &&
    typeof write.fields === 'object'
  )
}

export const PlanRequest = z.strictObject({
  pipeline: name.optional(),
  /** Compare every pair, not only what changed. */
  everything: z.boolean().optional(),
  /** A mapping to plan with instead of the published one. */
  mapping: MappingWords.optional(),
})
export type PlanRequest = z.infer<typeof PlanRequest>

export const SyncRequest = z.strictObject({
  pipeline: name.optional(),
  /** The plans that were seen: exactly their changes are written. Without them, auto pipelines write what is due. */
  agreed: z.array(SavedPlan).max(100).optional(),
  /** What a person agreed to beyond the brakes. */
  approved: z.strictObject({ changes: z.boolean(), outcomes: z.int().min(0).max(100_000) }).optional(),
  everything: z.boolean().optional(),
  who,
})
export type SyncRequest = z.infer<typeof SyncRequest>

export const ExplainRequest = z.strictObject({
  /** A referral's id or the beginning of it, or the id of a CRM record. */
  deal: name,
  pipeline: name.optional(),
  history: z.boolean().optional(),
})
export type ExplainRequest = z.infer<typeof ExplainRequest>

export const ListRequest = z.strictObject({
  pipeline: name.optional(),
  state: z.enum(['in-step', 'waiting', 'stuck', 'paused']).optional(),
  text: name.optional(),
  max: z.int().min(1).max(100_000).optional(),
})
export type ListRequest = z.infer<typeof ListRequest>

/** What a person does to one deal. */
export const DealRequest = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('resolve'),
    deal: name,
    pipeline: name.optional(),
    /** Which field of the CRM the question is about; may be left out where there is only one question. */
    field: name.optional(),
    take: z.union([
      z.literal('referral'),
      z.literal('crm'),
      z.strictObject({ value: z.string().max(100_000).nullable() }),
      /** For a question about which record it is: its id, or null for a new one. */
      z.strictObject({ record: name.nullable() }),
    ]),
    who,
  }),
  z.strictObject({ do: z.literal('release'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('accept'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('decline'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('link'), deal: name, pipeline: name.optional(), record: name, who }),
  z.strictObject({ do: z.literal('unlink'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('pause'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('resume'), deal: name, pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('forget'), deal: name, pipeline: name.optional(), who }),
])
export type DealRequest = z.infer<typeof DealRequest>

/** What a person does to a pipeline, or to all of them. */
export const PipelineRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('pause'), pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('resume'), pipeline: name.optional(), who }),
  z.strictObject({ do: z.literal('mode'), pipeline: name, mode: z.enum(['observe', 'review', 'auto']), who }),
])
export type PipelineRequest = z.infer<typeof PipelineRequest>

export const ReplayRequest = z.strictObject({
  pipeline: name.optional(),
  cause: z
    .string()
    .regex(/^DB-\d{4}$/)
    .optional(),
  deal: name.optional(),
  since: z.string().max(40).optional(),
  /** Only tells which deals it would be. */
  dryRun: z.boolean().optional(),
  who,
})
export type ReplayRequest = z.infer<typeof ReplayRequest>

export const AdoptRequest = z.strictObject({
  pipeline: name.optional(),
  /** Only this referral: the beginning of its id. */
  only: name.optional(),
  /** Without it they are only shown. */
  link: z.boolean(),
  who,
})
export type AdoptRequest = z.infer<typeof AdoptRequest>

export const VerifyRequest = z.strictObject({
  pipeline: name.optional(),
  /** How many deals that differ are told one by one; all of them are counted. */
  max: z.int().min(0).max(10_000).optional(),
})
export type VerifyRequest = z.infer<typeof VerifyRequest>

/** An absolute path: the daemon may stand in another folder than whoever asks. */
export const BackupRequest = z.strictObject({ to: z.string().min(1).max(4096) })
export type BackupRequest = z.infer<typeof BackupRequest>

/** Whom the vendor of a connection calls. `replaces`: the address the person saw, so that nobody else's goes unseen. */
export const WebhookRequest = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('show'), connection: name }),
  z.strictObject({ do: z.literal('register'), connection: name, replaces: z.string().max(4096).nullable() }),
  z.strictObject({ do: z.literal('test'), connection: name }),
])
export type WebhookRequest = z.infer<typeof WebhookRequest>

export const CheckRequest = z.strictObject({ connection: name.optional() })
export type CheckRequest = z.infer<typeof CheckRequest>
