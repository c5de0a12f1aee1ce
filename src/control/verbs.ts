// The verbs by name, as they travel between the command line and the daemon: each request is checked on the way in.

import { z } from 'zod'
import type { Control, Tell } from './control.ts'
import { PreviewRequest, PublishRequest, SchemaRequest, VersionsRequest } from './mappings/requests.ts'
import {
  AdoptRequest,
  BackupRequest,
  CheckRequest,
  DealRequest,
  ExplainRequest,
  ListRequest,
  PipelineRequest,
  PlanRequest,
  ReplayRequest,
  SyncRequest,
  VerifyRequest,
  WebhookRequest,
} from './requests.ts'

export interface Verb {
  /** Checks what was asked, then does it. Throws a ZodError for a request that is not one. */
  call(control: Control, request: unknown, tell: Tell): Promise<unknown>
}

const nothing = z.strictObject({})

function verb<S extends z.ZodType>(
  schema: S,
  call: (control: Control, request: z.infer<S>, tell: Tell) => Promise<unknown>,
): Verb {
  return { call: async (control, request, tell) => await call(control, schema.parse(request), tell) }
}

export const verbs = {
  status: verb(nothing, async (control) => await control.status()),
  plan: verb(PlanRequest, async (control, request, tell) => await control.plan(request, tell)),
  sync: verb(SyncRequest, async (control, request, tell) => await control.sync(request, tell)),
  explain: verb(ExplainRequest, async (control, request) => await control.explain(request)),
  referrals: verb(ListRequest, async (control, request) => await control.referrals(request)),
  deal: verb(DealRequest, async (control, request) => await control.deal(request)),
  pipeline: verb(PipelineRequest, async (control, request) => await control.pipeline(request)),
  problems: verb(nothing, async (control) => await control.problems()),
  replay: verb(ReplayRequest, async (control, request, tell) => await control.replay(request, tell)),
  adopt: verb(AdoptRequest, async (control, request, tell) => await control.adopt(request, tell)),
  verify: verb(VerifyRequest, async (control, request, tell) => await control.verify(request, tell)),
  check: verb(CheckRequest, async (control, request) => await control.check(request)),
  webhook: verb(WebhookRequest, async (control, request) => await control.webhook(request)),
  reload: verb(nothing, async (control) => await control.reload()),
  backup: verb(BackupRequest, async (control, request) => await control.backup(request)),
  schema: verb(SchemaRequest, async (control, request) => await control.schema(request)),
  versions: verb(VersionsRequest, async (control, request) => await control.versions(request)),
  publish: verb(PublishRequest, async (control, request) => await control.publish(request)),
  preview: verb(PreviewRequest, async (control, request, tell) => await control.preview(request, tell)),
} as const satisfies Readonly<Record<string, Verb>>

export type VerbName = keyof typeof verbs

export const isVerb = (name: string): name is VerbName => Object.hasOwn(verbs, name)

/** Where the daemon's door is, below its address. */
export const controlPath = '/control/v1'
