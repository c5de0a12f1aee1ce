// The verbs a person has, whoever carries them out: this process (local.ts) or the running daemon (remote.ts). Plain
// values go in and come out. Expected failures are thrown as errors with a remedy, the same on both ways.

import type {
  Adopted,
  BackedUp,
  Checked,
  DealDone,
  DealList,
  Explanation,
  PipelinePlan,
  PipelineRun,
  PipelinesDone,
  ProblemGroup,
  Reloaded,
  Replayed,
  Status,
  Verified,
  WebhookStanding,
} from './answers.ts'
import type { Preview, Publication, SchemaAnswer, Versions } from './mappings/answers.ts'
import type { PreviewRequest, PublishRequest, SchemaRequest, VersionsRequest } from './mappings/requests.ts'
import type {
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

export interface Control {
  /** Is it the running daemon that answers? */
  readonly isDaemon: boolean
  status(): Promise<Status>
  plan(request: PlanRequest, tell?: Tell): Promise<readonly PipelinePlan[]>
  sync(request: SyncRequest, tell?: Tell): Promise<readonly PipelineRun[]>
  explain(request: ExplainRequest): Promise<Explanation>
  referrals(request: ListRequest): Promise<DealList>
  deal(request: DealRequest): Promise<DealDone>
  pipeline(request: PipelineRequest): Promise<PipelinesDone>
  problems(): Promise<readonly ProblemGroup[]>
  replay(request: ReplayRequest, tell?: Tell): Promise<Replayed>
  /** Finds records that already belong to referrals, and links them on wish. */
  adopt(request: AdoptRequest, tell?: Tell): Promise<Adopted>
  /** Compares every linked pair on both sides, and writes nothing. */
  verify(request: VerifyRequest, tell?: Tell): Promise<Verified>
  check(request: CheckRequest): Promise<Checked>
  /** Whom a vendor calls: shown, taken over, tried. */
  webhook(request: WebhookRequest): Promise<WebhookStanding>
  reload(): Promise<Reloaded>
  backup(request: BackupRequest): Promise<BackedUp>
  /** What is known of a CRM's fields, values and people. */
  schema(request: SchemaRequest): Promise<SchemaAnswer>
  versions(request: VersionsRequest): Promise<Versions>
  publish(request: PublishRequest): Promise<Publication>
  preview(request: PreviewRequest, tell?: Tell): Promise<Preview>
  /** Ends what was begun, in order. */
  close(): Promise<void>
}

/** How far a long verb has come. */
export interface Progress {
  readonly pipeline: string
  readonly system: string
  readonly done: number
  readonly total: number
}

export type Tell = (progress: Progress) => void
