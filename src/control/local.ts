// The verbs, carried out in this process: by a command that has the ledgers to itself, or by the daemon for whoever
// asks it. It holds no state of its own; the assembly it works on can be exchanged between two verbs.

import type { Codebook } from '#core/codes'
import { FixConfig } from '#core/errors'
import type { Mapping } from '#core/mapping/mapping'
import type { Assembly } from '#assembly/assembly'
import type { Runner } from '#assembly/runner'
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
import { adopt } from './adopt.ts'
import { backUp } from './backup.ts'
import { check } from './check.ts'
import type { Control, Tell } from './control.ts'
import { actOn, changesFor } from './deal-actions.ts'
import { findDeal } from './deals.ts'
import type { Ending } from './ending.ts'
import { explain } from './explain.ts'
import { forget } from './forget.ts'
import { listDeals } from './list.ts'
import type { Preview, Publication, SchemaAnswer, Versions } from './mappings/answers.ts'
import { preview } from './mappings/preview.ts'
import { publish, versionsOf } from './mappings/publish.ts'
import type { PreviewRequest, PublishRequest, SchemaRequest, VersionsRequest } from './mappings/requests.ts'
import { schemaOf } from './mappings/schema.ts'
import { connectionOf, runnerOf, runnersOf } from './names.ts'
import { notebookOf } from './notebook.ts'
import { problemGroups } from './problem-groups.ts'
import { replay } from './replay.ts'
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
import { statusOf } from './status.ts'
import { nextAfter, steer } from './steer.ts'
import { planAt, syncAt } from './sync.ts'
import { verify } from './verify.ts'
import { webhook } from './webhook.ts'

export interface LocalParts {
  readonly assembly: () => Assembly
  readonly codes: Codebook
  readonly version: string
  readonly ending: Ending
  /** What only a running daemon has. */
  readonly daemon?: DaemonPart
}

export interface DaemonPart {
  readonly status: () => Pick<Status, 'daemon' | 'reload'>
  readonly nextRun: (pipeline: string) => Status['pipelines'][number]['next']
  readonly reload: () => Promise<void>
  /** Something has changed that a pass should see soon. */
  readonly nudge: (pipeline: string) => void
}

export class LocalControl implements Control {
  readonly isDaemon: boolean
  readonly #parts: LocalParts
  readonly #reading: AbortSignal

  constructor(parts: LocalParts) {
    this.#parts = parts
    this.isDaemon = parts.daemon !== undefined
    this.#reading = AbortSignal.any([parts.ending.signal, parts.ending.drain])
  }

  #runners(pipeline?: string): readonly Runner[] {
    return runnersOf(this.#parts.assembly(), pipeline)
  }

  async status(): Promise<Status> {
    const { codes, version, daemon } = this.#parts
    const assembly = this.#parts.assembly()
    return await statusOf({
      assembly,
      codes,
      version,
      now: assembly.machine.clock.now(),
      nextRun: daemon?.nextRun ?? (() => null),
      ...(daemon?.status() ?? { daemon: null, reload: null }),
    })
  }

  async plan(request: PlanRequest, tell?: Tell): Promise<readonly PipelinePlan[]> {
    const how = { ending: this.#parts.ending, tell }
    return await Promise.all(this.#runners(request.pipeline).map(async (runner) => await planAt(runner, request, how)))
  }

  async sync(request: SyncRequest, tell?: Tell): Promise<readonly PipelineRun[]> {
    return await syncAt(this.#runners(request.pipeline), request, { ending: this.#parts.ending, tell })
  }

  async explain(request: ExplainRequest): Promise<Explanation> {
    return await explain(this.#runners(request.pipeline), request, this.#reading)
  }

  async referrals(request: ListRequest): Promise<DealList> {
    return await listDeals(this.#runners(request.pipeline), request)
  }

  async deal(request: DealRequest): Promise<DealDone> {
    const { runner, link } = await findDeal(this.#runners(request.pipeline), request.deal)
    return await runner.alone(async () => {
      const now = runner.machine.clock.now()
      // Read again now that nobody else is at work with it.
      const current = (await runner.ledger.get('link', link.key)) ?? link
      if (request.do === 'forget') return await forget(runner, current, request.who)
      const acted = actOn(current, request, { now, mapping: await this.#mappingOf(runner) })
      await runner.ledger.commit(...changesFor(acted, request.who, now))
      const notebook = await notebookOf(runner)
      notebook.recount()
      this.#parts.daemon?.nudge(runner.name)
      return { pipeline: runner.name, referral: link.referral, next: acted.next }
    })
  }

  /** A field can be named as the mapping names it, where the mapping can be had. */
  async #mappingOf(runner: Runner): Promise<Mapping | null> {
    try {
      return (await runner.ready(this.#reading)).mapping
    } catch {
      this.#reading.throwIfAborted()
      return null
    }
  }

  async pipeline(request: PipelineRequest): Promise<PipelinesDone> {
    const runners = this.#runners(request.pipeline)
    for (const runner of runners) {
      await steer(runner, request)
      this.#parts.daemon?.nudge(runner.name)
    }
    return { pipelines: runners.map(({ name }) => name), next: nextAfter(request) }
  }

  async problems(): Promise<readonly ProblemGroup[]> {
    return await problemGroups(this.#runners(), this.#parts.codes)
  }

  async replay(request: ReplayRequest, tell?: Tell): Promise<Replayed> {
    return await replay(this.#runners(request.pipeline), request, { ending: this.#parts.ending, tell })
  }

  async adopt(request: AdoptRequest, tell?: Tell): Promise<Adopted> {
    return await adopt(this.#runners(request.pipeline), request, { ending: this.#parts.ending, tell })
  }

  async verify(request: VerifyRequest, tell?: Tell): Promise<Verified> {
    return await verify(this.#runners(request.pipeline), request, { ending: this.#parts.ending, tell })
  }

  async check({ connection }: CheckRequest): Promise<Checked> {
    const assembly = this.#parts.assembly()
    if (connection !== undefined) connectionOf(assembly, connection)
    return await check({ assembly, isDaemon: this.isDaemon }, connection, this.#reading)
  }

  async webhook(request: WebhookRequest): Promise<WebhookStanding> {
    return await webhook(connectionOf(this.#parts.assembly(), request.connection), request, this.#reading)
  }

  async reload(): Promise<Reloaded> {
    if (!this.#parts.daemon) throw noDaemon()
    await this.#parts.daemon.reload()
    return { pipelines: this.#runners().map(({ name }) => name) }
  }

  async schema(request: SchemaRequest): Promise<SchemaAnswer> {
    return await schemaOf(this.#parts.assembly(), request, this.#reading)
  }

  async versions(request: VersionsRequest): Promise<Versions> {
    return await versionsOf(runnerOf(this.#parts.assembly(), request.pipeline), request)
  }

  async publish(request: PublishRequest): Promise<Publication> {
    const published = await publish(runnerOf(this.#parts.assembly(), request.pipeline), request, this.#reading)
    this.#parts.daemon?.nudge(request.pipeline)
    return published
  }

  async preview(request: PreviewRequest, tell?: Tell): Promise<Preview> {
    return await preview(this.#runners(request.pipeline), request, { signal: this.#reading, tell })
  }

  async backup({ to }: BackupRequest): Promise<BackedUp> {
    return await backUp(this.#runners(), to)
  }

  async close(): Promise<void> {
    await this.#parts.assembly().close()
  }
}

export const noDaemon = (): FixConfig =>
  new FixConfig('No daemon is running on this store, so there is nothing to tell. Start one with `dealbridge run`.', {
    code: 'DB-1105',
    who: 'operations',
  })
